"""The desk of one pipe: requests of an attached or standalone relay, put before the guard.

Rule 1: what is judged is what is sent. Rule 2: a call that left and did not come back has an
unknown outcome, and the model is told so. It evaluates no policy; it keeps the era of the pipe
and nothing else.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from guard.errors import GuardError
from guard.model.call import Outcome, ToolCall, ToolResult
from guard_adapters.front.mcp_desk import Gone, Message, Side, Wires
from guard_adapters.front.mcp_front import GuardFront
from guard_adapters.front.mcp_gate import (
    NARROWED_KEY,
    Asked,
    Way,
    admit,
    clean,
    outgoing,
    tool_call,
    tool_name,
)
from guard_adapters.front.mcp_keys import refuse_near_arguments, refuse_near_keys
from guard_adapters.front.mcp_pins import MAX_AGE_MS, PinBook
from guard_adapters.front.mcp_server_asks import (
    Ask,
    ServerRules,
    refused_input,
    refused_to_server,
    server_ask,
)
from guard_adapters.front.mcp_verdict import Word, refusal, refusal_of, refused
from guard_adapters.front.mcp_wire import Era, message_id

if TYPE_CHECKING:
    from guard.grant.credential import Credential
    from guard_adapters.front.mcp_auth import Caller  # loads what a pipe never needs

_PAGES: Final = 50
_LIST_S: Final = 5
_ENVELOPE: Final = "io.modelcontextprotocol/"
_UNRECORDED: Final = "outcome_unrecorded"  # the guard's code for: it ran and could not be noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose pipe this is: the upstream's name, its rules, the caller and what it declared."""

    upstream: str
    caller: "Caller"
    rules: ServerRules = field(default_factory=ServerRules)
    session: str = ""  # a handle given on the command line
    intent: bytes = b""
    token_in_meta: bool = False  # the server checks call tokens

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

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        """Return the response to one request. Raises Gone, WireRefused."""
        if side == "server":
            return await self._asked_by_server(message, wires)
        refuse_near_keys(message)
        place, settings = self.place, self.front.settings
        asked = admit(
            message,
            session=place.session,
            intent=place.intent,
            max_intent_bytes=settings.max_intent_bytes,
        )
        self.era = self.era or asked.era
        match asked.way:
            case Way.FORWARD:
                return self._seen(asked, await wires.ask("server", asked.message))
            case Way.LIST:
                return await self._listed(asked, wires)
            case Way.CALL | Way.METHOD | Way.UNKNOWN:
                if asked.method in self.front.allow_methods(place.upstream):
                    return self._seen(asked, await wires.ask("server", asked.message))
                return await self._judged(asked, wires)

    async def aclose(self) -> None:
        """Nothing outlives the requests of the pipe."""

    async def _asked_by_server(self, message: Message, wires: Wires) -> Message:
        params, method = message.get("params") or {}, message["method"]
        match server_ask(method, params, self.era or "legacy", self.place.rules):
            case Ask.PASS:
                return await wires.ask("client", clean(message))
            case Ask.REFUSE | Ask.DROP:
                return refused_to_server(message_id(message), method)

    def _seen(self, asked: Asked, message: Message) -> Message:
        message = clean(message)
        if method := refused_input(message.get("result"), self.place.rules):
            return refused(asked, refusal("DENIED", "server_ask_refused", method=method))
        return message

    async def _listed(self, asked: Asked, wires: Wires) -> Message:
        server, key = self.place.upstream, self.place.key
        try:
            session = await self._session(asked)
            message = self._seen(asked, await wires.ask("server", asked.message))
            tools = _tools(message)
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

    async def _judged(self, asked: Asked, wires: Wires) -> Message:
        name, server, settings = tool_name(asked), self.place.upstream, self.front.settings
        if asked.way is Way.CALL:
            await self._published(asked, name, wires)
        tool = _Piped(desk=self, asked=asked, wires=wires)
        ticking = asyncio.create_task(_tick(asked, wires, settings.progress_every_s, tool))
        try:
            call = tool_call(
                asked,
                call_id=self.front.new_id(),
                session=await self._session(asked),
                server=server,
                definition=self.book.state(
                    server, self.place.key, name, self.front.spec(server, name)
                ),
                max_args_bytes=settings.max_args_bytes,
            )
            result = await self.front.call(call, tool, hold_ms=settings.hold_s * 1000)
        except GuardError as error:
            ran = tool.ran or error.code == _UNRECORDED
            return refused(asked, refusal_of(error, ran=ran), structured=self._free(name))
        finally:
            ticking.cancel()
        return _with_note(result)

    async def _published(self, asked: Asked, name: str, wires: Wires) -> None:
        server, key = self.place.upstream, self.place.key
        spec = self.front.spec(server, name)
        pinned = spec is not None and bool(spec.pins)
        if pinned and not self.book.fresh(server, key, self.front.now_ms()):
            # Unanswered, the book stays as it is, and pinned tools count as changed.
            with contextlib.suppress(TimeoutError, Gone):
                async with asyncio.timeout(_LIST_S):
                    tools = await _all_tools(asked, wires)
                    self.book.listed(server, key, tools, self.front.now_ms() + MAX_AGE_MS)
        found = self.book.definition(server, key, name) or {}
        schema = (spec.input_schema if spec else None) or found.get("inputSchema")
        if isinstance(arguments := asked.params.get("arguments"), dict):
            refuse_near_arguments(arguments, schema if isinstance(schema, Mapping) else None)

    def _free(self, name: str) -> bool:
        found = self.book.definition(self.place.upstream, self.place.key, name)
        return found is not None and "outputSchema" not in found

    async def carried(self, asked: Asked, message: Message, wires: Wires) -> ToolResult:
        """Send a judged message to the server; its last word is the result."""
        try:
            answer = self._seen(asked, await wires.ask("server", message))
        except Gone as gone:
            return ToolResult(outcome=Outcome.UNKNOWN, value=_said(asked, gone.word))
        result = answer.get("result")
        good = isinstance(result, dict) and result.get("isError") is not True
        outcome = Outcome.OK if good else Outcome.ERROR
        return ToolResult(outcome=outcome, value=answer, shown=result)


