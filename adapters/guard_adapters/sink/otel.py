"""One OpenTelemetry span for a guarded call, under the names that MCP and GenAI tools look for.

The names are written out here, because the packaged constants are all marked deprecated. No
argument and no secret enters a span. Where nothing is configured, nothing is imported.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from guard.errors import GuardError
from guard.model.call import ToolCall


class SpanNotes:
    """One guarded call in a trace."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Set one attribute."""
        self._span.set_attribute(name, value)


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
            try:
                yield SpanNotes(span)
            except GuardError as error:
                span.set_attribute("error.type", error.code)
                span.set_status(Status(StatusCode.ERROR, error.code))
                raise
