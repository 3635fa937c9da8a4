"""One OpenTelemetry span for a guarded call, under the names that MCP and GenAI tools look for.

It nests under the span that is current, a framework's own, or else under the one that the client's
message names. With a meter, the same notes also count: decisions, rules, outcomes, how long calls
waited for people, how long credentials took, and how many calls run or wait now. What a call leads
to hangs under its span: the call names that from then on.

The names are written out here, because the packaged constants are all marked deprecated. No
argument and no secret enters a span. Where nothing is configured, nothing is imported.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from opentelemetry.context import Context
from opentelemetry.metrics import Meter
from opentelemetry.trace import (
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from guard.errors import GuardError
from guard.grant.lease import Fate, Lease
from guard.lease.revoking import FATE
from guard.model.call import ToolCall

TOOL_ERROR = "tool_error"
"""The error type of a call that ran and whose tool said that it failed (OTel, MCP semantics)."""

OPERATION = "gen_ai.operation.name"


class Counts:
    """What is counted over all calls: no session, person, argument or id is a dimension."""

    def __init__(self, meter: Meter) -> None:
        self._decisions = meter.create_counter(
            "guard.decisions", unit="{decision}", description="Answers of policy, by kind."
        )
        self._rules = meter.create_counter(
            "guard.rules", unit="{decision}", description="Answers of policy, by kind and rule."
        )
        self._outcomes = meter.create_counter(
            "guard.outcomes", unit="{call}", description="Guarded calls, by how they ended."
        )
        self._waits = meter.create_histogram(
            "guard.step_up.wait", unit="s", description="How long calls waited for people."
        )
        self._mints = meter.create_histogram(
            "guard.credential.mint", unit="s", description="How long credentials took to make."
        )
        self._revokes = meter.create_counter(
            "guard.credential.revokes",
            unit="{try}",
            description="Revocations, by what came of them.",
        )
        self.running = meter.create_up_down_counter(
            "guard.calls.running", unit="{call}", description="Calls under way now."
        )
        self.waiting = meter.create_up_down_counter(
            "guard.calls.waiting", unit="{call}", description="Calls that wait for people now."
        )

        self.questions = meter.create_gauge(
            "guard.questions.open", unit="{question}", description="Questions that wait for people."
        )

    def decided(self, decision: str, rules: Sequence[str]) -> None:
        """Count one answer of policy and the rules that gave it."""
        self._decisions.add(1, {"guard.decision": decision})
        for rule in rules:
            self._rules.add(1, {"guard.decision": decision, "guard.rule": rule})

    def ended(self, outcome: str) -> None:
        """Count how a call ended."""
        self._outcomes.add(1, {"guard.outcome": outcome})

    def waited(self, wait_ms: int) -> None:
        """Record how long people were waited for (milliseconds)."""
        self._waits.record(wait_ms / 1000)

    def revoked(self, kind: str, fate: str) -> None:
        """Count what one target said of one credential that is to be gone."""
        self._revokes.add(1, {"guard.credential": kind, FATE: fate})

    def minted(self, took_s: float) -> None:
        """Record how long a credential took to make (seconds)."""
        self._mints.record(took_s)


class SpanNotes:
    """One guarded call in a trace."""

    def __init__(self, span: Span, counts: Counts | None = None) -> None:
        self._span = span
        self._counts = counts
        self._decision = ""
        self._waits = False
        self._at_s = perf_counter()

    @property
    def traceparent(self) -> str:
        """Return the name of this span for what it leads to; empty where nothing is recorded."""
        return written(self._span)

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Set one attribute; a tool that reports its own failure is an error of the span."""
        self._span.set_attribute(name, value)
        if self._counts is not None:
            self._count(self._counts, name, value)
        self._at_s = perf_counter()
        if (name, value) == ("guard.outcome", "error"):
            self.failed(TOOL_ERROR)

    def _count(self, counts: Counts, name: str, value: str | int | Sequence[str]) -> None:
        match name, value:
            case "guard.decision", str(decision):
                self._decision = decision
            case "guard.rules", [*rules]:
                counts.decided(self._decision, rules)
                self._wait(counts, waits=self._decision == "step_up")
            case "guard.approval_wait_ms", int(wait_ms):
                counts.waited(wait_ms)
                self._wait(counts, waits=False)
            case "guard.credential.handle", _:  # noted at once, after what came before it
                counts.minted(perf_counter() - self._at_s)
            case "guard.outcome", str(outcome):
                counts.ended(str(outcome))
            case _:  # shown in the span, and counted nowhere
                pass

    def _wait(self, counts: Counts, *, waits: bool) -> None:
        if waits is not self._waits:
            counts.waiting.add(1 if waits else -1)
            self._waits = waits

    def over(self) -> None:
        """Let the call wait and run no more."""
        if self._counts is not None:
            self._wait(self._counts, waits=False)
            self._counts.running.add(-1)

    def failed(self, error_type: str) -> None:
        """Mark the span with a low-cardinality error type, never with a message."""
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(Status(StatusCode.ERROR, error_type))


