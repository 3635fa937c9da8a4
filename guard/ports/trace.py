"""The hole for traces: what one call, and one revoke, tells whoever observes the guard."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from guard.grant.lease import Lease
from guard.model.call import ToolCall


class Trace(Protocol):
    """Observability; the silent one costs nothing.

    `revoking` is one question to a target whether a credential is gone there: the guard notes its
    fate. `waiting` is told from time to time how many questions wait for people.
    """

    def call(self, call: ToolCall) -> AbstractAsyncContextManager["Span"]: ...
    def revoking(self, lease: Lease, why: str) -> AbstractAsyncContextManager["Span"]: ...
    def waiting(self, questions: int) -> None: ...


class Span(Protocol):
    """One guarded call, or one revoke, in a trace.

    `traceparent` is how what it leads to names it, else empty.
    """

    @property
    def traceparent(self) -> str: ...
    def note(self, name: str, value: str | int | Sequence[str]) -> None: ...


class SilentSpan:
    """Notes nothing."""

    traceparent = ""

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Note nothing."""


class Silence:
    """The trace that records nothing: the default."""

    @asynccontextmanager
    async def call(self, call: ToolCall) -> AsyncGenerator[SilentSpan]:  # noqa: ARG002  the port's shape
        """Give out a span that notes nothing."""
        yield SilentSpan()

    @asynccontextmanager
    async def revoking(self, lease: Lease, why: str) -> AsyncGenerator[SilentSpan]:  # noqa: ARG002  the port's shape
        """Give out a span that notes nothing."""
        yield SilentSpan()

    def waiting(self, questions: int) -> None:
        """Tell nobody."""
