"""Whatever rule asks: a call is made as small as policy wants it before a person is woken."""

import json

import pytest

from guard.errors import ApprovalPending
from guard.judging import Judging
from guard.model.decision import Allow, Deny, Narrow, StepUp
from guard.provenance.result.known import Known

ASKS = {
    "self": '@approvers("session-owner")',
    "review": '@approvers("finance")',
    "quorum": '@approvers("finance") @quorum("2")',
    "bound": '@approvers("finance") @device_bound("true")',
    "typed": '@approvers("finance") @match("amount")',
}
RULES = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("ASK-1") @decision("step_up") {asks} @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource) when {{ context.input has amount_minor && context.input.amount_minor > {ask} }};
@id("CUT-1") @decision("narrow") @narrow("cap") @reason("over_cap")
forbid (principal, action == Guard::Action::"bank/pay", resource) when {{ context.input has amount_minor && context.input.amount_minor > 1000 }};
"""


async def judged(flow, bundle, amount):
    judging = Judging(world=flow.world, bundle=bundle, salt=b"s" * 32)
    session = await flow.world.sessions.get("gs_1")
    found = await judging.judge(session, flow.request("pay", amount_minor=amount), Known())
    return found.answer


@pytest.mark.parametrize("kind", ASKS)
@pytest.mark.parametrize("amount", [1, 100, 101, 1000, 1001, 10**9])
@pytest.mark.parametrize("ask", [100, 999, 1000, 5000])
async def test_what_people_are_asked_about_is_already_narrowed(
    flow, make_bundle, kind, ask, amount
):
    answer = await judged(flow, make_bundle(RULES.format(asks=ASKS[kind], ask=ask)), amount)
    left = min(amount, 1000)
    match answer:
        case StepUp():
            assert left > ask
            assert json.loads(answer.arguments) == {"amount_minor": left}
            assert bool(answer.applied) == (amount > 1000)
        case Narrow():
            assert amount > 1000
            assert left <= ask
            assert json.loads(answer.arguments) == {"amount_minor": left}
        case Allow():
            assert amount <= min(ask, 1000)
        case Deny():
            pytest.fail(f"denied: {answer}")


async def test_a_call_that_narrowing_made_harmless_wakes_nobody(flow, make_bundle):
    flow.bundle = make_bundle(RULES.format(asks=ASKS["self"], ask=1000))
    await flow.call("pay", amount_minor=10**6)
    ((call, _),) = flow.tool.runs
    assert json.loads(call.arguments) == {"amount_minor": 1000}
    assert flow.approver.seen == []


async def test_a_standing_yes_is_looked_for_with_the_narrowed_call(flow, make_bundle):
    flow.bundle = make_bundle(RULES.format(asks=ASKS["self"], ask=100))
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=10**6)
    assert json.loads(flow.approver.seen[0].call_bytes) == {"amount_minor": 1000}
    assert "1000000" not in flow.approver.seen[0].offer
