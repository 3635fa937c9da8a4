"""Chooses trace and metrics from the environment, with OpenTelemetry's own variable names."""

import os
import sys
from pathlib import Path
from typing import IO

from guard.errors import Unusable
from guard.ports import Silence, Trace

FILE = "GUARD_OTEL_FILE"
"""Names a file that takes, one JSON object a line, what would go to the console."""


def trace_from_environment() -> Trace:
    """Return the trace that OTEL_TRACES_EXPORTER and OTEL_METRICS_EXPORTER ask for.

    Unset or `none` for both costs nothing.

    Raises:
        Unusable: `config_unusable`: an exporter that is not here, or a file that cannot be written.
    """
    traces, metrics = (_wanted(f"OTEL_{one}_EXPORTER") for one in ("TRACES", "METRICS"))
    return _console(_out(), traces=traces, metrics=metrics) if traces or metrics else Silence()


def span_here() -> str:
    """Return the span that is current in this process, as `traceparent` names it; else empty.

    A process that has not loaded OpenTelemetry has none, and does not load it for this.
    """
    if "opentelemetry.trace" not in sys.modules:
        return ""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  loaded already

    from guard_adapters.sink.otel import written  # noqa: PLC0415  the same

    return written(get_current_span())


def _wanted(name: str) -> bool:
    """Return whether something goes to the console, or to the file in its place."""
    wanted = os.environ.get(name, "none")  # noqa: TID251  wiring may
    if wanted not in {"", "none", "console"}:
        raise Unusable(
            f"{name}={wanted!r} is not one of none, console.",
            code="config_unusable",
            next_step="Give `build(trace=OtelTrace(tracer, meter))` those of your own exporter.",
        )
    return wanted == "console"


def _out() -> IO[str]:
    name = os.environ.get(FILE, "")  # noqa: TID251  wiring may
    try:
        # Left open: it is written to as long as the process lives.
        return Path(name).open("a", encoding="utf-8") if name else sys.stdout
    except OSError as wrong:
        raise Unusable(
            f"{FILE}={name!r} cannot be written ({wrong.strerror}).",
            code="config_unusable",
            next_step="Name a file in a folder that is there.",
        ) from wrong


def _console(out: IO[str], *, traces: bool, metrics: bool) -> Trace:
    # Imported here: half a second and 10 MB that a guard without traces does not pay.
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415
        ConsoleMetricExporter,
        PeriodicExportingMetricReader,
    )
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415
        ConsoleSpanExporter,
        SimpleSpanProcessor,
    )

    from guard_adapters.sink.otel import OtelTrace  # noqa: PLC0415

    provider = TracerProvider()
    if traces:
        spans = ConsoleSpanExporter(
            out=out, formatter=lambda span: f"{span.to_json(indent=None)}\n"
        )
        provider.add_span_processor(SimpleSpanProcessor(spans))
    if not metrics:
        return OtelTrace(provider.get_tracer("guardcall"))
    sums = ConsoleMetricExporter(out=out, formatter=lambda found: f"{found.to_json(indent=None)}\n")
    meter = MeterProvider(metric_readers=[PeriodicExportingMetricReader(sums)])
    return OtelTrace(provider.get_tracer("guardcall"), meter.get_meter("guardcall"))
