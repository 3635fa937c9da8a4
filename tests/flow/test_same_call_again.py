"""An agent that goes round in circles is stopped: in a row, all at once, and on the log's replay."""

import json

import pytest

from guard.errors import NotAllowed
from guard.model.call import Outcome, ToolResult
from guard.replay.logged import Again, decided_again

POLICY = """
@id("OK-1") @reason("open") permit (principal, action in Guard::Action::"any", resource);
@id("LOOP-1") @reason("same_call_again") forbid (principal, action in Guard::Action::"write", resource)
when { context.history.same };
@id("FAIL-1") @reason("fails_too_often") forbid (principal, action in Guard::Action::"any", resource)
when { context.history.failed >= 3 };
@id("BUSY-1") @reason("too_many_at_once") forbid (principal, action == Guard::Action::"bank/read", resource)
when { context.history.busy > 5 };
"""
LEDGERS = {
    "same": {"repeated": 3, "of": "write", "window": "10m"},
    "failed": {"count": "errors", "of": "any", "window": "60s"},
    "busy": {"count": "running", "of": "bank/read"},
}


@pytest.fixture
def watched(durable, make_bundle, catalogue):
    durable.settings = durable.settings.model_copy(update={"in_flight": 64})
    durable.bundle = make_bundle(POLICY, {**catalogue, "ledgers": LEDGERS})
    return durable


async def test_the_third_equal_call_is_refused_and_another_one_runs(watched):
    for _ in range(2):
        await watched.call("pay", amount_minor=5, recipient="DE02")
    with pytest.raises(NotAllowed, match="same_call_again"):
        await watched.call("pay", recipient="DE02", amount_minor=5)
    await watched.call("pay", amount_minor=6, recipient="DE02")


async def test_of_many_equal_calls_at_once_two_run(watched, gather):
    ends = await gather(*(watched.call("note", text="x") for _ in range(40)))
    assert {type(one) for one in ends if isinstance(one, BaseException)} == {NotAllowed}
    assert len(watched.tool.runs) == 2


async def test_what_was_refused_does_not_count_and_its_time_ends(watched, gather):
    for _ in range(2):
        await watched.call("note", text="x")
    await gather(*(watched.call("note", text="x") for _ in range(5)))
    watched.clock.advance(600_001)
    await watched.call("note", text="x")
    assert len(watched.tool.runs) == 3


async def test_errors_alone_are_counted_and_a_minute_later_forgotten(watched, gather):
    await gather(*(watched.call("read", id=str(n)) for n in range(4)))
    watched.tool.outcome = Outcome.ERROR
    await gather(*(watched.call("read", id=str(n)) for n in range(3)))
    with pytest.raises(NotAllowed, match="fails_too_often"):
        await watched.call("read", id="9")
    watched.clock.advance(62_001)
    await watched.call("read", id="9")


class Meeting:
    """A tool that notes how many calls it holds at once."""

    def __init__(self, pause):
        self.pause, self.inside, self.most, self.runs = pause, 0, 0, 0

    async def run(self, call, credential):
        self.inside, self.runs = self.inside + 1, self.runs + 1
        self.most = max(self.most, self.inside)
        await self.pause()
        self.inside -= 1
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")


async def test_no_more_calls_run_at_once_than_the_rule_allows_and_later_ones_may(watched, gather):
    async def pause():
        for _ in range(10):
            await watched.world.sessions.get("gs_1")

    tool = Meeting(pause)
    await gather(*(watched.call("read", by=tool, id=str(n)) for n in range(30)))
    assert 0 < tool.most <= 5
    before = tool.runs
    await watched.call("read", by=tool, id="later")
    assert tool.runs == before + 1


async def test_the_log_gives_the_same_verdicts_again(flow, gather, make_bundle, catalogue):
    flow.bundle = make_bundle(POLICY, {**catalogue, "ledgers": LEDGERS})
    await gather(*(flow.call("note", text="x") for _ in range(5)))
    flow.tool.outcome = Outcome.ERROR
    await gather(*(flow.call("read", id=str(n % 2)) for n in range(8)))
    log = list(enumerate(flow.store.events))
    leaves = [(seq, json.dumps(event.body()).encode()) for seq, event in log]
    sides = {seq: json.dumps(event.side) for seq, event in log if event.side}
    again = list(decided_again(flow.bundle, leaves, sides))
    assert {one.again for one in again} == {Again.SAME}
    rules = {rule for event in flow.events("decision") for rule in event.leaf["rules"]}
    assert {"OK-1", "LOOP-1"} <= rules
