"""The desk of one pipe: requests of an attached or standalone relay, put before the guard.

Rule 1: what is judged is what is sent. Rule 2: a call that left and did not come back has an
unknown outcome, and the model is told so. It evaluates no policy; it keeps the era of the pipe
and nothing else.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from guard.errors import ApprovalPending, GuardError, Unavailable
from guard_adapters.front.mcp.elicitation.invite import declined, modern_modes, modes
from guard_adapters.front.mcp.elicitation.rounds import Returned, Rounds, opened_for
from guard_adapters.front.mcp.elicitation.server_asks import (
    Ask,
    ServerRules,
    fields_of,
    fits,
    refused_input,
    refused_to_server,
    server_ask,
    withheld,
)
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.judging.gate import Asked, Way, admit, tool_call, tool_name
from guard_adapters.front.mcp.judging.tasks import MemoryOwners, Owners, OwnTasks
from guard_adapters.front.mcp.judging.verdict import refusal, refusal_of, refused
from guard_adapters.front.mcp.protocol.keys import refuse_near_arguments, refuse_near_keys
from guard_adapters.front.mcp.protocol.private import clean
from guard_adapters.front.mcp.protocol.wire import Era, message_id, notice, taken_back
from guard_adapters.front.mcp.socket.desk import Gone, Message, Side, Wires
from guard_adapters.front.mcp.stdio.listing import all_tools, tools_of
from guard_adapters.front.mcp.stdio.tool import PipedTool, with_note
from guard_adapters.front.mcp.stdio.waiting import Waiting, tick
from guard_adapters.front.mcp.tools.listen import listens, told
from guard_adapters.front.mcp.tools.pins import LIST_CHANGED, MAX_AGE_MS, PinBook

if TYPE_CHECKING:
    from guard_adapters.front.hooks.child import Hooks
    from guard_adapters.front.mcp.auth.access_token import Caller  # loads what a pipe never needs
    from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal

_LIST_S: Final = 5
_UNRECORDED: Final = "outcome_unrecorded"  # the guard's code for: it ran and could not be noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose pipe this is: the upstream's name, its rules, the caller and what it declared."""

    upstream: str
    caller: "Caller"
    rules: ServerRules = field(default_factory=ServerRules)
    rounds: "RequestStateSeal | None" = None  # seals what this caller must bring back
    session: str = ""  # a handle given on the command line
    intent: bytes = b""
    token_in_meta: bool = False  # the server checks call tokens
    hooks: "Hooks | None" = None  # the server pulls what it needs
    tasks: Owners = field(default_factory=MemoryOwners)  # several pipes may lead to one server

    @property
    def key(self) -> str:
        """Under what the definitions seen on this pipe are kept."""
        return f"{self.caller.issuer}\0{self.caller.subject}\0{self.caller.agent}"


