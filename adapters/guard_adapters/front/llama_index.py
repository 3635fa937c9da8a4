"""LlamaIndex: `GuardTools.wrap` puts the guard around each tool of an agent.

The tool's own `call` and `acall` are judged, whatever calls them. A question is an error output
that begins with `APPROVAL_PENDING`; the same call again waits on. LlamaIndex's own way to wait for
a person keeps too little of a run to take it up in another process.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from llama_index.core.tools import BaseTool, ToolOutput, adapt_to_async_tool
from llama_index.core.workflow import Context, WorkflowRuntimeError

from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding, Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Answer, Native, Ran


def _shown(result: object) -> object:
    return result.content if isinstance(result, ToolOutput) else str(result)


def _failed(result: object) -> bool:
    return isinstance(result, ToolOutput) and result.is_error


FORM: Final = Form(shown=_shown, failed=_failed)


class GuardTools:
    """Guards tools: `FunctionAgent(tools=GuardTools(guard, server="shop").wrap(tools))`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
        conversation: the name of the agent's conversation; the framework tells a tool none.
    """

    def __init__(self, guard: Guarding, *, server: str, conversation: str = "") -> None:
        self._intake = replace(guard.intake, form=FORM)
        self._server = server
        self._conversation = conversation

    def wrap(self, tools: Iterable[BaseTool]) -> list[BaseTool]:
        """Return the tools for an agent, every run of them judged from now on."""
        return [self._guarded(adapt_to_async_tool(tool)) for tool in tools]

    def _guarded(self, tool: Any) -> BaseTool:  # noqa: ANN401  an AsyncBaseTool
        held, native = vars(tool), self._native(tool)
        if not isinstance(held.get("call"), _Call):
            context = str(getattr(tool, "ctx_param_name", None) or "")
            # On the object: whatever runs this tool from now on runs it through here.
            held["call"] = _Call(self._intake, native, tool.call, context)
            held["acall"] = _AsyncCall(self._intake, native, tool.acall, context)
        guarded: BaseTool = tool
        return guarded

    def _native(self, tool: BaseTool) -> Native:
        # No id: the framework tells a tool none.
        return Native(
            server=self._server,
            tool=tool.metadata.get_name(),
            arguments={},
            session=self._conversation,
        )


class _Call:
    """Stands in the place of one tool's `call`. The framework's own context is no argument."""

    def __init__(
        self, intake: Intake, native: Native, inner: Callable[..., Any], context: str
    ) -> None:
        self._intake, self._native, self._inner, self._context = intake, native, inner, context

    def __call__(self, *args: Any, **kwargs: Any) -> ToolOutput:  # noqa: ANN401  the tool's own
        own, native = self._apart(args, kwargs)
        answer = self._intake.around_sync(native, lambda judged: self._inner(**judged, **own))
        return self._told(answer)

    def _apart(self, args: Any, kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], Native]:  # noqa: ANN401
        own = {name: one for name, one in kwargs.items() if name == self._context}
        said = {name: one for name, one in kwargs.items() if name not in own}
        if args:  # a tool of one argument: what it is called stays between tool and framework
            said = {"input": args[0]} | said
        return own, replace(self._native, arguments=said)

    def _told(self, answer: Answer) -> ToolOutput:
        if isinstance(answer, Ran):
            done: ToolOutput = answer.result
            return done
        name, text = self._native.tool, answer.text
        return ToolOutput(
            tool_name=name, content=text, raw_input={}, raw_output=text, is_error=True
        )


class _AsyncCall(_Call):
    """Stands in the place of one tool's `acall`."""

    async def __call__(self, *args: Any, **kwargs: Any) -> ToolOutput:  # type: ignore[override]  # noqa: ANN401
        own, native = self._apart(args, kwargs)
        native = replace(native, asked=await _asked())

        async def run(judged: dict[str, Any]) -> object:
            found: object = await self._inner(**judged, **own)
            return found

        return self._told(await self._intake.around(native, run))


async def _asked() -> str:
    """Return what the workflow that runs here was asked; nothing outside of one."""
    try:
        context = Context.get_step_context()
    except WorkflowRuntimeError:
        return ""
    return text_of(await context.store.get("user_msg_str", default=""))
