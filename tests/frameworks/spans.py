"""One run of a framework that makes spans of its own: prints those of its tool call as JSON.

`python -m tests.frameworks.spans WORLD FOLDER`: a process for each, for frameworks take the tracer
of the whole process.
"""

import asyncio
import importlib
import json
import sys
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from guard_adapters.sink.otel import OtelTrace
from guard_adapters.wiring.local import local
from tests.frameworks.conftest import World


def played(name: str, folder: Path) -> list[tuple[str, str, list[str]]]:
    """Return of each span of the call its name, its operation, and the names above it."""
    memory, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    if name == "agent_framework":  # it makes spans only if it is told to
        importlib.import_module("agent_framework.observability").enable_instrumentation()
    world = World(folder)
    world.guard.close()
    made = OtelTrace(provider.get_tracer("guardcall"))
    world.guard = local(folder / "guard.yaml", person="ana", agent="clerk", trace=made)
    play = importlib.import_module(f"tests.frameworks.worlds.{name}")
    asyncio.run(play.start(world, (("look", {"key": "7"}),)))
    world.close()
    spans = {one.context.span_id: one for one in memory.get_finished_spans()}
    found = []
    for one in spans.values():
        above, at = [], one.parent
        while at is not None and at.span_id in spans:
            above.append(spans[at.span_id].name)
            at = spans[at.span_id].parent
        operation = (one.attributes or {}).get("gen_ai.operation.name", "")
        operation = str(getattr(operation, "value", operation))
        found.append((one.name, operation, above))
    return found


if __name__ == "__main__":
    print(json.dumps(played(sys.argv[1], Path(sys.argv[2]))))
