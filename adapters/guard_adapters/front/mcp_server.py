"""The server side of the MCP SDK: `GuardServer` in `MCPServer(middleware=[...])` judges its calls.

Put it last: middleware behind it could change a call after it was judged. A question is an error
result that begins with `APPROVAL_PENDING`; the same call again waits on.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel

from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting

Context = ServerRequestContext[Any, Any]


def _shown(result: object) -> object:
    return (
        result.model_dump(mode="json", by_alias=True) if isinstance(result, BaseModel) else result
    )


def _failed(result: object) -> bool:
    shown = _shown(result)
    return isinstance(shown, Mapping) and shown.get("isError") is True


FORM: Final = Form(shown=_shown, failed=_failed)


def nobody(_context: Context) -> str:
    """Return no conversation: calls belong to the one of person and agent."""
    return ""


class GuardServer:
    """Judges every tool call that reaches a server.

    Args:
        guard: the guard of whoever calls, or a function that returns it for a request. A request
            of somebody who was not authenticated has none: raise, and the call does not run.
        server: the name under which the catalogue lists the server's tools.
        conversation: returns the name of a request's conversation.
    """

    def __init__(
        self,
        guard: Guarding | Callable[[Context], Guarding],
        *,
        server: str,
        conversation: Callable[[Context], str] = nobody,
    ) -> None:
        self._guard = guard
        self._server = server
        self._conversation = conversation

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Judge a tool call and, if allowed, let the server run it with the judged arguments."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        params = dict(ctx.params or {})

        async def run(arguments: dict[str, Any]) -> object:
            return await call_next(replace(ctx, params={**params, "arguments": arguments}))

        guard = self._guard(ctx) if callable(self._guard) else self._guard
        native = Native(
            server=self._server,
            tool=str(params.get("name", "")),
            arguments=params.get("arguments") or {},
            session=self._conversation(ctx),
        )
        match await replace(guard.intake, form=FORM).around(native, run):
            case Ran(result=result):
                done: HandlerResult = result
                return done
            case NotRun(text=text) | Waiting(text=text):
                return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
