"""Public fakes for people who test what they build on the guard: no clock, no disk, no person.

Each fake passes the contract suite of its port. They hold everything in memory, share it with
nobody, and must never stand in front of a real tool.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from guard.audit.asked import approvals_ended
from guard.audit.event import Event
from guard.errors import Refused, SessionMoved
from guard.grant.approval import (
    Approval,
    ApprovalEvent,
    ApprovalState,
    NewApproval,
    NoApprovalTransition,
    opened,
)
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.ports import Approvals, Attempt, Change, Ending
from guard.ports.outbox import About
from guard.provenance.known import Known
from guard.session.calls import Wanted, nothing_wanted
from guard.session.judged import still
from guard.session.state import Session
from guard.testing.clock import CountedIds as CountedIds
from guard.testing.clock import FrozenClock as FrozenClock
from guard.testing.clock import StaleWaiter as StaleWaiter
from guard.testing.leases import MemoryLeases
from guard.testing.tallies import MemoryTallies
from guard.testing.tool import RecordingTool as RecordingTool


class _Done:
    """Awaitable at once; nothing is lost if nobody awaits it."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


@dataclass(slots=True, kw_only=True)
class MemoryStore(MemoryLeases):
    """Sessions, tallies, leases, outcomes and audit in memory, with every event in `events`."""

    held: dict[str, Session] = field(default_factory=dict)
    tallies: MemoryTallies = field(default_factory=MemoryTallies)
    indexes: dict[str, Known] = field(default_factory=dict)
    approvals: "MemoryApprovals | None" = None

    async def open(self, session: Session) -> Session:
        """Insert a session, or return the one that is there."""
        return self.held.setdefault(session.id, session)

    async def get(self, session_id: str, wanted: Wanted = nothing_wanted) -> Session:
        """Return a session; `session_unknown` otherwise."""
        if session_id not in self.held:
            raise Refused("This session is not known.", code="session_unknown")
        return self.tallies.lend(self.held[session_id], wanted)

    async def update(
        self, session_id: str, change: Change, wanted: Wanted = nothing_wanted
    ) -> Session:
        """Apply a pure change."""
        session = await self.get(session_id, wanted)
        return self._changed(session, change)

    def _changed(self, session: Session, change: Change) -> Session:
        new = replace(change(session), version=session.version + 1)
        self.held[session.id] = self.tallies.keep(session, new)
        return new

    async def live(self) -> Sequence[Session]:
        """Return those that have not ended."""
        return [one for one in await self.all() if not one.ended_at_ms]

    async def all(self) -> Sequence[Session]:
        """Return every session."""
        return list(self.held.values())

    async def known(self, session_id: str) -> Known:
        """Return what the session's endings left behind."""
        await self.get(session_id)
        if session_id not in self.indexes:
            self.indexes[session_id] = Known()
        return self.indexes[session_id]

    async def write(self, events: Sequence[Event]) -> None:
        """Keep these events."""
        self.events.extend(events)

    def close(self, ending: Ending) -> Awaitable[None]:
        """Record the end of a call, before any suspension."""
        session = self.held.get(ending.session)
        if session is not None:
            self._changed(self.tallies.lend(session), ending.change)
            if ending.segment is not None:
                self.indexes.setdefault(ending.session, Known()).learn(ending.segment)
        row = self.leases.get(ending.lease)
        if row is not None and ending.lease_change is not None:
            self.leases[row.id] = ending.lease_change(row)
        if ending.approval and self.approvals is not None:
            self.approvals.settle(ending.approval, ending.consume_id, ending.outcome)
        self.events.extend(ending.events)
        return _Done()


