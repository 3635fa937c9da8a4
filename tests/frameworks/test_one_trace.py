"""One trace from a framework's agent to the server behind the guard, each span under the one before."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import Context, MCPServer
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.instrumented import InstrumentationSettings

from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp_client import guard_session
from guard_adapters.front.pydantic_ai import GuardTools
from guard_adapters.sink.otel import OtelTrace
from guard_adapters.wiring.attached import attach
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.local import Local, local
from guard_adapters.wiring.running import serving
from tests.adapters.front.clients import connected
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind
from tests.frameworks.running import Running

pytestmark = pytest.mark.frameworks

CONFIG = """
version: 1
guard: {{policies: [all.cedar], state: state, serve: {{port: 0}}}}
servers:
  bank:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    tools:
      look:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{key: {{type: string}}}}, required: [key]}}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
KEY = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:bank"})}


class Traced:
    """Everything that happens, in one memory: the framework's spans, the SDK's and the guard's."""

    def __init__(self) -> None:
        self.memory, self.provider = InMemorySpanExporter(), TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.memory))
        self.trace = OtelTrace(self.provider.get_tracer("guardcall"))

    def agent(self, tool: Any, **more: Any) -> Any:
        script = iter(
            [ModelResponse([ToolCallPart("look", {"key": "7"})]), ModelResponse([TextPart("done")])]
        )
        made: Any = Agent(FunctionModel(lambda _m, _i: next(script)), tools=[tool], **more)
        made.instrument = InstrumentationSettings(tracer_provider=self.provider)
        return made

    def line(self) -> list[str]:
        """Return the names from the deepest span of the run up to the root; one trace holds all."""
        spans = self.memory.get_finished_spans()
        by_id = {one.context.span_id: one for one in spans}
        assert len({one.context.trace_id for one in spans}) == 1, [one.name for one in spans]
        deepest = max(spans, key=lambda one: len(list(_up(one, by_id))))
        return [one.name for one in _up(deepest, by_id)]


def _up(span: ReadableSpan, by_id: dict[int, ReadableSpan]) -> Iterator[ReadableSpan]:
    yield span
    if span.parent is not None and span.parent.span_id in by_id:
        yield from _up(by_id[span.parent.span_id], by_id)


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Traced:
    made = Traced()
    # The SDK takes its tracer once, from a provider that a process sets once.
    monkeypatch.setattr("mcp.shared._otel._tracer", made.provider.get_tracer("mcp"))
    return made


@pytest.fixture
def guard(tmp_path: Path, traced: Traced) -> Iterator[Local]:
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=1))
    (tmp_path / "all.cedar").write_text(POLICY)
    with local(tmp_path / "guard.yaml", person="ana", agent="clerk", trace=traced.trace) as made:
        yield made


def upstream(heard: list[Any]) -> MCPServer:
    """A server that knows nothing of the guard and keeps what it is told of the trace."""
    server = MCPServer("bank", log_level="ERROR")

    @server.tool()
    def look(key: str, ctx: Context) -> str:
        meta: Any = ctx.request_context.meta
        request: Any = ctx.request_context.request
        heard.append((dict(meta or {}).get("traceparent"), request.headers.get("traceparent")))
        return f"found {key}"

    return server


async def test_a_call_through_guard_serve_hangs_under_the_agent_and_the_server_under_the_guard(
    tmp_path: Path, traced: Traced
) -> None:
    heard: list[Any] = []
    server, (listener, port) = upstream(heard), listening()
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=port))
    (tmp_path / "all.cedar").write_text(POLICY)
    wired = build(load(tmp_path / "guard.yaml"), trace=traced.trace)
    app = server.streamable_http_app()
    try:
        async with (
            server.session_manager.run(),
            behind(app, listener),
            serving(wired, KEY) as url,
            connected(f"{url}/mcp/bank") as client,
        ):
            traced.memory.clear()

            async def look(key: str) -> str:
                return str((await client.call_tool("look", {"key": key})).content)

            await traced.agent(look).run("go")
    finally:
        wired.close()
    assert traced.line() == [
        "tools/call look",  # the server's
        "guard look",
        "MCP send tools/call look",  # the client's
        "execute_tool look",  # the framework's
        "invoke_agent agent",
    ]
    ((in_meta, in_header),) = heard
    ours = next(one for one in traced.memory.get_finished_spans() if one.name == "guard look")
    assert in_meta == in_header
    assert in_meta.startswith(f"00-{ours.context.trace_id:032x}-{ours.context.span_id:016x}-")


async def test_a_call_of_a_session_that_is_guarded_in_the_agents_process_is_one_line_too(
    guard: Local, traced: Traced
) -> None:
    heard: list[Any] = []
    server, (listener, port) = upstream(heard), listening()
    app = server.streamable_http_app()
    async with (
        server.session_manager.run(),
        behind(app, listener),
        Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp")) as client,
    ):
        guard_session(client.session, guard, server="bank")
        traced.memory.clear()

        async def look(key: str) -> str:
            return str((await client.call_tool("look", {"key": key})).content)

        await traced.agent(look).run("go")
    assert traced.line() == [
        "tools/call look",
        "MCP send tools/call look",
        "guard look",
        "execute_tool look",
        "invoke_agent agent",
    ]


async def test_a_guard_in_another_process_hangs_under_the_agents_span(
    tmp_path: Path, traced: Traced
) -> None:
    running = Running(tmp_path, trace=traced.trace)
    try:
        with attach(person="ana", agent="clerk", socket=running.pipe) as attached:

            def look(key: str) -> str:
                return key

            agent = traced.agent(look, capabilities=[GuardTools(attached, server="bank")])
            await agent.run("go", conversation_id="t")
        await asyncio.sleep(0)
    finally:
        running.close()
    assert traced.line() == ["guard look", "execute_tool look", "invoke_agent agent"]


async def test_a_front_of_a_framework_hangs_under_the_frameworks_own_span(
    guard: Local, traced: Traced
) -> None:

    def look(key: str) -> str:
        return key

    agent = traced.agent(look, capabilities=[GuardTools(guard, server="bank")])
    await agent.run("go", conversation_id="t")
    assert traced.line() == ["guard look", "execute_tool look", "invoke_agent agent"]
