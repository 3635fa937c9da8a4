"""Chooses the trace from the environment, with OpenTelemetry's own variable names."""

import os

from guard.errors import Unusable
from guard.ports import Silence, Trace


def trace_from_environment() -> Trace:
    """Return the trace that OTEL_TRACES_EXPORTER asks for; unset or `none` costs nothing.

    Raises:
        Unusable: `config_unusable`: an exporter that is not here.
    """
    wanted = os.environ.get("OTEL_TRACES_EXPORTER", "none")  # noqa: TID251  wiring may
    if wanted in {"", "none"}:
        return Silence()
    if wanted != "console":
        raise Unusable(
            f"OTEL_TRACES_EXPORTER={wanted!r} is not one of none, console.",
            code="config_unusable",
            next_step="Give `build(trace=OtelTrace(tracer))` a tracer of your own exporter.",
        )
    return _console()


def _console() -> Trace:
    # Imported here: half a second and 10 MB that a guard without traces does not pay.
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415
        ConsoleSpanExporter,
        SimpleSpanProcessor,
    )

    from guard_adapters.sink.otel import OtelTrace  # noqa: PLC0415

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    return OtelTrace(provider.get_tracer("guardcall"))
