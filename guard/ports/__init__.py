"""Every hole of the guard: what it needs from outside, one Protocol each.

Here is what the course of a call needs; what only people, signals or peers need stands beside it,
a module a subject.

Each port call is bounded in time by its adapter; a bound that fires raises `Unavailable`, and
raising means no. One contract suite per port is passed by every adapter and by the public fake.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from guard.audit.event import Event
from guard.clock import Clock
from guard.grant.approval import Approval, NewApproval
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import Fate, Lease, LeaseChange
from guard.grant.refusals import Refusals
from guard.grant.votes import Vote
from guard.model.call import Json, Outcome
from guard.model.decision import Decision, Terms
from guard.model.facts import Binding, CredentialFacts, Facts
from guard.model.secevent import Subject
from guard.ports.asked import Asked
from guard.ports.baits import Baits
from guard.ports.contact import Contact
from guard.ports.grants import Grants
from guard.ports.kills import Kills, NothingStopped
from guard.ports.live import Live, Unwatched
from guard.ports.live import Tool as Tool
from guard.ports.people import Audience
from guard.ports.reruns import Reruns
from guard.ports.tallies import Tallies
from guard.ports.together import InTurn, Together
from guard.ports.trace import Silence as Silence
from guard.ports.trace import Span as Span
from guard.ports.trace import Trace as Trace
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Segment
from guard.session.calls import Wanted, nothing_wanted
from guard.session.state import Session

Change = Callable[[Session], Session]
Noted = Callable[[Session], tuple[Session, Sequence[Event]]]
"""A change, and what is written down of it."""
Lost = Callable[[str, str], Sequence[Event]]
"""What is written down of a session whose row cannot be read: its handle, and the stable code."""


def unnoted(session_id: str, code: str) -> Sequence[Event]:  # noqa: ARG001  the shape of `Lost`
    """Write nothing down of it."""
    return ()


class Ids(Protocol):
    """Randomness. Contract: not guessable."""

    def token(self, size: int) -> bytes: ...


class Sessions(Protocol):
    """Sessions by handle. Contract: `update` serialises changes of one session.

    `change` is pure and may run more than once; what was stored is returned. With a session come
    the pools that are wanted of it and those in which its calls are under way; what a change makes
    of them is stored with it, in one transaction. `forget` drops sessions that nobody has used
    since, with what their results showed, and none with a call in flight. `tell` changes every live
    session that a subject fits, none of their pools; those that became something else and all that
    is noted are written, many sessions in one transaction, and they are returned; where it raises,
    some may be told already. A session whose row is damaged is passed over, and `lost` says what is
    written of it: where nobody can tell whose it is, once in each process. An unknown handle is
    `Refused("session_unknown")`, a store that fails `Unavailable("store_unavailable")`, five lost
    swaps `Unavailable("state_conflict")`, observations that are not those which the session counts
    `Unavailable("state_corrupt")`.
    """

    async def open(self, session: Session) -> Session: ...  # insert, or return the one there
    async def get(self, session_id: str, wanted: Wanted = nothing_wanted) -> Session: ...
    async def update(
        self, session_id: str, change: Change, wanted: Wanted = nothing_wanted
    ) -> Session: ...
    async def tell(
        self, about: Subject, change: Noted, lost: Lost = unnoted
    ) -> Sequence[Session]: ...
    async def all(self) -> Sequence[Session]: ...
    async def live(self) -> Sequence[Session]: ...  # not ended; without rows that are damaged
    async def known(self, session_id: str) -> Known: ...  # what the endings left behind
    async def forget(self, idle_before_ms: int) -> int: ...  # idle since before; how many


class Waiter(Protocol):
    """Wakes when an approval's row may have changed. A hint: the row decides."""

    async def wait(self, timeout_ms: int) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to consume an approval: fresh random id per waiting request, retries included.

    `judged` is the session on which the call was judged last.
    """

    consume_id: str
    judged: Session
    binding: str
    policy_version: str
    now_ms: int
    outcome_due_ms: int


class Approvals(Protocol):
    """Open questions to people. Contract: the row decides; `consume` wins once.

    `consume` reads the session in its transaction, and uses nothing up where the judgement does not
    hold for it any more (`guard.session.judged`): `SessionMoved`. Whoever ends a session afterwards
    comes after the use.

    `events` are written in the same transaction as the change, or neither is.
    """

    def waiter(self, approval_id: str) -> AbstractAsyncContextManager[Waiter]: ...
    async def open(self, new: NewApproval, events: Sequence[Event]) -> Approval: ...
    async def get(self, approval_id: str) -> Approval | None: ...
    async def listed(
        self, *, open_only: bool, session: str = "", requester: str = ""
    ) -> Sequence[Approval]: ...
    async def last_used(self, action: str, requester: str) -> Approval | None: ...  # by a call
    async def last_same(self, cooldown_key: str) -> Approval | None: ...  # by the same call
    async def delivered(self, approval_id: str, now_ms: int) -> None: ...  # it reached somebody
    async def told(self, approval_id: str, now_ms: int) -> None: ...  # the agent knows its end
    async def vote(self, vote: Vote, events: Sequence[Event]) -> Approval: ...
    async def end(
        self, approval_id: str, event: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Approval: ...
    async def consume(
        self, approval_id: str, attempt: Attempt, events: Sequence[Event]
    ) -> Approval | None: ...
    async def cooling(self, cooldown_key: str, now_ms: int) -> int: ...  # ms left, 0 = none
    async def unknown(self) -> Sequence[Approval]: ...  # runs that nobody knows the end of
    async def resolve(
        self, approval_id: str, outcome: Outcome, events: Sequence[Event]
    ) -> Approval: ...  # of an unknown run, on evidence; else `approval_transition`
    async def sweep(
        self, now_ms: int
    ) -> Sequence[Approval]: ...  # what it expired or lost sight of


class Approver(Protocol):
    """Tells people that a question is open. Announcing never means yes."""

    async def announce(self, approval: Approval) -> None: ...


class Leases(Protocol):
    """The journal of credentials. Contract: the row is durable before the target is touched.

    `reserve` refuses (`tool_quarantined`) while a lease of the same tool is irrevocable. `advance`
    reads, changes and writes in one transaction; where `change` returns the row as it was, neither
    it nor `events` are written. An unknown id is `Refused("lease_unknown")`. `prune` forgets ended
    leases that changed before `before_ms`, the oldest `most` of them, and never one of the `kept`
    newest.
    """

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None: ...
    async def advance(
        self, lease_id: str, change: LeaseChange, events: Sequence[Event]
    ) -> Lease: ...
    async def lease(self, lease_id: str) -> Lease | None: ...
    async def unsettled(self) -> Sequence[Lease]: ...  # open ones, and irrevocable ones
    async def unsettled_of(self, session_id: str) -> Sequence[Lease]: ...  # those of one session
    async def irrevocable(self) -> Sequence[Lease]: ...  # whose tools are in quarantine
    async def recent(self, limit: int) -> Sequence[Lease]: ...  # of any state, newest first
    async def prune(self, before_ms: int, kept: int, most: int) -> int: ...  # how many


class Issuer(Protocol):
    """Makes the secret for one call. Contract: what it makes ends at the target by itself, too.

    `handle` is made from the lease alone. `revoke` is idempotent, cuts live sessions first where
    `can_cut`, and also takes a lease of which nothing but id and handle is known. `sweep` returns
    the handles of this guard that live at the target.
    """

    kind: str
    max_binding: Binding
    min_ttl_s: int
    max_ttl_s: int
    leaves_object: bool  # something is at the target until it is revoked
    can_cut: bool  # it ends sessions that are already open

    def facts(self, server: str, tool: str) -> CredentialFacts: ...
    def handle(self, lease: Lease) -> str: ...
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential: ...
    async def revoke(self, lease: Lease, why: str) -> Fate: ...
    async def sweep(self) -> Sequence[str]: ...


class Watchdog(Protocol):
    """Cuts what outlives its lease. Contract: `beat_ms` is when it last looked, 0 = never."""

    def beat_ms(self) -> int: ...


class Signer(Protocol):
    """A private key that never leaves its holder."""

    kid: str
    alg: str
    public_jwk: Mapping[str, str]

    async def sign(self, signing_input: bytes) -> bytes: ...


class PolicyDecisionPoint(Protocol):
    """A remote judge. It may only tighten: the stricter of both answers holds."""

    async def decide(self, facts: Facts) -> Decision: ...


class Drafter(Protocol):
    """Proposes a task for what a person said. Contract: it is never needed and never believed."""

    async def draft(self, words: str, tools: Sequence[str]) -> bytes: ...


class Sink(Protocol):
    """Where audit goes. Contract: returns only when all events are kept, in order."""

    async def write(self, events: Sequence[Event]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one call ended: everything that must be recorded together."""

    session: str
    change: Change
    events: tuple[Event, ...]
    outcome: Outcome
    approval: str = ""
    consume_id: str = ""
    told_ms: int = 0  # when whoever made the call hears of it; 0 if they have gone
    lease: str = ""
    lease_change: LeaseChange | None = None
    segment: Segment | None = None  # what the result showed; `change` has counted it


