"""One OpenTelemetry span for a guarded call, under the names that MCP and GenAI tools look for.

With a meter, the same notes also count: decisions, outcomes, and how long calls waited for people.

The names are written out here, because the packaged constants are all marked deprecated. No
argument and no secret enters a span. Where nothing is configured, nothing is imported.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from opentelemetry.metrics import Meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from guard.errors import GuardError
from guard.model.call import ToolCall

TOOL_ERROR = "tool_error"
"""The error type of a call that ran and whose tool said that it failed (OTel, MCP semantics)."""


class Counts:
    """What is counted over all calls: no session, person, argument or id is a dimension."""

    def __init__(self, meter: Meter) -> None:
        self._decisions = meter.create_counter(
            "guard.decisions", unit="{decision}", description="Answers of policy, by kind."
        )
        self._outcomes = meter.create_counter(
            "guard.outcomes", unit="{call}", description="Guarded calls, by how they ended."
        )
        self._waits = meter.create_histogram(
            "guard.step_up.wait", unit="s", description="How long calls waited for people."
        )

    def count(self, name: str, value: str | int | Sequence[str]) -> None:
        """Count a note of a span, if it is one that is counted."""
        if name == "guard.decision" and isinstance(value, str):
            self._decisions.add(1, {"guard.decision": value})
        elif name == "guard.outcome" and isinstance(value, str):
            self._outcomes.add(1, {"guard.outcome": str(value)})
        elif name == "guard.approval_wait_ms" and isinstance(value, int):
            self._waits.record(value / 1000)


class SpanNotes:
    """One guarded call in a trace."""

    def __init__(self, span: Span, counts: Counts | None = None) -> None:
        self._span = span
        self._counts = counts

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Set one attribute; a tool that reports its own failure is an error of the span."""
        self._span.set_attribute(name, value)
        if self._counts is not None:
            self._counts.count(name, value)
        if (name, value) == ("guard.outcome", "error"):
            self.failed(TOOL_ERROR)

    def failed(self, error_type: str) -> None:
        """Mark the span with a low-cardinality error type, never with a message."""
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(Status(StatusCode.ERROR, error_type))


class OtelTrace:
    """The `Trace` port on an OpenTelemetry tracer and, at will, a meter."""

    def __init__(self, tracer: Tracer, meter: Meter | None = None) -> None:
        self._tracer = tracer
        self._counts = Counts(meter) if meter is not None else None

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
            notes = SpanNotes(span, self._counts)
            try:
                yield notes
            except GuardError as error:
                notes.failed(error.code)
                raise
            except BaseException as error:  # what a tool raised, or the caller's cancellation
                notes.failed(type(error).__qualname__)
                raise
