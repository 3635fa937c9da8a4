"""Security events pushed to the guard, one token a request (RFC 8935).

202 says that it was taken and written down. Live sessions are cut after that: a database that hangs
must not make the transmitter send again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.grant.secevent import MAX_SET, Err, SetRefused
from guard_adapters._faults import Faults
from guard_adapters._http.bodies import start_of
from guard_adapters.front.bearer import bears, digest_of
from guard_adapters.front.ssf.received import UNFOLLOWED, NotNow, Source

PREFIX: Final = "/guard/v1/signals/push"
CONTENT: Final = "application/secevent+jwt"
_NONE: Final = bytes(32)


class Pushed:
    """The endpoints of all streams that push.

    Args:
        sources: by name.
        tokens: what each transmitter must bear, by the same name.
        faults: is told of what follows from an event and fails, when its sender has its answer.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        tokens: Mapping[str, str],
        faults: Faults | None = None,
    ) -> None:
        self._faults = faults or Faults()
        self._sources = sources
        self._expected = {name: digest_of(token) for name, token in tokens.items()}
        self._after: set[asyncio.Task[None]] = set()

    @property
    def following(self) -> int:
        """Return how many events were answered, and not all that follows from them is done."""
        return len(self._after)

    def routes(self) -> list[Route]:
        """Return the routes, full paths, for the guard's own application."""
        return [Route(PREFIX + "/{name}", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if not self._known(name, request.headers.get("authorization", "")):
            return _told("authentication_failed", "the stream's bearer token is missing or wrong")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != CONTENT:
            return _told("invalid_request", f"the content type is not {CONTENT}")
        try:
            rest = await self._sources[name].take(await _body(request))
        except SetRefused as no:
            return _told(no.err, no.description)
        except NotNow:
            return Response(status_code=503, headers={"retry-after": "1"})
        # Held, because a loop forgets tasks that nobody holds.
        task = asyncio.ensure_future(self._rest(name, rest))
        self._after.add(task)
        task.add_done_callback(self._after.discard)
        return Response(status_code=202)

    async def _rest(self, name: str, rest: Callable[[], Awaitable[None]]) -> None:
        with self._faults.around(UNFOLLOWED.format(name)):
            await rest()

    def _known(self, name: str, authorization: str) -> bool:
        """Return whether the bearer is this stream's; an unknown name costs the same time."""
        borne = bears(authorization, self._expected.get(name, _NONE))
        return borne and name in self._expected


async def _body(request: Request) -> bytes:
    raw = await start_of(request.stream(), MAX_SET)
    if len(raw) > MAX_SET:
        raise SetRefused("invalid_request", f"the body is larger than {MAX_SET} bytes")
    return raw


def _told(err: Err, description: str) -> Response:
    body = {"err": err, "description": description}
    return JSONResponse(body, status_code=400, headers={"content-language": "en"})
