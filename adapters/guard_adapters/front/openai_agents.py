"""OpenAI Agents SDK: `GuardTools.wrap` puts the guard around each function tool of an agent.

A question interrupts the run in the SDK's own way; `resume` carries what people answered into the
saved state. The SDK's "approved" is a wake-up: the call is judged again before it runs. It refuses
tools that the SDK does not run through a function, because nothing could judge their calls here.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Final

from agents import FunctionTool, RunContextWrapper, RunState, Tool
from agents.items import ToolApprovalItem
from agents.tool import (
    maybe_invoke_function_tool_failure_error_function,
    set_function_tool_failure_error_function,
)
from agents.tool_context import ToolContext

from guard.errors import Unusable
from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding
from guard_adapters.front.mcp.judging.verdict import refusal, refusal_of
from guard_adapters.front.native import Answer, Native, Ran, Waiting
from guard_adapters.front.running import Handed
from guard_adapters.front.waiting import WaitingList

NOT_JSON: Final = refusal("DENIED", "bad_argument").text
KEPT_S: Final = 30.0
"""How long an answer that was given before the SDK runs the tool waits for it (seconds)."""

Key = tuple[str, str, str, str]


def session_id(context: object) -> str:
    """Return the conversation that a run's context names: its `session_id`, or none."""
    if isinstance(context, Mapping):
        return str(context.get("session_id", "") or "")
    return str(getattr(context, "session_id", "") or "")


class GuardTools:
    """Guards the tools of an agent: `Agent(tools=GuardTools(guard, server="shop").wrap(tools))`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
        conversation: returns the name of the conversation, from the context of a run.
    """

    def __init__(
        self, guard: Guarding, *, server: str, conversation: Callable[[Any], str] = session_id
    ) -> None:
        self._intake = guard.intake
        self._server = server
        self._conversation = conversation
        self._ours: dict[str, bool] = {}  # by name: no other question than the guard's
        # Answers that were there before the SDK runs the tool.
        self._early = WaitingList[Key, Handed | Answer](KEPT_S, _given_up)

    def wrap(self, tools: Iterable[Tool], *, accepted: Collection[str] = ()) -> list[Tool]:
        """Return the tools for an agent, each function tool behind the guard.

        Args:
            tools: the agent's tools.
            accepted: names of tools that may run unguarded, such as those of a provider.

        Raises:
            Unusable: `tool_not_guarded`: a tool is no function tool, and nobody accepted it.
        """
        return [self._wrapped(tool, accepted) for tool in tools]

    def _wrapped(self, tool: Tool, accepted: Collection[str]) -> Tool:
        if isinstance(tool, FunctionTool):
            return self._guarded(tool)
        if tool.name in accepted:
            return tool
        raise Unusable(
            f"Calls of {tool.name!r} ({type(tool).__name__}) do not pass through here.",
            code="tool_not_guarded",
            next_step="Leave the tool out, or name it in `accepted` and let it run unguarded.",
        )

    def _guarded(self, tool: FunctionTool) -> FunctionTool:
        run, own = _Inner(tool), tool.needs_approval
        self._ours[tool.name] = own is False and self._ours.get(tool.name, True)

        async def needs(context: RunContextWrapper[Any], said: dict[str, Any], call: str) -> bool:
            if await own(context, said, call) if callable(own) else own:
                return True
            native = self._native(
                tool.name, said, self._conversation(context.context), _asked(context)
            )
            return await self._asks(native, call)

        async def invoke(context: ToolContext[Any], raw: str) -> object:
            said = _parsed(raw)
            if said is None:
                return NOT_JSON
            native = self._native(
                tool.name, said, self._conversation(context.context), _asked(context)
            )
            return await run.told(context, lambda it: self._answer(native, context, it))

        return replace(tool, on_invoke_tool=invoke, needs_approval=needs)

    async def _asks(self, native: Native, call: str) -> bool:
        """Return whether the run has to pause for a person; the question is open then."""
        finds = (await self._intake.look(native)).finds
        if finds not in {"unasked", "ended"}:  # else the call itself is told what holds
            return finds == "open"
        answer = await self._intake.before(native)
        if isinstance(answer, Waiting):
            return True
        self._early.keep(_key(native, call), answer)
        return False

    async def _answer(self, native: Native, context: ToolContext[Any], run: "_Run") -> Answer:
        early = self._early.take(_key(native, context.tool_call_id))
        if early is None:
            return await self._intake.around(native, run)
        if isinstance(early, Handed):
            answer: Answer = await early.run(run)
            return answer
        return early

    async def resume(
        self, state: RunState[Any, Any], *, conversation: str = ""
    ) -> list[ToolApprovalItem]:
        """Carry what people answered into a saved run; return the interruptions that are left.

        Left are open questions, and what the guard did not ask: calls of other tools, and of tools
        with a `needs_approval` of their own.

        Args:
            state: the interrupted run.
            conversation: its name, as the context of the run has it.
        """
        return [
            item
            for item in state.get_interruptions()
            if not await self._carried(state, item, conversation)
        ]

    async def _carried(
        self, state: RunState[Any, Any], item: ToolApprovalItem, conversation: str
    ) -> bool:
        if not item.tool_name or not self._ours.get(item.tool_name, False):
            return False
        said = _parsed(item.arguments or "")
        if said is None:  # the SDK pauses for what it cannot parse; the call is told why
            state.approve(item)
            return True
        look = await self._intake.look(self._native(item.tool_name, said, conversation))
        if look.finds in {"approved", "no_question"}:
            state.approve(item)
            return True
        if look.no is None:
            return False
        state.reject(item, rejection_message=refusal_of(look.no).text)
        return True

    def _native(
        self, tool: str, arguments: dict[str, Any], conversation: str, asked: str = ""
    ) -> Native:
        # No id: other vendors' models repeat theirs over runs, and this SDK runs no finished
        # sibling again.
        return Native(
            server=self._server,
            tool=tool,
            arguments=arguments,
            session=conversation,
            asked=asked,
        )


