"""Approvals: the row decides. Every change is read, checked and written in one transaction.

The state machine is in `guard.grant.approval`; here it is only asked. Waiters are woken in this
process after a commit, and then read the row again.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
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
from guard.ports import Attempt, Waiter
from guard_adapters.store.rows import approval_from, approval_text, due_ms
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.board import last_used
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.waiting import Waiting

T = TypeVar("T")
LISTED = 500
OPEN = "status IN ('pending', 'approved')"

SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (
    id TEXT PRIMARY KEY, binding TEXT NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL,
    row TEXT NOT NULL, outcome TEXT, due_ms INTEGER NOT NULL DEFAULT 0,
    session TEXT NOT NULL DEFAULT '', requester TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON approvals (binding)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_by_status ON approvals (status, created_ms);
CREATE INDEX IF NOT EXISTS approvals_due ON approvals (due_ms) WHERE due_ms > 0;
CREATE TABLE IF NOT EXISTS cooldowns (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL)
    WITHOUT ROWID
"""


class SqliteApprovals:
    """The `Approvals` port on one file. `cooldown_ms`: how long a no refuses the same call."""

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

    async def listed(
        self, *, open_only: bool, session: str = "", requester: str = ""
    ) -> Sequence[Approval]:
        """Return rows, oldest first: the open ones, or the last 500 of all."""
        return await self._database.run(
            lambda db: _listed(db, session, requester, open_only=open_only)
        )

    async def last_used(self, action: str, requester: str) -> Approval | None:
        """Return the approval that this person's last approved call of a tool used."""
        return await self._database.run(lambda db: last_used(db, action, requester))

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
            self._waiting.wake(row.id)
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
        self._waiting.wake(approval_id)

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
        self._waiting.wake(approval_id)
        return result


def settle(db: sqlite3.Connection, approval_id: str, consume_id: str, outcome: Outcome) -> None:
    """Write the outcome of the call that used an approval; a failed mint counts as an error."""
    row = _row(db, approval_id)
    if row is not None and (ended := row.ended_by(consume_id, outcome)) != row:
        _save(db, ended)


def _open_for(db: sqlite3.Connection, binding: str) -> Approval | None:
    row = db.execute(
        "SELECT row FROM approvals WHERE binding = ? AND status IN ('pending', 'approved')",
        (binding,),
    ).fetchone()
    return None if row is None else approval_from(row[0])


def _row(db: sqlite3.Connection, approval_id: str) -> Approval | None:
    row = db.execute("SELECT row FROM approvals WHERE id = ?", (approval_id,)).fetchone()
    return None if row is None else approval_from(row[0])


def _listed(
    db: sqlite3.Connection, session: str = "", requester: str = "", *, open_only: bool
) -> list[Approval]:
    some = f" AND {OPEN}" if open_only else ""
    rows = db.execute(
        "SELECT row FROM approvals WHERE (?1 = '' OR session = ?1)"  # noqa: S608  fixed
        f" AND (?2 = '' OR requester = ?2){some} ORDER BY created_ms DESC, id DESC LIMIT ?3",
        (session, requester, -1 if open_only else LISTED),
    ).fetchall()
    return [approval_from(row[0]) for row in reversed(rows)]


def _swept(db: sqlite3.Connection, now_ms: int) -> list[Approval]:
    rows = db.execute(
        "SELECT row FROM approvals WHERE due_ms > 0 AND due_ms <= ? ORDER BY due_ms", (now_ms,)
    ).fetchall()
    swept = []
    for row in (approval_from(text) for (text,) in rows):
        lost = row.outcome is Outcome.RUNNING
        swept.append(row.settled(Outcome.UNKNOWN) if lost else row.at(now_ms))
        _save(db, swept[-1])
    return swept


def _save(db: sqlite3.Connection, approval: Approval) -> None:
    outcome = approval.outcome.value if approval.outcome else None
    try:
        db.execute(
            "INSERT INTO approvals (id, binding, status, created_ms, row, outcome, due_ms,"
            " session, requester) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET status = excluded.status, row = excluded.row, outcome = excluded.outcome,"
            " due_ms = excluded.due_ms, session = excluded.session,"
            " requester = excluded.requester",
            (
                approval.id,
                approval.binding,
                approval.status.value,
                approval.created_ms,
                approval_text(approval),
                outcome,
                due_ms(approval),
                approval.session,
                approval.requester,
            ),
        )
    except sqlite3.IntegrityError as error:
        raise Unavailable("The same call is already open.", code="state_conflict") from error


def upgraded(db: sqlite3.Connection) -> None:
    """Give the rows of format 1 the columns that came with format 2."""
    for column in ("outcome TEXT", "due_ms INTEGER NOT NULL DEFAULT 0"):
        db.execute(f"ALTER TABLE approvals ADD COLUMN {column}")
    for column in ("session", "requester"):
        db.execute(f"ALTER TABLE approvals ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    for (text,) in db.execute("SELECT row FROM approvals").fetchall():
        _save(db, approval_from(text))
