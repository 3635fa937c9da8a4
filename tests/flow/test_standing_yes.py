"""A person who says yes to more calls like this one is not asked about those, and about no others."""

import json
from copy import deepcopy

import pytest

from guard.errors import ApprovalPending, NotAllowed, NotApproved, Refused
from guard.grant.offer import offer_from
from guard.session.risk import signal


@pytest.fixture
def remade(make_bundle, policy, catalogue):
    """The bank vouches for its own receipts: else the first one taints the session."""
    own = deepcopy(catalogue)
    own["servers"]["bank"]["tools"]["pay"]["output"] = {"trust": "trusted"}
    return lambda change: make_bundle(change(policy), own)


@pytest.fixture
def bundle(remade):
    return remade(str)


@pytest.fixture(params=["memory", "sqlite"])
def world(request):
    made = request.getfixturevalue("flow" if request.param == "memory" else "durable")
    made.hold_ms = 0  # the real store waits in real time, and this clock stands still
    return made


async def pay(flow, amount_minor=500, **more):
    return await flow.call("pay", amount_minor=amount_minor, recipient="DE1", **more)


async def granted(flow, picks=None, **limits):
    """Ask once, get a yes, and a standing yes beside it."""
    flow.approver.script = ["approve"]
    await pay(flow)
    (asked,) = flow.approver.seen
    return await flow.standing(asked, picks, **limits)


async def asks(flow, **call):
    """Return whether people were asked about this call, which nobody answers."""
    before = len(flow.approver.seen)
    with pytest.raises(ApprovalPending):
        await pay(flow, **call)
    return len(flow.approver.seen) == before + 1


async def test_calls_inside_run_without_a_question_until_the_uses_are_gone(world):
    await granted(world, uses=2)
    for _ in range(2):
        await pay(world)
    assert len(world.tool.runs) == 3
    assert len(world.approver.seen) == 1
    assert await asks(world)
    rows = await world.approvals.listed(open_only=False)
    assert sorted((row.via, str(row.status), str(row.outcome)) for row in rows) == [
        ("ask", "consumed", "ok"),
        ("ask", "pending", "None"),
        ("grant", "consumed", "ok"),
        ("grant", "consumed", "ok"),
    ]


async def test_each_use_is_in_the_log_with_the_grant_that_gave_it(flow):
    plan = await granted(flow)
    await pay(flow)
    (grant,) = await flow.granting.grants()
    *_, opened = flow.events("approval_opened")
    *_, used = flow.events("consume")
    assert (opened.leaf["via"], opened.leaf["grant"]) == ("grant", grant.id)
    assert (used.leaf["approval"], used.leaf["grant"]) == (opened.leaf["approval"], grant.id)
    (made,) = flow.events("grant_made")
    assert (made.leaf["plan"], made.leaf["by"]) == (plan.id, ["idp|ana"])
    assert [one.kind for one in flow.events("plan_opened", "vote")] == ["plan_opened", "vote"]


async def test_it_ends_with_its_time(world):
    await granted(world, ttl_s=600)
    world.clock.advance(599_999)
    await pay(world)
    world.clock.advance(1)
    assert await asks(world)


async def test_other_arguments_are_asked_and_a_pick_widens_what_was_offered(world):
    await granted(world, {"amount_minor": 0})
    await pay(world, amount_minor=499)
    assert await asks(world, amount_minor=501)
    assert len(world.tool.runs) == 2


async def test_parallel_calls_share_the_uses_and_no_more(world, gather):
    await granted(world, uses=3)
    done = await gather(*(pay(world) for _ in range(6)))
    ran = [one for one in done if not isinstance(one, Exception)]
    assert len(ran) == 3
    assert len(world.tool.runs) == 4
    assert {type(one) for one in done if isinstance(one, Exception)} <= {
        ApprovalPending,
        NotApproved,
    }


async def test_new_taint_asks_anyway(world):
    await granted(world)
    await world.call("read_web", id="1", by=type(world.tool)())
    assert await asks(world)


async def test_taint_between_the_use_and_the_run_stops_the_run(flow):
    await granted(flow)
    real = flow.world.grants

    class Meanwhile:
        def __getattr__(self, name):
            return getattr(real, name)

        async def use(self, use, events):
            row = await real.use(use, events)
            await flow.call("read_web", id="1", by=type(flow.tool)())
            return row

    flow.but(grants=Meanwhile())
    with pytest.raises(NotApproved, match="revoked"):
        await pay(flow)
    assert len(flow.tool.runs) == 1


async def test_a_signal_takes_it_back(world):
    await granted(world)
    doubt = signal("impossible_travel", subject="ana", at_ms=world.clock.now_ms(), source="test")
    await world.reauthorizing.signal("gs_1", doubt)
    (grant,) = await world.granting.grants()
    assert grant.reason_code == "impossible_travel"
    assert await asks(world)