def _asked(context: RunContextWrapper[Any]) -> str:
    items: list[Any] = context.turn_input
    for one in reversed(items):
        if isinstance(one, dict) and one.get("role") == "user":
            return text_of(one.get("content"))
    return ""


_Run = Callable[[dict[str, Any]], Any]


class _Inner:
    """The tool as it came. What it raises is seen by the guard before the SDK makes it a text."""

    def __init__(self, tool: FunctionTool) -> None:
        raising = copy(tool)
        set_function_tool_failure_error_function(raising, None)
        self._tool, self._run = tool, raising.on_invoke_tool
        # A copy binds anew only those that turn errors into texts; others fail the run.
        self._tells = raising.on_invoke_tool is not tool.on_invoke_tool

    async def told(self, context: ToolContext[Any], ask: Callable[[_Run], Any]) -> object:
        """Let the call be answered and return what the model reads."""

        async def run(arguments: dict[str, Any]) -> object:
            found: object = await self._run(context, json.dumps(arguments, ensure_ascii=False))
            return found

        try:
            answer: Answer = await ask(run)
        except Exception as error:  # the tool's own: told as the SDK tells it, or raised to it
            text = await self._text(context, error) if self._tells else None
            if text is None:
                raise
            return text
        return answer.result if isinstance(answer, Ran) else answer.text

    async def _text(self, context: ToolContext[Any], error: Exception) -> str | None:
        return await maybe_invoke_function_tool_failure_error_function(
            function_tool=self._tool, context=context, error=error
        )


def _given_up(answer: Handed | Answer) -> None:
    if isinstance(answer, Handed):
        answer.give_up()


def _key(native: Native, call: str) -> Key:
    return native.session, native.tool, call, json.dumps(native.arguments, sort_keys=True)


def _parsed(raw: str) -> dict[str, Any] | None:
    """Return the arguments of a call, or None where they are not one JSON object."""
    try:
        found = json.loads(raw or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
