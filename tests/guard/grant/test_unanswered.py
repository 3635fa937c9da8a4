"""What is said of an approval that cannot be used."""

import pytest

from guard.errors import NotApproved
from guard.grant.approval import Approval, ApprovalState
from guard.grant.unanswered import moved, unusable, used_up
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Allow, Basis, Deny, Terms

NOW = 1_000_000
BASIS = Basis(bundle="b", slice="s")


def row(status: ApprovalState, **more: object) -> Approval:
    made: dict[str, object] = {
        "id": "apr_1",
        "binding": "b",
        "envelope": b"",
        "call_id": "c",
        "call_bytes": b"{}",
        "view_json": b"{}",
        "nonce": "n",
        "requester": "ana",
        "agent": "bot",
        "session": "gs",
        "requirements": (),
        "policy_version": "s",
        "pending_until_ms": NOW + 120_000,
        "grant_ttl_s": 60,
        "created_ms": NOW,
        "status": status,
        **more,
    }
    return Approval(**made)  # type: ignore[arg-type]


def no(reason: str) -> Vote:
    voter = Voter(principal="rev")
    return Vote(
        approval_id="apr_1", voter=voter, decision="deny", method="login", at_ms=NOW, reason=reason
    )


@pytest.mark.parametrize(
    ("found", "status", "code"),
    [
        (row(ApprovalState.DENIED, reason_code="denied"), "denied", "denied"),
        (row(ApprovalState.EXPIRED, reason_code="no_answer"), "no_answer", "no_answer"),
        (row(ApprovalState.EXPIRED, reason_code="grant_expired"), "revoked", "grant_expired"),
        (row(ApprovalState.CANCELLED, reason_code="policy_changed"), "revoked", "policy_changed"),
        (row(ApprovalState.REVOKED), "revoked", "ended"),
        (row(ApprovalState.CONSUMED, outcome=Outcome.OK), "revoked", "used"),
        (row(ApprovalState.CONSUMED, outcome=Outcome.ERROR), "revoked", "used"),
        (row(ApprovalState.CONSUMED, outcome=Outcome.RUNNING), "unknown", "outcome_unknown"),
        (row(ApprovalState.CONSUMED, outcome=Outcome.UNKNOWN), "unknown", "outcome_unknown"),
    ],
    ids=lambda one: getattr(one, "status", one),
)
def test_each_end_of_an_approval_is_told_as_what_it_is(found, status, code):
    said = unusable(found, 0, NOW)

    assert isinstance(said, NotApproved)
    assert (said.status, said.reason_code) == (status, code)


def test_a_no_says_how_long_it_holds_and_why():
    said = unusable(row(ApprovalState.DENIED, votes=(no("not today"),)), 90_000, NOW)

    assert (said.reason, said.retry_after_s, said.until_ms) == ("not today", 90, NOW + 90_000)


def test_no_answer_says_how_long_people_had():
    assert unusable(row(ApprovalState.EXPIRED, reason_code="no_answer"), 0, NOW).asked_s == 120


def test_who_lost_the_race_for_an_approval_hears_that_it_was_used():
    assert used_up("apr_1").reason_code == "used"


def test_what_changed_after_the_yes_is_named_without_rule_text():
    assert (
        moved(Allow(reasons=(), terms=Terms(), basis=BASIS), same_policy=False) == "policy_changed"
    )
    assert moved(Deny(code="tool_changed", basis=BASIS), same_policy=True) == "tool_changed"
    assert moved(Deny(code="no_permit", basis=BASIS), same_policy=True) == "changed"
