"""Questions that may be answered together, and what the one signature is over."""

from dataclasses import replace

import pytest

from guard.grant.approval import ApprovalState, opened
from guard.grant.batch import batch_challenge, batch_fault
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
