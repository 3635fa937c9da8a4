"""A session is narrowed instead of ended: what it may still do, and what its calls under way do."""

import asyncio
from dataclasses import replace

import pytest

from guard.errors import NotAllowed, Refused
from guard.model.access import Access, Level
from guard.model.call import Outcome, ToolResult
from guard.session.risk import signal
from guard_adapters.store.live import LiveCalls

RULES = """
@id("ACC-1") @decision("access") @access("stopped") @restore("operator") @reason("risk_high")
forbid (principal, action in Guard::Action::"session", resource) when { context.risk.score >= 800 };
@id("ACC-2") @decision("access") @access("read_only") @restore("10m") @reason("risk_raised")
forbid (principal, action in Guard::Action::"session", resource) when { context.risk.score >= 500 };
@id("ACC-3") @decision("access") @access("small") @restore("reauth") @reason("doubt")
forbid (principal, action in Guard::Action::"session", resource) when { context.risk.score >= 200 };
"""
SMALL = {"tools": ["bank/read*", "bank/pay"], "args": {"bank/pay": {"amount_minor": {"max": 50}}}, "max_ttl": "5s"}  # fmt: skip


class Slow:
    """A tool that runs until it is let go; `stoppable` says whether cancelling ends it."""

    def __init__(self, *, stoppable):
        self.stoppable = stoppable
        self.began, self.go = asyncio.Event(), asyncio.Event()
        self.cancelled = False

    async def run(self, call, credential):
        self.began.set()
        try:
            await asyncio.wait_for(self.go.wait(), 5)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return ToolResult(outcome=Outcome.OK, value="SECRET", shown="SECRET")


@pytest.fixture(scope="module")
def narrowing(make_bundle, policy, catalogue):
    rules = [one for one in policy.splitlines() if '"NO-' not in one]  # none of its own on risk
    text = "\n".join(rules)
    return make_bundle(text + RULES, {**catalogue, "access": {"small": SMALL}})


@pytest.fixture
def world(flow, narrowing):
    flow.bundle = narrowing
    return flow.but(live=LiveCalls())


def told(world, kind):
    return signal(kind, subject=world.session, at_ms=world.clock.now_ms(), source="t")


async def code_of(work):
    with pytest.raises(Refused) as no:
        await work
    return no.value.code


async def test_a_narrowed_session_reads_and_does_not_write_and_says_why(world):
    await world.reauthorizing.signal("gs_1", told(world, "operator_narrow"))
    read = await world.call("read", id="a")
    assert {(part, why) for _, part, why in read.reduced} >= {("level=read_only", "risk_raised")}
    with pytest.raises(NotAllowed) as no:
        await world.call("note", text="x")
    reasons = [(one.rule, one.code) for one in no.value.answer.reasons]
    assert reasons[0] == ("guard:access", "access_narrowed")
    assert ("ACC-2", "risk_raised") in reasons
    kinds = [(one.leaf["rule"], one.leaf["to"]) for one in world.events("narrowed")]
    assert kinds[0] == ("ACC-2", ["level=read_only"])


async def test_time_gives_back_what_time_may(world):
    await world.reauthorizing.signal("gs_1", told(world, "upstream_credential_refused"))
    await world.reauthorizing.signal("gs_1", told(world, "protocol_violation"))
    await world.reauthorizing.signal("gs_1", told(world, "impossible_travel"))
    assert await code_of(world.call("note", text="x")) == "access_narrowed"
    world.clock.ms += 3 * 3_600_000
    assert await code_of(world.call("note", text="x")) == "access_narrowed"  # quiet from now on
    world.clock.ms += 11 * 60_000
    session = await world.reauthorizing.look(await world.state())
    assert [one.rule for one in session.narrowings] == ["ACC-3"]  # only its person ends this one
    assert [one.leaf["why"] for one in world.events("restored")] == ["quiet"]