@dataclass(slots=True, kw_only=True)
class MemoryApprovals:
    """Approvals in memory: the same state machine, no people.

    `sessions` are those of the store beside it (`MemoryStore.held`): a yes is used in one of them.
    """

    clock: FrozenClock
    events: list[Event] = field(default_factory=list)
    rows: dict[str, Approval] = field(default_factory=dict)
    cooldowns: dict[str, int] = field(default_factory=dict)
    cooldown_ms: int = 600_000
    sessions: Mapping[str, Session] = field(default_factory=dict[str, Session])
    noted: Callable[[About], None] | None = None  # what an outbox does with a new question

    @asynccontextmanager
    async def waiter(self, approval_id: str) -> AsyncIterator[StaleWaiter]:  # noqa: ARG002  the port's shape
        """Give out a waiter that nobody wakes."""
        yield StaleWaiter(clock=self.clock)

    async def open(self, new: NewApproval, events: Sequence[Event]) -> Approval:
        """Insert, or join the open one with the same binding."""
        for row in self.rows.values():
            if row.binding == new.binding and row.at(new.created_ms).open:
                self.rows[row.id] = replace(row, waiting=row.waiting + 1)
                return self.rows[row.id]
        self.rows[new.id] = opened(new)
        if self.noted is not None:
            self.noted(self.rows[new.id])
        self.events.extend(events)
        return self.rows[new.id]

    async def get(self, approval_id: str) -> Approval | None:
        """Return one row."""
        return self.rows.get(approval_id)

    async def listed(
        self, *, open_only: bool, session: str = "", requester: str = ""
    ) -> Sequence[Approval]:
        """Return rows, oldest first."""
        return [
            row
            for row in self.rows.values()
            if (row.open or not open_only)
            and session in {"", row.session}
            and requester in {"", row.requester}
        ]

    async def last_used(self, action: str, requester: str) -> Approval | None:
        """Return the approval that this person's last approved call of a tool used."""
        used = [
            row
            for row in self.rows.values()
            if row.consumed_ms and (row.action, row.requester) == (action, requester)
        ]
        return max(used, key=lambda row: row.consumed_ms, default=None)

    async def vote(self, vote: Vote, events: Sequence[Event]) -> Approval:
        """Count one person's answer."""
        row = self._changed(vote.approval_id, lambda row: row.voted(vote))
        if vote.decision == "deny":
            self.cooldowns[row.cooldown_key] = vote.at_ms + self.cooldown_ms
        self.events.extend(events)
        return row

    async def end(
        self, approval_id: str, event: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Approval:
        """End an open approval."""
        kind = ApprovalEvent(event)
        row = self._changed(approval_id, lambda row: row.after(kind, now_ms, reason=reason))
        self.events.extend([*events, *approvals_ended([row], now_ms)])
        return row

    async def consume(
        self, approval_id: str, attempt: Attempt, events: Sequence[Event]
    ) -> Approval | None:
        """Use an approval up, once."""
        row = self.rows.get(approval_id)
        wanted = (attempt.binding, attempt.policy_version)
        if row is None or (row.binding, row.policy_version) != wanted:
            return None
        try:
            used = row.consumed(attempt.consume_id, attempt.now_ms, attempt.outcome_due_ms)
        except NoApprovalTransition:
            return None
        if row.status is not ApprovalState.CONSUMED:
            now = self.sessions.get(attempt.judged.id)
            if now is None or not still(attempt.judged, now):
                raise SessionMoved(attempt.judged.id)
            self.events.extend(events)
        self.rows[approval_id] = used
        return used

    async def cooling(self, cooldown_key: str, now_ms: int) -> int:
        """Return how long the same call is still refused (milliseconds)."""
        return max(0, self.cooldowns.get(cooldown_key, 0) - now_ms)

    async def unknown(self) -> Sequence[Approval]:
        """Return the runs that nobody knows the end of."""
        return [row for row in self.rows.values() if row.outcome is Outcome.UNKNOWN]

    async def resolve(
        self, approval_id: str, outcome: Outcome, events: Sequence[Event]
    ) -> Approval:
        """Write down how an unknown run ended."""
        row = self._changed(approval_id, lambda row: row.resolved(outcome))
        self.events.extend(events)
        return row

    async def sweep(self, now_ms: int) -> Sequence[Approval]:
        """Expire what is late; turn runs without an ending into unknown ones."""
        swept: list[Approval] = []
        for row in list(self.rows.values()):
            late = row.at(now_ms)
            if row.outcome is Outcome.RUNNING and now_ms >= row.outcome_due_ms:
                late = row.settled(Outcome.UNKNOWN)
            if late != row:
                self.rows[row.id] = late
                swept.append(late)
        self.events.extend(approvals_ended(swept, now_ms))
        return swept

    def settle(self, approval_id: str, consume_id: str, outcome: Outcome) -> None:
        """Write the outcome of the call that used an approval."""
        row = self.rows.get(approval_id)
        if row is not None:
            self.rows[approval_id] = row.ended_by(consume_id, outcome)

    def _changed(self, approval_id: str, change: Callable[[Approval], Approval]) -> Approval:
        row = self.rows.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        try:
            self.rows[approval_id] = change(row)
        except NoApprovalTransition as error:
            raise Refused(str(error), code=error.code) from error
        return self.rows[approval_id]


@dataclass(slots=True, kw_only=True)
class ScriptedApprover:
    """A reviewer who answers at once, in the order of a script; then nobody answers.

    Args:
        approvals: where the votes go.
        clock: when they are cast.
        script: the answers; "silence" leaves a question open.
        voter: who votes; None means the person that the agent acts for.
    """

    approvals: Approvals
    clock: FrozenClock
    script: list[Literal["approve", "deny", "silence"]] = field(default_factory=list)
    voter: Voter | None = None
    seen: list[Approval] = field(default_factory=list)

    async def announce(self, approval: Approval) -> None:
        """Take the next answer of the script and vote."""
        self.seen.append(approval)
        said = self.script.pop(0) if self.script else "silence"
        if said == "silence":
            return
        voter = self.voter or Voter(principal=approval.requester, uv=True)
        vote = Vote(
            approval_id=approval.id,
            voter=voter,
            decision=said,
            method="scripted",
            at_ms=self.clock.now_ms(),
        )
        await self.approvals.vote(vote, [])
