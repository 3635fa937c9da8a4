"""The client side of MCP: `guard_session` judges every tool call of one client session.

Whatever framework sits on the session calls through it: its agents need nothing of their own. Not
seen is a framework that sends `tools/call` past `call_tool`; put `guard proxy` or `guard serve`
before the server then.
"""

from dataclasses import replace
from typing import Any, Final

from mcp import ClientSession
from mcp_types import CallToolResult, TextContent

from guard_adapters.front.function import credential_here, idempotency_key_here
from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.mcp.protocol.private import IDEMPOTENCY_KEY, TOKEN_KEY
from guard_adapters.front.native import Native, NotRun, Ran, Waiting


def _shown(result: object) -> object:
    return (
        result.model_dump(mode="json", by_alias=True)
        if isinstance(result, CallToolResult)
        else None
    )


def _failed(result: object) -> bool:
    return isinstance(result, CallToolResult) and result.is_error


FORM: Final = Form(shown=_shown, failed=_failed)


def guard_session(
    session: ClientSession,
    guard: Guarding,
    *,
    server: str,
    conversation: str = "",
    in_headers: bool = False,
) -> ClientSession:
    """Return the same session, every tool call of it judged from now on.

    Args:
        session: a client session of the MCP SDK.
        guard: the guard of this agent.
        server: the name under which the catalogue lists the server's tools.
        conversation: the host's name of the conversation; empty = one for person and agent.
        in_headers: the session's HTTP client carries the credential of each call, see
            `guard_adapters.front.egress.mcp_http_client`; else a call token travels in `_meta`.
    """
    intake = replace(guard.intake, form=FORM)
    inner = session.call_tool

    async def call_tool(
        name: str,
        arguments: dict[str, Any] | None = None,
        *args: Any,  # noqa: ANN401  whatever else the SDK takes
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        async def run(judged: dict[str, Any]) -> object:
            found: object = await inner(
                name, judged, *args, **_with_own(kwargs, in_meta=not in_headers)
            )
            return found

        native = Native(server=server, tool=name, arguments=arguments or {}, session=conversation)
        match await intake.around(native, run):
            case Ran(result=result):
                return result
            case NotRun(text=text) | Waiting(text=text):
                return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)

    # On the object: whoever holds the session calls this one, and no other session changes.
    vars(session)["call_tool"] = call_tool
    return session


def _with_own(kwargs: dict[str, Any], *, in_meta: bool) -> dict[str, Any]:
    """Return the arguments with the call's token and idempotency key in `_meta`, if it has them."""
    credential, key = credential_here(), idempotency_key_here()
    # A token that is bound to a key is worth nothing without a header for its proof.
    bare = credential if in_meta and credential and credential.prover is None else None
    token = bare.token if bare is not None else ""
    own = {TOKEN_KEY: token} if token else {}
    own |= {IDEMPOTENCY_KEY: key} if key else {}
    return {**kwargs, "meta": {**(kwargs.get("meta") or {}), **own}} if own else kwargs