@dataclass(slots=True, kw_only=True)
class _Piped:
    """The tool behind the pipe, as the guard sees it."""

    desk: FrontDesk
    asked: Asked
    wires: Wires
    ran: bool = False

    async def run(self, call: ToolCall, credential: "Credential | None") -> ToolResult:
        self.ran = True
        wanted = credential is not None and self.desk.place.token_in_meta
        token = credential.token if credential is not None and wanted else ""
        return await self.desk.carried(self.asked, outgoing(self.asked, call, token), self.wires)


def _said(asked: Asked, word: Word) -> Message:
    return refused(asked, refusal(word, word.lower()))


def _with_note(result: ToolResult) -> Message:
    answer = result.value
    assert isinstance(answer, dict)  # noqa: S101 - made by `carried`
    said = answer.get("result")
    if not result.narrowed or not isinstance(said, dict):
        return answer
    note = [{"reason": code, "path": path} for code, path in result.narrowed]
    return {
        **answer,
        "result": {**said, "_meta": {**(said.get("_meta") or {}), NARROWED_KEY: note}},
    }


async def _tick(asked: Asked, wires: Wires, every_s: float, tool: _Piped) -> None:
    """Tell the client, while a person thinks, that the call is alive."""
    if asked.progress_token is None:
        return  # nothing else may be sent on stdio: it has no comments
    for turn in range(1, 1_000):
        await asyncio.sleep(every_s)
        if tool.ran:
            return
        # Far below one, so that the server's own progress still rises after it.
        note = {"progressToken": asked.progress_token, "progress": turn / 1000}
        params = {**note, "message": "Waiting for approval"}
        method = "notifications/progress"
        wires.tell("client", {"jsonrpc": "2.0", "method": method, "params": params})


async def _all_tools(asked: Asked, wires: Wires) -> list[Message]:
    meta = asked.params.get("_meta") or {}
    envelope = {key: value for key, value in meta.items() if key.startswith(_ENVELOPE)}
    found: list[Message] = []
    params: dict[str, Any] = {"_meta": envelope} if envelope else {}
    for _ in range(_PAGES):
        ident = "guard-" + secrets.token_hex(16)
        ask = {"jsonrpc": "2.0", "id": ident, "method": "tools/list", "params": params}
        page = clean(await wires.ask("server", ask))
        found += _tools(page) or []
        cursor = (page.get("result") or {}).get("nextCursor")
        if not isinstance(cursor, str):
            return found
        params = {**params, "cursor": cursor}
    raise Gone("GUARD_UNAVAILABLE")


def _tools(message: Message) -> list[Message] | None:
    result = message.get("result")
    tools = result.get("tools") if isinstance(result, dict) else None
    if not isinstance(tools, list):
        return None
    return [tool for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str)]