class RevokeNotes:
    """One revoke in a trace."""

    def __init__(self, span: Span, kind: str, counts: Counts | None) -> None:
        self._span, self._kind, self._counts = span, kind, counts

    @property
    def traceparent(self) -> str:
        """Return the name of this span for what it leads to; empty where nothing is recorded."""
        return written(self._span)

    def note(self, name: str, value: str | int | Sequence[str]) -> None:
        """Set one attribute; a credential that is still there is an error of the span."""
        self._span.set_attribute(name, value)
        if name != FATE:
            return
        if self._counts is not None:
            self._counts.revoked(self._kind, str(value))
        if value == Fate.STILL_THERE:
            self._span.set_attribute("error.type", str(value))
            self._span.set_status(Status(StatusCode.ERROR, str(value)))


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
            "gen_ai.tool.name": call.tool,
            "guard.server": call.server,
            "guard.session": call.session,
            "guard.call": call.id,
        }
        if not _tells_of_runs(get_current_span()):  # else the call would be counted twice
            attributes[OPERATION] = "execute_tool"
        with self._tracer.start_as_current_span(
            f"guard {call.tool}",
            context=self._parent(call),
            kind=SpanKind.INTERNAL,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            notes = SpanNotes(span, self._counts)
            if self._counts is not None:
                self._counts.running.add(1)
            try:
                yield notes
            except GuardError as error:
                notes.failed(error.code)
                raise
            except BaseException as error:  # what a tool raised, or the caller's cancellation
                notes.failed(type(error).__qualname__)
                raise
            finally:
                notes.over()

    @asynccontextmanager
    async def revoking(self, lease: Lease, why: str) -> AsyncIterator["RevokeNotes"]:
        """Open one span for one question to a target; it is an error where it is still there."""
        attributes: dict[str, str | int] = {
            "guard.session": lease.session,
            "guard.call": lease.call_id,
            "guard.credential": lease.kind,
            "guard.credential.binding": lease.binding,
            "guard.credential.handle": lease.handle,
            "guard.revoke.why": why,
        }
        with self._tracer.start_as_current_span(
            "guard revoke",
            kind=SpanKind.INTERNAL,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield RevokeNotes(span, lease.kind, self._counts)

    def waiting(self, questions: int) -> None:
        """Record how many questions wait for people now."""
        if self._counts is not None:
            self._counts.questions.set(questions)

    def _parent(self, call: ToolCall) -> Context | None:
        """Return where the span hangs; None = under the current one, if there is one."""
        if not call.traceparent or get_current_span().get_span_context().is_valid:
            return None
        return _PROPAGATOR.extract({"traceparent": call.traceparent})


_PROPAGATOR = TraceContextTextMapPropagator()


def written(span: Span) -> str:
    """Return a span as `traceparent` names it (W3C trace context); empty where it is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, set_span_in_context(span))
    return carrier.get("traceparent", "")


def _tells_of_runs(span: Span) -> bool:
    """Return whether whoever opened a span tells of tools' runs: frameworks and the MCP SDK do.

    Some open that of the run beside or under the guard's, and some say what it is when it is over.
    """
    attributes = getattr(span, "attributes", None) or {}
    return OPERATION in attributes or str(getattr(span, "name", "")).startswith("execute_tool ")
