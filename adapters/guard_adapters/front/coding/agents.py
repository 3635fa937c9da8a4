"""Claude Code, Codex, Gemini CLI: events of their hooks as tool calls, the answers in their words.

The agent asks before a tool runs, runs it itself and tells afterwards, each time by a process of
its own (`hook`). What was typed is kept as the agent's word and no person's: a command that
the agent runs could send the same event. What never ends within its time has an unknown outcome.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from guard.errors import Refused
from guard.model.rerun import rerun_key
from guard_adapters.front.asked import Prompts, text_of
from guard_adapters.front.intake import Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.mcp.judging.verdict import refusal
from guard_adapters.front.native import Native, NotRun, Ran, Waiting
from guard_adapters.front.running import Handed
from guard_adapters.front.waiting import WaitingList

MCP: Final = "mcp__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one coding agent speaks to its hooks.

    Args:
        before: the event before a call.
        after: the events after one, and whether each tells that the tool failed.
        prompt: the event where somebody asks for something.
        scope: the member that tells apart the ids of two turns.
        merges: whether rewritten arguments are laid over the model's: none can be taken out then.
        server_in: the member that says which MCP server a tool is of; empty = its name does.
    """

    before: str
    after: Mapping[str, bool]
    prompt: str = "UserPromptSubmit"
    scope: str = ""
    merges: bool = False
    server_in: str = ""


