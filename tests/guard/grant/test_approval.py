from dataclasses import replace
from hashlib import sha256

import pytest

from guard.grant.approval import (
    OUTCOMES,
    TRANSITIONS,
    ApprovalEvent,
    ApprovalState,
    NewApproval,
    NoApprovalTransition,
    Vote,
    Voter,
    limits,
    opened,
)
from guard.grant.binding import Ref, binding
from guard.grant.used import never_used
from guard.model.call import Outcome
from guard.model.decision import Requirement

S = ApprovalState
E = ApprovalEvent
REVIEW = Requirement(
    rule="PAY-1", reason="amount", kind="review", groups=frozenset({"finance"}), quorum=1
)
FIELDS = {
    "server": "ledger",
    "tool": "pay",
    "schema_sha256": "aa",
    "bytes_sha256": "bb",
    "session": "ses_1",
    "workload": "w",
    "principal": "i|alice",
    "policy_version": "p1",
    "intent_sha256": "cc",
}


def new(**changes):
    fields = {
        "id": "apr_1",
        "binding": "b",
        "envelope": b"{}",
        "call_id": "call_1",
        "call_bytes": b'{"amount":5,"to":"ACME"}',
        "view_json": b"{}",
        "nonce": "00",
        "requester": "alice",
        "agent": "agent:books",
        "session": "ses_1",
        "requirements": (REVIEW,),
        "policy_version": "p1",
        "pending_until_ms": 1000,
        "grant_ttl_s": 60,
    }
    return NewApproval(**{**fields, **changes})


def approval(status=S.PENDING, **changes):
    return replace(opened(new()), status=status, grant_until_ms=61_000, **changes)


def vote(who="bob", decision="approve", at_ms=10, **voter):
    fields = {"groups": frozenset({"finance"}), "uv": True}
    person = Voter(principal=who, **{**fields, **voter})
    return Vote(approval_id="apr_1", voter=person, decision=decision, method="login", at_ms=at_ms)


@pytest.mark.parametrize(("state", "event"), [(s, e) for s in S for e in E])
def test_every_event_in_every_state_does_what_the_table_says_or_raises(state, event):
    before = approval(state)
    target = TRANSITIONS[state].get(event)
    if target is None:
        with pytest.raises(NoApprovalTransition) as no:
            before.after(event, 5)
        assert (no.value.code, no.value.state, no.value.event) == (
            "approval_transition",
            state,
            event,
        )
    else:
        assert before.after(event, 5).status is target
    assert before == approval(state)


def test_every_state_has_its_row_and_ended_ones_lead_nowhere():
    assert set(TRANSITIONS) == set(S)
    assert all(not TRANSITIONS[s] for s in S if s not in {S.PENDING, S.APPROVED})


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in Outcome for b in Outcome])
def test_an_outcome_changes_only_as_its_table_says(before, after):
    row = approval(S.CONSUMED, outcome=before)
    if after in OUTCOMES[before]:
        assert row.settled(after).outcome is after
    else:
        with pytest.raises(NoApprovalTransition):
            row.settled(after)


def test_nothing_that_did_not_run_has_an_outcome():
    with pytest.raises(NoApprovalTransition):
        approval(S.APPROVED).settled(Outcome.OK)


def test_no_answer_and_a_yes_too_old_are_told_apart():
    assert approval().at(999).status is S.PENDING
    assert (approval().at(1000).status, approval().at(1000).reason_code) == (S.EXPIRED, "no_answer")
    granted = approval(S.APPROVED)
    assert granted.at(60_999).status is S.APPROVED
    assert granted.at(61_000).reason_code == "grant_expired"


def test_a_late_yes_does_not_count():
    with pytest.raises(NoApprovalTransition):
        approval().voted(vote(at_ms=1000))


