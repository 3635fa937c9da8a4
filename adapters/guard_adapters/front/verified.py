"""What every form of the verifier shares, and the form for a plain function: `@guarded_tool`.

A form reads the token, the tool's name and the arguments from where its framework keeps them;
`checked` asks the verifier, and `verified_call` tells the tool's own code for whom it runs. It
knows no framework.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from guard.clock import Clock
from guard.config import META_NAMESPACE
from guard.grant.dpop import Bearing
from guard.grant.verify import CallRefused, Profile, Proof, VerifiedCall, Verifier
from guard.model.call import Json

TOKEN_KEY: Final = f"{META_NAMESPACE}/call-token"
"""The member of `params._meta` that carries the token in a message of MCP."""

REFUSED: Final = 40300
"""JSON-RPC code of a refusal: outside the ranges that JSON-RPC and MCP reserve."""

_verified: ContextVar[VerifiedCall | None] = ContextVar("verified_call", default=None)


Headers = Sequence[tuple[bytes, bytes]]


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
def as_current(call: VerifiedCall) -> Iterator[None]:
    """Make `verified_call` answer with this call, in this context and those copied from it."""
    mark = _verified.set(call)
    try:
        yield
    finally:
        _verified.reset(mark)


def token_in(headers: Headers, profile: Profile) -> str | None:
    """Return the token that the headers of a request carry; None where it is not exactly one."""
    if profile is Profile.TXN:
        return _single(headers, b"txn-token")
    scheme, _, carried = (_single(headers, b"authorization") or "").partition(" ")
    return carried.strip() if scheme.lower() in {"bearer", "dpop"} else None


def proof_in(
    headers: Headers,
    *,
    method: str,
    url: str,
    profile: Profile,
    nonces: tuple[str, ...] | None = None,
) -> Proof | None:
    """Return the proof that came with a request for `url`; None where it is not exactly one."""
    text = _single(headers, b"dpop")
    if text is None:
        return None
    bearing: Bearing = "tth" if profile is Profile.TXN else "ath"
    return Proof(text=text, method=method, url=url, nonces=nonces, bearing=bearing)


def _single(headers: Headers, name: bytes) -> str | None:
    found = [value for key, value in headers if key.lower() == name]
    # Of two, the application might read the other.
    return found[0].decode("latin-1").strip() if len(found) == 1 else None


def called_in(params: Mapping[str, Any]) -> tuple[str, Mapping[str, Json] | None]:
    """Return tool and arguments of a `tools/call`.

    Raises:
        CallRefused: `args_mismatch`: they are not of their types.
    """
    name, arguments = params.get("name"), params.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, dict | None):
        raise CallRefused("args_mismatch", "name is not a string or arguments not an object.")
    return name, arguments


async def checked(
    verifier: Verifier,
    token: str | None,
    tool: str,
    arguments: Mapping[str, Json] | None,
    *,
    clock: Clock,
    schema_s256: str | None = None,
    binding_min: int = 0,
    proof: Proof | None = None,
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
            proof=proof,
        )

    try:
        return check()
    except CallRefused as no:
        if no.code != "unknown_key" or not await verifier.refreshed(clock.now_ms()):
            raise
    return check()


def guarded_tool(
    verifier: Verifier, *, clock: Clock, name: str = "", binding_min: int = 0, url: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that runs a function only with a call token for those arguments.

    The caller passes the token as the keyword `call_token`, which the function never sees and
    which its signature, and so a schema made from it, does not show. The result is asynchronous.
    Where the function has an address (`url`: of the queue or service that it works for), a token
    that is bound to a key is taken, too, with a proof for a POST there as `call_proof`.

    Raises:
        CallRefused: when the decorated function is called without a good token.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature, tool = inspect.signature(function), name or function.__name__

        @functools.wraps(function)
        async def guarded(
            *args: Any,  # noqa: ANN401  the function's own types
            call_token: str | None = None,
            call_proof: str | None = None,
            **kwargs: Any,  # noqa: ANN401  the function's own types
        ) -> Any:  # noqa: ANN401  the function's own types
            arguments = _named(signature, args, kwargs)
            call = await checked(
                verifier,
                call_token,
                tool,
                arguments,
                clock=clock,
                binding_min=binding_min,
                proof=_proof_for(url, call_proof, verifier.profile),
            )
            with as_current(call):
                result = function(*args, **kwargs)
                return await result if inspect.isawaitable(result) else result

        return guarded

    return decorate


def _proof_for(url: str, text: str | None, profile: Profile) -> Proof | None:
    if not url or text is None:
        return None
    bearing: Bearing = "tth" if profile is Profile.TXN else "ath"
    return Proof(text=text, method="POST", url=url, bearing=bearing)


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
