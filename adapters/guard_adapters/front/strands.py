"""Strands: `guard_agent` puts the guard behind every hook and middleware of an agent's tools.

Call it once the agent has its other middleware: what is added later stands behind the guard and
could change a call. A question interrupts the run in the framework's own way; what the run is
resumed with is never read. What a tool tells on its way arrives together with its result.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

from strands import Agent
from strands.middleware import ExecuteToolContext, ExecuteToolStage, MiddlewareNext, ToolResultEvent
from strands.middleware import TypedEvent as Event

from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding, Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting


class _Paused(Exception):
    """The tool itself, or a sub-agent in it, has interrupted the run: it has no result yet."""


def _shown(result: object) -> object:
    return result.tool_result["content"] if isinstance(result, ToolResultEvent) else str(result)


def _failed(result: object) -> bool:
    return isinstance(result, ToolResultEvent) and result.tool_result["status"] == "error"


FORM: Final = Form(shown=_shown, failed=_failed, pauses=(_Paused,))


def session_of(agent: Agent) -> str:
    """Return the conversation of an agent: the one that its session manager keeps, or none."""
    return str(getattr(getattr(agent, "_session_manager", None), "session_id", "") or "")


def guard_agent(agent: Agent, guard: Guarding, *, server: str, conversation: str = "") -> Agent:
    """Return the same agent, every tool call of it judged from now on.

    Args:
        agent: the agent.
        guard: its guard.
        server: the name under which the catalogue lists the agent's tools.
        conversation: the name of its conversation; empty = the session that its manager keeps.
    """
    judge = _Judge(replace(guard.intake, form=FORM), server, conversation or session_of(agent))
    agent.add_middleware(ExecuteToolStage, judge)
    return agent


class _Judge:
    """The innermost middleware of one agent's tools."""

    def __init__(self, intake: Intake, server: str, conversation: str) -> None:
        self._intake, self._server, self._conversation = intake, server, conversation

    async def __call__(
        self, context: ExecuteToolContext, next_fn: MiddlewareNext[ExecuteToolContext, Event]
    ) -> AsyncIterator[Event]:
        use, events = context.tool_use, list[Event]()

        async def run(arguments: dict[str, Any]) -> object:
            judged: Any = {**use, "input": arguments}
            async for event in next_fn(replace(context, tool_use=judged)):
                events.append(event)
            results = [one for one in events if isinstance(one, ToolResultEvent)]
            if not results:
                raise _Paused
            return results[-1]

        try:
            answer = await self._intake.around(self._native(use, _asked(context.agent)), run)
        except _Paused:
            answer = None
        match answer:
            case NotRun(text=text):
                yield _told(use, text)
            case Waiting(approval_id=asked, view=view):
                for turn in count():  # each wake-up has an answer already; none of them is read
                    context.interrupt(f"guard {asked} {turn}", reason=dict(view))
            case Ran() | None:
                for event in events:
                    yield event

    def _native(self, use: Mapping[str, Any], asked: str) -> Native:
        # No id: models repeat theirs over turns, and a resumed run runs no finished sibling again.
        return Native(
            server=self._server,
            tool=str(use["name"]),
            arguments=use["input"] or {},
            session=self._conversation,
            asked=asked,
        )


def _asked(agent: Any) -> str:  # noqa: ANN401  an agent; results of tools are messages of a user, too
    for one in reversed(agent.messages):
        if one["role"] == "user" and (text := text_of(one["content"])):
            return text
    return ""


def _told(use: Mapping[str, Any], text: str) -> ToolResultEvent:
    content: Any = [{"text": text}]
    return ToolResultEvent(
        {"toolUseId": str(use["toolUseId"]), "status": "error", "content": content}
    )
