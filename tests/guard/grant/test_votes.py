import json
from dataclasses import replace

import pytest

from guard.errors import Refused
from guard.grant.votes import (
    FAULTS,
    Asker,
    Vote,
    Voter,
    answerable,
    eligible,
    may_deny,
    quorum_met,
    typed_paths,
    useless,
)
from guard.model.call import ArgSpec, ToolSpec
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
    assert code is None or code in FAULTS


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
    assert not met([two], yes(BOB, replace(friend, invited_by="", key_enrolled_by="bob")))
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


CARD = ToolSpec(
    server="bank", tool="pay", effect=frozenset({"write"}),
    args={"amount_minor": ArgSpec(role="amount"), "to": ArgSpec(role="recipient"), "cc": ArgSpec(role="recipient")},
)  # fmt: skip


def test_the_owner_of_an_agent_does_not_review_it():
    owner = replace(BOB, owns=frozenset({"agent:books"}))
    assert eligible(REVIEW, ASKER, owner, 9) == "is_agent_owner"
    assert eligible(REVIEW, ASKER, replace(BOB, owns=frozenset({"agent:other"})), 9) is None


def test_a_rule_names_roles_and_people_type_what_this_call_holds_of_them():
    asked = replace(REVIEW, match=("amount", "recipient"))
    call = {"amount_minor": 5, "to": ["a@x.example", "b@x.example"], "cc": []}
    (found,) = typed_paths([asked], CARD, call)
    assert found.match == ("amount_minor", "to")

    raw = json.dumps(call).encode()
    some = ("5", "a@x.example")
    assert not quorum_met([found], ASKER, yes(BOB, typed=some), raw)
    assert quorum_met([found], ASKER, yes(BOB, typed=(*some, "b@x.example")), raw)


def test_nobody_is_asked_to_type_what_a_call_does_not_hold():
    with pytest.raises(Refused) as refused:
        typed_paths([replace(REVIEW, match=("amount",))], CARD, {"to": "a"})
    assert refused.value.code == "nothing_to_match"
    assert typed_paths([REVIEW], CARD, {}) == (REVIEW,)


def first(asked, votes, person, **more):
    return useless(asked, ASKER, votes, yes(person, **more)[0], CALL)


def test_a_yes_that_counts_nowhere_is_refused_with_its_reason():
    two = replace(REVIEW, quorum=2)
    friend = replace(BOB, principal="carol", invited_by="bob")
    assert first([REVIEW], [], BOB) is None
    assert first([REVIEW], [], ALICE) == "is_requester"
    assert first([REVIEW, SELF], [], ALICE) is None
    assert first([replace(REVIEW, match=("amount",))], [], BOB, typed=("6",)) == "match_wrong"
    assert first([two], yes(BOB), friend) == "linked_by_enrolment"
    assert first([two], yes(replace(BOB, principal="dave")), friend) is None
    assert first([], [], BOB) == "not_in_group"


@pytest.mark.parametrize(
    ("voter", "code"),
    [
        (BOB, None),
        (ALICE, None),
        (replace(ALICE, groups=frozenset()), None),
        (replace(BOB, groups=frozenset({"legal"})), "not_in_group"),
        (replace(BOB, disabled=True), "disabled"),
        (replace(BOB, uv=False, key_usable_from_ms=99), None),
    ],
)
def test_who_may_say_no(voter, code):
    assert may_deny([REVIEW], ASKER, voter) == code


def test_a_question_is_answerable_if_enough_unconnected_people_could_say_yes():
    two = replace(REVIEW, quorum=2)
    friend = replace(BOB, principal="carol", invited_by="bob")
    assert answerable([REVIEW], ASKER, [BOB], 9)
    assert not answerable([], ASKER, [BOB], 9)
    assert not answerable([REVIEW], ASKER, [ALICE], 9)
    assert not answerable([two], ASKER, [BOB, friend], 9)
    assert answerable([two], ASKER, [BOB, friend, replace(BOB, principal="dave")], 9)
    assert not answerable([REVIEW, SELF], ASKER, [BOB], 9)
