"""Chooses trace and metrics from the environment, with OpenTelemetry's own variable names."""

import os

from guard.errors import Unusable
from guard.ports import Silence, Trace


def trace_from_environment() -> Trace:
    """Return the trace that OTEL_TRACES_EXPORTER and OTEL_METRICS_EXPORTER ask for.

    Unset or `none` for both costs nothing.

    Raises:
        Unusable: `config_unusable`: an exporter that is not here.
    """
    traces, metrics = (_wanted(f"OTEL_{one}_EXPORTER") for one in ("TRACES", "METRICS"))
    return _console(traces=traces, metrics=metrics) if traces or metrics else Silence()


def _wanted(name: str) -> bool:
    """Return whether something goes to the console."""
    wanted = os.environ.get(name, "none")  # noqa: TID251  wiring may
    if wanted not in {"", "none", "console"}:
        raise Unusable(
            f"{name}={wanted!r} is not one of none, console.",
            code="config_unusable",
            next_step="Give `build(trace=OtelTrace(tracer, meter))` those of your own exporter.",
        )
    return wanted == "console"


def _console(*, traces: bool, metrics: bool) -> Trace:
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
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    if not metrics:
        return OtelTrace(provider.get_tracer("guardcall"))
    reader = PeriodicExportingMetricReader(ConsoleMetricExporter())
    meter = MeterProvider(metric_readers=[reader]).get_meter("guardcall")
    return OtelTrace(provider.get_tracer("guardcall"), meter)
