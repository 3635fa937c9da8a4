"""Guards plain Python functions: `wrap` one, and every call of it is judged.

The wrapper has the signature that the function shows to a model, so a schema made from it is
unchanged. The credential reaches the function by `current_credential()`, or by the keyword
`credential` if it has one, which the wrapper hides; the key by which a target recognises the run,
by `current_idempotency_key()`. Nothing here decides.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import TypeAdapter

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.grant.refusals import TURNED_AWAY
from guard.model.call import Json, Outcome, ToolCall, ToolResult, argument_bytes
from guard.ports import Tool

HIDDEN = "credential"
"""The keyword that a guarded function may take and that no model sees."""

_ANY: TypeAdapter[object] = TypeAdapter(object)


@dataclass(slots=True)
class Running:
    """The guarded call that runs. Tasks and threads that outlive it may still hold this."""

    call: ToolCall | None
    credential: Credential | None = field(repr=False)
    over: bool = False
    refused: str = ""  # why its target did not take the credential


_running: ContextVar[Running | None] = ContextVar("running", default=None)


class Calls(Protocol):
    """What this front needs of the guard."""

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        ...

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: int) -> ToolResult:
        """Judge the call and, if allowed, run the tool; see `Guard.call`."""
        ...


def current_credential() -> Credential:
    """Return the credential of the guarded call that is running.

    Raises:
        Refused: `no_active_call`: outside a call, after its end, or in a thread without the call's
            context.
    """
    found = credential_here()
    if found is None:
        raise Refused(
            "No guarded call with a credential runs here.",
            code="no_active_call",
            next_step="Ask inside the tool; start threads with contextvars.copy_context().run.",
        )
    return found


def credential_here() -> Credential | None:
    """Return the credential of the guarded call that is running, or None."""
    found = running_here()
    return found.credential if found is not None else None


def current_idempotency_key() -> str:
    """Return the idempotency key of the guarded call that is running: 64 hex digits.

    It is the same however often the function tries, and another one for each run.

    Raises:
        Refused: `no_idempotency_key`: outside a call, or its catalogue entry asks for none.
    """
    found = idempotency_key_here()
    if not found:
        raise Refused(
            "No guarded call with an idempotency key runs here.",
            code="no_idempotency_key",
            next_step="Write `idempotency: meta` in the tool's entry, and ask inside the tool.",
        )
    return found


def idempotency_key_here() -> str:
    """Return the idempotency key of the guarded call that is running, or an empty string."""
    found = running_here()
    return key_of(found.call) if found is not None and found.call is not None else ""


def running_here() -> Running | None:
    """Return the guarded call that is running, or None."""
    found = _running.get()
    # What a tool left behind in a task of its own ends with the call.
    return None if found is None or found.over else found


def answered_here(status: int) -> None:
    """Take in how a target answered a request with the credential of the call that runs (HTTP)."""
    found = running_here()
    if found is not None and status == HTTPStatus.UNAUTHORIZED:
        found.refused = TURNED_AWAY


@contextmanager
def running_call(call: ToolCall | None, credential: Credential | None) -> Iterator[Running]:
    """Make this call the current one while its tool runs; afterwards it is nobody's."""
    running = Running(call, credential)
    try:
        with entered(running):
            yield running
    finally:
        running.over = True


@contextmanager
def entered(running: Running | None) -> Iterator[None]:
    """Make a call that runs already the current one in here, too."""
    mark = _running.set(running)
    try:
        yield
    finally:
        _running.reset(mark)


def key_of(call: ToolCall) -> str:
    """Return the idempotency key of a call that runs, or an empty string."""
    return call.idempotency.value if call.idempotency is not None else ""


