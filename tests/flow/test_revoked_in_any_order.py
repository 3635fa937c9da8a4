"""Calls, answers, completions and the end of a session, in any order: after the end nothing begins.

Small here, 10,000 interleavings of each store in `make soak`.
"""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.errors import Refused, Unavailable
from guard.grant.lease import LeaseState
from guard.model.call import Outcome, ToolResult
from guard.ports import World
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard.session.state import declared
from guard.testing import CountedIds, FrozenClock, ScriptedApprover
from guard_adapters.store.live import LiveCalls
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.flow.conftest import LOG_KEY, Flow, RecordingIssuer, bundle_of
from tests.flow.test_narrowing import Beating
from tests.postgres import POSTGRES

TTL_MS = RecordingIssuer.max_ttl_s * 1000
OPS = st.lists(
    st.sampled_from(["call", "call", "ask", "approve", "finish", "step", "step", "end"]),
    min_size=4,
    max_size=24,
)
TASK = parse_intent(
    {"purpose": "work", "tools": ["any"]}, declared_by="host", max_bytes=4096
)  # fmt: skip
POLICY = """
@id("OK-1") @reason("task") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server)
when { context.intent.covers };
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""


class Gate:
    """A tool that runs until somebody lets one run end."""

    stoppable = True

    def __init__(self):
        self.begun, self.waiting = [], []

    async def run(self, call, credential):
        self.begun.append(call.id)
        go = asyncio.Event()
        self.waiting.append(go)
        await go.wait()
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")

    def finish(self):
        if self.waiting:
            self.waiting.pop(0).set()


@pytest.fixture(params=["sqlite", POSTGRES])
def world(request, tmp_path):
    if request.param == "postgres":
        store = postgres.store(LOG_KEY)
    else:
        store = SqliteStore(tmp_path / "g.sqlite", LOG_KEY, timeout_ms=5_000, cooldown_ms=1)
    clock = FrozenClock()
    issuer = RecordingIssuer(leaves_object=True)
    made = World(
        clock=clock, ids=CountedIds(), sessions=store.sessions, approvals=store.approvals,
        leases=store.leases, outcomes=store.sessions, sink=store.sink, grants=store.grants,
        asked=store.asked, kills=store.kills, tallies=store.tallies, live=LiveCalls(),
        issuers={"calltoken": issuer}, watchdog=Beating(clock),
        approvers=(ScriptedApprover(approvals=store.approvals, clock=clock),),
    )  # fmt: skip
    flow = Flow(
        store=store, approvals=store.approvals, clock=clock, approver=made.approvers[0],
        world=made, bundle=bundle_of(POLICY), hold_ms=0,
    )  # fmt: skip
    flow.issuer = issuer
    yield flow
    store.close(clock.now_ms())


async def ending(world, how):
    match how:
        case "revoked":
            await world.reauthorizing.end(world.session, "operator")
        case "task":
            await world.reauthorizing.end_task(world.session, "operator")
        case _:
            now_ms = world.clock.now_ms()
            told = signal("token_reuse", subject="s", at_ms=now_ms, source="t")
            await world.reauthorizing.signal(world.session, told)


async def approve_all(world):
    for row in await world.approvals.listed(open_only=True, session=world.session):
        with suppress(Refused, Unavailable):
            await world.approvals.vote(world.vote(row.id), [])


async def played(world, ops, how):
    world.session = f"gs_{world.made}"
    await world.open(world.session)
    await world.world.sessions.update(world.session, lambda one: declared(one, TASK))
    gate, running, over = Gate(), [], None
    for op in ops:
        world.clock.ms += 1
        match op:
            case "call":
                running.append(asyncio.ensure_future(world.call("note", text="x", by=gate)))
            case "ask":
                ask = world.call("pay", amount_minor=1, recipient="DE1", by=gate)
                running.append(asyncio.ensure_future(ask))
            case "approve":
                await approve_all(world)
            case "finish":
                gate.finish()
            case "step":
                await asyncio.sleep(0.001)
            case "end" if over is None:
                over = asyncio.ensure_future(ending(world, how))
    await (over or ending(world, how))
    begun, at_ms = len(gate.begun), world.clock.now_ms()
    await approve_all(world)
    for tool in ("note", "pay"):
        with pytest.raises(Refused):
            await world.call(tool, by=gate)
    while gate.waiting:
        gate.finish()
    await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 5)
    assert len(gate.begun) == begun, "a tool began after the end"
    # One that was being made when the end came is never handed over, and ends by itself, too.
    async with asyncio.timeout(5):  # endings are handed over, and written a moment later
        while any(row.state is not LeaseState.REVOKE_PENDING for row in await held(world)):
            await asyncio.sleep(0.005)
    assert [row for row in await held(world) if row.deadline_ms > at_ms + TTL_MS] == []


async def held(world):
    rows = await world.world.leases.unsettled()
    return [row for row in rows if row.session == world.session]


def check(world, examples):
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(OPS, st.sampled_from(["token_reuse", "revoked", "task"]))
    def in_any_order(ops, how):
        asyncio.run(played(world, ops, how))

    in_any_order()


def test_after_the_end_nothing_begins_in_any_order(world):
    check(world, 10)


@pytest.mark.soak
def test_after_the_end_nothing_begins_in_ten_thousand_orders(world):
    check(world, 10_000)
