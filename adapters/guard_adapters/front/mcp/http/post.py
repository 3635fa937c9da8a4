"""A POST from a client: read it strictly, open its seals, and hand it to an exchange.

The order here is part of the defence: no header is trusted before the body was read, and nothing
is sent before header and body agree. It judges nothing itself.
"""

import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from guard.errors import GuardError
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.client.cancel import Flights, flight_key
from guard_adapters.front.mcp.client.stream import Receive
from guard_adapters.front.mcp.elicitation.invite import action_of, approval_of, modes
from guard_adapters.front.mcp.elicitation.rounds import opened_for
from guard_adapters.front.mcp.elicitation.seal import SealedSession, SealRefusal
from guard_adapters.front.mcp.elicitation.server_asks import refuse_unasked
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.http.exchange import Exchange
from guard_adapters.front.mcp.judging.gate import Asked, Way, admit
from guard_adapters.front.mcp.protocol.edge import Headers, check_routing, single
from guard_adapters.front.mcp.protocol.json import limits_of, loads
from guard_adapters.front.mcp.protocol.keys import refuse_near_keys
from guard_adapters.front.mcp.protocol.wire import (
    CANCELLED,
    INVALID_PARAMS,
    INVALID_REQUEST,
    Kind,
    WireRefused,
    classify,
    era,
    readable_id,
    refuse,
)
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.reply import unreached


