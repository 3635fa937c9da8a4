"""What detectors find reaches the session's risk, the log, the trace and the rules, at once."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from guard.detect.learned import Course, learned
from guard.detect.numbers import Detectors
from guard.detect.watch import Watch
from guard.errors import NotAllowed, Refused
from guard.model.call import Outcome
from guard.pipeline import Guard

HABITS = learned(
    [Course(agent="clerk", classes=["bank/read", "bank/read"]) for _ in range(5_000)]
    + [Course(agent="clerk", classes=["bank/write", "bank/read"]) for _ in range(1_000)]
)
RULES = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("NO-1") @reason("strange") forbid (principal, action in Guard::Action::"write", resource)
when { context.history.findings.contains("abnormal_chain") };
@id("NO-2") @reason("nobody_knows") forbid (principal, action == Guard::Action::"bank/note", resource)
when { context.history.findings.contains("chain_unknown") };
"""


class Notes:
    traceparent = ""

    def __init__(self):
        self.notes = {}

    @asynccontextmanager
    async def call(self, call):
        yield self

    def note(self, name, value):
        self.notes[name] = value


@pytest.fixture
def watched(flow, make_bundle):
    flow.bundle = make_bundle(RULES)
    return flow


def guard_of(flow, **watch):
    return Guard(
        world=flow.world, policy=lambda: flow.bundle, salt=b"s" * 32, watch=lambda: Watch(**watch)
    )


async def call(flow, guard, tool, **arguments):
    return await guard.call(flow.request(tool, **arguments), flow.tool, hold_ms=0)


async def test_an_abnormal_chain_is_judged_on_told_and_written_down(watched):
    trace = Notes()
    watched.but(trace=trace)
    guard = guard_of(watched, chains=HABITS)
    await call(watched, guard, "read", id="1")
    with pytest.raises(NotAllowed, match="strange"):
        await call(watched, guard, "note", text="x")
    assert trace.notes["guard.findings"] == ["abnormal_chain"]
    (event,) = watched.events("signal")
    assert (event.leaf["signal"], event.leaf["source"], event.leaf["weight"]) == (
        "abnormal_chain", "detector", 250
    )  # fmt: skip
    assert event.side["said"].startswith("After bank/read agent clerk has never called bank/write")
    assert [one.kind for one in (await watched.state()).signals] == ["abnormal_chain"]


async def test_a_cold_start_is_a_fact_for_rules_and_no_risk(watched):
    guard = guard_of(watched)
    with pytest.raises(NotAllowed, match="nobody_knows"):
        await call(watched, guard, "note", text="x")
    await call(watched, guard, "pay", amount_minor=1)
    assert (await watched.state()).signals == ()
    assert watched.events("signal") == []


async def test_a_refused_call_teaches_the_trail_nothing(watched):
    guard = guard_of(watched, chains=HABITS)
    await call(watched, guard, "read", id="1")
    for _ in range(3):  # however often it tries, it comes from where it was
        with pytest.raises(NotAllowed):
            await call(watched, guard, "note", text="x")
    assert (await watched.state()).trail.classes == ("bank/read",)


async def test_a_burst_in_parallel_is_judged_on_its_own_finding(flow, gather):
    """Of a burst sent at once no call is judged before the finding of those before it."""
    guard = guard_of(flow, numbers=Detectors(calls_a_minute=5, weights={"velocity": 600}))
    ends = await gather(*(call(flow, guard, "ten", n=n) for n in range(12)))
    refused = [one for one in ends if isinstance(one, NotAllowed)]
    assert len(refused) >= 7  # rule NO-2 of the world: writes stop at risk 2
    assert len(flow.tool.runs) <= 5


async def test_a_changed_definition_marks_the_session_that_met_it(flow):
    guard = guard_of(flow)
    with pytest.raises(Refused):
        await guard.call(
            replace(flow.request("note", text="x"), definition="changed"), flow.tool, hold_ms=0
        )
    assert [one.kind for one in (await flow.state()).signals] == ["definition_changed"]


async def test_a_trusted_server_that_saw_the_calls_own_token_before_ends_the_session(flow):
    """Somebody was faster: the token of this call was made a moment ago, for this call alone."""
    flow.tool.outcome, flow.tool.refused = Outcome.ERROR, "replayed"
    await call(flow, guard_of(flow), "read", id="1")
    session = await flow.state()
    assert [one.kind for one in session.signals] == ["token_reuse"]
    assert session.ended_at_ms
    with pytest.raises(Refused, match="session_ended"):
        await call(flow, guard_of(flow), "read", id="1")


async def test_a_kind_without_weight_is_written_down_and_changes_nothing(flow):
    with pytest.raises(Refused, match="approval_pending"):
        await call(flow, guard_of(flow), "pay", amount_minor=500)
    flow.tool.outcome, flow.tool.refused = Outcome.ERROR, "replayed"
    await call(flow, guard_of(flow, numbers=Detectors(weights={"token_reuse": 0})), "read", id="1")
    assert [one.leaf["weight"] for one in flow.events("signal")] == [0]
    assert not (await flow.state()).ended_at_ms
    assert len(await flow.approvals.listed(open_only=True)) == 1


async def test_a_server_that_nobody_trusts_ends_no_session(flow, make_bundle, catalogue):
    stranger = {**catalogue["servers"]["bank"], "trust": "untrusted"}
    policy = '@id("OK") @reason("open") permit (principal, action, resource);'
    flow.bundle = make_bundle(policy, {**catalogue, "servers": {"bank": stranger}})
    flow.tool.outcome, flow.tool.refused = Outcome.ERROR, "replayed"
    await call(flow, guard_of(flow), "read", id="1")
    assert (await flow.state()).signals == ()


async def test_what_an_operator_switched_off_is_not_found(flow):
    guard = guard_of(flow, numbers=Detectors(calls_a_minute=1, without={"velocity"}))
    for _ in range(5):
        await call(flow, guard, "read", id="1")
    assert (await flow.state()).signals == ()


async def test_a_finding_voids_what_people_were_asked_before_it(flow):
    guard = guard_of(flow, numbers=Detectors(calls_a_minute=2))
    with pytest.raises(Refused, match="approval_pending"):
        await call(flow, guard, "pay", amount_minor=500)
    (asked,) = await flow.approvals.listed(open_only=True)
    for _ in range(3):
        await call(flow, guard, "read", id="1")
    assert (await flow.approvals.get(asked.id)).reason_code == "velocity"


async def test_the_trail_outlives_the_process(durable):
    guard = guard_of(durable, chains=HABITS)
    await call(durable, guard, "read", id="1")
    await asyncio.sleep(0)
    (stored,) = [one for one in await durable.store.sessions.all() if one.id == "gs_1"]
    assert stored.trail.classes == ("bank/read",)
