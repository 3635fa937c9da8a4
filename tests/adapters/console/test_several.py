"""One signature for several calls, over the console's real routes: standing yeses and batches."""

import asyncio
from dataclasses import replace

import pytest

from guard.grant.offer import offer_for, offer_text
from guard.grant.scoped import Ground
from guard.model.call import ArgSpec, ToolCall, ToolSpec
from guard.model.decision import Basis, StepUp
from tests.adapters.console.desk import ASKED, Desk

BOUND = b'{"server":"bank","tool":"pay"}'
SPEC = ToolSpec(
    server="bank",
    tool="pay",
    effect=frozenset({"write"}),
    args={"amount_minor": ArgSpec(role="amount")},
)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ana(desk):
    return desk.enrolled("ana")


def offer(requirements=(ASKED,)):
    call = ToolCall(
        id="c1", session="gs_1", server="bank", tool="pay", arguments=b'{"amount_minor":250000}'
    )
    answer = StepUp(
        requirements=requirements,
        arguments=b"",
        reasons=(),
        basis=Basis(bundle="", slice="p"),
        grantable=True,
    )
    ground = Ground(session="gs_1", requester="idp|zoe", agent="clerk", policy_version="p")
    return offer_text(offer_for(call, SPEC, ground, answer, untrusted=frozenset()))


def offered(desk, *requirements):
    asked = requirements or (ASKED,)
    return desk.asks(*asked, offer=offer(asked), envelope=BOUND)


