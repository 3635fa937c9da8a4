"""What asking people costs and is worth: figures for each rule and each reviewer.

Reads rows and counts; whole numbers only (rates in thousandths, times in milliseconds). A rule that
everybody waves through is noise; a person who waves everything through is asked too often.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Final

from guard.grant.approval import Approval, ApprovalState
from guard.grant.votes import Vote
from guard.model.call import Json, Outcome

NOISE_RATE: Final = 970  # thousandths
NOISE_ASKED: Final = 50
STAMP_VOTES: Final = 20
STAMP_MS: Final = 5_000

_UNASKED: Final = frozenset({"not_announced", "nobody_there"})
_S = ApprovalState
_YES: Final = frozenset({_S.APPROVED, _S.CONSUMED, _S.REVOKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigures:
    """How people answered one rule."""

    rule: str
    asked: int
    approved: int
    denied: int
    no_answer: int
    joined: int  # identical calls that waited with the first
    approved_unused: int
    revoked: tuple[tuple[str, int], ...]  # by reason
    median_ms: int  # from the question to the answer that decided it; 0 = nobody answered
    read_median_ms: int  # the same from when it first reached a page or a channel
    approve_rate: int  # thousandths of the answered ones
    noise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    """How one person answered."""

    principal: str
    approved: int
    denied: int
    median_ms: int
    canaries_caught: int
    canaries_missed: int
    rubber_stamp: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpReport:
    """Everything that was asked in one stretch of time."""

    since_ms: int
    until_ms: int
    calls: int
    prompts: int
    by_grant: int  # calls that a standing yes answered
    unknown_outcomes: int
    canaries: int
    canaries_caught: int
    canaries_missed: int
    rules: tuple[RuleFigures, ...] = ()
    reviewers: tuple[ReviewerFigures, ...] = ()
    complete: bool = field(default=True)  # False: more was asked than is read at once

    @property
    def prompts_per_1000(self) -> int:
        """Return prompts for each 1,000 tool calls, rounded up."""
        return -(-self.prompts * 1000 // self.calls) if self.calls else 0

    def as_json(self) -> dict[str, Json]:
        """Return the figures as JSON."""
        body: dict[str, Json] = {
            "since_ms": self.since_ms,
            "until_ms": self.until_ms,
            "calls": self.calls,
            "prompts": self.prompts,
            "prompts_per_1000_calls": self.prompts_per_1000,
            "by_grant": self.by_grant,
            "unknown_outcomes": self.unknown_outcomes,
            "canaries": self.canaries,
            "canaries_caught": self.canaries_caught,
            "canaries_missed": self.canaries_missed,
            "complete": self.complete,
        }
        rules: list[Json] = [_plain(one) | {"revoked": dict(one.revoked)} for one in self.rules]
        people: list[Json] = [_plain(one) for one in self.reviewers]
        return body | {"rules": rules, "reviewers": people}


def reported(
    rows: Sequence[Approval], *, calls: int, since_ms: int, now_ms: int, complete: bool = True
) -> StepUpReport:
    """Return the figures of these questions.

    Args:
        rows: what was asked in this time, canaries too.
        calls: tool calls that were decided in it.
        since_ms: its start (Unix milliseconds).
        now_ms: its end.
        complete: whether `rows` are all of them.
    """
    # What could not be announced was asked of nobody.
    standing = [row.at(now_ms) for row in rows if row.reason_code not in _UNASKED]
    asked = [row for row in standing if row.via == "ask" and not row.canary]
    canaries = [row for row in standing if row.canary]
    rules = sorted({rule for row in asked for rule in row.rules})
    people = sorted({v.voter.principal for row in standing for v in row.votes})
    return StepUpReport(
        since_ms=since_ms,
        until_ms=now_ms,
        calls=calls,
        prompts=len(asked),
        by_grant=sum(row.via == "grant" for row in standing),
        unknown_outcomes=sum(row.outcome is Outcome.UNKNOWN for row in standing),
        canaries=len(canaries),
        canaries_caught=sum(row.status is _S.DENIED for row in canaries),
        canaries_missed=sum(_approved(row) for row in canaries),
        rules=tuple(_rule(rule, [r for r in asked if rule in r.rules]) for rule in rules),
        reviewers=tuple(_reviewer(one, asked, canaries) for one in people),
        complete=complete,
    )


def _rule(rule: str, rows: Sequence[Approval]) -> RuleFigures:
    approved = sum(_approved(row) for row in rows)
    denied = sum(row.status is _S.DENIED for row in rows)
    answered = approved + denied
    rate = approved * 1000 // answered if answered else 0
    revoked = Counter(row.reason_code for row in rows if row.status is _S.REVOKED)
    decided = [row for row in rows if _decided(row)]
    times = [row.votes[-1].at_ms - row.created_ms for row in decided]
    read = [row.votes[-1].at_ms - row.delivered_ms for row in decided if row.delivered_ms]
    return RuleFigures(
        rule=rule,
        asked=len(rows),
        approved=approved,
        denied=denied,
        no_answer=sum(row.reason_code == "no_answer" for row in rows),
        joined=sum(row.waiting - 1 for row in rows),
        approved_unused=sum(row.reason_code == "grant_expired" for row in rows),
        revoked=tuple(sorted(revoked.items())),
        median_ms=_median(times),
        read_median_ms=_median(read),
        approve_rate=rate,
        noise=answered >= NOISE_ASKED and rate > NOISE_RATE,
    )


def _reviewer(
    principal: str, asked: Sequence[Approval], canaries: Sequence[Approval]
) -> ReviewerFigures:
    given = list(_votes_of(principal, asked))
    bait = [vote for _, vote in _votes_of(principal, canaries)]
    approved = sum(vote.decision == "approve" for _, vote in given)
    median_ms = _median([vote.at_ms - row.created_ms for row, vote in given])
    return ReviewerFigures(
        principal=principal,
        approved=approved,
        denied=len(given) - approved,
        median_ms=median_ms,
        canaries_caught=sum(vote.decision == "deny" for vote in bait),
        canaries_missed=sum(vote.decision == "approve" for vote in bait),
        rubber_stamp=len(given) >= STAMP_VOTES and approved == len(given) and median_ms < STAMP_MS,
    )


def _votes_of(principal: str, rows: Sequence[Approval]) -> Iterable[tuple[Approval, Vote]]:
    for row in rows:
        for vote in row.votes:
            if vote.voter.principal == principal:
                yield row, vote


def _approved(row: Approval) -> bool:
    """Return whether people said yes, whatever became of it."""
    return row.status in _YES or row.reason_code == "grant_expired"


def _decided(row: Approval) -> bool:
    return bool(row.votes) and (_approved(row) or row.status is _S.DENIED)


def _median(times: Sequence[int]) -> int:
    return median_low(times) if times else 0


def _plain(figures: RuleFigures | ReviewerFigures) -> dict[str, Json]:
    return {name: getattr(figures, name) for name in figures.__slots__}
