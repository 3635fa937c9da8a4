"""LangChain and LangGraph: `GuardMiddleware` for `create_agent`, its two methods for a `ToolNode`.

A question pauses the graph with LangGraph's own interrupt; what it is resumed with is never read.
Put it last in `middleware=[...]`: whatever stands behind it could change a call after it was
judged. Sub-agents have middleware of their own: give it to each.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.errors import GraphBubbleUp
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command, interrupt

from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Answer, Native, NotRun, Ran, Waiting

Result = ToolMessage | Command[Any]


def _shown(result: object) -> object:
    return result.content if isinstance(result, ToolMessage) else str(result)


def _failed(result: object) -> bool:
    return isinstance(result, ToolMessage) and result.status == "error"


def _frozen(result: object) -> bytes | None:
    # A Command holds objects of the graph, and an artifact whatever the tool likes.
    if not isinstance(result, ToolMessage) or result.artifact is not None:
        return None
    return result.model_dump_json().encode()


FORM: Final = Form(
    shown=_shown,
    failed=_failed,
    freeze=_frozen,
    revive=ToolMessage.model_validate_json,
    pauses=(GraphBubbleUp,),
)


class GuardMiddleware(AgentMiddleware):
    """Judges every tool call of a LangChain agent.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
    """

    def __init__(self, guard: Guarding, *, server: str) -> None:
        super().__init__()
        self._intake = replace(guard.intake, form=FORM)
        self._server = server

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]
    ) -> Result:
        """Judge one call, then run it with the judged arguments."""
        native = self._native(request)

        def run(arguments: dict[str, Any]) -> Result:
            return handler(_with(request, arguments))

        answer = self._intake.around_sync(native, run)
        while isinstance(answer, Waiting):
            interrupt(dict(answer.view))
            answer = self._intake.around_sync(native, run)
        return _told(answer, request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        """Judge one call, then run it with the judged arguments."""
        native = self._native(request)

        async def run(arguments: dict[str, Any]) -> Result:
            return await handler(_with(request, arguments))

        answer = await self._intake.around(native, run)
        while isinstance(answer, Waiting):
            interrupt(dict(answer.view))
            answer = await self._intake.around(native, run)
        return _told(answer, request)

    def _native(self, request: ToolCallRequest) -> Native:
        call, config = request.tool_call, request.runtime.config or {}
        scope, asked = _turn(_messages(request.state))
        return Native(
            server=self._server,
            tool=call["name"],
            arguments=call["args"],
            session=str(config.get("configurable", {}).get("thread_id", "")),
            scope=scope,
            # Without the message's id, "call_0" of this turn could be that of an earlier one.
            call_id=(call["id"] or "") if scope else "",
            asked=asked,
        )


def _messages(state: Any) -> Sequence[Any]:  # noqa: ANN401  a dict, a list or a model, as the graph has it
    if isinstance(state, list):
        return state
    found = state.get("messages") if isinstance(state, dict) else getattr(state, "messages", None)
    return found or ()


def _turn(messages: Sequence[Any]) -> tuple[str, str]:
    """Return the id of the message that made the call, and what was asked before it."""
    scope = ""
    for one in reversed(messages):
        if isinstance(one, HumanMessage):
            return scope, text_of(one.content)
        if not scope and getattr(one, "tool_calls", None):
            scope = str(one.id or "")
    return scope, ""


def _with(request: ToolCallRequest, arguments: dict[str, Any]) -> ToolCallRequest:
    return request.override(tool_call={**request.tool_call, "args": arguments})


def _told(answer: Answer, request: ToolCallRequest) -> Result:
    match answer:
        case Ran(result=result):
            done: Result = result
            return done
        case NotRun(text=text) | Waiting(text=text):
            call = request.tool_call
            return ToolMessage(
                text, tool_call_id=call["id"] or "", name=call["name"], status="error"
            )