def standing(visitor, approval, **body):
    answer = visitor.post(f"approvals/{approval}/standing", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def yes(visitor, plan, **said):
    seen = visitor.seen(plan)
    challenge = visitor.challenge(f"plans/{plan}/options", {"seen": seen})
    credential = visitor.passkey.answer(challenge, **said)
    return visitor.post(f"plans/{plan}/approve", {"credential": credential, "seen": seen})


def batch(visitor, *ids, sign=None):
    seen = visitor.seen(*ids, *(sign or ()))
    challenge = visitor.challenge("batch/options", {"ids": list(sign or ids), "seen": seen})
    body = {"ids": list(ids), "credential": visitor.passkey.answer(challenge), "seen": seen}
    return visitor.post("batch/approve", body)


def grants(desk):
    return asyncio.run(desk.grants.grants())


def test_a_standing_yes_needs_a_signature_of_its_own_and_says_its_reach(desk, ana):
    plan = standing(ana, offered(desk), picks={"amount_minor": 0}, uses=3, ttl_s=600)
    assert plan["lines"] == [
        "bank/pay, at most 3 times, where", "  amount_minor is a whole number from 0 to 250000",
        "For 10 min from the yes, in this session, for agent clerk.",
    ]  # fmt: skip
    assert grants(desk) == []
    assert yes(ana, plan["id"]).json()["status"] == "approved"
    (grant,) = grants(desk)
    assert (grant.uses_left, grant.plan) == (3, plan["id"])
    kinds = [one.kind for one in desk.approvals.events if one.session == "gs_1"]
    assert kinds[-3:] == ["plan_opened", "vote", "grant_made"]


def test_a_page_can_pick_but_not_write_a_constraint(desk, ana):
    approval = offered(desk)
    for body in (
        {"picks": {"amount_minor": 7}},
        {"picks": {"other": 0}},
        {"uses": 101},
        {"ttl_s": 28_801},
        {"ttl_s": 0},
    ):
        assert ana.post(f"approvals/{approval}/standing", body).status_code in {404, 409}, body
    for body in ({"picks": {"amount_minor": {"range": [0, 9**9]}}}, {"picks": []}, {"uses": True}):
        assert ana.post(f"approvals/{approval}/standing", body).status_code == 400, body
    assert asyncio.run(desk.grants.plans(open_only=False)) == []


def test_a_signature_for_one_plan_does_not_fit_another(desk, ana):
    approval = offered(desk)
    one, two = (standing(ana, approval, uses=n)["id"] for n in (1, 2))
    seen = ana.seen(one, two)
    challenge = ana.challenge(f"plans/{one}/options", {"seen": seen})
    credential = ana.passkey.answer(challenge)
    forged = ana.post(f"plans/{two}/approve", {"credential": credential, "seen": seen})
    assert forged.status_code == 409
    assert grants(desk) == []


def test_a_signature_for_the_call_does_not_fit_the_standing_yes(desk, ana):
    approval = offered(desk)
    plan = standing(ana, approval)["id"]
    body = {"credential": ana.signs(approval), "seen": ana.seen(plan)}
    forged = ana.post(f"plans/{plan}/approve", body)
    assert forged.status_code == 409
    assert grants(desk) == []


def test_a_standing_yes_needs_the_same_people_as_the_call(desk, ana):
    two = replace(ASKED, quorum=2)
    plan = standing(ana, offered(desk, two))["id"]
    assert yes(ana, plan).json()["status"] == "pending"
    assert yes(ana, plan).json()["error"] == "already_voted"
    assert yes(desk.enrolled("eve"), plan).json()["error"] == "not_in_group"
    assert grants(desk) == []
    assert yes(desk.enrolled("bob"), plan).json()["status"] == "approved"


def test_without_a_login_nothing_is_asked_for_or_taken_back(desk, ana):
    approval = offered(desk)
    plan = standing(ana, approval)["id"]
    stranger = desk.visitor("bob")
    paths = (
        f"approvals/{approval}/standing",
        f"plans/{plan}/options",
        f"plans/{plan}/approve",
        f"plans/{plan}/deny",
        "batch/options",
    )
    for path in paths:
        assert stranger.post(path, {}).json()["error"] in {
            "login_needed",
            "request_unusable",
            "assertion_malformed",
        }, path


def test_a_no_takes_it_back_also_after_the_yes(desk, ana):
    plan = standing(ana, offered(desk))["id"]
    yes(ana, plan)
    assert (
        desk.enrolled("eve").post(f"plans/{plan}/deny", {"reason": "x"}).json()["error"]
        == "not_in_group"
    )
    assert ana.post(f"plans/{plan}/deny", {"reason": "wrong"}).json()["status"] == "revoked"
    assert grants(desk)[0].ended_ms


def test_a_reviewer_takes_one_grant_back_and_a_stranger_cannot(desk, ana):
    yes(ana, standing(ana, offered(desk))["id"])
    (grant,) = grants(desk)
    assert desk.enrolled("eve").post(f"grants/{grant.id}/revoke").json()["error"] == "not_in_group"
    assert ana.post(f"grants/{grant.id}/revoke").json()["status"] == "revoked"


def test_one_signature_answers_the_ticked_questions_and_no_others(desk, ana):
    ids = [desk.asks(envelope=BOUND) for _ in range(3)]
    told = batch(ana, *ids[:2]).json()["answers"]
    assert [one["status"] for one in told] == ["approved", "approved"]
    assert [str(desk.row(one).status) for one in ids] == ["approved", "approved", "pending"]


def test_a_batch_that_is_not_the_signed_one_answers_nothing(desk, ana):
    ids = [desk.asks(envelope=BOUND) for _ in range(3)]
    for sent, signed in ((ids, ids[:2]), (ids[:1], ids[:2]), (ids[1::-1], ids[:2])):
        assert batch(ana, *sent, sign=signed).status_code == 409
    assert {str(desk.row(one).status) for one in ids} == {"pending"}


def test_what_ended_while_it_was_signed_stands_alone(desk, ana):
    ids = [desk.asks(envelope=BOUND) for _ in range(2)]
    seen = ana.seen(*ids)
    challenge = ana.challenge("batch/options", {"ids": ids, "seen": seen})
    desk.enrolled("bob").no(ids[0], "no")
    body = {"ids": ids, "credential": ana.passkey.answer(challenge), "seen": seen}
    assert ana.post("batch/approve", body).json()["error"] == "batch_unfit"
    assert str(desk.row(ids[1]).status) == "pending"


@pytest.mark.parametrize(
    "other",
    [
        {"envelope": b'{"server":"bank","tool":"wipe"}'},
        {"requirements": (replace(ASKED, rule="PAY-2"),)},
    ],
)
def test_other_tools_and_other_rules_are_not_answered_together(desk, ana, other):
    ids = [desk.asks(envelope=BOUND), desk.asks(**{"envelope": BOUND, **other})]
    assert ana.post("batch/options", {"ids": ids}).json()["error"] == "batch_unfit"


def test_a_batch_counts_for_those_alone_whose_yes_counts(desk):
    eve = desk.enrolled("eve")
    ids = [desk.asks(envelope=BOUND) for _ in range(2)]
    told = batch(eve, *ids).json()["answers"]
    assert {one["code"] for one in told} == {"not_in_group"}
    assert {str(desk.row(one).status) for one in ids} == {"pending"}
