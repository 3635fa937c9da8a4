"""Canaries beside real questions: looked at like any other, run never, counted apart."""

import pytest

from guard.errors import ApprovalPending
from guard.grant.canary import ListedBaits
from guard.grant.report import reported
from guard.model.call import argument_bytes

BAD = argument_bytes({"amount_minor": 999_999, "recipient": "EVE"})


class Always:
    def draw(self, action, roll):
        return BAD if action == "bank/pay" else None


@pytest.fixture(params=["memory", "sqlite"])
def world(request):
    made = request.getfixturevalue("flow" if request.param == "memory" else "durable")
    made.hold_ms = 0
    return made.but(baits=Always())


async def test_a_canary_is_announced_beside_the_question_and_never_runs(world):
    world.approver.script = ["approve", "approve"]
    await world.call("pay", amount_minor=500)
    real, bait = world.approver.seen
    assert (real.canary, bait.canary, bait.call_bytes) == (False, True, BAD)
    world.approver.script = ["silence"]
    world.but(baits=None)
    with pytest.raises(ApprovalPending):  # the approved canary answers nobody's call
        await world.call("pay", amount_minor=999_999, recipient="EVE")
    assert [call.arguments for call, _ in world.tool.runs] == [
        argument_bytes({"amount_minor": 500})
    ]


async def test_a_call_that_joins_a_question_brings_no_canary(world):
    for _ in range(3):
        with pytest.raises(ApprovalPending):
            await world.call("pay", amount_minor=500)
    assert [one.canary for one in world.approver.seen] == [False, True]


async def test_denied_canaries_suspend_no_session_and_cool_nothing_down(world):
    for amount in (500, 501, 502):
        world.approver.script = ["approve", "deny"]
        await world.call("pay", amount_minor=amount)
    assert not (await world.state()).suspended_at_ms
    rows = await world.world.asked.since(0)
    found = reported(rows, calls=3, since_ms=0, now_ms=world.clock.now_ms())
    assert (found.prompts, found.canaries, found.canaries_caught) == (3, 3, 3)


async def test_open_canaries_take_no_place_of_a_question(world):
    world.approver.script = []
    for amount in range(500, 505):
        with pytest.raises(ApprovalPending):
            await world.call("pay", amount_minor=amount)
    assert sum(not one.canary for one in world.approver.seen) == 5


async def test_without_an_operators_wish_there_is_none(flow):
    flow.but(baits=ListedBaits(every=0, by_action={"bank/pay": (BAD,)}))
    flow.approver.script = ["approve"]
    await flow.call("pay", amount_minor=500)
    assert [one.canary for one in flow.approver.seen] == [False]