@dataclass(slots=True)
class FrontDesk:
    """Settles the requests of one pipe with the guard in this process."""

    front: GuardFront
    place: Place
    book: PinBook = field(default_factory=PinBook)
    era: Era | None = None
    elicitation: frozenset[str] = frozenset()  # declared at initialize
    list_turn: int = 0  # how often its tools had changed when it last knew them

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        """Return the response to one request. Raises Gone, WireRefused."""
        if side == "server":
            return await self._asked_by_server(message, wires)
        refuse_near_keys(message)
        place, settings = self.place, self.front.settings
        returned = await opened_for(
            self._rounds(), message, self.front, place.caller, place.session
        )
        asked = admit(
            returned.message,
            session=place.session,
            intent=place.intent,
            max_intent_bytes=settings.max_intent_bytes,
        )
        self.era = self.era or asked.era
        if asked.method == "initialize":
            self.hear_initialize(asked.message)
        tasks = OwnTasks(owners=place.tasks, server=place.upstream, who=place.key)
        try:
            asked = await tasks.admitted(asked, self.front.now_ms())
            answer = await self._routed(asked, wires, returned)
            return await tasks.answered(asked, answer, self.front.now_ms()) or answer
        except Unavailable as error:
            return refused(asked, refusal_of(error, ran=asked.way is not Way.LIST))

    async def _routed(self, asked: Asked, wires: Wires, returned: Returned) -> Message:
        match asked.way:
            case Way.FORWARD if listens(asked):
                return await self._listening(asked, wires)
            case Way.FORWARD:
                return self._seen(asked, await wires.ask("server", asked.message))
            case Way.LIST:
                return await self._listed(asked, wires)
            case Way.CALL | Way.METHOD | Way.UNKNOWN:
                if asked.method in self.front.allow_methods(self.place.upstream):
                    return self._seen(asked, await wires.ask("server", asked.message))
                return await self._judged(asked, wires, returned)

    async def _listening(self, asked: Asked, wires: Wires) -> Message:
        async def tell(message: Message) -> None:
            wires.tell("client", message)

        relisted = self.front.relisted
        teller = asyncio.create_task(told(asked, lambda: relisted(self.place.caller), tell))
        try:
            return self._seen(asked, await wires.ask("server", asked.message))
        finally:
            teller.cancel()

    def hear_initialize(self, message: Message) -> None:
        """Remember what the client of this pipe can do."""
        self.elicitation = modes((message.get("params") or {}).get("capabilities"))

    async def aclose(self) -> None:
        """Nothing outlives the requests of the pipe."""

    def _rounds(self) -> Rounds | None:
        seal, key, upstream = self.place.rounds, self.place.key, self.place.upstream
        if seal is None:
            return None
        return Rounds(
            seal=seal,
            who=key,
            upstream=upstream,
            now_ms=self.front.now_ms(),
            unasked=self.place.rules.unasked_answers,
        )

    async def _asked_by_server(self, message: Message, wires: Wires) -> Message:
        params, method = message.get("params") or {}, message["method"]
        match server_ask(method, params, self.era or "legacy", self.place.rules):
            case Ask.PASS:
                answer = await wires.ask("client", clean(message))
                unasked = self.place.rules.unasked_answers
                if unasked or fits(answer.get("result"), fields_of(message)):
                    return answer
                return withheld(message_id(message), method)
            case Ask.REFUSE | Ask.DROP:
                return refused_to_server(message_id(message), method)

    def _seen(self, asked: Asked, message: Message) -> Message:
        message = clean(message)
        if method := refused_input(message.get("result"), self.place.rules):
            return refused(asked, refusal("DENIED", "server_ask_refused", method=method))
        rounds = self._rounds()
        return rounds.wrapped(message, asked.method) if rounds else message

    async def _listed(self, asked: Asked, wires: Wires) -> Message:
        server, key = self.place.upstream, self.place.key
        try:
            session = await self._session(asked)
            self.list_turn = self.front.list_turn(self.place.caller)
            message = self._seen(asked, await wires.ask("server", asked.message))
            tools = tools_of(message)
            if tools is None:
                return message
            self.book.learn(server, key, tools)
            names = frozenset(tool["name"] for tool in tools)
            visible = await self.front.visible(session, server, names)
        except GuardError as error:
            return refused(asked, refusal_of(error))
        shown = [tool for tool in tools if self._shown(tool["name"], visible)]
        return {**message, "result": {**message["result"], "tools": shown}}

    def _shown(self, name: str, visible: frozenset[str]) -> bool:
        spec = self.front.spec(self.place.upstream, name)
        state = self.book.state(self.place.upstream, self.place.key, name, spec)
        return name in visible and state != "changed"

    async def _session(self, asked: Asked) -> str:
        return await self.front.session(self.place.caller, asked.session, asked.intent)

    async def _judged(self, asked: Asked, wires: Wires, returned: Returned) -> Message:
        place, settings = self.place, self.front.settings
        name, server = tool_name(asked), place.upstream
        spec = self.front.spec(server, name)
        if asked.way is Way.CALL:
            await self._published(asked, name, wires)
        tool = PipedTool(
            asked=asked,
            wires=wires,
            seen=self._seen,
            hooks=place.hooks,
            token_in_meta=place.token_in_meta,
        )
        ticking = asyncio.create_task(
            tick(asked, wires, settings.progress_every_s, lambda: tool.ran)
        )
        waiting = Waiting(asked=asked, wires=wires, said_no=self.said_no)
        invitation = waiting.invitation(
            self.front,
            self.front.hold_ms(place.caller),
            modern_modes(asked) if asked.era == "modern" else self.elicitation,
            answers=place.rounds is not None,
        )
        try:
            if returned.action == "decline":
                await self.said_no(returned.approval_id)
                raise declined(returned.approval_id)
            call = tool_call(
                asked,
                call_id=self.front.new_id(),
                session=await self._session(asked),
                server=server,
                definition=self.book.state(server, place.key, name, spec),
                max_args_bytes=settings.max_args_bytes,
                acting=place.caller.acting,
            )
            result = await self.front.call(call, tool, hold_ms=invitation)
        except ApprovalPending as error:
            invitation.open = True
            rounds = self._rounds()
            if invitation.invited and invitation.invite is None and rounds is not None:
                return rounds.invitation(invitation)
            no = refusal_of(error, held_at=invitation.link)
            return refused(asked, no, structured=self._free(name))
        except GuardError as error:
            if error.code == "call_cut" and tool.ran:
                wires.tell("server", taken_back(asked.id))
            no = refusal_of(error, ran=tool.ran or error.code == _UNRECORDED)
            return refused(asked, no, structured=self._free(name))
        finally:
            ticking.cancel()
            waiting.over()
            self._relist(wires)
        return with_note(result)

    def _relist(self, wires: Wires) -> None:
        """Say that the list of tools has changed since it was asked for, if it has."""
        before, self.list_turn = self.list_turn, self.front.list_turn(self.place.caller)
        if before != self.list_turn:
            wires.tell("client", notice(LIST_CHANGED))

    async def said_no(self, approval_id: str) -> None:
        """Record that the person did not want to look; a question that has ended stays as it is."""
        with contextlib.suppress(GuardError):
            await self.front.declined(self.place.caller, approval_id)

    async def _published(self, asked: Asked, name: str, wires: Wires) -> None:
        server, key = self.place.upstream, self.place.key
        spec = self.front.spec(server, name)
        pinned = spec is not None and bool(spec.pins)
        if pinned and not self.book.fresh(server, key, self.front.now_ms()):
            # Unanswered, the book stays as it is, and pinned tools count as changed.
            with contextlib.suppress(TimeoutError, Gone):
                async with asyncio.timeout(_LIST_S):
                    tools = await all_tools(asked, wires)
                    self.book.listed(server, key, tools, self.front.now_ms() + MAX_AGE_MS)
        found = self.book.definition(server, key, name) or {}
        schema = (spec.input_schema if spec else None) or found.get("inputSchema")
        if isinstance(arguments := asked.params.get("arguments"), dict):
            refuse_near_arguments(arguments, schema if isinstance(schema, Mapping) else None)

    def _free(self, name: str) -> bool:
        found = self.book.definition(self.place.upstream, self.place.key, name)
        return found is not None and "outputSchema" not in found
