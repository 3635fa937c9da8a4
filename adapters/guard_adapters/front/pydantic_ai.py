"""Pydantic AI: `GuardTools` as a capability of an agent. The innermost place there is.

It wraps the assembled toolset, so that it sees the final arguments of every tool, those of MCP
servers among them. A question defers the call in Pydantic AI's own way; "approved" in the results
that a run is resumed with is a wake-up, and its `override_args` are another call.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.exceptions import ApprovalRequired, CallDeferred, ModelRetry, ToolFailed
from pydantic_ai.tools import RunContext
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool, WrapperToolset

from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding, Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting

FORM: Final = Form(pauses=(ApprovalRequired, CallDeferred, ModelRetry))


@dataclass(kw_only=True)
class GuardedToolset(WrapperToolset[Any]):
    """Judges every call of the toolset that it wraps."""

    intake: Intake
    server: str

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> Any:  # noqa: ANN401  the framework's shape
        """Judge one call, then run it with the judged arguments.

        Raises:
            ApprovalRequired: a person has been asked.
            ToolFailed: the call did not run; the model reads why.
        """

        async def run(arguments: dict[str, Any]) -> object:
            found: object = await super(GuardedToolset, self).call_tool(name, arguments, ctx, tool)
            return found

        match await self.intake.around(self._native(name, tool_args, ctx), run):
            case Ran(result=result):
                return result
            case NotRun(text=text):
                raise ToolFailed(text)
            case Waiting(view=view):
                raise ApprovalRequired(metadata=dict(view))

    def _native(self, name: str, arguments: dict[str, Any], ctx: RunContext[Any]) -> Native:
        # The number of the model's answers so far is the same when a run is resumed, and tells
        # apart the "call_0" of two turns.
        turn = sum(message.kind == "response" for message in ctx.messages)
        return Native(
            server=self.server,
            tool=name,
            arguments=arguments,
            session=ctx.conversation_id or "",
            scope=str(turn),
            # Without a conversation, turn 1 of this run could be that of another one.
            call_id=(ctx.tool_call_id or "") if ctx.conversation_id else "",
            asked=text_of(ctx.prompt),
        )


@dataclass(init=False)
class GuardTools(AbstractCapability[Any]):
    """Guards all tools of an agent: `Agent(..., capabilities=[GuardTools(guard, server="shop")])`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
    """

    def __init__(self, guard: Guarding, *, server: str) -> None:
        self._intake = replace(guard.intake, form=FORM)
        self._server = server

    def get_wrapper_toolset(self, toolset: AbstractToolset[Any]) -> AbstractToolset[Any]:
        """Wrap the agent's assembled toolset."""
        return GuardedToolset(wrapped=toolset, intake=self._intake, server=self._server)
