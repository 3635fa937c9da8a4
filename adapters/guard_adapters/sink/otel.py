"""One OpenTelemetry span for a guarded call, under the names that MCP and GenAI tools look for.

The names are written out here, because the packaged constants are all marked deprecated. No
argument and no secret enters a span. Where nothing is configured, nothing is imported.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from guard.errors import GuardError
from guard.model.call import ToolCall

TOOL_ERROR = "tool_error"
"""The error type of a call that ran and whose tool said that it failed (OTel, MCP semantics)."""


class SpanNotes:
    """One guarded call in a trace."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Set one attribute; a tool that reports its own failure is an error of the span."""
        self._span.set_attribute(name, value)
        if (name, value) == ("guard.outcome", "error"):
            self.failed(TOOL_ERROR)

    def failed(self, error_type: str) -> None:
        """Mark the span with a low-cardinality error type, never with a message."""
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(Status(StatusCode.ERROR, error_type))


class OtelTrace:
    """The `Trace` port on an OpenTelemetry tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @asynccontextmanager
    async def call(self, call: ToolCall) -> AsyncIterator[SpanNotes]:
        """Open one span for this call; a refusal is its error type, not an exception event."""
        attributes = {
            "mcp.method.name": "tools/call",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.tool,
            "guard.server": call.server,
            "guard.session": call.session,
            "guard.call": call.id,
        }
        with self._tracer.start_as_current_span(
            f"guard {call.tool}",
            kind=SpanKind.INTERNAL,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            notes = SpanNotes(span)
            try:
                yield notes
            except GuardError as error:
                notes.failed(error.code)
                raise
            except BaseException as error:  # what a tool raised, or the caller's cancellation
                notes.failed(type(error).__qualname__)
                raise
