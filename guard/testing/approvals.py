"""The fake of approvals: the same table of states, in memory, and no people."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

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
from guard.grant.votes import Vote
from guard.model.call import Outcome
from guard.ports import Attempt, Ending
from guard.ports.outbox import About
from guard.session.judged import still
from guard.session.state import Session
from guard.testing.clock import FrozenClock, StaleWaiter


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

    async def last_same(self, cooldown_key: str) -> Approval | None:
        """Return the approval that the same call used last."""
        used = [
            row
            for row in self.rows.values()
            if row.consumed_ms and row.cooldown_key == cooldown_key
        ]
        return max(used, key=lambda row: row.consumed_ms, default=None)

    async def delivered(self, approval_id: str, now_ms: int) -> None:
        """Note that a waiting question reached somebody; the first time counts."""
        if approval_id in self.rows:
            self.rows[approval_id] = self.rows[approval_id].delivered(now_ms)

    async def told(self, approval_id: str, now_ms: int) -> None:
        """Note that the agent knows how the call that used it ended; the first time counts."""
        if approval_id in self.rows:
            self.rows[approval_id] = self.rows[approval_id].told(now_ms)

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

    def settle(self, ending: Ending) -> None:
        """Write the outcome of the call that used an approval."""
        row = self.rows.get(ending.approval)
        if row is not None:
            self.rows[row.id] = row.ended_by(ending.consume_id, ending.outcome, ending.told_ms)

    def _changed(self, approval_id: str, change: Callable[[Approval], Approval]) -> Approval:
        row = self.rows.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        try:
            self.rows[approval_id] = change(row)
        except NoApprovalTransition as error:
            raise error.refused from error
        return self.rows[approval_id]