async def test_the_end_of_the_session_takes_plans_that_wait_with_it(world):
    world.approver.script = ["approve"]
    await pay(world)
    plan = await world.granting.propose_grant(
        world.approver.seen[0].id, {}, uses=1, ttl_s=60, by="ana"
    )
    await world.reauthorizing.end("gs_1", "over")
    with pytest.raises(Refused, match="plan_transition"):
        await world.granting.vote(world.vote(plan.id))


async def test_an_operator_takes_it_back(world):
    await granted(world)
    (grant,) = await world.granting.grants()
    await world.granting.revoke(grant.id, "operator")
    assert await asks(world)


async def test_taking_back_the_plan_takes_back_the_grant(world):
    plan = await granted(world)
    await world.granting.end_plan(plan.id, "operator")
    assert (await world.granting.grants())[0].reason_code == "operator"
    assert await asks(world)


async def test_another_policy_asks_again(flow, remade):
    await granted(flow)
    flow.bundle = remade(lambda policy: policy.replace("> 100 };", "> 99 };"))
    assert await asks(flow)


async def test_another_session_has_none_of_it(world):
    await granted(world)
    await world.open("gs_2")
    assert await asks(world, session="gs_2")


async def test_a_deny_rule_is_not_outvoted(flow, remade):
    await granted(flow)
    rule = '@id("NO-9") @reason("late") forbid (principal, action == Guard::Action::"bank/pay", resource);'
    flow.bundle = remade(lambda policy: policy + rule)
    with pytest.raises(NotAllowed, match="late"):
        await pay(flow)


async def test_a_yes_to_the_very_call_is_used_before_a_grant_is(world):
    await granted(world, {"amount_minor": 0}, uses=1)
    world.clock.advance(1)
    await pay(world, amount_minor=400)  # the only use
    with pytest.raises(ApprovalPending):
        await pay(world, amount_minor=300)
    await world.approvals.vote(world.vote(world.approver.seen[-1].id), [])
    await pay(world, amount_minor=300)
    assert len(world.tool.runs) == 3


@pytest.mark.parametrize("call", [{"pin": "1234"}])
async def test_nothing_is_offered_beside_a_call_with_a_secret(flow, call):
    flow.approver.script = ["approve"]
    await pay(flow, **call)
    (asked,) = flow.approver.seen
    assert offer_from(asked.offer) is None
    with pytest.raises(Refused, match="not_offered"):
        await flow.standing(asked)


async def test_nothing_is_offered_beside_a_tainted_call(flow):
    await flow.call("read_web", id="1", by=type(flow.tool)())
    flow.approver.script = ["approve"]
    await pay(flow)
    with pytest.raises(Refused, match="not_offered"):
        await flow.standing(flow.approver.seen[0])


async def test_nothing_is_offered_after_a_no(flow):
    flow.approver.script = ["deny"]
    with pytest.raises(NotApproved):
        await pay(flow)
    with pytest.raises(Refused, match="not_offered"):
        await flow.standing(flow.approver.seen[0])


async def test_a_person_must_say_yes_to_it_and_somebody_else_cannot(flow):
    flow.approver.script = ["approve"]
    await pay(flow)
    plan = await flow.granting.propose_grant(
        flow.approver.seen[0].id, {}, uses=5, ttl_s=600, by="x"
    )
    assert await asks(flow)
    assert (await flow.granting.vote(flow.vote(plan.id, who="idp|eve"))).status == "pending"
    assert await flow.granting.grants() == []


async def test_without_a_hole_for_grants_people_are_asked_each_time(flow):
    flow.but(grants=None)
    flow.approver.script = ["approve", "approve"]
    for _ in range(2):
        await pay(flow)
    assert len(flow.approver.seen) == 2
    assert flow.approver.seen[0].offer == ""


async def test_what_people_read_before_they_say_yes_is_the_exact_reach(flow):
    flow.approver.script = ["approve"]
    await pay(flow)
    plan = await flow.granting.propose_grant(
        flow.approver.seen[0].id, {"amount_minor": 0}, uses=10, ttl_s=1800, by="ana"
    )
    assert plan.lines() == (
        "bank/pay, at most 10 times, where",
        "  amount_minor is a whole number from 0 to 500",
        '  recipient is exactly "DE1"',
        "For 30 min from the yes, in this session, for agent clerk.",
    )
    (opened,) = flow.events("plan_opened")
    assert "DE1" not in json.dumps(dict(opened.leaf))  # arguments stand beside the tree


async def test_only_so_many_plans_wait_at_once(flow):
    flow.approver.script = ["approve"]
    await pay(flow)
    ask = {"uses": 1, "ttl_s": 60, "by": "ana"}
    for _ in range(5):
        await flow.granting.propose_grant(flow.approver.seen[0].id, {}, **ask)
    with pytest.raises(Refused, match="too_many_open_plans"):
        await flow.granting.propose_grant(flow.approver.seen[0].id, {}, **ask)
