"""Questions that may be answered together, and what the one signature is over."""

from dataclasses import replace

import pytest

from guard.grant.approval import ApprovalState, opened
from guard.grant.batch import MAX_BATCH, MAX_SHOWN, alike, batch_challenge, batch_fault
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from tests.adapters.store.test_grants_contract import ASK, question

BOUND = b'{"server":"s","tool":"t"}'


def row(number, **changes):
    return opened(question(number, **{"envelope": BOUND, **changes}))


def test_questions_about_one_tool_under_the_same_rules_go_together():
    assert batch_fault([row(1), row(2), row(3)]) == ""


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "batch_size"), ([row(n) for n in range(21)], "batch_size"), ([row(1), row(1)], "batch_size"),
        ([row(1), row(2, envelope=b'{"server":"s","tool":"u"}')], "batch_mixed_tools"),
        ([row(1), row(2, envelope=b'{"server":"r","tool":"t"}')], "batch_mixed_tools"),
        ([row(1), row(2, requirements=(replace(ASK, quorum=2),))], "batch_mixed_rules"),
        ([row(1), row(2, requirements=(ASK, Requirement(rule="X", reason="x", kind="self")))], "batch_mixed_rules"),
        ([row(1), replace(row(2), status=ApprovalState.DENIED)], "batch_ended"),
        ([row(n, requirements=(replace(ASK, match=("amount",)),)) for n in (1, 2)], "batch_must_be_typed"),
    ],
)  # fmt: skip
def test_what_differs_or_has_ended_is_asked_one_by_one(rows, code):
    assert batch_fault(rows) == code


def test_a_signature_is_over_these_questions_in_this_order_and_no_others():
    one, two, three = (bytes([n]) * 32 for n in (1, 2, 3))
    signed = batch_challenge([one, two])
    assert signed == batch_challenge([one, two])
    others = ([one], [two, one], [one, two, three], [one, three], [one + two])
    assert signed not in [batch_challenge(some) for some in others]
    assert batch_challenge([one]) != one


def together(rows, **more):
    first, *others = rows
    found = alike(first, others, more.get("reviewer", "idp|ana"), more.get("now_ms", 0))
    return [one.id for one in found]


def test_a_page_holds_the_questions_of_one_kind_that_the_person_may_still_answer():
    mine = Vote(
        approval_id=row(3).id, voter=Voter(principal="idp|ana"), decision="approve",
        method="webauthn", at_ms=0,
    )  # fmt: skip
    rows = [
        row(1), row(2), replace(row(3), votes=(mine,)), row(4, action="s/u"),
        row(5, requirements=(replace(ASK, quorum=2),)), row(1), row(6, pending_until_ms=1),
    ]  # fmt: skip
    assert together(rows, now_ms=1) == [row(1).id, row(2).id]
    assert row(3).id in together(rows, reviewer="idp|bob")


def test_a_page_holds_no_more_than_people_read_in_one_go():
    small = [row(n) for n in range(30)]
    large = [row(n, view_json=b"x" * (MAX_SHOWN // 2)) for n in range(5)]
    assert len(together(small)) == MAX_BATCH
    assert len(together(large)) == 2
    assert len(together([row(1, view_json=b"x" * MAX_SHOWN * 2), row(2)])) == 1


def test_a_question_that_ended_still_leads_to_those_of_its_kind():
    ended = replace(row(1), status=ApprovalState.DENIED)
    assert together([ended, row(2), row(3)]) == [row(2).id, row(3).id]