class Wrapper:
    """Guards functions for one session.

    Args:
        calls: the guard.
        session: the session that every call belongs to.
        server: the name under which the catalogue lists these functions.
        hold_ms: how long a call waits for a person (milliseconds).
    """

    def __init__(self, calls: Calls, *, session: str, server: str, hold_ms: int = 45_000) -> None:
        self._calls = calls
        self._session = session
        self._server = server
        self._hold_ms = hold_ms

    def wrap(self, function: Callable[..., Any], *, name: str = "") -> Callable[..., Any]:
        """Return the guarded function: async if the function is, else plain.

        The guarded one raises what the function raises, and `GuardError` where the guard says no.

        Raises:
            TypeError: the function takes `*args`; a call must name each argument.
        """
        signature = inspect.signature(function)
        if any(one.kind is one.VAR_POSITIONAL for one in signature.parameters.values()):
            raise TypeError(f"{function.__name__} takes *args, which no rule could name.")
        tool = name or function.__name__

        @functools.wraps(function)
        async def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  the function's own types
            bound = shown.bind(*args, **kwargs)
            bound.apply_defaults()
            return await self._run(tool, _Function(function, signature), _named(bound))

        shown = _without_hidden(signature)
        if inspect.iscoroutinefunction(function):
            guarded.__signature__ = shown  # type: ignore[attr-defined]  # inspect reads it
            return guarded

        @functools.wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  the function's own types
            return _finished(lambda: guarded(*args, **kwargs))

        plain.__signature__ = shown  # type: ignore[attr-defined]  # inspect reads it
        return plain

    async def _run(self, tool: str, function: "_Function", arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        try:
            raw = argument_bytes(arguments)
        except (TypeError, ValueError) as odd:
            raise Refused(
                f"An argument of {tool!r} is not JSON: {odd}.",
                code="bad_argument",
                next_step="Give strings, numbers, booleans, lists and objects.",
            ) from odd
        call = ToolCall(
            id=self._calls.new_id(),
            session=self._session,
            server=self._server,
            tool=tool,
            arguments=raw,
        )
        result = await self._calls.call(call, function, hold_ms=self._hold_ms)
        if function.raised is not None:
            raise function.raised
        return result.value


def shown_as_json(value: object) -> Json:
    """Return a result as JSON, as a model would read it; what has no such form shows as text."""
    try:
        found: Json = _ANY.dump_python(value, mode="json", fallback=str)
    except ValueError:
        return str(value)
    return found


class _Function:
    """The `Tool` port on one function, for one call."""

    def __init__(self, function: Callable[..., Any], signature: inspect.Signature) -> None:
        self._function = function
        self._takes_it = HIDDEN in signature.parameters
        self._nameless = [
            name
            for name, one in signature.parameters.items()
            if one.kind is one.POSITIONAL_ONLY and name != HIDDEN
        ]
        self.raised: Exception | None = None

    @property
    def stoppable(self) -> bool:
        """Return whether cancelling ends the function: a thread cannot be stopped."""
        return inspect.iscoroutinefunction(self._function)

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        """Run the function with the judged arguments; what it raises is the call's outcome."""
        hidden = {HIDDEN: credential} if self._takes_it else {}
        with running_call(call, credential) as here:
            try:
                value = await self._value({**call.parsed(), **hidden})
            except Exception as error:  # noqa: BLE001  the tool's own: recorded, then raised to the caller
                self.raised = error
                return ToolResult(outcome=Outcome.ERROR, refused=here.refused)
        shown = shown_as_json(value)
        return ToolResult(outcome=Outcome.OK, value=value, shown=shown, refused=here.refused)

    async def _value(self, arguments: dict[str, Any]) -> object:
        first = [arguments.pop(name) for name in self._nameless if name in arguments]
        if inspect.iscoroutinefunction(self._function):
            found: Awaitable[object] = self._function(*first, **arguments)
            return await found
        # A thread of its own, with the call's context: a slow tool must not stop the guard.
        return await asyncio.to_thread(self._function, *first, **arguments)


def _finished(start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401
    """Run to the end from plain code; inside a running loop, in a thread with a loop of its own."""

    def run() -> Any:  # noqa: ANN401
        return asyncio.run(start())

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(copy_context().run, run).result()


def _without_hidden(signature: inspect.Signature) -> inspect.Signature:
    kept = [one for name, one in signature.parameters.items() if name != HIDDEN]
    return signature.replace(parameters=kept)


def _named(bound: inspect.BoundArguments) -> dict[str, Any]:
    """Return the arguments by name, what `**kwargs` took among them."""
    named: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        parameter = bound.signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            named |= value
        else:
            named[name] = value
    return named
