"""Approvals: the row decides. Every change is read, checked and written in one transaction.

The state machine is in `guard.grant.approval`; here it is only asked. Waiters are woken in this
process after a commit, and then read the row again.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TypeVar

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
from guard.ports import Attempt, Waiter
from guard_adapters.store.sqlite.approval_rows import (
    listed_rows,
    open_for,
    row_of,
    running_rows,
    save,
    swept_rows,
    unknown_rows,
)
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.board import last_same, last_used
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.outbox import write_notes
from guard_adapters.store.sqlite.session_rows import unmoved
from guard_adapters.store.waiting import Waiting

T = TypeVar("T")


class SqliteApprovals:
    """The `Approvals` port on one file. `cooldown_ms`: how long a no refuses the same call."""

    channels: Sequence[str] = ()  # names of those that are told of each question

    def __init__(self, database: Database, journal: Journal, *, cooldown_ms: int) -> None:
        self._database = database
        self._journal = journal
        self._cooldown_ms = cooldown_ms
        self._waiting = Waiting()

    def waiter(self, approval_id: str) -> AbstractAsyncContextManager[Waiter]:
        """Register before opening or reading, so that no answer falls in between."""
        return self._waiting.on(approval_id)

    async def open(self, new: NewApproval, events: Sequence[Event]) -> Approval:
        """Insert the question, or join the open one with the same binding."""

        def work(db: sqlite3.Connection) -> Approval:
            standing = open_for(db, new.binding)
            if standing is not None and standing.at(new.created_ms).open:
                joined = replace(standing, waiting=standing.waiting + 1)
                save(db, joined)
                return joined
            if standing is not None:
                self.put(db, standing.at(new.created_ms), new.created_ms)
            row = opened(new)
            save(db, row)
            write_notes(db, row, self.channels)
            self._journal.append(db, events)
            return row

        return await self._database.run(work)

    async def get(self, approval_id: str) -> Approval | None:
        """Return one row."""
        return await self._database.run(lambda db: row_of(db, approval_id))

    async def listed(
        self, *, open_only: bool, session: str = "", requester: str = ""
    ) -> Sequence[Approval]:
        """Return rows, oldest first: the open ones, or the last 500 of all."""
        return await self._database.run(
            lambda db: listed_rows(db, session, requester, open_only=open_only)
        )

    async def last_used(self, action: str, requester: str) -> Approval | None:
        """Return the approval that this person's last approved call of a tool used."""
        return await self._database.run(lambda db: last_used(db, action, requester))

    async def last_same(self, cooldown_key: str) -> Approval | None:
        """Return the approval that the same call used last."""
        return await self._database.run(lambda db: last_same(db, cooldown_key))

    async def delivered(self, approval_id: str, now_ms: int) -> None:
        """Note that a waiting question reached somebody; the first time counts."""
        await self._noted(approval_id, lambda row: row.delivered(now_ms))

    async def told(self, approval_id: str, now_ms: int) -> None:
        """Note that the agent knows how the call that used it ended; the first time counts."""
        await self._noted(approval_id, lambda row: row.told(now_ms))

    async def _noted(self, approval_id: str, note: Callable[[Approval], Approval]) -> None:
        def work(db: sqlite3.Connection) -> None:
            row = row_of(db, approval_id)
            if row is not None and (noted := note(row)) is not row:
                save(db, noted)

        await self._database.run(work)

    async def vote(self, vote: Vote, events: Sequence[Event]) -> Approval:
        """Count one person's answer.

        Raises:
            Refused: `approval_transition`: it has ended; `approval_unknown`.
        """
        until_ms = vote.at_ms + self._cooldown_ms

        def work(db: sqlite3.Connection) -> Approval:
            changed = self._changed(db, vote.approval_id, lambda row: row.voted(vote))
            if vote.decision == "deny" and changed.cooldown_key:
                db.execute(
                    "INSERT INTO cooldowns VALUES (?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms",
                    (changed.cooldown_key, until_ms),
                )
            self._journal.append(db, events)
            return changed

        return await self._woken(vote.approval_id, work)

    async def end(
        self, approval_id: str, event: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Approval:
        """End an approval that is still open: deadline, cancel or void."""

        def work(db: sqlite3.Connection) -> Approval:
            changed = self._changed(
                db,
                approval_id,
                lambda row: row.after(ApprovalEvent(event), now_ms, reason=reason),
            )
            self._journal.append(db, [*events, *approvals_ended([changed], now_ms)])
            return changed

        return await self._woken(approval_id, work)

    async def consume(
        self, approval_id: str, attempt: Attempt, events: Sequence[Event]
    ) -> Approval | None:
        """Use an approval up; None if it is not approved, not for this call, or already used.

        Raises:
            SessionMoved: the session is not what the call was judged on.
        """

        def work(db: sqlite3.Connection) -> Approval | None:
            row = row_of(db, approval_id)
            wanted = (attempt.binding, attempt.policy_version)
            if row is None or (row.binding, row.policy_version) != wanted:
                return None
            try:
                used = row.consumed(attempt.consume_id, attempt.now_ms, attempt.outcome_due_ms)
            except NoApprovalTransition:
                return None
            if row.status is not ApprovalState.CONSUMED:
                if not unmoved(db, attempt.judged):
                    raise SessionMoved(attempt.judged.id)
                self._journal.append(db, events)
            save(db, used)
            return used

        return await self._woken(approval_id, work)

    async def cooling(self, cooldown_key: str, now_ms: int) -> int:
        """Return for how long the same call is still refused after a no (milliseconds)."""

        def work(db: sqlite3.Connection) -> int:
            row = db.execute(
                "SELECT until_ms FROM cooldowns WHERE key = ?", (cooldown_key,)
            ).fetchone()
            return 0 if row is None else max(0, row[0] - now_ms)

        return await self._database.run(work)

    async def unknown(self) -> Sequence[Approval]:
        """Return the runs that nobody knows the end of, oldest first."""
        return await self._database.run(unknown_rows)

    async def resolve(
        self, approval_id: str, outcome: Outcome, events: Sequence[Event]
    ) -> Approval:
        """Write down how an unknown run ended.

        Raises:
            Refused: `approval_transition`: it is not unknown; `approval_unknown`.
        """

        def work(db: sqlite3.Connection) -> Approval:
            changed = self._changed(db, approval_id, lambda row: row.resolved(outcome))
            self._journal.append(db, events)
            return changed

        return await self._woken(approval_id, work)

    async def sweep(self, now_ms: int) -> Sequence[Approval]:
        """Expire what is late; turn runs without an ending into unknown ones. Return both."""

        def work(db: sqlite3.Connection) -> list[Approval]:
            rows = swept_rows(db, now_ms)
            self._journal.append(db, approvals_ended(rows, now_ms))
            return rows

        swept = await self._database.run(work)
        for row in swept:
            self._waiting.wake(row.id)
        return swept

    async def restarted(self, now_ms: int, *, yeses: bool, questions: bool) -> Sequence[Approval]:
        """Lose sight of what an earlier process ran, and end what its clock no longer vouches for.

        Returns:
            The changed rows.
        """

        def work(db: sqlite3.Connection) -> list[Approval]:
            changed = [row.settled(Outcome.UNKNOWN) for row in running_rows(db)]
            over = {ApprovalState.APPROVED: yeses, ApprovalState.PENDING: questions}
            changed += [
                row.after(ApprovalEvent.DEADLINE, now_ms, reason="clock_lost")
                for row in listed_rows(db, open_only=True)
                if over[row.status] and row.at(now_ms).open
            ]
            for row in changed:
                save(db, row)
            self._journal.append(db, approvals_ended(changed, now_ms))
            return changed

        return await self._database.run(work)

    def standing(self, db: sqlite3.Connection, binding: str) -> Approval | None:
        """Return the open row of this binding, inside a transaction of another room."""
        return open_for(db, binding)

    def put(self, db: sqlite3.Connection, row: Approval, now_ms: int) -> None:
        """Write a row inside a transaction of another room; `wake` its waiters after it."""
        save(db, row)
        self._journal.append(db, approvals_ended([row], now_ms))

    def void_granted(
        self, db: sqlite3.Connection, grants: Collection[str], reason: str, now_ms: int
    ) -> list[str]:
        """Void the unused rows that these grants left; return whom to `wake` afterwards."""
        voided = []
        for row in listed_rows(db, open_only=True):
            if row.grant in grants and row.at(now_ms).open:
                self.put(db, row.after(ApprovalEvent.VOID, now_ms, reason=reason), now_ms)
                voided.append(row.id)
        return voided

    def wake(self, approval_id: str) -> None:
        """Let whoever waits for this row read it again."""
        self._waiting.wake(approval_id)

    def _changed(
        self, db: sqlite3.Connection, approval_id: str, change: Callable[[Approval], Approval]
    ) -> Approval:
        row = row_of(db, approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        try:
            changed = change(row)
        except NoApprovalTransition as error:
            raise error.refused from error
        save(db, changed)
        return changed

    async def _woken(self, approval_id: str, work: Callable[[sqlite3.Connection], T]) -> T:
        result = await self._database.run(work)
        self._waiting.wake(approval_id)
        return result
