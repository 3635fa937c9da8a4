"""FastMCP: `GuardMiddleware` as the last middleware of a server judges its tool calls.

Middleware that is added later stands behind it and could change a call after it was judged. A
question is an error result that begins with `APPROVAL_PENDING`; the same call again waits on.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import ToolResult
from mcp_types import CallToolRequestParams

from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting

Call: TypeAlias = "MiddlewareContext[CallToolRequestParams]"


def _shown(result: object) -> object:
    return result.model_dump(mode="json") if isinstance(result, ToolResult) else None


def _failed(result: object) -> bool:
    return isinstance(result, ToolResult) and result.is_error


FORM: Final = Form(shown=_shown, failed=_failed)


def nobody(_context: Call) -> str:
    """Return no conversation: calls belong to the one of person and agent."""
    return ""


class GuardMiddleware(Middleware):
    """Judges every tool call that reaches a server.

    Args:
        guard: the guard of whoever calls, or a function that returns it for a request. A request
            of somebody who was not authenticated has none: raise, and the call does not run.
        server: the name under which the catalogue lists the server's tools.
        conversation: returns the name of a request's conversation.
    """

    def __init__(
        self,
        guard: Guarding | Callable[[Call], Guarding],
        *,
        server: str,
        conversation: Callable[[Call], str] = nobody,
    ) -> None:
        self._guard = guard
        self._server = server
        self._conversation = conversation

    async def on_call_tool(
        self, context: Call, call_next: CallNext[CallToolRequestParams, ToolResult]
    ) -> ToolResult:
        """Judge a tool call and, if allowed, let the server run it with the judged arguments."""
        asked = context.message

        async def run(arguments: dict[str, Any]) -> object:
            judged = asked.model_copy(update={"arguments": arguments})
            return await call_next(context.copy(message=judged))

        guard = self._guard(context) if callable(self._guard) else self._guard
        native = Native(
            server=self._server,
            tool=asked.name,
            arguments=asked.arguments or {},
            session=self._conversation(context),
        )
        match await replace(guard.intake, form=FORM).around(native, run):
            case Ran(result=result):
                done: ToolResult = result
                return done
            case NotRun(text=text) | Waiting(text=text):
                return ToolResult(content=text, is_error=True)
