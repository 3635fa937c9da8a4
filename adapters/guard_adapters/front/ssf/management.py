"""Streams that others hear of this guard: made, read, changed, ended (SSF 1.0, 8.1).

A receiver is who bears its token; it sees and changes its own stream and no other. It has one at
most. What is told is decided elsewhere.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError
from guard.model.call import Json
from guard.ports.transmit import Change, OutStream, Transmissions
from guard_adapters._http.bodies import start_of
from guard_adapters.front.bearer import bears
from guard_adapters.front.mcp.protocol.json import Limits, loads
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.ssf import asked
from guard_adapters.front.ssf.asked import BadRequest
from guard_adapters.front.ssf.outgoing import EVERY_S, POLL, PREFIX, PUSH, Receiver, Voice

LIMITS: Final = Limits(body_bytes=64 * 2**10, depth=16, members=4_000)
STREAMS: Final = PREFIX + "/streams"
STATUS: Final = PREFIX + "/status"
VERIFY: Final = PREFIX + "/verify"

Answer = Callable[[Request, Receiver], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the endpoints stand on. `seal` hides the header that a receiver wants to see."""

    voice: Voice
    rows: Transmissions
    seal: Callable[[str], str] = field(repr=False)
    every_s: int = EVERY_S

    def borne(self, request: Request) -> Receiver | None:
        """Return the receiver whose token a request bears."""
        header = request.headers.get("authorization", "")
        found = [one for one in self.voice.receivers.values() if bears(header, one.token)]
        return found[0] if found else None

    async def stream(self, receiver: Receiver, ident: object) -> OutStream:
        """Return a stream of a receiver.

        Raises:
            NoStream: it has none of this id; whether others have is not told.
        """
        for one in await self.rows.streams():
            if one.id == ident and one.receiver == receiver.name:
                return one
        raise NoStream

    async def changed(self, stream: OutStream, change: Change) -> OutStream:
        """Return what became of a stream, whatever others made of it since it was read.

        Raises:
            NoStream: it was ended meanwhile.
        """
        after = await self.rows.change(stream.id, change)
        if after is None:
            raise NoStream
        return after


class NoStream(Exception):
    """The receiver has no such stream."""


class TooOften(Exception):
    """The stream was verified a moment ago."""


