"""A standing yes: one tool, bounded arguments, one session, so many uses, until then.

Rule 1: it is a yes to the rules that people answered, and to no other; a call that another rule
asks about is asked. Rule 2: the ground must be what it was: same person, agent, task, definition
and policy, no label that was not there, no higher risk. Rule 3: never for what cannot be undone,
leaves the house, or carries text that nobody vouches for. Rule 4: time is an argument, and a use is
counted by the store in the transaction that records it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from guard.grant.reach import Reach
from guard.model.call import ToolCall
from guard.model.decision import Requirement, StepUp

MAX_TTL_S: Final = 8 * 3600
MAX_USES: Final = 100


class GrantState(StrEnum):
    """Where a grant stands; only an active one is used."""

    ACTIVE = "active"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


class NoGrantLeft(Exception):
    """The grant cannot be used any more; it is unchanged."""

    def __init__(self, grant_id: str, state: str) -> None:
        super().__init__(f"grant_ended: Grant {grant_id!r} is {state!r}.")
        self.code = "grant_ended"
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a yes rests on: who asks, for which task, under which policy, what was known then."""

    session: str
    requester: str
    agent: str
    workload: str = ""
    schema_sha256: str = ""
    policy_version: str = ""
    intent_sha256: str = ""
    labels: frozenset[str] = frozenset()
    risk: int = 0

    def fault(self, now: "Ground") -> str:
        """Return which part of the ground has moved since, or nothing."""
        names = {
            "session": "other_session",
            "requester": "other_person",
            "agent": "other_agent",
            "workload": "other_workload",
            "schema_sha256": "definition_changed",
            "policy_version": "policy_changed",
            "intent_sha256": "task_changed",
        }
        for name, code in names.items():
            if getattr(self, name) != getattr(now, name):
                return code
        if now.labels - self.labels:
            return "new_taint"
        return "risk_rose" if now.risk > self.risk else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One scoped grant as its row stands. Times in Unix milliseconds."""

    id: str
    plan: str  # what people approved; every grant comes from one
    reach: Reach
    ground: Ground
    requirements: tuple[Requirement, ...]
    uses: int
    uses_left: int
    granted_ms: int
    until_ms: int
    ended_ms: int = 0  # of a revocation
    reason_code: str = ""

    def status(self, now_ms: int) -> GrantState:
        """Return where it stands at this moment."""
        if self.ended_ms:
            return GrantState.REVOKED
        if self.uses_left <= 0:
            return GrantState.USED_UP
        return GrantState.ACTIVE if now_ms < self.until_ms else GrantState.EXPIRED

    def used(self, now_ms: int) -> "Grant":
        """Return the grant with one use less.

        Raises:
            NoGrantLeft: it is not active.
        """
        self._active(now_ms)
        return replace(self, uses_left=self.uses_left - 1)

    def revoked(self, now_ms: int, reason: str) -> "Grant":
        """Return the grant ended for good.

        Raises:
            NoGrantLeft: it has ended already.
        """
        self._active(now_ms)
        return replace(self, ended_ms=max(1, now_ms), reason_code=reason)

    def _active(self, now_ms: int) -> None:
        state = self.status(now_ms)
        if state is not GrantState.ACTIVE:
            raise NoGrantLeft(self.id, state)


def never_standing(answer: StepUp) -> str:
    """Return why no standing yes may be offered or used for such a call, or nothing.

    `grantable` is policy's word: not irreversible, not exfiltrating, not tainted. What a reviewer
    must type is about one call, so it cannot be typed for later ones.
    """
    if answer.irreversible or not answer.grantable:
        return "not_grantable"
    return "must_be_typed" if any(asked.match for asked in answer.requirements) else ""


def misfit(grant: Grant, call: ToolCall, ground: Ground, answer: StepUp, now_ms: int) -> str:
    """Return why this grant does not answer this call, or nothing if it does.

    Args:
        grant: as stored.
        call: the call as it would run, already narrowed.
        ground: what is known now, in the terms of the grant.
        answer: what policy asks now.
        now_ms: the moment (Unix milliseconds).
    """
    state = grant.status(now_ms)
    if state is not GrantState.ACTIVE:
        return state.value
    if wrong := never_standing(answer):
        return wrong
    if wrong := grant.ground.fault(ground):
        return wrong
    if not answer.requirements or set(answer.requirements) - set(grant.requirements):
        return "other_rule"
    if call.action != grant.reach.action:
        return "other_tool"
    return "" if grant.reach.covers(call.parsed()) else "other_arguments"


def first_fit(
    grants: Sequence[Grant], call: ToolCall, ground: Ground, answer: StepUp, now_ms: int
) -> Grant | None:
    """Return the grant that answers this call and ends first, or None: people are asked."""
    fits = [one for one in grants if not misfit(one, call, ground, answer, now_ms)]
    return min(fits, key=lambda one: (one.until_ms, one.id), default=None)
