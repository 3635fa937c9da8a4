"""One request of a client over HTTP: judge it, send it, hand back the last word.

Rule 1: what is judged is what is sent. Rule 2: a call that left and did not come back has an
unknown outcome, and the model is told so. It evaluates no policy and keeps no state of its own.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guard.errors import ApprovalPending, GuardError, Unavailable
from guard.model.call import ToolSpec
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import Upstream
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.client.cancel import Flight, Flights, Gone, attended, flight_key
from guard_adapters.front.mcp.client.stream import JSON_HEADERS, Receive, rewritten
from guard_adapters.front.mcp.elicitation.invite import (
    Invitation,
    declined,
    modern_modes,
    still_waiting,
)
from guard_adapters.front.mcp.elicitation.rounds import Returned
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.http.listing import Listing
from guard_adapters.front.mcp.judging.gate import Asked, Way, tool_call, tool_name
from guard_adapters.front.mcp.judging.verdict import Refusal, refusal_of, refused
from guard_adapters.front.mcp.protocol.edge import check_routing
from guard_adapters.front.mcp.protocol.keys import refuse_near_arguments
from guard_adapters.front.mcp.protocol.wire import METHOD_NOT_FOUND
from guard_adapters.front.mcp.tools.listen import listens, told
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.outcome import echoed, with_note
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.relayed import RelayedTool, told_off
from guard_adapters.front.mcp.upstream.reply import Reply, drained, unreached

_UNRECORDED: Final = "outcome_unrecorded"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and the things that its answer depends on."""

    front: GuardFront
    passage: Passage
    caller: Caller
    asked: Asked
    flights: Flights
    receive: Receive = field(repr=False)
    returned: Returned
    flight: Flight = field(default_factory=Flight)
    upstream: Upstream | None = field(default=None, repr=False)
    invitation: Invitation | None = None
    inviting: "asyncio.Task[None] | None" = None
    ticks: int = 0

    @property
    def ran(self) -> bool:
        """Return whether the message has left for the upstream."""
        return self.flight.forwarded

    async def answer(self) -> None:
        """Carry the request out and send its answer to the client.

        Raises:
            WireRefused: the message itself is wrong; nothing was sent to anybody.
        """
        key = None
        asked, passage = self.asked, self.passage
        if passage.session is not None and asked.era == "legacy" and asked.id is not None:
            session_id = passage.session.session_id
            key = flight_key(passage.who, passage.server.name, session_id, asked.id)
            self.flight = self.flights.enter(key)
        try:
            await self._attend(self._reply())
        except Gone:
            await self._hang_up()
        except GuardError as error:  # it went on for long, and may not go on
            await self._release(self._refused(refusal_of(error, ran=self.ran)))
        finally:
            if key is not None:
                self.flights.leave(key)
            if self.upstream is not None:
                await self.upstream.aclose()

    async def _attend(self, work: Coroutine[Any, Any, Reply]) -> None:
        task = asyncio.create_task(work)
        self.flight.work = task
        reply = await attended(
            task,
            receive=self.receive,
            goes_on=self.flight if self.asked.era == "legacy" else None,
            every_s=self.passage.settings.progress_every_s,
            tick=self._tick,
        )
        await self._release(reply)

    async def _hang_up(self) -> None:
        # A call that was taken back gets no answer; its stream still has to end.
        if self.asked.era == "legacy":
            await self.passage.client.open()
            await self.passage.client.end()

    async def _tick(self) -> None:
        client, standing = self.passage.client, self.passage.standing
        if self.asked.way is Way.FORWARD and standing is not None:
            await standing.may()
        judged = self.asked.way in {Way.CALL, Way.METHOD, Way.UNKNOWN}
        if self.ran or not judged or not client.takes_events:
            return
        self.ticks += 1
        token = self.asked.progress_token
        if token is None:
            await client.event(b": waiting for approval\n\n")
            return
        await client.message(still_waiting(token, self.ticks))

    async def _release(self, reply: Reply) -> None:
        client = self.passage.client
        if self.inviting is not None:
            await self.inviting
            if self.invitation is not None and not self.invitation.open:
                await client.message(self.invitation.over())
        if reply.event is None or reply.message is None:
            if client.streaming and reply.message is None:
                await client.end()
            else:
                await client.answer(reply.status, reply.headers, reply.message)
            return
        await client.event(rewritten(reply.event, reply.message))
        await drained(reply)
        await client.end()

    async def _reply(self) -> Reply:
        """Return the answer; tasks belong to the caller whose call made them."""
        tasks = self.passage.own_tasks()
        try:
            self.asked = await tasks.admitted(self.asked, self.passage.now_ms)
            reply = await self._routed()
            reply.message = await tasks.answered(self.asked, reply.message, self.front.now_ms())
        except GuardError as error:
            return self._refused(refusal_of(error, ran=self.ran))
        return reply

    async def _routed(self) -> Reply:
        match self.asked.way:
            case Way.FORWARD if listens(self.asked):
                return await self._listening()
            case Way.FORWARD:
                return await self._forwarded(self.asked.message)
            case Way.LIST:
                return await self._listed()
            case Way.CALL | Way.METHOD | Way.UNKNOWN:
                if self.asked.method in self.front.allow_methods(self.passage.server.name):
                    return await self._forwarded(self.asked.message)
                return await self._judged()

    async def _forwarded(
        self,
        message: Mapping[str, Any],
        *,
        schema: Mapping[str, Any] | None = None,
        carried: Carried | None = None,
    ) -> Reply:
        try:
            lent = carried.credential if carried is not None else None
            session = self.passage.session.session_id if self.passage.session else ""
            async with self.passage.http.lending(lent, session):
                self.flight.forwarded = True
                self.upstream = (
                    await self.passage.open("POST", message)
                    if carried is None
                    else await self.passage.open_call(message, carried, schema)
                )
                return await self.passage.converse(self.upstream, self.asked)
        except GuardError:
            if self.upstream is None:  # by what was to be sent: it has not left
                self.flight.forwarded = False
            raise
        except UpstreamFailed as error:
            reply = unreached(self.asked, error)
            return replace(reply, code="upstream_broke_off") if error.sent else reply

    async def _listening(self) -> Reply:
        async def tell(message: dict[str, Any]) -> None:
            if self.passage.client.streaming:  # nobody has listed anything before
                await self.passage.client.message(message)

        work = told(self.asked, lambda: self.front.relisted(self.caller), tell)
        teller = asyncio.create_task(work)
        try:
            return await self._forwarded(self.asked.message)
        finally:
            teller.cancel()

    async def _listed(self) -> Reply:
        try:
            session = await self._session()
            reply = await self._forwarded(self.asked.message)
            names = self._listing().learn(self.asked, reply.message)
            shown = await self.front.visible(session, self.passage.server.name, names)
        except GuardError as error:
            return self._refused(refusal_of(error))
        return replace(reply, message=self._listing().shown(self.asked, reply.message, shown))

    def _listing(self) -> Listing:
        return Listing(front=self.front, passage=self.passage)

    async def _session(self) -> str:
        return await self.front.session(self.caller, self.asked.session, self.asked.intent)

    async def _judged(self) -> Reply:
        name, server = tool_name(self.asked), self.passage.server.name
        settings = self.passage.settings
        spec = self.front.spec(server, name)
        schema = await self._schema(name, spec) if self.asked.way is Way.CALL else None
        invitation = self.invitation = self._invitation()
        try:
            if self.returned.action == "decline":
                with suppress(GuardError):  # it may have ended already
                    await self.front.declined(self.caller, self.returned.approval_id)
                raise declined(self.returned.approval_id)
            call = tool_call(
                self.asked,
                call_id=self.front.new_id(),
                session=await self._session(),
                server=server,
                definition=self.passage.book.state(server, self.passage.who, name, spec),
                max_args_bytes=settings.max_args_bytes,
                acting=self.caller.acting,
            )
            tool = RelayedTool(
                asked=self.asked,
                server=self.passage.server,
                schema=schema,
                send=self._forwarded,
                refused=self._refused,
                unheard=lambda: self.flight.left,
                echoed=lambda: echoed(self.upstream),
            )
            result = await self.front.call(call, tool, hold_ms=invitation)
        except ApprovalPending as error:
            invitation.open = True
            if invitation.invited and invitation.invite is None:
                message = self.passage.rounds().invitation(invitation)
                return Reply(status=200, headers=list(JSON_HEADERS), message=message)
            return self._refused(refusal_of(error, held_at=invitation.link))
        except Unavailable as error:
            return self._refused(refusal_of(error, ran=self.ran or error.code == _UNRECORDED))
        except GuardError as error:
            if error.code == "call_cut" and self.ran:
                await told_off(self.passage, self.asked)
            return self._refused(refusal_of(error, ran=self.ran))
        return with_note(result)

    def _invitation(self) -> Invitation:
        """Return how this call waits for people."""
        passage, modern = self.passage, self.asked.era == "modern"
        legacy = passage.session.elicitation if passage.session is not None else frozenset()
        known = modern_modes(self.asked) if modern else legacy
        # Legacy requests of ours go out on the stream of the call: there has to be one.
        able = "url" in known and (modern or passage.client.takes_events)
        return Invitation(
            asked=self.asked,
            where=self.front.approve_at,
            wait_ms=self.front.hold_ms(self.caller),
            can_open=able,
            invite=None if modern else self._invited,
        )

    def _invited(self, request: dict[str, Any]) -> None:
        self.inviting = asyncio.create_task(self.passage.client.message(request))

    async def _schema(self, name: str, spec: ToolSpec | None) -> Mapping[str, Any] | None:
        """Return the tool's input schema; ask the upstream first where the call depends on it."""
        await self._listing().refresh(self.asked, name, spec)
        found = self.passage.book.definition(self.passage.server.name, self.passage.who, name)
        own = spec.input_schema if spec else None
        schema = own or (found or {}).get("inputSchema")
        arguments = self.asked.params.get("arguments")
        if isinstance(arguments, dict):
            refuse_near_arguments(arguments, schema if isinstance(schema, Mapping) else None)
        if not isinstance(schema, Mapping):
            return None
        if self.asked.era == "modern":
            check_routing(self.passage.headers, self.asked.message, schema)
        return schema

    def _refused(self, no: Refusal) -> Reply:
        name = self.asked.params.get("name")
        found = self.passage.book.definition(self.passage.server.name, self.passage.who, str(name))
        structured = found is not None and "outputSchema" not in found
        message = refused(self.asked, no, structured=structured)
        code = message.get("error", {}).get("code")
        status = 404 if code == METHOD_NOT_FOUND and self.asked.era == "modern" else 200
        return Reply(status=status, headers=list(JSON_HEADERS), message=message, code=no.word)
