"""Access is born with a task and dies with it: by its end, its time, its idleness, its budget."""

import asyncio

import pytest

from guard.errors import Refused
from guard.session.intent import parse_intent
from guard.session.state import new_session
from guard.session.tasks import overdue, started
from guard_adapters.store.live import LiveCalls
from guard_adapters.wiring.operator.tasks import TaskDesk, tend
from tests.flow.conftest import WHO
from tests.flow.test_narrowing import Beating, Slow

TASK = {"purpose": "pay the rent", "tools": ["bank/pay", "bank/note"], "calls": {"bank/pay": 1, "bank/note": 2}}  # fmt: skip
ONLY = """
@id("OK-1") @reason("task") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server)
when { context.intent.declared && context.intent.covers };
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input has amount_minor && context.input.amount_minor > 100 };
"""


@pytest.fixture(scope="module")
def bundle(make_bundle):
    return make_bundle(ONLY)


@pytest.fixture
def world(flow):
    return flow.but(live=LiveCalls(), tallies=getattr(flow.store, "tallies", None))


def desk(world):
    return TaskDesk(world=world.world, reauthorizing=world.reauthorizing, by="operator")


async def start(world, lasts_s=0, **more):
    return await desk(world).start_task("gs_1", {**TASK, **more}, lasts_s)


async def tended(world):
    await tend(world.world, world.reauthorizing)
    return [one.leaf["why"] for one in world.events("task_ended")]


async def refused(work):
    with pytest.raises(Refused) as no:
        await asyncio.wait_for(work, 5)
    return no.value.code


async def test_without_a_task_nothing_runs_and_with_one_what_it_covers(world):
    assert await refused(world.call("note", text="x")) == "no_permit"
    await start(world)
    assert (await world.call("note", text="x")).value == "done"
    assert await refused(world.call("wipe")) == "no_permit"
    await desk(world).end_task("gs_1")
    assert await refused(world.call("note", text="x")) == "no_permit"


async def test_it_ends_when_it_expires_and_what_was_asked_for_it_is_void(world):
    world.approver.script, world.hold_ms = ["silence"], 0
    await start(world, lasts_s=60)
    assert await refused(world.call("pay", amount_minor=200, recipient="DE1")) == "approval_pending"
    world.clock.ms += 59_000
    assert await tended(world) == []
    world.clock.ms += 1_000
    assert await tended(world) == ["expired"]
    assert [row.open for row in world.approvals.rows.values()] == [False]
    assert await tended(world) == ["expired"]  # once


async def test_it_ends_when_nothing_was_called_for_so_long(world):
    await start(world, idle_s=60)
    world.clock.ms += 50_000
    await world.call("note", text="x")
    world.clock.ms += 59_000
    assert await tended(world) == []
    world.clock.ms += 1_000
    assert await refused(world.call("note", text="x")) == "no_permit"  # the call itself finds out
    assert [one.leaf["why"] for one in world.events("task_ended")] == ["idle"]


async def test_a_call_that_runs_is_no_idleness(world):
    await start(world, idle_s=60)
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    world.clock.ms += 600_000
    assert await tended(world) == []
    tool.go.set()
    await asyncio.wait_for(running, 5)


async def test_it_ends_when_its_calls_are_used_up(durable):
    durable.but(tallies=durable.store.tallies, live=LiveCalls())
    await start(durable)
    durable.approver.script = []
    await durable.call("pay", amount_minor=1, recipient="DE1")
    await durable.call("note", text="x")
    await tend(durable.world, durable.reauthorizing)
    assert not (await durable.state()).task_over_ms
    await durable.call("note", text="y")
    await tend(durable.world, durable.reauthorizing)
    assert (await durable.state()).task_over_ms


async def test_a_call_that_runs_when_its_task_ends_is_cut_and_its_credential_revoked(
    world, make_issuer
):
    issuer = make_issuer(leaves_object=True)
    world.but(issuers={"calltoken": issuer}, watchdog=Beating(world.clock))
    await start(world, lasts_s=60)
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    world.clock.ms += 60_000
    await tended(world)
    assert await refused(running) == "call_cut"
    assert issuer.revoked


async def test_the_next_task_ends_the_one_before(world):
    await start(world)
    await start(world, purpose="something else", tools=["bank/note"], calls={})
    assert [one.leaf["why"] for one in world.events("task_ended")] == ["replaced"]
    assert await refused(world.call("pay", amount_minor=1)) == "no_permit"
    assert (await world.call("note", text="x")).value == "done"


def test_what_an_agent_declared_for_itself_is_no_task_that_could_end():
    own = parse_intent({**TASK, "expires_at_ms": 1}, declared_by="agent", max_bytes=4096)
    assert overdue(started(new_session("gs", WHO, now_ms=1), own, 1), 10) == ""