class Outcomes(Protocol):
    """The last record of a call.

    Contract: `close` hands over synchronously, before any suspension, so that a double cancel
    cannot lose it; awaiting the answer waits until it is durable.
    """

    def close(self, ending: Ending) -> Awaitable[None]: ...


class Signals(Protocol):
    """Risk signals from outside: what changed, about whom."""

    def stream(self) -> AsyncIterator[Mapping[str, Json]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All ports of one guard, wired together."""

    clock: Clock
    ids: Ids
    sessions: Sessions
    approvals: Approvals
    leases: Leases
    outcomes: Outcomes
    sink: Sink
    trace: Trace = field(default_factory=Silence)
    approvers: tuple[Approver, ...] = ()
    # By the name that the catalogue has for each.
    issuers: Mapping[str, Issuer] = field(default_factory=dict[str, Issuer])
    watchdog: Watchdog | None = None  # without one, issuers with live sessions refuse
    guard_id: str = "guard0"  # begins every handle at a target
    remote: PolicyDecisionPoint | None = None
    grants: Grants | None = None  # None: no standing yes, people are asked each time
    asked: Asked | None = None
    audience: Audience | None = None  # None: approvers know by themselves whom they tell
    baits: Baits | None = None  # None: attention is not measured
    contact: Contact | None = None  # of a site with its control plane; None: this is no site
    reruns: Reruns | None = None  # for fronts whose framework repeats calls
    tallies: Tallies | None = None  # for who looks at what sessions share
    live: Live = field(default_factory=Unwatched)
    kills: Kills = field(default_factory=NothingStopped)
    together: Together = field(default_factory=InTurn)
    refusals: Refusals = field(default_factory=Refusals)
