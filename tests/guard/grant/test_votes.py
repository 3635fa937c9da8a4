from dataclasses import replace

import pytest

from guard.grant.votes import Asker, Vote, Voter, eligible, quorum_met
from guard.model.decision import Requirement

ASKER = Asker(requester="alice", agent="agent:books")
REVIEW = Requirement(rule="R", reason="r", kind="review", groups=frozenset({"finance"}))
SELF = Requirement(rule="S", reason="s", kind="self")
BOB = Voter(principal="bob", groups=frozenset({"finance"}), uv=True)
ALICE = Voter(principal="alice", groups=frozenset({"finance"}), uv=True)
CALL = b'{"amount":5,"to":{"name":"ACME"},"gone":null}'


def yes(*people, **more):
    return [
        Vote(approval_id="a", voter=p, decision="approve", method="login", at_ms=9, **more)
        for p in people
    ]


@pytest.mark.parametrize(
    ("asked", "voter", "code"),
    [
        (REVIEW, BOB, None),
        (SELF, ALICE, None),
        (SELF, BOB, "not_session_owner"),
        (REVIEW, ALICE, "is_requester"),
        (REVIEW, replace(BOB, principal="agent:books"), "is_agent"),
        (REVIEW, replace(BOB, groups=frozenset({"legal"})), "not_in_group"),
        (replace(REVIEW, groups=frozenset()), BOB, "not_in_group"),
        (REVIEW, replace(BOB, key_enrolled_by="alice"), "key_enrolled_by_requester"),
        (REVIEW, replace(BOB, disabled=True), "disabled"),
        (SELF, replace(ALICE, disabled=True), "disabled"),
        (REVIEW, replace(BOB, key_usable_from_ms=10), "key_too_new"),
        (REVIEW, replace(BOB, uv=False), "no_uv"),
        (replace(REVIEW, uv=False), replace(BOB, uv=False), None),
        (replace(REVIEW, device_bound=True), BOB, "key_not_device_bound"),
    ],
)
def test_who_may_answer(asked, voter, code):
    assert eligible(asked, ASKER, voter, 9) == code


def met(requirements, votes):
    return quorum_met(requirements, ASKER, votes, CALL)


def test_nothing_asked_is_nothing_granted():
    assert not met([], yes(BOB))
    assert not met([replace(REVIEW, quorum=0)], yes(BOB))
    assert not met([REVIEW], [])


def test_every_requirement_needs_its_own_people():
    assert not met([REVIEW, SELF], yes(BOB))
    assert met([REVIEW, SELF], yes(BOB, ALICE))


def test_one_vote_counts_wherever_its_group_is_named():
    other = replace(REVIEW, rule="R2", groups=frozenset({"finance", "legal"}))
    assert met([REVIEW, other], yes(BOB))


def test_one_person_is_one_person():
    assert not met([replace(REVIEW, quorum=2)], yes(BOB, BOB))


def test_two_who_let_each_other_in_do_not_add_up_but_a_third_does():
    two = replace(REVIEW, quorum=2)
    friend = replace(BOB, principal="carol", invited_by="bob")
    other = replace(BOB, principal="dave", invited_by="bob")
    assert not met([two], yes(BOB, friend))
    assert met([two], yes(BOB, friend, other))


def test_a_no_is_not_a_yes():
    [vote] = yes(BOB)
    assert not met([REVIEW], [replace(vote, decision="deny")])


@pytest.mark.parametrize(
    ("path", "typed", "counts"),
    [
        ("amount", ("5",), True),
        ("to.name", ("ACME",), True),
        ("to.name", ("acme",), False),
        ("amount", (), False),
        ("missing", ("",), False),
        ("gone", ("null",), False),
        ("amount.deeper", ("5",), False),
    ],
)
def test_what_must_be_typed_is_typed_exactly(path, typed, counts):
    assert met([replace(REVIEW, match=(path,))], yes(BOB, typed=typed)) is counts
