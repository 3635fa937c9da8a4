"""The life of one lease: a credential from the moment it is promised until nothing is left of it.

Rule 1: every change of state is in TRANSITIONS; what is missing there raises. Rule 2: a lease is
written down before its target is touched, so that a crash leaves a row, never an orphan. Rule 3:
a lease names a secret by digest and never holds it. This file does not know any target.
"""

from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
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
        E.ANSWERED: S.REVOKE_PENDING,
    },
    S.IRREVOCABLE: {E.GONE: S.REVOKED, E.ANSWERED: S.IRREVOCABLE},
    S.CONSUMED: {},
    S.EXPIRED: {},
    S.REVOKED: {E.ANSWERED: S.REVOKE_PENDING},  # recalled before the target had made anything
}

OPEN: Final = frozenset({S.RESERVED, S.ISSUED, S.DELIVERED, S.REVOKE_PENDING})
"""States in which something may live at the target: a starting process revokes these first."""

STUCK: Final = frozenset({S.IRREVOCABLE})
"""What was given up: something may still live at a target that does not take it back."""

UNSETTLED: Final = OPEN | STUCK
"""Also what was given up: it is looked at again, and its tool stays in quarantine."""

ENDED: Final = frozenset({S.CONSUMED, S.EXPIRED, S.REVOKED})
"""Of these nothing is left at a target."""

KEPT_MS: Final = 3_600_000
"""How long an ended lease stays in the journal; the audit log keeps what happened for good."""

KEPT_ROWS: Final = 1_000
"""So many of the newest leases stay whatever their age, for operators to look at."""

MAX_TRIES: Final = 8
FIRST_PAUSE_MS: Final = 100
LONGEST_PAUSE_MS: Final = 30_000
GIVEN_UP_PAUSE_MS: Final = 300_000
"""How long a lease that could not be revoked waits for the next try."""

GRACE_MS: Final = 1_000
"""A target's own clock counts in whole seconds: what runs out is over one second later."""


class Fate(StrEnum):
    """What a target says of something that is to be gone."""

    GONE = "gone"
    RUNS_OUT = "runs_out"  # nobody can take it back; it ends by itself at its deadline
    STILL_THERE = "still_there"


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
    issuer: str = ""  # the name under which guard.yaml lists it
    server: str = ""
    tool: str = ""
    grant: str = ""  # what at the target it may do, in the issuer's words
    guard: str = ""  # which guard wrote it down: several may share a journal or a target
    binding: int = 0

    @property
    def what(self) -> str:
        """Return what it is for, in words: a tool, or a server's messages between calls."""
        return f"{self.server}/{self.tool}" if self.tool else f"{self.server} (between calls)"

    @property
    def open(self) -> bool:
        """Return whether something may still live at the target."""
        return self.state in OPEN

    def late(self, now_ms: int) -> bool:
        """Return whether its time is over while nobody has begun to end it."""
        running = self.state in {S.RESERVED, S.ISSUED, S.DELIVERED}
        return running and now_ms >= self.deadline_ms

    def due(self, now_ms: int) -> bool:
        """Return whether the target is to be asked now."""
        pending = self.state in {S.REVOKE_PENDING, S.IRREVOCABLE}
        return pending and now_ms >= self.next_try_ms

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
        """Return the lease whose secret exists; the row keeps its digest (lower-case hex).

        What is to be gone already is asked about anew: nobody knew of a secret before.
        """
        made = self.after(LeaseEvent.ANSWERED, now_ms)
        return replace(made, token_sha256=token_sha256, next_try_ms=0)

    def tried(self, now_ms: int) -> "Lease":
        """Return the lease after one failed revocation: a longer pause, or given up."""
        if self.state is LeaseState.IRREVOCABLE:
            return replace(self, tries=self.tries + 1, next_try_ms=now_ms + GIVEN_UP_PAUSE_MS)
        if self.state is not LeaseState.REVOKE_PENDING:
            raise NoLeaseTransition(self.id, self.state, LeaseEvent.GIVEN_UP)
        tries = self.tries + 1
        if tries >= MAX_TRIES:
            given_up = replace(self, tries=tries, next_try_ms=now_ms + GIVEN_UP_PAUSE_MS)
            return given_up.after(LeaseEvent.GIVEN_UP, now_ms)
        pause = min(FIRST_PAUSE_MS << self.tries, LONGEST_PAUSE_MS)
        return replace(self, tries=tries, next_try_ms=now_ms + pause, changed_ms=now_ms)


LeaseChange = Callable[[Lease], Lease]
"""A pure change of one row. What it returns unchanged is not written."""


def ended(lease: Lease, now_ms: int, *, leaves: bool) -> Lease:
    """Return the lease after its call, however far it came; one that is being ended stays."""
    match lease.state:
        case LeaseState.RESERVED:
            return lease.after(LeaseEvent.FAILED, now_ms)
        case LeaseState.ISSUED:
            return lease.after(LeaseEvent.DROPPED, now_ms)
        case LeaseState.DELIVERED:
            event = LeaseEvent.SETTLED_LEAVING if leaves else LeaseEvent.SETTLED_CLEAN
            return lease.after(event, now_ms)
        case _:
            return lease


def recalled(lease: Lease, now_ms: int, why: str, *, leaves: bool = True) -> Lease:
    """Return the lease as it is to be ended now; one that has ended stays as it is.

    A late one of which nothing remains at the target has ended by itself.
    """
    over = lease.late(now_ms) and lease.state is not LeaseState.RESERVED
    if over:
        event = LeaseEvent.DEADLINE_LEAVING if leaves else LeaseEvent.DEADLINE_CLEAN
        return lease.after(event, now_ms, reason=why)
    if lease.open and lease.state is not LeaseState.REVOKE_PENDING:
        return lease.after(LeaseEvent.RECALL, now_ms, reason=why)
    return lease


def fated(lease: Lease, now_ms: int, fate: Fate) -> Lease:
    """Return the lease after its target was asked; one that has ended stays as it is."""
    if lease.state not in {LeaseState.REVOKE_PENDING, LeaseState.IRREVOCABLE}:
        return lease
    match fate:
        case Fate.GONE:
            return lease.after(LeaseEvent.GONE, now_ms)
        case Fate.RUNS_OUT:
            over = max(lease.deadline_ms, now_ms) + GRACE_MS
            return replace(lease, next_try_ms=over, changed_ms=now_ms)
        case Fate.STILL_THERE:
            return lease.tried(now_ms)


GUARD_ID: Final = 6
_OWN: Final = "g_"
_LEASE_BYTES: Final = 16


def guard_id(key: bytes) -> str:
    """Return the short name of one guard, made from a secret that only it has."""
    digest = sha256(b"guard/id/v1\0" + key).digest()
    return b32encode(digest).decode()[:GUARD_ID].lower()


def prefix_of(guard: str) -> str:
    """Return how every handle of one guard begins, so that no other sweeps it."""
    return f"{_OWN}{guard}_"


def handle_of(lease: Lease) -> str:
    """Return the name at the target, 35 letters; PostgreSQL allows 63."""
    raw = urlsafe_b64decode(lease.id + "==")
    return prefix_of(lease.guard) + b32encode(raw).decode().rstrip("=").lower()


def lease_of(handle: str, guard: str) -> str | None:
    """Return the id of the lease that a handle of this guard belongs to; None: not ours."""
    start = prefix_of(guard)
    try:
        raw = b32decode(handle.removeprefix(start).upper() + "======")
    except ValueError:
        return None
    if not handle.startswith(start) or len(raw) != _LEASE_BYTES:
        return None
    return urlsafe_b64encode(raw).decode().rstrip("=")
