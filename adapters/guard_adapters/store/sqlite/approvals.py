"""Approvals: the row decides. Every change is read, checked and written in one transaction.

The state machine is in `guard.grant.approval`; here it is only asked. Waiters are woken in this
process after a commit, and then read the row again.
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from guard.audit.event import Event
from guard.errors import Refused, Unavailable
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
from guard.ports import Attempt
from guard_adapters.store.rows import approval_from, approval_text
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (
    id TEXT PRIMARY KEY, binding TEXT NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL,
    row TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON approvals (binding)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_by_status ON approvals (status, created_ms);
CREATE TABLE IF NOT EXISTS cooldowns (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL)
    WITHOUT ROWID
"""


class _Waiter:
    """Wakes when a row may have changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        # The answer may come from another thread's loop, or after this one has ended.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed.set)

    async def wait(self, timeout_ms: int) -> bool:
        """Return True if something happened within the time (milliseconds)."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), timeout_ms / 1000)
        happened = self._changed.is_set()
        self._changed.clear()
        return happened


class SqliteApprovals:
    """The `Approvals` port on one file. `cooldown_ms`: how long a no refuses the same call."""

    def __init__(self, database: Database, journal: Journal, *, cooldown_ms: int) -> None:
        self._database = database
        self._journal = journal
        self._cooldown_ms = cooldown_ms
        self._waiters: dict[str, set[_Waiter]] = defaultdict(set)

    @asynccontextmanager
    async def waiter(self, approval_id: str) -> AsyncIterator[_Waiter]:
        """Register before opening or reading, so that no answer falls in between."""
        waiter = _Waiter()
        self._waiters[approval_id].add(waiter)
        try:
            yield waiter
        finally:
            self._waiters[approval_id].discard(waiter)
            if not self._waiters[approval_id]:
                del self._waiters[approval_id]

    async def open(self, new: NewApproval, events: Sequence[Event]) -> Approval:
        """Insert the question, or join the open one with the same binding."""

        def work(db: sqlite3.Connection) -> Approval:
            standing = _open_for(db, new.binding)
            if standing is not None and standing.at(new.created_ms).open:
                joined = replace(standing, waiting=standing.waiting + 1)
                _save(db, joined)
                return joined
            if standing is not None:
                _save(db, standing.at(new.created_ms))
            row = opened(new)
            _save(db, row)
            self._journal.append(db, events)
            return row

        return await self._database.run(work)

    async def get(self, approval_id: str) -> Approval | None:
        """Return one row."""
        return await self._database.run(lambda db: _row(db, approval_id))

    async def listed(self, *, open_only: bool) -> Sequence[Approval]:
        """Return rows, oldest first: the open ones, or the last 500 of all."""
        return await self._database.run(lambda db: _listed(db, open_only=open_only))

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
            self._journal.append(db, events)
            return changed

        return await self._woken(approval_id, work)

    async def consume(
        self, approval_id: str, attempt: Attempt, events: Sequence[Event]
    ) -> Approval | None:
        """Use an approval up; None if it is not approved, not for this call, or already used."""

        def work(db: sqlite3.Connection) -> Approval | None:
            row = _row(db, approval_id)
            wanted = (attempt.binding, attempt.policy_version)
            if row is None or (row.binding, row.policy_version) != wanted:
                return None
            try:
                used = row.consumed(attempt.consume_id, attempt.now_ms, attempt.outcome_due_ms)
            except NoApprovalTransition:
                return None
            _save(db, used)
            if row.status is not ApprovalState.CONSUMED:
                self._journal.append(db, events)
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

    async def sweep(self, now_ms: int) -> Sequence[Approval]:
        """Expire what is late; turn runs without an ending into unknown ones. Return both."""
        swept = await self._database.run(lambda db: _swept(db, now_ms))
        for row in swept:
            self._wake(row.id)
        return swept

    def standing(self, db: sqlite3.Connection, binding: str) -> Approval | None:
        """Return the open row of this binding, inside a transaction of another room."""
        return _open_for(db, binding)

    def put(self, db: sqlite3.Connection, row: Approval) -> None:
        """Write a row inside a transaction of another room; `wake` its waiters after it."""
        _save(db, row)

    def void_granted(
        self, db: sqlite3.Connection, grants: Collection[str], reason: str, now_ms: int
    ) -> list[str]:
        """Void the unused rows that these grants left; return whom to `wake` afterwards."""
        voided = []
        for row in _listed(db, open_only=True):
            if row.grant in grants and row.at(now_ms).open:
                _save(db, row.after(ApprovalEvent.VOID, now_ms, reason=reason))
                voided.append(row.id)
        return voided

    def wake(self, approval_id: str) -> None:
        """Let whoever waits for this row read it again."""
        self._wake(approval_id)

    def _changed(
        self, db: sqlite3.Connection, approval_id: str, change: Callable[[Approval], Approval]
    ) -> Approval:
        row = _row(db, approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        try:
            changed = change(row)
        except NoApprovalTransition as error:
            raise Refused(str(error), code=error.code) from error
        _save(db, changed)
        return changed

    async def _woken(self, approval_id: str, work: Callable[[sqlite3.Connection], T]) -> T:
        result = await self._database.run(work)
        self._wake(approval_id)
        return result

    def _wake(self, approval_id: str) -> None:
        for waiter in tuple(self._waiters.get(approval_id, ())):
            waiter.wake()


def settle(db: sqlite3.Connection, approval_id: str, consume_id: str, outcome: Outcome) -> None:
    """Write the outcome of the call that used an approval; a failed mint counts as an error."""
    row = _row(db, approval_id)
    if row is None or row.consume_id != consume_id or row.outcome is not Outcome.RUNNING:
        return
    _save(db, row.settled(Outcome.ERROR if outcome is Outcome.REFUSED else outcome))


def _open_for(db: sqlite3.Connection, binding: str) -> Approval | None:
    row = db.execute(
        "SELECT row FROM approvals WHERE binding = ? AND status IN ('pending', 'approved')",
        (binding,),
    ).fetchone()
    return None if row is None else approval_from(row[0])


def _row(db: sqlite3.Connection, approval_id: str) -> Approval | None:
    row = db.execute("SELECT row FROM approvals WHERE id = ?", (approval_id,)).fetchone()
    return None if row is None else approval_from(row[0])


def _listed(db: sqlite3.Connection, *, open_only: bool) -> list[Approval]:
    where = "WHERE status IN ('pending', 'approved')" if open_only else ""
    rows = db.execute(
        f"SELECT row FROM approvals {where} ORDER BY created_ms DESC LIMIT 500"  # noqa: S608  fixed
    ).fetchall()
    return [approval_from(row[0]) for row in reversed(rows)]


def _swept(db: sqlite3.Connection, now_ms: int) -> list[Approval]:
    swept = []
    for row in _listed(db, open_only=False):
        late = row.at(now_ms)
        if row.outcome is Outcome.RUNNING and now_ms >= row.outcome_due_ms:
            late = row.settled(Outcome.UNKNOWN)
        if late != row:
            _save(db, late)
            swept.append(late)
    return swept


def _save(db: sqlite3.Connection, approval: Approval) -> None:
    try:
        db.execute(
            "INSERT INTO approvals VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " status = excluded.status, row = excluded.row",
            (
                approval.id,
                approval.binding,
                approval.status.value,
                approval.created_ms,
                approval_text(approval),
            ),
        )
    except sqlite3.IntegrityError as error:
        raise Unavailable("The same call is already open.", code="state_conflict") from error
