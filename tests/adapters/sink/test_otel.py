"""One span for a guarded call: what was decided and how it ended, and nothing secret."""

import asyncio
import contextlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from guard.errors import ApprovalPending, NotAllowed, Unusable
from guard.grant.credential import Credential
from guard.grant.lease import Fate
from guard.model.call import Outcome, ToolCall, argument_bytes
from guard.model.facts import Binding, CredentialFacts
from guard.model.identity import Agent, Principal, Who
from guard.pipeline import Guard
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.ports import World
from guard.session.state import new_session
from guard.testing import (
    CountedIds,
    FrozenClock,
    MemoryApprovals,
    MemoryStore,
    RecordingTool,
    ScriptedApprover,
)
from guard_adapters.front.mcp.protocol.trace import parent_of
from guard_adapters.front.native import Native
from guard_adapters.sink.otel import Counts, OtelTrace
from guard_adapters.wiring.local import local
from guard_adapters.wiring.process.tracing import trace_from_environment
from guard_adapters.wiring.sweeping import tally

ROOT = Path(__file__).resolve().parents[3]

CATALOG = {
    "version": 1,
    "servers": {"bank": {"trust": "trusted", "audience": "https://bank.example/mcp", "tools": {
        "pay": {
            "effect": ["write"], "budget": "none", "budget_reason": "none here", "confirmed": True,
            "args": {"pin": {"role": "secret"}},
            "input_schema": {"type": "object", "properties": {"amount": {"type": "integer"}, "pin": {"type": "string"}}, "required": ["amount"]},
        },
    }}},
}  # fmt: skip
POLICY = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("NO-1") @reason("too_much") forbid (principal, action in Guard::Action::"write", resource) when { context.risk.session >= 3 };
@id("ASK-1") @decision("step_up") @approvers("session-owner") @reason("money") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input.amount > 100 };
"""


class Issuer:
    kind, leaves_object, can_cut = "call_token", False, False
    max_binding, min_ttl_s, max_ttl_s = Binding.L2, 0, 30

    def facts(self, server, tool):
        return CredentialFacts(binding=Binding.L2, kind=self.kind)

    def handle(self, lease):
        return lease.id

    async def issue(self, call, terms, lease):
        return Credential(
            kind=self.kind, lease_id=lease.id, audience=call.audience, binding=Binding.L2,
            expires_at_ms=lease.deadline_ms, secret="SECRET-TOKEN-CANARY",
        )  # fmt: skip


@dataclass
class Traced:
    guard: Guard
    approver: ScriptedApprover
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader
    count: int = 0

    async def call(self, tool="pay", by=None, **arguments):
        self.count += 1
        call = ToolCall(
            id=f"c{self.count}", session="gs_1", server="bank", tool=tool,
            arguments=argument_bytes(arguments),
        )  # fmt: skip
        return await self.guard.call(
            call, by or RecordingTool(returns="RESULT-CANARY"), hold_ms=2_000
        )

    def counted(self):
        """Return every metric as {name: {attributes: value or count}}."""
        data = self.reader.get_metrics_data()
        return {
            metric.name: {
                tuple(point.attributes.values()): point.value
                if hasattr(point, "value")
                else point.count
                for point in metric.data.data_points
            }
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def span(self):
        (span,) = self.exporter.get_finished_spans()
        return span


@pytest.fixture
async def traced():
    exporter, provider, reader = InMemorySpanExporter(), TracerProvider(), InMemoryMetricReader()
    meters = MeterProvider(metric_readers=[reader])
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    clock, store = FrozenClock(), MemoryStore()
    store.approvals = approvals = MemoryApprovals(
        clock=clock, events=store.events, sessions=store.held
    )
    approver = ScriptedApprover(approvals=approvals, clock=clock)
    world = World(
        clock=clock, ids=CountedIds(), sessions=store, approvals=approvals, leases=store,
        outcomes=store, sink=store, trace=OtelTrace(provider.get_tracer("t"), meters.get_meter("t")),
        approvers=(approver,), issuers={"calltoken": Issuer()},
    )  # fmt: skip
    who = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
    await store.open(new_session("gs_1", who, now_ms=clock.ms))
    bundle = compile_bundle({"10-t.cedar": POLICY}, read_catalog(CATALOG))
    yield Traced(
        Guard(world=world, policy=lambda: bundle, salt=b"s" * 32), approver, exporter, reader
    )
    provider.shutdown()
    meters.shutdown()


async def test_a_call_that_ran_is_one_span_with_its_decision_rules_and_credential(traced):
    await traced.call(amount=5)
    span = traced.span()
    assert span.name == "guard pay"
    assert dict(span.attributes) == {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "pay",
        "guard.server": "bank",
        "guard.session": "gs_1",
        "guard.call": "c1",
        "guard.decision": "allow",
        "guard.rules": ("OK-1",),
        "guard.credential": "call_token",
        "guard.credential.binding": 2,
        "guard.credential.handle": "AAAAAAAAAAAAAAAAAAAAAg",
        "guard.outcome": "ok",
    }
    assert span.status.is_ok or span.status.status_code.name == "UNSET"
    assert span.events == ()


async def test_a_refusal_is_an_error_type_and_no_exception_event(traced):
    with pytest.raises(NotAllowed):
        await traced.call("nowhere")
    span = traced.span()
    assert span.attributes["error.type"] == "unknown_tool"
    assert span.attributes["guard.decision"] == "deny"
    assert span.attributes["guard.outcome"] == "refused"
    assert span.events == ()


async def test_a_pending_question_shows_how_long_was_waited(traced):
    with pytest.raises(ApprovalPending):
        await traced.call(amount=500)
    span = traced.span()
    assert span.attributes["guard.decision"] == "step_up"
    assert span.attributes["guard.rules"] == ("ASK-1",)
    assert span.attributes["guard.approval_wait_ms"] == 2_000
    assert span.attributes["error.type"] == "approval_pending"


async def test_an_approved_call_shows_its_wait_and_the_answer_that_it_ran_on(traced):
    traced.approver.script = ["approve"]
    await traced.call(amount=500)
    span = traced.span()
    assert span.attributes["guard.decision"] == "allow"
    assert span.attributes["guard.approval_wait_ms"] == 0
    assert span.attributes["guard.outcome"] == "ok"


@pytest.mark.parametrize(
    ("tool", "error_type", "outcome"),
    [
        (RecordingTool(outcome=Outcome.ERROR), "tool_error", "error"),
        (RecordingTool(raises=RuntimeError("MESSAGE-CANARY")), "RuntimeError", "unknown"),
    ],
    ids=["reported", "raised"],
)
async def test_a_tool_that_fails_is_an_error_type_without_its_message(
    traced, tool, error_type, outcome
):
    with contextlib.suppress(RuntimeError):
        await traced.call(amount=5, by=tool)
    span = traced.span()
    assert span.attributes["error.type"] == error_type
    assert span.attributes["guard.outcome"] == outcome
    assert "MESSAGE-CANARY" not in span.to_json()


async def test_nothing_secret_enters_a_span(traced):
    await traced.call(amount=5, pin="SECRET-PIN-CANARY")
    assert "CANARY" not in traced.span().to_json()


def test_silence_costs_nothing():
    code = (
        "import sys; import guard.pipeline, guard_adapters.wiring.build;"
        "from guard_adapters.wiring.process.tracing import trace_from_environment;"
        "print(type(trace_from_environment()).__name__);"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["Silence", "[]"]


async def test_decisions_outcomes_and_waits_are_counted_without_naming_anybody(traced):
    traced.approver.script = ["approve"]
    await traced.call(amount=5)
    await traced.call(amount=500)
    with pytest.raises(ApprovalPending):
        await traced.call(amount=501)
    with pytest.raises(NotAllowed):
        await traced.call("nowhere")
    found = traced.counted()
    assert found["guard.outcomes"] == {("ok",): 2, ("refused",): 2}
    assert found["guard.decisions"] == {("allow",): 2, ("step_up",): 2, ("deny",): 1}
    assert found["guard.step_up.wait"] == {(): 2}
    assert found["guard.rules"] == {("allow", "OK-1"): 2, ("step_up", "ASK-1"): 2}
    assert found["guard.credential.mint"] == {(): 2}
    assert (found["guard.calls.running"], found["guard.calls.waiting"]) == ({(): 0}, {(): 0})


async def test_a_call_hangs_under_the_frameworks_own_span_and_is_not_counted_as_a_second_run(
    traced,
):
    tracer = traced.guard.world.trace._tracer
    run = {"gen_ai.operation.name": "execute_tool"}
    with tracer.start_as_current_span("execute_tool pay", attributes=run) as outer:
        await traced.call(amount=5)
    ours = traced.exporter.get_finished_spans()[0]
    assert ours.parent.span_id == outer.get_span_context().span_id
    assert "gen_ai.operation.name" not in ours.attributes


async def test_without_a_span_of_its_own_a_call_hangs_under_the_one_that_its_client_names(traced):
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    call = ToolCall(
        id="c9",
        session="gs_1",
        server="bank",
        tool="pay",
        arguments=argument_bytes({"amount": 5}),
        traceparent=f"00-{trace_id}-{span_id}-01",
    )
    await traced.guard.call(call, RecordingTool(returns="x"), hold_ms=0)
    ours = traced.span()
    assert (f"{ours.context.trace_id:032x}", f"{ours.parent.span_id:016x}") == (trace_id, span_id)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\n", False),
        (7, False),
        (None, False),
    ],
)
def test_a_trace_is_taken_from_a_message_if_it_is_exactly_one(said, taken):
    assert parent_of({"_meta": {"traceparent": said}}) == (said if taken else "")
    assert parent_of({}) == parent_of({"_meta": []}) == ""


def test_every_metric_of_the_dashboard_is_one_that_the_guard_sends():
    board = json.loads((ROOT / "docs" / "grafana" / "guardcall.json").read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"guard_[a-z_]+", target["expr"])
        if name not in LABELS
    }
    meter = MeterProvider(metric_readers=[InMemoryMetricReader()]).get_meter("t")
    made = [one for one in vars(Counts(meter)).values() if hasattr(one, "name")]
    sent = set()
    for one in made:
        name = one.name.replace(".", "_")
        kind = type(one).__name__
        sent |= {f"{name}_total"} if kind == "_Counter" else set()
        sent |= (
            {f"{name}_seconds_{part}" for part in ("bucket", "sum", "count")}
            if kind == "_Histogram"
            else set()
        )
        sent |= {name} if kind in {"_UpDownCounter", "_Gauge"} else set()
    assert asked <= sent, asked - sent
    assert {one.partition("_total")[0].partition("_seconds")[0] for one in asked} == {
        one.name.replace(".", "_") for one in made
    }


async def test_the_queue_of_questions_is_counted_in_the_store(tmp_path):
    for name in ("guard.yaml", "policy.cedar"):
        shutil.copy(ROOT / "tests" / "frameworks" / name, tmp_path)
    reader = InMemoryMetricReader()
    meter = MeterProvider(metric_readers=[reader]).get_meter("t")
    trace = OtelTrace(TracerProvider().get_tracer("t"), meter)
    config = tmp_path / "guard.yaml"
    with local(config, person="ana", agent="a", tell=lambda _asked: None, trace=trace) as guard:
        for amount in (500, 600):
            pay = {"to": "x", "amount": amount}
            await guard.intake.around(Native(server="bank", tool="pay", arguments=pay), None)
        await tally(guard.wired)
    (metric,) = (
        one
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for one in scope.metrics
        if one.name == "guard.questions.open"
    )
    assert [point.value for point in metric.data.data_points] == [2]


LABELS = {"guard_credential", "guard_revoke_fate", "guard_decision", "guard_rule", "guard_outcome"}


def test_a_file_takes_traces_and_metrics_without_a_collector(tmp_path, monkeypatch):
    for name in ("OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"):
        monkeypatch.setenv(name, "console")
    monkeypatch.setenv("GUARD_OTEL_FILE", str(tmp_path / "otel.jsonl"))
    trace = trace_from_environment()

    async def one():
        call = ToolCall(id="c", session="s", server="bank", tool="pay", arguments=b"{}")
        async with trace.call(call) as span:
            span.note("guard.outcome", "ok")

    asyncio.run(one())
    lines = (tmp_path / "otel.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["name"] == "guard pay"
    monkeypatch.setenv("GUARD_OTEL_FILE", str(tmp_path / "none" / "x"))
    with pytest.raises(Unusable, match="config_unusable"):
        trace_from_environment()


class Leaving(Issuer):
    leaves_object = True

    def __init__(self, fate):
        self.fate = fate

    async def revoke(self, lease, why):
        return self.fate


@pytest.mark.parametrize("fate", list(Fate))
async def test_a_revoke_is_a_span_with_handle_level_reason_and_what_came_of_it(traced, fate):
    guard = traced.guard
    issuers = {"calltoken": Leaving(fate)}
    traced.guard = replace(guard, world=replace(guard.world, issuers=issuers))
    await traced.call(amount=5)
    call, revoke = traced.exporter.get_finished_spans()
    assert (call.name, revoke.name) == ("guard pay", "guard revoke")
    wrong = {"error.type": "still_there"} if fate is Fate.STILL_THERE else {}
    assert dict(revoke.attributes) == {
        "guard.session": "gs_1",
        "guard.call": "c1",
        "guard.credential": "call_token",
        "guard.credential.binding": 2,
        "guard.credential.handle": call.attributes["guard.credential.handle"],
        "guard.revoke.why": "ended",
        "guard.revoke.fate": fate.value,
        **wrong,
    }
    assert (revoke.status.status_code.name == "ERROR") is bool(wrong)
    assert traced.counted()["guard.credential.revokes"] == {("call_token", fate.value): 1}
    assert "CANARY" not in str(revoke.attributes)
