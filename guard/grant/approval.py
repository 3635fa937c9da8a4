"""The life of one approval: evidence from people for exactly these bytes, usable once.

Rule 1: every change of state is in TRANSITIONS; what is missing there raises, and ended states
have no way out. Rule 2: this file does not know who is asked, how, or where rows are kept. Rule 3:
time and randomness are arguments. A late "no" counts, a late "yes" does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from guard.errors import Refused
from guard.grant.votes import Asker, quorum_met, with_vote
from guard.grant.votes import Vote as Vote  # noqa: PLC0414  part of an approval
from guard.grant.votes import Voter as Voter  # noqa: PLC0414  part of an approval
from guard.model.call import Outcome
from guard.model.decision import Requirement

MAX_PENDING_S: Final = 7 * 86_400
MAX_GRANT_S: Final = 3600


class ApprovalState(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    CONSUMED = "consumed"


class ApprovalEvent(StrEnum):
    """What can happen to an approval."""

    VOTED = "voted"  # a yes, and more are needed
    APPROVE = "approve"  # the yes that completes the quorum
    DENY = "deny"
    DEADLINE = "deadline"
    CANCEL = "cancel"  # the agent or the end of the session
    VOID = "void"  # risk, taint, policy, schema, content or an operator changed the ground
    CONSUME = "consume"


S = ApprovalState
E = ApprovalEvent

TRANSITIONS: Final[Mapping[ApprovalState, Mapping[ApprovalEvent, ApprovalState]]] = {
    S.PENDING: {
        E.VOTED: S.PENDING,
        E.APPROVE: S.APPROVED,
        E.DENY: S.DENIED,
        E.DEADLINE: S.EXPIRED,
        E.CANCEL: S.CANCELLED,
        E.VOID: S.CANCELLED,
    },
    S.APPROVED: {
        E.DENY: S.REVOKED,
        E.DEADLINE: S.EXPIRED,
        E.CANCEL: S.REVOKED,
        E.VOID: S.REVOKED,
        E.CONSUME: S.CONSUMED,
    },
    S.DENIED: {},
    S.EXPIRED: {},
    S.CANCELLED: {},
    S.REVOKED: {},
    S.CONSUMED: {},
}

OPEN: Final = frozenset({S.PENDING, S.APPROVED})
"""States in which the same call joins this approval instead of asking again."""

OUTCOMES: Final[Mapping[Outcome, frozenset[Outcome]]] = {
    Outcome.RUNNING: frozenset({Outcome.OK, Outcome.ERROR, Outcome.UNKNOWN}),
    Outcome.UNKNOWN: frozenset({Outcome.OK, Outcome.ERROR}),  # only on recorded evidence
    Outcome.OK: frozenset(),
    Outcome.ERROR: frozenset(),
    Outcome.REFUSED: frozenset(),
}


class NoApprovalTransition(Exception):
    """This cannot happen to an approval in this state; the approval is unchanged."""

    def __init__(self, approval_id: str, state: str, event: str) -> None:
        super().__init__(f"Approval {approval_id!r} is {state}, so that {event} is not possible.")
        step = f"Nothing was changed. See how it ended: guard approvals show {approval_id}"
        self.code = "approval_transition"
        self.refused = Refused(str(self), code=self.code, next_step=step)
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApproval:
    """A question to people, before it is asked. Times in Unix milliseconds."""

    id: str  # apr_ + 18 random bytes
    binding: str
    envelope: bytes = field(repr=False)
    call_id: str
    call_bytes: bytes = field(repr=False)
    view_json: bytes = field(repr=False)
    nonce: str = field(repr=False)
    requester: str  # whom the agent acts for
    agent: str
    session: str
    requirements: tuple[Requirement, ...]
    policy_version: str
    pending_until_ms: int
    grant_ttl_s: int
    action: str = ""  # <server>/<tool>
    cooldown_key: str = ""
    created_ms: int = 0
    via: str = "ask"  # ask: people answered this call; grant: a standing yes did
    grant: str = ""  # which standing yes
    offer: str = field(default="", repr=False)  # what standing yes may be offered beside it
    canary: bool = False  # measures attention: never used


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(NewApproval):
    """One approval as its row stands."""

    status: ApprovalState = ApprovalState.PENDING
    reason_code: str = ""
    votes: tuple[Vote, ...] = ()
    waiting: int = 1  # identical calls that joined
    decided_ms: int = 0
    grant_until_ms: int = 0
    consume_id: str = ""
    consume_try: int = 0  # more than one: the attempt that used it asked again
    consumed_ms: int = 0
    outcome: Outcome | None = None
    outcome_due_ms: int = 0
    delivered_ms: int = 0  # when it first was on a reviewer's page, or a channel took it
    told_ms: int = 0  # when whoever made the call was told how it ended

    @property
    def open(self) -> bool:
        """Return whether the same call joins this approval."""
        return self.status in OPEN

    @property
    def rules(self) -> frozenset[str]:
        """Return the rule ids that this approval answers."""
        return frozenset(asked.rule for asked in self.requirements)

    def at(self, now_ms: int) -> "Approval":
        """Return the approval as it stands at this moment: past its limit it is expired.

        `reason_code` says which limit ended it: `no_answer` or `grant_expired`.
        """
        if self.status is S.PENDING and now_ms >= self.pending_until_ms:
            return replace(self, status=S.EXPIRED, reason_code="no_answer", decided_ms=now_ms)
        if self.status is S.APPROVED and now_ms >= self.grant_until_ms:
            return replace(self, status=S.EXPIRED, reason_code="grant_expired")
        return self

    def delivered(self, now_ms: int) -> "Approval":
        """Return the approval, noted as having reached somebody, if it waits and is the first."""
        first = self.at(now_ms).status is S.PENDING and not self.delivered_ms
        return replace(self, delivered_ms=now_ms) if first else self

    def after(self, event: ApprovalEvent, now_ms: int, *, reason: str = "") -> "Approval":
        """Return the approval after this event.

        Raises:
            NoApprovalTransition: TRANSITIONS has no such entry, or the limit has passed.
        """
        standing = self.at(now_ms)
        target = TRANSITIONS[standing.status].get(event)
        if target is None:
            raise NoApprovalTransition(self.id, standing.status, event)
        changed = replace(standing, status=target, reason_code=reason or standing.reason_code)
        if event is E.APPROVE:
            until_ms = now_ms + self.grant_ttl_s * 1000
            return replace(changed, decided_ms=now_ms, grant_until_ms=until_ms)
        return changed if event is E.VOTED else replace(changed, decided_ms=now_ms)

    def voted(self, vote: Vote) -> "Approval":
        """Return the approval with this vote counted.

        A second yes of one person changes nothing; a no ends it, also after the quorum.

        Raises:
            NoApprovalTransition: it has ended, or the limit has passed.
        """
        if vote.decision == "deny":
            denied = self.after(E.DENY, vote.at_ms, reason="denied")
            return replace(denied, votes=with_vote(self.votes, vote))
        votes = with_vote(self.votes, vote)
        asker = Asker(requester=self.requester, agent=self.agent)
        met = quorum_met(self.requirements, asker, votes, self.call_bytes)
        event = E.APPROVE if met else E.VOTED
        return replace(self.after(event, vote.at_ms), votes=votes)

    def consumed(self, consume_id: str, now_ms: int, outcome_due_ms: int) -> "Approval":
        """Return the approval as used up by this attempt; the same attempt may ask again.

        `consume_id` is random for each attempt: one made from the request would let two racing
        attempts both believe that they won.

        Raises:
            NoApprovalTransition: it is not approved, another attempt used it, or it is a canary.
        """
        if self.canary:
            raise NoApprovalTransition(self.id, "canary", E.CONSUME)
        if self.status is S.CONSUMED and consume_id and consume_id == self.consume_id:
            return replace(self, consume_try=self.consume_try + 1)
        return replace(
            self.after(E.CONSUME, now_ms),
            consume_id=consume_id,
            consume_try=1,
            consumed_ms=now_ms,
            decided_ms=self.decided_ms,
            outcome=Outcome.RUNNING,
            outcome_due_ms=outcome_due_ms,
        )

    def ended_by(self, consume_id: str, outcome: Outcome, told_ms: int) -> "Approval":
        """Return the approval with how the attempt that used it ended; else as it is.

        A call that was not sent counts as an error. An ending that comes late, when the run is
        already unknown, is evidence: it is taken. `told_ms` is when whoever made the call is told
        of it (Unix milliseconds), 0 if nobody waits for that any more: so, too, where the same
        ending comes once more, for they left meanwhile.
        """
        known = Outcome.ERROR if outcome is Outcome.REFUSED else outcome
        mine = bool(consume_id) and consume_id == self.consume_id
        if mine and known is self.outcome and not told_ms:
            return replace(self, told_ms=0)
        if not mine or self.outcome is None or known not in OUTCOMES[self.outcome]:
            return self
        return replace(self, outcome=known, told_ms=self.told_ms or told_ms)

    def told(self, now_ms: int) -> "Approval":
        """Return the approval, noted as one of whose end the agent knows, if it was used."""
        first = self.status is S.CONSUMED and not self.told_ms
        return replace(self, told_ms=now_ms) if first else self

    def resolved(self, outcome: Outcome) -> "Approval":
        """Return the approval of whose unknown run somebody found out how it ended.

        Raises:
            NoApprovalTransition: its outcome is not unknown, or this is no known one.
        """
        if self.outcome is not Outcome.UNKNOWN:
            raise NoApprovalTransition(self.id, str(self.outcome or self.status), "resolve")
        return self.settled(outcome)

    def settled(self, outcome: Outcome) -> "Approval":
        """Return the approval with the outcome of its call.

        Raises:
            NoApprovalTransition: nothing ran, or the outcome is already known.
        """
        if self.outcome is None or outcome not in OUTCOMES[self.outcome]:
            raise NoApprovalTransition(self.id, str(self.outcome), outcome)
        return replace(self, outcome=outcome)


def opened(new: NewApproval) -> Approval:
    """Return the row that a new question starts as."""
    return Approval(**{name: getattr(new, name) for name in NewApproval.__slots__})


def granted(new: NewApproval, grant_id: str) -> Approval:
    """Return the row of a call that a standing yes answers: approved from its first moment.

    It is used, recorded and expires like any other; no vote is in it, for people voted on the
    grant.
    """
    born = replace(opened(new), via="grant", grant=grant_id)
    return born.after(E.APPROVE, new.created_ms)


def limits(requirements: Sequence[Requirement], now_ms: int) -> tuple[int, int]:
    """Return (pending_until_ms, grant_ttl_s): of several requirements the shortest counts."""
    ttl_s = min((asked.ttl_s for asked in requirements), default=0)
    grant_s = min((asked.grant_ttl_s for asked in requirements), default=0)
    return now_ms + min(ttl_s, MAX_PENDING_S) * 1000, min(grant_s, MAX_GRANT_S)
