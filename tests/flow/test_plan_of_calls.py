"""A declared plan asks people once, gives exactly its calls, and is not asked about in vain."""

from copy import deepcopy

import pytest

from guard.errors import ApprovalPending, NotAllowed, Refused, Unusable
from guard.grant.written import reach_from
from guard.judging import Judging
from guard.stepup.planning import Planning, planned_from, samples


@pytest.fixture
def bundle(make_bundle, catalogue):
    own = deepcopy(catalogue)
    own["servers"]["bank"]["tools"]["pay"]["output"] = {"trust": "trusted"}
    return make_bundle(catalog=own)


def call(amount, recipient="DE1", uses=2, tool="bank/pay"):
    where = [{"arg": "amount_minor", "range": amount}, {"arg": "recipient", "equal": recipient}]
    return {"tool": tool, "where": where, "uses": uses}


async def propose(flow, *calls, session="gs_1"):
    judging = Judging(world=flow.world, bundle=flow.bundle, salt=b"s" * 32)
    planning = Planning(world=flow.world, judging=judging)
    return await planning.propose(session, planned_from(list(calls), uses=10), ttl_s=600, by="host")


async def pay(flow, amount, recipient="DE1"):
    return await flow.call("pay", amount_minor=amount, recipient=recipient)


async def test_one_yes_lets_the_whole_plan_run_and_nothing_beside_it(flow):
    plan = await propose(flow, call([200, 300]), call([400, 500], "DE2", uses=1))
    with pytest.raises(ApprovalPending):
        await pay(flow, 250)  # declared is not approved
    await flow.granting.vote(flow.vote(plan.id))
    for amount, recipient in ((200, "DE1"), (300, "DE1"), (450, "DE2")):
        await pay(flow, amount, recipient)
    for amount, recipient in ((250, "DE1"), (450, "DE2"), (200, "DE3"), (199, "DE1")):
        with pytest.raises(ApprovalPending):
            await pay(flow, amount, recipient)
    assert len(flow.tool.runs) == 3
    assert {one.plan for one in await flow.granting.grants()} == {plan.id}


async def test_what_waited_for_an_answer_ends_when_the_plan_runs_it(flow):
    plan = await propose(flow, call([200, 300]))
    with pytest.raises(ApprovalPending):
        await pay(flow, 250)
    await flow.granting.vote(flow.vote(plan.id))
    await pay(flow, 250)
    first = (await flow.world.approvals.listed(open_only=False))[0]
    assert (str(first.status), first.reason_code) == ("cancelled", "granted")


async def test_nobody_is_asked_about_a_plan_with_a_call_that_policy_denies(flow):
    with pytest.raises(Refused, match="plan_denied") as no:
        await propose(flow, call([200, 300]), {"tool": "bank/wipe", "where": []})
    assert "never" in no.value.message
    assert await flow.granting.plans(open_only=False) == []


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        ([{"tool": "bank/read", "where": [{"arg": "id", "equal": "1"}]}], "needs_no_yes"),
        ([{"tool": "bank/none", "where": []}], "unknown_tool"),
        ([{"tool": "bank/pay", "where": [{"arg": "nope", "equal": 1}]}], "unknown_argument"),
        ([call([1, 50])], "needs_no_yes"),
    ],
)
async def test_a_plan_of_calls_that_nobody_would_be_asked_about_is_refused(flow, calls, why):
    with pytest.raises(Refused, match="plan_denied") as no:
        await propose(flow, *calls)
    assert why in no.value.message


async def test_an_edge_that_asks_is_enough_and_the_rest_runs_as_before(flow):
    plan = await propose(flow, call([1, 500]))
    assert [one.rule for one in plan.requirements] == ["ASK-1"]


async def test_a_tainted_session_gets_no_plan(flow):
    await flow.call("read_web", id="1", by=type(flow.tool)())
    with pytest.raises(Refused, match="plan_denied") as no:
        await propose(flow, call([200, 300]))
    assert "not_grantable" in no.value.message
    assert "each such call anew" in no.value.next_step


async def test_taint_after_the_yes_asks_again(flow):
    plan = await propose(flow, call([200, 300]))
    await flow.granting.vote(flow.vote(plan.id))
    await flow.call("read_web", id="1", by=type(flow.tool)())
    with pytest.raises(ApprovalPending):
        await pay(flow, 250)


async def test_a_deny_rule_that_fires_inside_a_plan_still_denies(flow, make_bundle, policy):
    plan = await propose(flow, call([200, 300]))
    await flow.granting.vote(flow.vote(plan.id))
    rule = '@id("NO-9") @reason("odd") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input has amount_minor && context.input.amount_minor == 250 };'
    flow.bundle = make_bundle(policy + rule)
    with pytest.raises(NotAllowed, match="odd"):
        await pay(flow, 250)


async def test_a_session_that_is_over_gets_no_plan(flow):
    await flow.reauthorizing.end("gs_1", "over")
    with pytest.raises(Refused, match="session_ended"):
        await propose(flow, call([200, 300]))


@pytest.mark.parametrize(
    "raw",
    [
        None, {}, [], [{}], [{"tool": "bank/pay"}], [{"tool": "pay", "where": []}],
        [{"tool": "bank/pay", "where": [], "uses": "2"}], [{"tool": "bank/pay", "where": [], "any": 1}],
        [{"tool": "bank/pay", "where": "all"}], [call([200, 300])] * 21,
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(raw):
    with pytest.raises(Unusable):
        planned_from(raw, uses=10)


@pytest.mark.parametrize("uses", [0, 101])
async def test_uses_have_a_limit(flow, uses):
    with pytest.raises(Refused, match="plan_refused"):
        await propose(flow, call([200, 300], uses=uses))


def test_every_edge_is_judged_at_least_once():
    where = [
        {"arg": "n", "range": [1, 9]}, {"arg": "o.in", "one_of": ["a", "b"]},
        {"arg": "p", "prefix": "/r/"}, {"arg": "q", "range": [3, 3]},
    ]  # fmt: skip
    found = list(samples(reach_from("s", "t", where)))
    assert len(found) == 3
    assert {one["n"] for one in found} == {1, 9}
    assert {one["o"]["in"] for one in found} == {"a", "b"}
    assert all(reach_from("s", "t", where).covers(one) for one in found)