class RefusedRequest(WireRefused):
    """A refusal of a request whose id could be read: the answer repeats it."""

    def __init__(self, refused: WireRefused, ident: str | int | None) -> None:
        super().__init__(
            refused.code, refused.message, refused.http_status, refused.reason, refused.data
        )
        self.ident = ident


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One POST and what it needs."""

    front: GuardFront
    flights: Flights
    caller: Caller
    receive: Receive = field(repr=False)

    async def handle(self, passage: Passage) -> None:
        """Read, check and answer.

        Raises:
            WireRefused: the request goes no further.
        """
        settings = self.front.settings
        _check_type(passage.headers)
        raw = await _body(self.receive, settings.max_body_bytes)
        message = loads(raw, limits=limits_of(settings))
        try:
            await self._checked(passage, message)
        except WireRefused as refused:
            # A response's id is the server's: an error with it would hit a request of the client.
            ident = readable_id(message) if "method" in message else None
            raise RefusedRequest(refused, ident) from refused

    async def _checked(self, passage: Passage, message: dict[str, Any]) -> None:
        kind = classify(message)
        refuse_near_keys(message)
        check_routing(passage.headers, message)
        passage = replace(
            passage,
            era=era(message),
            session=unsealed(passage),
            elicitation=_declared_modes(message),
        )
        match kind:
            case Kind.REQUEST:
                await self._request(passage, message)
            case Kind.NOTIFICATION:
                await self._notification(passage, message)
            case Kind.RESPONSE | Kind.ERROR:
                await self._response(passage, message)

    def _admitted(self, passage: Passage, message: dict[str, Any]) -> Asked:
        return admit(
            message,
            session=single(passage.headers, b"guard-session") or "",
            intent=_declared(single(passage.headers, b"guard-intent")),
            max_intent_bytes=self.front.settings.max_intent_bytes,
        )

    async def _request(self, passage: Passage, message: dict[str, Any]) -> None:
        handle = single(passage.headers, b"guard-session") or ""
        rounds = passage.rounds()
        returned = await opened_for(rounds, message, self.front, self.caller, handle)
        exchange = Exchange(
            front=self.front,
            passage=passage,
            caller=self.caller,
            asked=self._admitted(passage, returned.message),
            returned=returned,
            flights=self.flights,
            receive=self.receive,
        )
        await exchange.answer()

    async def _notification(self, passage: Passage, message: dict[str, Any]) -> None:
        asked = self._admitted(passage, message)
        if asked.method == CANCELLED and self._takes_back(passage, asked):
            await passage.client.answer(202, [], None)
            return
        await _passed(passage, asked)

    def _takes_back(self, passage: Passage, asked: Asked) -> bool:
        ident = asked.params.get("requestId")
        if passage.session is None or not isinstance(ident, str | int):
            return False
        session_id = passage.session.session_id
        return self.flights.take_back(
            flight_key(passage.who, passage.server.name, session_id, ident)
        )

    async def _response(self, passage: Passage, message: dict[str, Any]) -> None:
        if (approval_id := approval_of(message.get("id"))) is not None:
            # Only the guard asks with such an id; of the answer, a no alone counts.
            if action_of(message.get("result")) == "decline":
                with suppress(GuardError):  # it may have ended, or be somebody else's
                    await self.front.declined(self.caller, approval_id)
            await passage.client.answer(202, [], None)
            return
        ident = readable_id(message)
        unasked = passage.server.rules.unasked_answers
        if passage.session is not None and ident is not None and not unasked:
            result = message.get("result")
            if not passage.questions.allow(passage.question(ident), result):
                refuse_unasked()
        asked = Asked(message=message, method="", id=None, era=passage.era, way=Way.FORWARD)
        await _passed(passage, asked)


async def _passed(passage: Passage, asked: Asked) -> None:
    """Send what has no answer on, and tell the client how the upstream took it."""
    try:
        upstream = await passage.open("POST", asked.message, read_s=30)
    except UpstreamFailed as error:
        reply = unreached(asked, error)
        await passage.client.answer(reply.status, reply.headers, reply.message)
        return
    try:
        reply = await passage.converse(upstream, asked)
        await passage.client.answer(reply.status, reply.headers, reply.message)
    finally:
        await upstream.aclose()


def unsealed(passage: Passage) -> SealedSession | None:
    """Return what the client's session id stands for, None without one.

    Raises:
        WireRefused: 404, after which clients start a new session. Whose it was is not told.
    """
    if not passage.sealed:
        return None
    found = passage.seals.session.unseal(
        passage.sealed, principal=passage.who, upstream=passage.server.name
    )
    if isinstance(found, SealRefusal):
        text = "There is no such session. Start a new one with initialize."
        refuse(INVALID_REQUEST, "session_not_found", text, status=404)
    return found


def _declared_modes(message: Mapping[str, Any]) -> frozenset[str]:
    if message.get("method") != "initialize":
        return frozenset()
    return modes((message.get("params") or {}).get("capabilities"))


def _declared(header: str | None) -> bytes:
    if not header:
        return b""
    if header.count(".") == 2:  # noqa: PLR2004 - a compact JWS has three parts
        return header.encode("latin-1")
    try:
        return base64.b64decode(header + "=" * (-len(header) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return _bad_intent()


def _bad_intent() -> NoReturn:
    refuse(INVALID_PARAMS, "bad_intent", "Guard-Intent must be base64url JSON. Encode it so.")


def _check_type(headers: Headers) -> None:
    kind = (single(headers, b"content-type") or "").split(";")[0].strip().lower()
    if kind != "application/json":
        text = "The body must be application/json. Say so in Content-Type."
        refuse(INVALID_REQUEST, "bad_content_type", text, status=415)


async def _body(receive: Receive, limit: int) -> bytes:
    first = await receive()
    if first["type"] == "http.request" and not first.get("more_body"):
        body: bytes = first.get("body", b"")
        return body if len(body) <= limit else _too_large(limit)
    parts, event = bytearray(), first
    while event["type"] == "http.request":
        parts += event.get("body", b"")
        if len(parts) > limit:
            _too_large(limit)
        if not event.get("more_body"):
            return bytes(parts)
        event = await receive()
    return refuse(INVALID_REQUEST, "body_cut_off", "The body ended early. Send it again.")


def _too_large(limit: int) -> NoReturn:
    text = f"The body has more than {limit} bytes. Send less."
    refuse(INVALID_REQUEST, "body_too_large", text, status=413)
