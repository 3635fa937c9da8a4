"""Put this into an MCP server, and its tools run only with a call token for exactly that call.

`MCPServer(..., middleware=[CallGuard(verifier, clock=clock)])` checks every `tools/call`, over HTTP
and over stdio; `@guarded_tool` does the same for a plain function. Neither decides anything: the
guard did, and its token says so. No token, no call; there is no switch to turn that off.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError

from guard.clock import Clock
from guard.config import META_NAMESPACE
from guard.grant.verify import CallRefused, VerifiedCall, Verifier
from guard.model.call import Json

if TYPE_CHECKING:
    from mcp_types import RequestParamsMeta

TOKEN_KEY = f"{META_NAMESPACE}/call-token"
"""The member of `params._meta` that carries the token."""

REFUSED = 40300
"""JSON-RPC code of a refusal: outside the ranges that JSON-RPC and MCP reserve."""

_verified: ContextVar[VerifiedCall | None] = ContextVar("verified_call", default=None)


class NoVerifiedCall(LookupError):
    """The code asking runs outside a verified call."""


def verified_call() -> VerifiedCall:
    """Return what the guard vouches for about the call that is running.

    Raises:
        NoVerifiedCall: outside a guarded tool, or in a thread without the call's context.
    """
    call = _verified.get()
    if call is None:
        raise NoVerifiedCall(
            "no_verified_call: no guarded call runs here. Threads need contextvars.copy_context()."
        )
    return call


@contextmanager
def _as_current(call: VerifiedCall) -> Iterator[None]:
    mark = _verified.set(call)
    try:
        yield
    finally:
        _verified.reset(mark)


class CallGuard:
    """MCP server middleware: verifies the call token of every `tools/call`.

    Args:
        verifier: this server's keys, issuer, audience and memory.
        clock: tells the time.
        binding_min: the least level that tools of this server accept.
        schemas: tool name -> digest of its definition, to be the one that the guard pinned.
        refused: told of each refusal, for logs and counters.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        clock: Clock,
        binding_min: int = 0,
        schemas: Mapping[str, str] | None = None,
        refused: Callable[[CallRefused], None] | None = None,
    ) -> None:
        self._verifier = verifier
        self._clock = clock
        self._binding_min = binding_min
        self._schemas = schemas or {}
        self._refused = refused

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Verify a tool call and run it; let every other message pass."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        params = dict(ctx.params or {})
        try:
            call = await self._check(_token(ctx, params), params)
        except CallRefused as no:
            if self._refused is not None:
                self._refused(no)
            raise MCPError(
                REFUSED, f"Refused: {no.message}", {"code": no.code, "step": no.step}
            ) from None
        with _as_current(call):
            return await call_next(_without_token(ctx, params))

    async def _check(self, token: str | None, params: Mapping[str, Any]) -> VerifiedCall:
        name, arguments = params.get("name"), params.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, dict | None):
            raise CallRefused("args_mismatch", "name is not a string or arguments not an object.")
        return await checked(
            self._verifier,
            token,
            name,
            arguments,
            clock=self._clock,
            schema_s256=self._schemas.get(name),
            binding_min=self._binding_min,
        )


async def checked(
    verifier: Verifier,
    token: str | None,
    tool: str,
    arguments: Mapping[str, Json] | None,
    *,
    clock: Clock,
    schema_s256: str | None = None,
    binding_min: int = 0,
) -> VerifiedCall:
    """Return the verified call; an unknown key is looked for once more in a fresh key set.

    Raises:
        CallRefused: as `guard.grant.verify.verify_call`.
    """

    def check() -> VerifiedCall:
        return verifier.check(
            token,
            tool,
            arguments,
            now_ms=clock.now_ms(),
            schema_s256=schema_s256,
            binding_min=binding_min,
        )

    try:
        return check()
    except CallRefused as no:
        if no.code != "unknown_key" or not await verifier.refreshed(clock.now_ms()):
            raise
    return check()


def _token(ctx: ServerRequestContext[Any, Any], params: Mapping[str, Any]) -> str | None:
    meta = params.get("_meta")
    if isinstance(meta, Mapping) and TOKEN_KEY in meta:
        carried = meta[TOKEN_KEY]
        return carried if isinstance(carried, str) else None
    headers = getattr(ctx.request, "headers", {})  # over stdio there is no request
    scheme, _, carried = headers.get("authorization", "").partition(" ")
    return carried.strip() if scheme.lower() == "bearer" else None


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


def guarded_tool(
    verifier: Verifier, *, clock: Clock, name: str = "", binding_min: int = 0
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that runs a function only with a call token for those arguments.

    The caller passes the token as the keyword `call_token`, which the function never sees and
    which its signature, and so a schema made from it, does not show. The result is asynchronous.

    Raises:
        CallRefused: when the decorated function is called without a good token.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature, tool = inspect.signature(function), name or function.__name__

        @functools.wraps(function)
        async def guarded(*args: Any, call_token: str | None = None, **kwargs: Any) -> Any:  # noqa: ANN401  the function's own types
            arguments = _named(signature, args, kwargs)
            call = await checked(
                verifier, call_token, tool, arguments, clock=clock, binding_min=binding_min
            )
            with _as_current(call):
                result = function(*args, **kwargs)
                return await result if inspect.isawaitable(result) else result

        return guarded

    return decorate


def _named(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments by name, as the guard saw them: defaults stay out."""
    bound = signature.bind(*args, **kwargs)
    named: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        free = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
        named |= value if free else {name: value}
    return named