def test_a_late_no_counts():
    granted = approval().voted(vote())
    assert granted.status is S.APPROVED
    denied = granted.voted(vote("carol", "deny", at_ms=20))
    assert (denied.status, denied.reason_code) == (S.REVOKED, "denied")


def test_a_person_may_turn_a_yes_into_a_no_and_never_back():
    granted = approval().voted(vote())
    denied = granted.voted(vote(decision="deny", at_ms=20))
    assert denied.status is S.REVOKED
    assert [v.decision for v in denied.votes] == ["deny"]
    with pytest.raises(NoApprovalTransition):
        denied.voted(vote(at_ms=30))


def test_two_clicks_of_one_person_are_one_vote():
    two = replace(approval(), requirements=(replace(REVIEW, quorum=2),))
    once = two.voted(vote())
    again = once.voted(vote(at_ms=20))
    assert (again.status, len(again.votes)) == (S.PENDING, 1)
    assert again.voted(vote("carol", at_ms=30)).status is S.APPROVED


def test_the_grant_runs_from_the_last_yes():
    assert approval().voted(vote(at_ms=500)).grant_until_ms == 60_500


def test_an_approval_is_used_once_and_the_same_attempt_may_ask_again():
    used = approval(S.APPROVED).consumed("r1", 100, 5000)
    assert (used.status, used.outcome, used.consume_id) == (S.CONSUMED, Outcome.RUNNING, "r1")
    assert used.consumed("r1", 200, 9000) == replace(used, consume_try=2)
    with pytest.raises(NoApprovalTransition):
        used.consumed("r2", 200, 9000)


def test_an_expired_grant_is_not_used():
    with pytest.raises(NoApprovalTransition):
        approval(S.APPROVED).consumed("r1", 61_000, 70_000)


def test_the_binding_is_what_anyone_can_compute():
    digest, envelope = binding(**FIELDS, refs=[Ref(arg="path", kind="file", digest="dd")])
    assert digest == sha256(b"guard/call/v1\0" + envelope).hexdigest()
    assert envelope.startswith(b'{"args_sha256":"bb","intent_hash":"cc","policy_version":"p1"')


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_change_of_any_bound_field_is_another_binding(name):
    assert binding(**FIELDS)[0] != binding(**{**FIELDS, name: "other"})[0]


def test_pinned_content_is_part_of_the_binding():
    assert (
        binding(**FIELDS)[0] != binding(**FIELDS, refs=[Ref(arg="a", kind="file", digest="d")])[0]
    )


def test_of_several_requirements_the_shortest_limits_count():
    short = replace(REVIEW, ttl_s=10, grant_ttl_s=5)
    assert limits([REVIEW, short], 1000) == (11_000, 5)
    assert limits([], 1000) == (1000, 0)
    assert limits([replace(REVIEW, ttl_s=10**9, grant_ttl_s=10**9)], 0) == (604_800_000, 3600)


def test_the_secret_parts_are_not_in_the_representation():
    assert "ACME" not in repr(approval())
    assert approval().rules == {"PAY-1"}
    assert approval().open


@pytest.mark.parametrize(
    ("changes", "waited"),
    [
        ({}, True),
        ({"status": S.APPROVED}, True),
        ({"status": S.EXPIRED}, True),
        ({"status": S.CONSUMED}, False),
        ({"canary": True}, False),  # it says nothing of the question beside it
        ({"created_ms": 99}, False),  # of an earlier turn under the same id
        ({"call_id": "call_2"}, False),  # the question of another call, which this one joined
    ],
)
def test_only_a_call_whose_own_question_was_never_used_did_not_run(changes, waited):
    row = replace(opened(new(created_ms=100)), **changes)

    assert never_used({"call_1": 100}, [row]) == ({"call_1"} if waited else set())


def test_a_call_that_used_one_of_its_questions_may_have_run():
    row = opened(new(created_ms=100))

    assert never_used({"call_1": 100}, [row, replace(row, status=S.CONSUMED)]) == frozenset()
