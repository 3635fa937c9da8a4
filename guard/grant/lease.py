"""The life of one lease: a credential from the moment it is promised until nothing is left of it.

Rule 1: every change of state is in TRANSITIONS; what is missing there raises. Rule 2: a lease is
written down before its target is touched, so that a crash leaves a row, never an orphan. Rule 3:
a lease names a secret by digest and never holds it. This file does not know any target.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class LeaseState(StrEnum):
    """Where a lease stands."""

    RESERVED = "reserved"  # written down; the target may have been asked
    ISSUED = "issued"
    DELIVERED = "delivered"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    REVOKE_PENDING = "revoke_pending"
    REVOKED = "revoked"
    IRREVOCABLE = "irrevocable"  # alert; a later sweep may still find it gone


class LeaseEvent(StrEnum):
    """What can happen to a lease."""

    ANSWERED = "answered"  # the target made the secret
    FAILED = "failed"  # refused, timed out, crashed: assume that it acted
    HANDED_OVER = "handed_over"  # the secret went to the wire
    DROPPED = "dropped"  # the call ended before that
    SETTLED_CLEAN = "settled_clean"  # outcome known, nothing remains at the target
    SETTLED_LEAVING = "settled_leaving"  # outcome known, an object remains
    DEADLINE_CLEAN = "deadline_clean"
    DEADLINE_LEAVING = "deadline_leaving"  # something is still alive at the target
    RECALL = "recall"  # a signal, an operator, the start of the process
    GONE = "gone"  # the target confirms
    GIVEN_UP = "given_up"  # MAX_TRIES attempts failed


S = LeaseState
E = LeaseEvent

TRANSITIONS: Final[Mapping[LeaseState, Mapping[LeaseEvent, LeaseState]]] = {
    S.RESERVED: {
        E.ANSWERED: S.ISSUED,
        E.FAILED: S.REVOKE_PENDING,
        E.RECALL: S.REVOKE_PENDING,
    },
    S.ISSUED: {
        E.HANDED_OVER: S.DELIVERED,
        E.DROPPED: S.REVOKE_PENDING,
        E.DEADLINE_CLEAN: S.EXPIRED,
        E.DEADLINE_LEAVING: S.REVOKE_PENDING,
        E.RECALL: S.REVOKE_PENDING,
    },
    S.DELIVERED: {
        E.SETTLED_CLEAN: S.CONSUMED,
        E.SETTLED_LEAVING: S.REVOKE_PENDING,
        E.DEADLINE_CLEAN: S.EXPIRED,
        E.DEADLINE_LEAVING: S.REVOKE_PENDING,
        E.RECALL: S.REVOKE_PENDING,
    },
    S.REVOKE_PENDING: {
        E.GONE: S.REVOKED,
        E.GIVEN_UP: S.IRREVOCABLE,
        E.RECALL: S.REVOKE_PENDING,
    },
    S.IRREVOCABLE: {E.GONE: S.REVOKED},
    S.CONSUMED: {},
    S.EXPIRED: {},
    S.REVOKED: {},
}

OPEN: Final = frozenset({S.RESERVED, S.ISSUED, S.DELIVERED, S.REVOKE_PENDING})
"""States in which something may live at the target: a starting process revokes these first."""

MAX_TRIES: Final = 8
FIRST_PAUSE_MS: Final = 100
LONGEST_PAUSE_MS: Final = 30_000


class NoLeaseTransition(Exception):
    """This event cannot happen to a lease in this state; the lease is unchanged."""

    def __init__(self, lease_id: str, state: LeaseState, event: LeaseEvent) -> None:
        super().__init__(
            f"lease_transition: Lease {lease_id!r} is {state.value!r}; {event.value!r} cannot "
            f"happen to it, only {sorted(e.value for e in TRANSITIONS[state])}."
        )
        self.code = "lease_transition"
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One row of the journal. Times in Unix milliseconds."""

    id: str  # 16 random bytes, b64u; the token's jti
    call_id: str
    session: str
    kind: str  # of the issuer
    deadline_ms: int
    handle: str = ""  # the name at the target, made from `id`: recovery needs no secret
    state: LeaseState = LeaseState.RESERVED
    changed_ms: int = 0
    tries: int = 0
    next_try_ms: int = 0
    token_sha256: str = ""
    reason: str = ""

    @property
    def open(self) -> bool:
        """Return whether something may still live at the target."""
        return self.state in OPEN

    def after(self, event: LeaseEvent, now_ms: int, *, reason: str = "") -> "Lease":
        """Return the lease after this event.

        Raises:
            NoLeaseTransition: TRANSITIONS has no such entry.
        """
        target = TRANSITIONS[self.state].get(event)
        if target is None:
            raise NoLeaseTransition(self.id, self.state, event)
        return replace(self, state=target, changed_ms=now_ms, reason=reason or self.reason)

    def issued(self, token_sha256: str, now_ms: int) -> "Lease":
        """Return the lease whose secret exists; the row keeps its digest (lower-case hex)."""
        return replace(self.after(LeaseEvent.ANSWERED, now_ms), token_sha256=token_sha256)

    def tried(self, now_ms: int) -> "Lease":
        """Return the lease after one failed revocation: a longer pause, or given up."""
        if self.state is not LeaseState.REVOKE_PENDING:
            raise NoLeaseTransition(self.id, self.state, LeaseEvent.GIVEN_UP)
        tries = self.tries + 1
        pause = min(FIRST_PAUSE_MS << self.tries, LONGEST_PAUSE_MS)
        failed = replace(self, tries=tries, next_try_ms=now_ms + pause, changed_ms=now_ms)
        return failed.after(LeaseEvent.GIVEN_UP, now_ms) if tries >= MAX_TRIES else failed