DIALECTS: Final[Mapping[str, Dialect]] = {
    "claude": Dialect(
        before="PreToolUse",
        after={"PostToolUse": False, "PostToolUseFailure": True},
        scope="prompt_id",
    ),
    "codex": Dialect(before="PreToolUse", after={"PostToolUse": False}, scope="turn_id"),
    "gemini": Dialect(
        before="BeforeTool",
        after={"AfterTool": False},
        prompt="BeforeAgent",
        merges=True,
        server_in="mcp_context",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the hook does: exit 0 with JSON or nothing, or exit 2 with a text for the model."""

    exit: int = 0
    stdout: str = ""
    stderr: str = ""


GO: Final = Said()


class HookDesk:
    """Answers the hooks of one coding agent.

    Args:
        intake: the guard, for this person and this agent.
        agent: its name in `DIALECTS`, under which the catalogue lists its built-in tools.
        defers: whether it can put a call off and be resumed, where a person is asked.
        most_open: how many calls of one conversation may wait to be told their end. Codex tells
            none of a call that failed: one more, and the oldest counts as lost.
    """

    def __init__(
        self, intake: Intake, agent: str, *, defers: bool = False, most_open: int = 16
    ) -> None:
        self._intake = replace(intake, form=Form(failed=_failed))
        self._agent = agent
        self._dialect = DIALECTS[agent]
        self._defers = defers
        self._most_open = most_open
        self._prompts = Prompts()
        self._running = WaitingList[str, _Open](
            intake.run_ms / 1000, lambda late: late.handed.give_up()
        )

    async def answer(self, event: Mapping[str, Any], proxied: Collection[str] = ()) -> Said:
        """Return what the hook says to its agent.

        Args:
            event: what the agent wrote to the hook.
            proxied: MCP servers whose calls another front of this guard judges.
        """
        try:
            named = str(event["hook_event_name"])
            if named == self._dialect.prompt:
                if "agent_id" not in event:  # else a model wrote it, for a sub-agent
                    self._prompts.heard(str(event["session_id"]), text_of(event.get("prompt")))
                return GO
            native = self._native(event)
        except (KeyError, TypeError, ValueError):
            return _no(refusal("DENIED", "bad_argument").text)
        if native.server in proxied and native.server != self._agent:
            return GO
        if named == self._dialect.before:
            return await self._before(native)
        if named in self._dialect.after:
            response = event.get("tool_response", event.get("error"))
            return await self._after(native, response, failed=self._dialect.after[named])
        return _no(refusal("DENIED", "hook_event_unknown").text)

    async def aclose(self) -> None:
        """Give up every call that still runs: its outcome is unknown."""
        for one in self._running:
            await one.handed.lost()
        self._running.clear()

    async def _before(self, native: Native) -> Said:
        await self._made_room(native.session)
        match await self._intake.before(native):
            case Handed() as handed:
                return await self._go(native, handed)
            case Waiting(text=text) if self._defers:
                told = {"permissionDecision": "defer", "permissionDecisionReason": text}
                return self._said(told)
            case NotRun(text=text) | Waiting(text=text):
                return _no(text)
            case Ran():  # this agent cannot be handed a result in place of a run
                return _no(refusal("RESULT_WITHHELD", "already_ran").text)

    async def _go(self, native: Native, handed: Handed) -> Said:
        proposed, judged = dict(native.arguments), handed.arguments
        if self._dialect.merges and set(proposed) - set(judged):
            error = Refused("An argument cannot be taken out here.", code="narrowing_impossible")
            await handed.failed(error)
            return _no(refusal("DENIED", error.code).text)
        self._running.keep(_key(native, judged), _Open(native, handed))
        if judged == proposed:
            return GO
        if self._dialect.merges:
            return self._said({"tool_input": judged})
        return self._said({"permissionDecision": "allow", "updatedInput": judged})

    async def _made_room(self, session: str) -> None:
        """Give up the oldest calls of a conversation where too many were never told their end."""
        opened = [one for one in self._running if one.native.session == session]
        for one in opened[: max(0, len(opened) - self._most_open + 1)]:
            if self._running.take(_key(one.native, one.handed.arguments)) is not None:
                await one.handed.lost()

    def _said(self, told: Mapping[str, object]) -> Said:
        whole = {"hookEventName": self._dialect.before, **told}
        return Said(stdout=json.dumps({"hookSpecificOutput": whole}))

    def inside(self, server: str, tool: str, arguments: Mapping[str, object]) -> Handed | None:
        """Return the allowed call in which a tool begins to run, each one once, or None."""
        for one in self._running:
            of_it = (one.native.server, one.native.tool) == (server, tool)
            if of_it and not one.begun and one.handed.arguments == arguments:
                one.begun = True
                return one.handed
        return None

    async def _after(self, native: Native, response: object, *, failed: bool) -> Said:
        opened = self._running.take(_key(native, native.arguments))
        if opened is None:  # of before this guard began: its outcome is recorded as unknown
            return GO
        if failed:
            await opened.handed.failed(_ToolFailed())
            return GO
        answer = await opened.handed.returned(response)
        return _no(answer.text) if isinstance(answer, NotRun) else GO

    def _native(self, event: Mapping[str, Any]) -> Native:
        arguments = event["tool_input"]
        if not isinstance(arguments, Mapping):
            raise TypeError(type(arguments).__name__)
        server, tool = self._place(event)
        session = str(event["session_id"])
        return Native(
            server=server,
            tool=tool,
            arguments=arguments,
            session=f"{self._agent}:{session}" if session else "",
            scope=str(event.get(self._dialect.scope) or ""),
            call_id=str(event.get("tool_use_id") or ""),
            asked=self._prompts.of(session),
        )

    def _place(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """Return server and tool. No server of the catalogue has an underscore in its name.

        Raises:
            ValueError: an MCP server calls itself as the agent does, whose own tools it would be.
        """
        name, told = str(event["tool_name"]), event.get(self._dialect.server_in)
        if told is not None:
            server, tool = str(told["server_name"]), str(told["tool_name"])
        elif not name.startswith(MCP):
            return self._agent, name
        else:
            server, _, tool = name.removeprefix(MCP).partition("__")
        if server == self._agent:
            raise ValueError(server)
        return server or MCP, tool


@dataclass(slots=True)
class _Open:
    """A call that the agent runs."""

    native: Native
    handed: Handed
    begun: bool = False


class _ToolFailed(Exception):
    """What the agent tells of a tool that failed is in its own transcript."""


def _failed(response: object) -> bool:
    """Return whether a response tells of a failure: MCP's and Gemini's do."""
    if not isinstance(response, Mapping):
        return False
    return response.get("isError") is True or bool(response.get("error"))


def _no(text: str) -> Said:
    return Said(exit=2, stderr=text)


def _key(native: Native, judged: Mapping[str, object]) -> str:
    """Return what the two events of one call have in common; two equal calls end in their order.

    Where an agent has no ids, it tells the end with the arguments that the tool was given.
    """
    ident = native.call_id or json.dumps(dict(judged), sort_keys=True, default=str)
    return rerun_key(native.session, native.scope, native.server, native.tool, ident)
