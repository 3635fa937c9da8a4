"""One message to an upstream and what comes back, event by event, over HTTP.

Rule 1: a message is sent once, and again only if it was refused for want of a nonce. Rule 2:
nothing passes unread: each event is parsed, the guard's own names are taken out, what the client
must return is sealed. The last word of a judged call is handed back, not sent on: it leaves after
its labels are recorded.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from guard_adapters._http.carrying import Nonces
from guard_adapters._http.pool import HttpClient, Upstream
from guard_adapters.front.mcp.client.cancel import FlightKey, flight_key
from guard_adapters.front.mcp.client.questions import Questions
from guard_adapters.front.mcp.client.stream import ClientStream, rewritten
from guard_adapters.front.mcp.elicitation.rounds import Rounds
from guard_adapters.front.mcp.elicitation.seal import NONCE_BYTES, SealedSession
from guard_adapters.front.mcp.elicitation.server_asks import (
    Ask,
    refused_input,
    refused_to_server,
    server_ask,
)
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.judging.tasks import Owners, OwnTasks
from guard_adapters.front.mcp.judging.verdict import refusal, result_message
from guard_adapters.front.mcp.protocol.edge import HeaderList, Headers, headers_down, headers_up
from guard_adapters.front.mcp.protocol.events import Event, EventSplitter, write_event
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, as_read, dumps, loads
from guard_adapters.front.mcp.protocol.private import clean
from guard_adapters.front.mcp.protocol.wire import (
    GUARD_UNAVAILABLE,
    Era,
    Kind,
    MessageId,
    WireRefused,
    classify,
)
from guard_adapters.front.mcp.tools.pins import LIST_CHANGED, PinBook
from guard_adapters.front.mcp.upstream.between import Standing
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.outbound import Outbound
from guard_adapters.front.mcp.upstream.reply import (
    Reply,
    answers,
    credential_refused,
    failed,
    is_events,
)
from guard_adapters.front.mcp.upstream.server import HttpServer, Seals

if TYPE_CHECKING:
    from guard.config import Settings

_CREDENTIAL_REFUSED: Final = (401, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One HTTP exchange: who talks to which upstream, and where answers go."""

    server: HttpServer
    http: HttpClient
    seals: Seals
    book: PinBook
    tasks: Owners
    questions: Questions
    settings: "Settings"
    who: str
    now_ms: int
    client: ClientStream
    headers: Headers = field(repr=False)
    era: Era = "legacy"
    sealed: str = field(default="", repr=False)  # session id as the client sent it
    session: SealedSession | None = field(default=None, repr=False)
    elicitation: frozenset[str] = frozenset()  # declared in this very message
    nonces: Nonces = field(default_factory=Nonces)  # as upstreams asked
    standing: Standing | None = None  # whose token goes with what is no call

    async def open(
        self,
        method: str,
        message: Mapping[str, Any] | None,
        *,
        read_s: float | None = None,
    ) -> Upstream:
        """Send a message that is no judged call, with the headers that belong to it.

        Raises:
            UpstreamFailed: nobody answered.
            GuardError: the server wants something with it that this caller cannot have now.
        """
        up, out = headers_up(self.headers, message, None), self._outbound()
        body = b"" if message is None else dumps(message)
        key = await out.key()
        again = key is not None and key.proved
        return await out.sent(method, body, lambda _: up, key, read_s, again=again)

    async def open_call(
        self, message: Mapping[str, Any], carried: Carried, schema: Mapping[str, Any] | None
    ) -> Upstream:
        """Send a judged call; once more where the upstream refused to read it without its nonce.

        Raises:
            UpstreamFailed: nobody answered.
            Refused: `changed_in_flight`, `destination_not_listed`: nothing was sent.
            GuardError: as `open`.
        """
        head, body = headers_up(self.headers, message, schema), dumps(message)
        carried.checked(body)
        out, read_s = self._outbound(), self.settings.tool_timeout_s
        key = carried.server_key() or await out.key(beside=carried)

        def whole(nonce: str) -> HeaderList:
            return [*head, *carried.headers(nonce)]

        return await out.sent("POST", body, whole, key, read_s, again=True)

    def _outbound(self) -> Outbound:
        return Outbound(
            server=self.server,
            http=self.http,
            nonces=self.nonces,
            standing=self.standing,
            session_id=self.session.session_id if self.session is not None else "",
        )

    def down(self, upstream: Upstream) -> HeaderList:
        """Return the headers for the client; a session id is sealed to this caller."""
        return headers_down(upstream.headers, self._session_id(upstream.headers))

    def _session_id(self, headers: Headers) -> str | None:
        found = next((value for name, value in headers if name.lower() == b"mcp-session-id"), None)
        if found is None:
            return None
        session_id = found.strip().decode("latin-1")
        if self.session is not None and self.session.session_id == session_id:
            return self.sealed
        sealed = SealedSession(
            session_id=session_id, elicitation=self.elicitation, issued_ms=self.now_ms
        )
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self.seals.session.seal(
            sealed, principal=self.who, upstream=self.server.name, nonce=nonce
        )

    async def converse(self, upstream: Upstream, asked: Asked) -> Reply:
        """Pump what comes before the answer to the client and return the answer.

        Raises:
            UpstreamFailed: the connection broke before the answer.
            WireRefused: the upstream sent something that is not a message.
        """
        if upstream.status in _CREDENTIAL_REFUSED:
            return credential_refused(asked)
        if not is_events(upstream):
            raw = await upstream.read(self.settings.max_line_bytes)
            return self._whole(upstream, raw, asked)
        await self.client.open(self.down(upstream), upstream.status)
        seen_id = False
        incoming = self.events(upstream)
        async for event, message in incoming:
            seen_id = seen_id or event.id is not None
            if message is not None and answers(message, asked.id):
                settled = self.settled(message, asked)
                rest = self._rest(incoming)
                head = self.down(upstream)
                return Reply(status=200, headers=head, message=settled, event=event, rest=rest)
            await self.pass_on(event, message)
        return Reply(status=200, headers=[], resumable=seen_id and self.era == "legacy")

    async def events(
        self, upstream: Upstream
    ) -> AsyncIterator[tuple[Event, dict[str, Any] | None]]:
        """Yield each event and the message in it; None for comments and priming events."""
        splitter = EventSplitter(self.settings.max_event_bytes)
        async for chunk in upstream.aiter_raw():
            for event in splitter.feed(chunk):
                data = event.data
                yield event, as_read(loads(data, limits=RESPONSE_LIMITS), data) if data else None

    async def pass_on(self, event: Event, message: dict[str, Any] | None) -> None:
        """Send an event that is no answer to this exchange's request on, if it may pass."""
        if message is None:
            await self.client.event(write_event(event))
            return
        match classify(message):
            case Kind.NOTIFICATION:
                if not await self.own_tasks().may_hear(message, self.now_ms):
                    return
                self._notice(message)
            case Kind.REQUEST:
                if not await self._may_ask(message):
                    return
            case Kind.RESPONSE | Kind.ERROR:
                return  # of an id that nobody asked about here: results must not be mixed up
        await self.client.event(rewritten(event, clean(message)))

    async def replay(self, event: Event, message: dict[str, Any] | None) -> None:
        """Send an event of a legacy session's own stream on; it may carry any id of it."""
        if message is not None and classify(message) in {Kind.RESPONSE, Kind.ERROR}:
            await self.client.event(rewritten(event, clean(message)))
        else:
            await self.pass_on(event, message)

    def settled(self, message: dict[str, Any], asked: Asked) -> dict[str, Any]:
        """Return an answer as the client may see it: cleaned, judged for what it asks, sealed."""
        message = clean(message)
        result = message.get("result")
        if not isinstance(result, dict):
            return message
        if method := refused_input(result, self.server.rules):
            no = refusal("DENIED", "server_ask_refused", method=method)
            return result_message(asked.id, no, asked.era)
        return self.rounds().wrapped(message, asked.method)

    def own_tasks(self) -> OwnTasks:
        """Return what tells this caller's tasks at this upstream from those of others."""
        return OwnTasks(owners=self.tasks, server=self.server.name, who=self.who)

    def question(self, ident: MessageId) -> FlightKey:
        """Return what names one question that the upstream asks in this session."""
        session_id = self.session.session_id if self.session is not None else ""
        return flight_key(self.who, self.server.name, session_id, ident)

    def rounds(self) -> Rounds:
        """Return what seals the rounds of this caller at this upstream."""
        return Rounds(
            seal=self.seals.state,
            who=self.who,
            upstream=self.server.name,
            now_ms=self.now_ms,
            unasked=self.server.rules.unasked_answers,
        )

    def _whole(self, upstream: Upstream, raw: bytes, asked: Asked) -> Reply:
        head = self.down(upstream)
        if 300 <= upstream.status < 400:  # noqa: PLR2004 - redirects are not followed
            return failed(asked, "upstream_redirects", "The server answered with a redirect.")
        if not raw:
            return Reply(status=upstream.status, headers=head)
        try:
            message = as_read(loads(raw, limits=RESPONSE_LIMITS), raw)
        except WireRefused:
            if upstream.status < 400:  # noqa: PLR2004 - an error page is no result
                raise
            text = f"The server answered with status {upstream.status} and no JSON."
            return replace(failed(asked, "upstream_error", text), status=upstream.status)
        if upstream.status < 400 and not answers(message, asked.id):  # noqa: PLR2004
            text = "The server answered something else than was asked. Try another server."
            raise WireRefused(GUARD_UNAVAILABLE, text, 502, "protocol_violation")
        return Reply(status=upstream.status, headers=head, message=self.settled(message, asked))

    async def _rest(
        self, incoming: AsyncIterator[tuple[Event, dict[str, Any] | None]]
    ) -> AsyncIterator[bytes]:
        async for event, message in incoming:
            await self.pass_on(event, message)
            yield b""

    def _notice(self, message: Mapping[str, Any]) -> None:
        if message["method"] == LIST_CHANGED:
            self.book.forget(self.server.name)

    async def _may_ask(self, message: Mapping[str, Any]) -> bool:
        params = message.get("params") or {}
        match server_ask(message["method"], params, self.era, self.server.rules):
            case Ask.PASS:
                if self.session is not None:
                    self.questions.asked(self.question(message["id"]), message)
                return True
            case Ask.REFUSE:
                no = refused_to_server(message["id"], message["method"])
                told = await self.open("POST", no, read_s=5)
                await told.aclose()
                return False
            case Ask.DROP:
                return False
