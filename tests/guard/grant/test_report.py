"""Figures of what people were asked: which rule is noise, and who says yes to everything."""

from dataclasses import replace

import pytest

from guard.grant.approval import Approval, ApprovalState, granted, opened
from guard.grant.report import reported
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from tests.adapters.store.test_grants_contract import ASK, NOW, question

S = ApprovalState
HOUR = 3_600_000


def asked(number, decision="approve", after_ms=10_000, who="i|ada", **changes) -> Approval:
    row = opened(question(number, created_ms=NOW, **changes))
    if decision is None:
        return row
    voter = Voter(principal=who, uv=True)
    vote = Vote(
        approval_id=row.id, voter=voter, decision=decision, method="webauthn", at_ms=NOW + after_ms
    )
    return row.voted(vote)


def report(*rows, calls=100, at_ms=NOW + 20_000):
    return reported(rows, calls=calls, since_ms=NOW, now_ms=at_ms)


def test_nothing_asked_is_a_report_too():
    found = report(calls=0)
    assert (found.prompts, found.prompts_per_1000, found.rules, found.reviewers) == (0, 0, (), ())
    assert found.as_json()["complete"] is True


def test_a_rule_is_told_by_what_became_of_its_questions():
    used = asked(1, after_ms=4_000).consumed("c", NOW + 5_000, NOW + 9_000).settled(Outcome.UNKNOWN)
    late = asked(2, after_ms=10_000)
    revoked = asked(3).after("void", NOW + 11_000, reason="risk")
    denied = asked(4, "deny", after_ms=2_000)
    silent = asked(5, None)
    found = report(used, late, revoked, denied, silent, at_ms=NOW + HOUR)
    (rule,) = found.rules
    assert (rule.rule, rule.asked, rule.approved, rule.denied, rule.no_answer) == (
        "PAY-1",
        5,
        3,
        1,
        1,
    )
    assert (rule.approved_unused, rule.revoked, rule.approve_rate) == (1, (("risk", 1),), 750)
    assert rule.median_ms == 4_000
    assert rule.read_median_ms == 0
    (seen,) = report(replace(late, delivered_ms=NOW + 3_000), used).rules
    assert (seen.median_ms, seen.read_median_ms) == (4_000, 7_000)
    assert (found.unknown_outcomes, found.prompts_per_1000) == (1, 50)


def test_what_could_not_be_announced_was_asked_of_nobody():
    lost = asked(1, None).after("cancel", NOW + 5, reason="not_announced")
    found = report(lost, asked(2))
    assert (found.prompts, found.rules[0].asked) == (1, 1)
    assert report(lost).rules == ()


def test_identical_calls_that_joined_are_no_prompts_of_their_own():
    found = report(replace(asked(1, None), waiting=4))
    assert (found.prompts, found.rules[0].joined) == (1, 3)


def test_uses_of_a_standing_yes_are_no_prompts():
    found = report(granted(question(1), "grt_1"), asked(2))
    assert (found.prompts, found.by_grant) == (1, 1)


@pytest.mark.parametrize(
    ("yes", "no", "noise"), [(50, 0, True), (49, 0, False), (97, 3, False), (98, 2, True)]
)
def test_a_rule_is_noise_when_nearly_everybody_waves_it_through(yes, no, noise):
    rows = [asked(n) for n in range(yes)] + [asked(1000 + n, "deny") for n in range(no)]
    assert report(*rows).rules[0].noise is noise


@pytest.mark.parametrize(
    ("votes", "after_ms", "denied", "stamp"),
    [(20, 4_999, 0, True), (19, 1_000, 0, False), (20, 5_000, 0, False), (20, 1_000, 1, False)],
)
def test_who_says_yes_to_everything_at_once_is_a_rubber_stamp(votes, after_ms, denied, stamp):
    rows = [asked(n, after_ms=after_ms) for n in range(votes)]
    rows += [asked(500 + n, "deny") for n in range(denied)]
    (person,) = report(*rows).reviewers
    assert person.rubber_stamp is stamp


def test_canaries_measure_attention_and_count_for_nothing_else():
    caught = asked(1, "deny", canary=True)
    missed = asked(2, "approve", canary=True)
    open_one = asked(3, None, canary=True)
    found = report(caught, missed, open_one, asked(4))
    assert (found.canaries, found.canaries_caught, found.canaries_missed) == (3, 1, 1)
    assert (found.prompts, found.rules[0].asked, found.rules[0].rule) == (1, 1, ASK.rule)
    (person,) = found.reviewers
    assert (person.approved, person.canaries_caught, person.canaries_missed) == (1, 1, 1)
