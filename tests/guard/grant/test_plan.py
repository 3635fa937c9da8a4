"""A plan gives nothing before the yes, and then its items and nothing else."""

from dataclasses import replace

import pytest

from guard.grant.plan import (
    PLAN_TRANSITIONS,
    NoPlanTransition,
    PlanEvent,
    PlanState,
    plan_challenge,
    plan_fault,
    proposed,
)
from guard.grant.written import plan_from, plan_text
from guard.model.decision import Requirement
from guard.model.limits import Range
from tests.guard.grant.standing import ASK, GROUND, NOW, REACH, item, new_plan, vote

TWO = Requirement(
    rule="ASK-2", reason="big", kind="review", groups=frozenset({"finance"}), quorum=2
)


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("event", PlanEvent)
def test_what_the_table_does_not_name_changes_nothing(state, event):
    decided = NOW if state is PlanState.APPROVED else 0
    plan = replace(proposed(new_plan()), status=state, decided_ms=decided)
    target = PLAN_TRANSITIONS[state].get(event)
    if target is None:
        with pytest.raises(NoPlanTransition):
            plan.after(event, NOW + 1)
    else:
        assert plan.after(event, NOW + 1).status is target


def test_a_plan_gives_nothing_until_it_is_approved():
    plan = proposed(new_plan())
    assert plan.grants() == ()
    assert plan.voted(vote("deny")).grants() == ()
    (grant,) = plan.voted(vote()).grants()
    assert (grant.reach, grant.uses_left, grant.until_ms) == (REACH, 3, NOW + 1 + 1_800_000)


def test_a_late_no_takes_an_approved_plan_back_and_a_late_yes_does_nothing():
    approved = proposed(new_plan()).voted(vote())
    assert approved.voted(vote("deny", NOW + 2)).status is PlanState.REVOKED
    with pytest.raises(NoPlanTransition):
        proposed(new_plan()).voted(vote(at_ms=NOW + 300_000))
    denied = proposed(new_plan()).voted(vote("deny"))
    with pytest.raises(NoPlanTransition):
        denied.voted(vote())


def test_everything_that_any_item_asks_of_people_must_be_met():
    plan = proposed(new_plan(items=(item(), item(requirements=(TWO,)))))
    assert plan.requirements == (ASK, TWO)
    plan = plan.voted(vote())
    finance = {"groups": frozenset({"finance"})}
    plan = plan.voted(vote(who="idp|ben", **finance))
    assert plan.status is PlanState.PENDING
    plan = plan.voted(vote(who="idp|ben", **finance))  # twice is not two
    assert plan.status is PlanState.PENDING
    assert plan.voted(vote(who="idp|cleo", **finance)).status is PlanState.APPROVED


def test_the_requester_alone_cannot_review_their_own_plan():
    plan = proposed(new_plan(items=(item(requirements=(replace(TWO, quorum=1),)),)))
    mine = vote(groups=frozenset({"finance"}))
    assert plan.voted(mine).status is PlanState.PENDING


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": ()}, "plan_size"), ({"items": (item(),) * 21}, "plan_size"),
        ({"ttl_s": 0}, "plan_limits"), ({"ttl_s": 8 * 3600 + 1}, "plan_limits"),
        ({"items": (item(uses=0),)}, "plan_limits"), ({"items": (item(uses=101),)}, "plan_limits"),
        ({"items": (item(), item(ground=replace(GROUND, session="gs_2")))}, "plan_of_others"),
        ({"items": (item(ground=replace(GROUND, requester="x")),)}, "plan_of_others"),
        ({"items": (item(requirements=()),)}, "plan_not_grantable"),
        ({"items": (item(requirements=(replace(ASK, match=("to",)),)),)}, "plan_not_grantable"),
    ],
)  # fmt: skip
def test_nobody_is_asked_about_a_plan_that_cannot_be_one(changes, code):
    assert plan_fault(new_plan(**changes)) == code
    assert plan_fault(new_plan()) == ""


WIDER = replace(REACH, constraints=(Range(path="amount", low=1, high=51), REACH.constraints[1]))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "pln_2"}, {"kind": "grant"}, {"nonce": "01"}, {"ttl_s": 1801}, {"agent": "other"},
        {"pending_until_ms": NOW}, {"items": (item(uses=4),)}, {"items": (item(), item())},
        {"items": (item(reach=WIDER),)}, {"items": (item(requirements=(replace(ASK, uv=False),)),)},
        {"items": (item(ground=replace(GROUND, policy_version="p2")),)},
        {"items": (item(ground=replace(GROUND, labels=frozenset({"untrusted"}))),)},
    ],
)  # fmt: skip
def test_what_was_signed_fits_one_plan_only(changes):
    signed = plan_challenge(new_plan(), reviewer="idp|ana", decision="approve")
    assert plan_challenge(new_plan(**changes), reviewer="idp|ana", decision="approve") != signed
    assert plan_challenge(new_plan(), reviewer="idp|ben", decision="approve") != signed
    assert plan_challenge(new_plan(), reviewer="idp|ana", decision="deny") != signed
    assert plan_challenge(proposed(new_plan()), reviewer="idp|ana", decision="approve") == signed


def test_people_read_every_item_and_how_long_it_holds():
    assert new_plan().lines() == (
        "bank/pay, at most 3 times, where",
        "  amount is a whole number from 1 to 50",
        '  to is exactly "bob"',
        "For 30 min from the yes, in this session, for agent clerk.",
    )


def test_a_plan_reads_back_as_it_was_written():
    plan = proposed(new_plan(items=(item(), item(requirements=(TWO,))))).voted(vote())
    assert plan_from(plan_text(plan)) == plan
    ended = plan.after(PlanEvent.REVOKE, NOW + 5, reason="operator")
    assert plan_from(plan_text(ended)) == ended
