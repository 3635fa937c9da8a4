"""Put this into an MCP server, and its tools run only with a call token for exactly that call.

`MCPServer(..., middleware=[CallGuard(verifier, clock=clock)])` checks every `tools/call`, over HTTP
and over stdio. It decides nothing: the guard did, and its token says so. No token, no call; there
is no switch to turn that off. Other servers put `asgi_verify` in front; functions use `verified`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from guard.clock import Clock
from guard.grant.verify import CallRefused, Proof, VerifiedCall, Verifier
from guard_adapters.front.verified import REFUSED as REFUSED  # noqa: PLC0414  public
from guard_adapters.front.verified import TOKEN_KEY as TOKEN_KEY  # noqa: PLC0414  public
from guard_adapters.front.verified import NoVerifiedCall as NoVerifiedCall  # noqa: PLC0414  public
from guard_adapters.front.verified import as_current, called_in, checked, proof_in, token_in
from guard_adapters.front.verified import guarded_tool as guarded_tool  # noqa: PLC0414  public
from guard_adapters.front.verified import verified_call as verified_call  # noqa: PLC0414  public

if TYPE_CHECKING:
    from mcp_types import RequestParamsMeta


class CallGuard:
    """MCP server middleware: verifies the call token of every `tools/call`.

    Args:
        verifier: this server's keys, issuer, audience and memory.
        clock: tells the time.
        binding_min: the least level that tools of this server accept.
        schemas: tool name -> digest of its definition, to be the one that the guard pinned.
        refused: told of each refusal, for logs and counters.
        url: this endpoint as clients spell it: proofs of possession must be for it. Without it, and
            over stdio, tokens that are bound to a key are refused.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        clock: Clock,
        binding_min: int = 0,
        schemas: Mapping[str, str] | None = None,
        refused: Callable[[CallRefused], None] | None = None,
        url: str = "",
    ) -> None:
        self._verifier = verifier
        self._clock = clock
        self._binding_min = binding_min
        self._schemas = schemas or {}
        self._refused = refused
        self._url = url

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Verify a tool call and run it; let every other message pass."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        params = dict(ctx.params or {})
        try:
            call = await self._check(self._token(ctx, params), params, self._proof(ctx))
        except CallRefused as no:
            if self._refused is not None:
                self._refused(no)
            raise MCPError(
                REFUSED, f"Refused: {no.message}", {"code": no.code, "step": no.step}
            ) from None
        with as_current(call):
            return await call_next(_without_token(ctx, params))

    def _token(self, ctx: ServerRequestContext[Any, Any], params: Mapping[str, Any]) -> str | None:
        meta = params.get("_meta")
        if isinstance(meta, Mapping) and TOKEN_KEY in meta:
            carried = meta[TOKEN_KEY]
            return carried if isinstance(carried, str) else None
        if not isinstance(ctx.request, Request):  # over stdio there is none
            return None
        return token_in(ctx.request.headers.raw, self._verifier.profile)

    def _proof(self, ctx: ServerRequestContext[Any, Any]) -> Proof | None:
        if not self._url or not isinstance(ctx.request, Request):
            return None
        raw, method = ctx.request.headers.raw, ctx.request.method
        return proof_in(raw, method=method, url=self._url, profile=self._verifier.profile)

    async def _check(
        self, token: str | None, params: Mapping[str, Any], proof: Proof | None
    ) -> VerifiedCall:
        name, arguments = called_in(params)
        return await checked(
            self._verifier,
            token,
            name,
            arguments,
            clock=self._clock,
            schema_s256=self._schemas.get(name),
            binding_min=self._binding_min,
            proof=proof,
        )


def _without_token(
    ctx: ServerRequestContext[Any, Any], params: Mapping[str, Any]
) -> ServerRequestContext[Any, Any]:
    """Return the context without the token: a tool that logs its request must not log it."""
    meta = params.get("_meta")
    if not isinstance(meta, Mapping) or TOKEN_KEY not in meta:
        return ctx
    kept = {name: value for name, value in meta.items() if name != TOKEN_KEY}
    seen = {name: value for name, value in (ctx.meta or {}).items() if name != TOKEN_KEY}
    # A typed dictionary without one of its free members is still that typed dictionary.
    return replace(
        ctx, params={**params, "_meta": kept}, meta=cast("RequestParamsMeta | None", seen)
    )
