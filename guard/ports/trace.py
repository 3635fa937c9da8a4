"""The hole for traces: what one call tells whoever observes the guard."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from guard.model.call import ToolCall


class Trace(Protocol):
    """Observability of one call; the silent one costs nothing."""

    def call(self, call: ToolCall) -> AbstractAsyncContextManager["Span"]: ...


class Span(Protocol):
    """One guarded call in a trace."""

    def note(self, name: str, value: str | int | Sequence[str]) -> None: ...


class SilentSpan:
    """Notes nothing."""

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Note nothing."""


class Silence:
    """The trace that records nothing: the default."""

    @asynccontextmanager
    async def call(self, call: ToolCall) -> AsyncGenerator[SilentSpan]:  # noqa: ARG002  the port's shape
        """Give out a span that notes nothing."""
        yield SilentSpan()