def guarded(desk: Desk, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for receivers alone, every failure with its status (SSF 1.0, 8.1.1)."""

    async def respond(request: Request) -> Response:
        receiver = desk.borne(request)
        if receiver is None:
            return failed(401, "the receiver's bearer token is missing or wrong")
        try:
            return await answer(request, receiver)
        except NoStream:
            return failed(404, "this receiver has no such stream")
        except BadRequest as wrong:
            return failed(400, str(wrong))
        except WireRefused as wrong:
            return failed(400, f"the body cannot be read ({wrong.reason})")
        except GuardError as error:
            return failed(503, error.code)

    return respond


def failed(status: int, why: str) -> Response:
    """Return an error; the body is for people."""
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004
    return JSONResponse({"description": why}, status_code=status, headers=headers)


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request, within limits.

    Raises:
        WireRefused: it is none.
    """
    return loads(await start_of(request.stream(), LIMITS.body_bytes), limits=LIMITS)


def routes(desk: Desk) -> list[Route]:
    """Return the routes, full paths, for the guard's own application."""
    api = _Api(desk)
    table: tuple[tuple[str, str, Answer], ...] = (
        ("POST", STREAMS, api.make),
        ("GET", STREAMS, api.read),
        ("PATCH", STREAMS, api.change),
        ("PUT", STREAMS, api.change),
        ("DELETE", STREAMS, api.end),
        ("GET", STATUS, api.status),
        ("POST", STATUS, api.set_status),
        ("POST", VERIFY, api.verify),
    )
    return [Route(path, guarded(desk, answer), methods=[method]) for method, path, answer in table]


class _Api:
    """Requests of one receiver as changes of its stream."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def make(self, request: Request, receiver: Receiver) -> Response:
        said = await body_of(request)
        if receiver.fixed:
            return _written_down()
        ident = f"str_{self._desk.voice.ids.token(12).hex()}"
        blank = OutStream(id=ident, receiver=receiver.name)
        stream = asked.described(self._delivered(said, receiver)(blank), said, receiver)
        if not await self._desk.rows.begin(stream):
            return failed(409, "this receiver has a stream already")
        return JSONResponse(self._shown(stream, receiver), status_code=201)

    async def read(self, request: Request, receiver: Receiver) -> Response:
        ident = request.query_params.get("stream_id")
        if ident is not None:
            return JSONResponse(self._shown(await self._desk.stream(receiver, ident), receiver))
        mine = [one for one in await self._desk.rows.streams() if one.receiver == receiver.name]
        return JSONResponse([self._shown(one, receiver) for one in mine])

    async def change(self, request: Request, receiver: Receiver) -> Response:
        said = await body_of(request)
        stream = await self._desk.stream(receiver, asked.text(said, "stream_id", asked.MAX_TEXT))
        if receiver.fixed:
            return _written_down()
        patched = request.method == "PATCH"
        kept = patched and "delivery" not in said
        delivered = (lambda held: held) if kept else self._delivered(said, receiver)

        def change(held: OutStream) -> OutStream:
            asked.unmoved(said, self._shown(held, receiver))
            before: dict[str, Any] = {
                "events_requested": [*held.events],
                "description": held.description,
            }
            wanted = before | said if patched else said
            return asked.described(delivered(held), wanted, receiver)

        return JSONResponse(self._shown(await self._desk.changed(stream, change), receiver))

    async def end(self, request: Request, receiver: Receiver) -> Response:
        stream = await self._desk.stream(receiver, request.query_params.get("stream_id"))
        if receiver.fixed:
            return _written_down()
        await self._desk.rows.drop(stream.id)
        return Response(status_code=204)

    async def status(self, request: Request, receiver: Receiver) -> Response:
        stream = await self._desk.stream(receiver, request.query_params.get("stream_id"))
        return JSONResponse(_status(stream))

    async def set_status(self, request: Request, receiver: Receiver) -> Response:
        said = await body_of(request)
        stream = await self._desk.stream(receiver, asked.text(said, "stream_id", asked.MAX_TEXT))
        status, why = asked.status_of(said)

        def change(held: OutStream) -> OutStream:
            return replace(held, status=status, reason=why)

        return JSONResponse(_status(await self._desk.changed(stream, change)))

    async def verify(self, request: Request, receiver: Receiver) -> Response:
        said = await body_of(request)
        stream = await self._desk.stream(receiver, asked.text(said, "stream_id", asked.MAX_TEXT))
        state = asked.text(said, "state", asked.MAX_TEXT) if "state" in said else None
        now_ms = self._desk.voice.clock.now_ms()
        pause_ms = self._desk.every_s * 1000

        def change(held: OutStream) -> OutStream:
            if held.verified_ms and 0 <= now_ms - held.verified_ms < pause_ms:
                raise TooOften
            return replace(held, verified_ms=now_ms)

        try:
            stream = await self._desk.changed(stream, change)
        except TooOften:
            return failed(429, f"once in {self._desk.every_s} s")
        await self._desk.rows.add([self._desk.voice.verification(stream, state)])
        return Response(status_code=204)

    def _delivered(self, said: Mapping[str, Any], receiver: Receiver) -> Change:
        """Return the change to where a receiver wants its tokens."""
        where = asked.delivery_of(said.get("delivery"), receiver)
        header = self._desk.seal(where.header) if where.header else ""
        return lambda held: replace(held, url=where.url, header=header)

    def _shown(self, stream: OutStream, receiver: Receiver) -> dict[str, Json]:
        """Return the configuration of a stream; the header that it bears is not told again."""
        poll = f"{self._desk.voice.issuer}{PREFIX}/poll/{stream.id}"
        return {
            "stream_id": stream.id,
            "iss": self._desk.voice.issuer,
            "aud": receiver.audience,
            "events_supported": [*receiver.events],
            "events_requested": [*stream.events],
            "events_delivered": receiver.delivered(stream),
            "delivery": {
                "method": PUSH if stream.url else POLL,
                "endpoint_url": stream.url or poll,
            },
            "min_verification_interval": self._desk.every_s,
            "description": stream.description,
        }


def _status(stream: OutStream) -> dict[str, Json]:
    why: dict[str, Json] = {"reason": stream.reason} if stream.reason else {}
    return {"stream_id": stream.id, "status": stream.status, **why}


def _written_down() -> Response:
    return failed(403, "the operator has written this stream down; ask them to change it")
