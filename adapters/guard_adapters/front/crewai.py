"""CrewAI: `GuardTools.wrap` puts the guard around each tool of an agent.

The tool's own function is judged, whatever calls it. CrewAI has no way to pause a run: with a
question open the model reads `APPROVAL_PENDING`, and the same call again waits on. Results of
guarded tools are not cached, for a cached one would be no call. CrewAI works in a thread, which
cannot be stopped: `run` lets no further call through once whoever awaits it is cancelled.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any, Final, TypeVar

from crewai.hooks import (
    ToolCallHookContext,
    register_before_tool_call_hook,
    unregister_before_tool_call_hook,
)
from crewai.tools import BaseTool

from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Answer, Native, Ran
from guard_adapters.front.threads import ThreadRun

T = TypeVar("T")

FORM: Final = Form(shown=str)
_task: ContextVar[str] = ContextVar("task", default="")


def never(_arguments: object = None, _result: object = None) -> bool:
    """Return that a result is not cached."""
    return False


def hear(context: ToolCallHookContext) -> None:
    """Note the task in which a tool is about to be called: CrewAI tells hooks, and no tool."""
    _task.set(str(getattr(context.task, "description", None) or ""))


class GuardTools:
    """Guards the tools of an agent: `Agent(tools=GuardTools(guard, server="shop").wrap(tools))`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
        conversation: the name of the crew's conversation; the framework tells a tool none.
    """

    def __init__(self, guard: Guarding, *, server: str, conversation: str = "") -> None:
        self._run = ThreadRun(replace(guard.intake, form=FORM))
        self._server = server
        self._conversation = conversation
        unregister_before_tool_call_hook(hear)  # once, however many guards there are
        register_before_tool_call_hook(hear)

    async def run(self, kickoff: Callable[[], T]) -> T:
        """Run a crew or a flow in a thread: `await guarded.run(crew.kickoff)`; see `ThreadRun`."""
        return await self._run.run(kickoff)

    def give_up(self) -> None:
        """Let no further call of these tools through; `run` does it when it is cancelled."""
        self._run.give_up()

    def wrap(self, tools: Iterable[BaseTool]) -> list[BaseTool]:
        """Return the same tools, every run of them judged from now on."""
        return [self._guarded(tool) for tool in tools]

    def _guarded(self, tool: BaseTool) -> BaseTool:
        held, native = vars(tool), self._native(tool)
        # On the object: whatever runs this tool from now on runs it through here.
        if "func" in held:  # made of a function, which CrewAI calls past `_run`
            held["func"] = self._around(native, held["func"])
        else:
            held["_run"] = self._around(native, tool._run)  # noqa: SLF001  what a tool is made of
            held["_arun"] = self._around(native, tool._arun)  # noqa: SLF001
        tool.cache_function = never
        return tool

    def _native(self, tool: BaseTool) -> Native:
        # No id: the framework tells a tool none.
        return Native(server=self._server, tool=tool.name, arguments={}, session=self._conversation)

    def _around(self, native: Native, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Return what stands in the place of a tool's function; one that does is left there."""
        if getattr(inner, "__module__", "") == __name__:
            return inner

        async def run(judged: dict[str, Any]) -> object:
            found: object = await inner(**judged)
            return found

        async def later(**arguments: Any) -> Any:  # noqa: ANN401  the tool's own
            said = replace(native, arguments=arguments, asked=_task.get())
            return _told(await self._run.around(said, run))

        def now(**arguments: Any) -> Any:  # noqa: ANN401  the tool's own
            said = replace(native, arguments=arguments, asked=_task.get())
            return _told(self._run.around_sync(said, lambda judged: inner(**judged)))

        return later if iscoroutinefunction(inner) else now


def _told(answer: Answer) -> Any:  # noqa: ANN401  the tool's own
    return answer.result if isinstance(answer, Ran) else answer.text