async def test_the_argument_range_and_the_life_of_credentials_shrink_and_nobody_is_asked(
    world, make_issuer
):
    issuer = make_issuer()
    world.but(issuers={"calltoken": issuer})
    await world.reauthorizing.signal("gs_1", told(world, "risk_level_medium"))
    await world.call("pay", amount_minor=40, recipient="DE1")
    assert issuer.issued[-1][1].max_ttl_s == 5
    assert world.approver.seen == []


async def test_a_fresh_yes_of_the_person_settles_a_doubt_once_and_for_the_session(world):
    await world.reauthorizing.signal("gs_1", told(world, "risk_level_medium"))
    world.clock.ms += 1
    world.approver.script = ["approve"]
    assert (await world.call("note", text="x")).value == "done"
    assert [one.rules for one in world.approver.seen] == [frozenset({"guard:reauth"})]
    assert (await world.call("note", text="y")).value == "done"
    assert len(world.approver.seen) == 1
    assert [one.leaf["why"] for one in world.events("restored")] == ["reauth"]
    await world.reauthorizing.signal("gs_1", replace(told(world, "risk_level_medium"), source="u"))
    world.approver.script = ["deny"]
    assert await code_of(world.call("note", text="z")) == "approval_denied"


async def test_a_yes_for_the_session_is_no_yes_to_what_else_is_asked(world):
    await world.reauthorizing.signal("gs_1", told(world, "risk_level_medium"))
    world.approver.script = ["approve"]
    await world.call("pay", amount_minor=200, recipient="DE1")
    assert [one.rules for one in world.approver.seen] == [frozenset({"ASK-1", "guard:reauth"})]


async def test_a_call_whose_tool_can_be_stopped_is_cancelled_and_recorded(world):
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    await world.reauthorizing.signal("gs_1", told(world, "operator_narrow"))
    assert await code_of(asyncio.wait_for(running, 5)) == "call_cut"
    assert tool.cancelled
    assert world.outcomes() == [("unknown", "call_cut")]
    assert [one.leaf["stopped"] for one in world.events("call_cut")] == [True]


async def test_a_call_that_cannot_be_stopped_loses_its_credential_and_its_result(
    world, make_issuer
):
    issuer = make_issuer(leaves_object=True)
    world.but(issuers={"calltoken": issuer}, watchdog=Beating(world.clock))
    tool = Slow(stoppable=False)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    await world.reauthorizing.signal("gs_1", told(world, "operator_narrow"))
    assert issuer.revoked, "the credential is gone while the tool still works"
    tool.go.set()
    assert await code_of(asyncio.wait_for(running, 5)) == "call_cut"
    assert world.outcomes() == [("ok", "call_cut")]


class Beating:
    def __init__(self, clock):
        self.clock = clock

    def beat_ms(self):
        return self.clock.now_ms()


async def test_a_read_under_way_goes_on_when_only_writes_are_taken(world):
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("read", id="a", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    await world.reauthorizing.signal("gs_1", told(world, "operator_narrow"))
    tool.go.set()
    assert (await asyncio.wait_for(running, 5)).value == "SECRET"


async def test_a_session_narrowed_between_judgement_and_tool_runs_nothing(world):
    class Narrowing:
        def __init__(self, inner):
            self.inner = inner

        async def write(self, events):
            await self.inner.write(events)
            if events and events[0].kind == "decision" and events[0].leaf["tool"] == "note":
                await world.reauthorizing.narrow("gs_1", Access(level=Level.READ_ONLY), "by_hand")

    world.but(sink=Narrowing(world.store))
    assert await code_of(world.call("note", text="x")) == "access_narrowed"
    assert world.tool.runs == []


async def test_what_people_said_to_a_wider_session_is_void(world):
    world.approver.script = ["silence"]
    world.hold_ms = 0
    assert await code_of(world.call("pay", amount_minor=200, recipient="DE1")) == "approval_pending"
    await world.reauthorizing.narrow("gs_1", Access(level=Level.READ_ONLY), "by_hand")
    assert [row.open for row in world.approvals.rows.values()] == [False]


async def test_a_cancel_of_the_caller_is_not_taken_for_a_cut(world):
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert world.outcomes() == [("unknown", "")]
