"""The lease journal: a row is durable before its target is touched. Rows name secrets by digest."""

import sqlite3
from collections.abc import Iterable, Sequence

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.lease import ENDED, STUCK, UNSETTLED, Lease, LeaseChange, LeaseState
from guard.lease.quarantine import refuse_quarantined
from guard_adapters.store.rows import LEASE_LIVES, lease_from, lease_text
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS leases (
    id TEXT PRIMARY KEY, call_id TEXT NOT NULL, state TEXT NOT NULL, row TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS leases_by_state ON leases (state);
CREATE INDEX IF NOT EXISTS leases_by_change ON leases (json_extract(row, '$.changed_ms'));
CREATE INDEX IF NOT EXISTS leases_of_session ON leases (json_extract(row, '$.session'))
    WHERE {LEASE_LIVES}
"""
OF_SESSION = f"""
SELECT row FROM leases WHERE json_extract(row, '$.session') = ? AND {LEASE_LIVES} ORDER BY id
"""  # noqa: S608  constants

PRUNE = """
DELETE FROM leases WHERE id IN (
    SELECT id FROM leases WHERE state IN (?, ?, ?) AND json_extract(row, '$.changed_ms') < min(
        ?, coalesce((
            SELECT json_extract(row, '$.changed_ms') FROM leases
            ORDER BY json_extract(row, '$.changed_ms') DESC LIMIT 1 OFFSET ?
        ), 0)
    ) ORDER BY json_extract(row, '$.changed_ms') LIMIT ?
)
"""


class SqliteLeases:
    """The `Leases` port on one file."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None:
        """Write a new lease down; return once it is durable.

        Raises:
            Refused: `tool_quarantined`: an earlier lease of this tool could not be revoked.
        """

        def work(db: sqlite3.Connection) -> None:
            refuse_quarantined(_in(db, STUCK), lease.server, lease.tool)
            save(db, lease)
            self._journal.append(db, events)

        await self._database.run(work)

    async def advance(self, lease_id: str, change: LeaseChange, events: Sequence[Event]) -> Lease:
        """Change one row; return it as it stands once that is durable.

        Raises:
            Refused: `lease_unknown`.
        """

        def work(db: sqlite3.Connection) -> Lease:
            row = _read(db, lease_id)
            if row is None:
                raise Refused(f"There is no lease {lease_id!r}.", code="lease_unknown")
            changed = change(row)
            if changed != row:
                save(db, changed)
                self._journal.append(db, events)
            return changed

        return await self._database.run(work)

    async def lease(self, lease_id: str) -> Lease | None:
        """Return one row."""
        return await self._database.run(lambda db: _read(db, lease_id))

    async def unsettled(self) -> Sequence[Lease]:
        """Return the leases of which something may still live at a target."""
        return await self._database.run(lambda db: _in(db, UNSETTLED))

    async def unsettled_of(self, session_id: str) -> Sequence[Lease]:
        """Return those of one session."""

        def work(db: sqlite3.Connection) -> list[Lease]:
            return [lease_from(row[0]) for row in db.execute(OF_SESSION, (session_id,)).fetchall()]

        return await self._database.run(work)

    async def irrevocable(self) -> Sequence[Lease]:
        """Return the leases that were given up."""
        return await self._database.run(lambda db: _in(db, STUCK))

    async def recent(self, limit: int) -> Sequence[Lease]:
        """Return leases of any state, the last changed first."""
        return await self._database.run(lambda db: _recent(db, limit))

    async def prune(self, before_ms: int, kept: int, most: int) -> int:
        """Forget ended leases; return how many, `most` at once."""

        def work(db: sqlite3.Connection) -> int:
            return db.execute(PRUNE, (*sorted(ENDED), before_ms, kept - 1, most)).rowcount

        return await self._database.run(work)


def settle(db: sqlite3.Connection, lease_id: str, change: LeaseChange) -> None:
    """Write what the end of a call does to its lease."""
    row = _read(db, lease_id)
    if row is not None and (changed := change(row)) != row:
        save(db, changed)


def save(db: sqlite3.Connection, lease: Lease) -> None:
    """Insert or replace one row; the state machine was asked before."""
    db.execute(
        "INSERT INTO leases VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, row = excluded.row",
        (lease.id, lease.call_id, lease.state.value, lease_text(lease)),
    )


def _read(db: sqlite3.Connection, lease_id: str) -> Lease | None:
    row = db.execute("SELECT row FROM leases WHERE id = ?", (lease_id,)).fetchone()
    return None if row is None else lease_from(row[0])


def _in(db: sqlite3.Connection, states: Iterable[LeaseState]) -> list[Lease]:
    names = sorted(state.value for state in states)
    marks = ",".join("?" * len(names))
    rows = db.execute(
        f"SELECT row FROM leases WHERE state IN ({marks}) ORDER BY id",  # noqa: S608  only marks
        names,
    ).fetchall()
    return [lease_from(row[0]) for row in rows]


def _recent(db: sqlite3.Connection, limit: int) -> list[Lease]:
    rows = db.execute(
        "SELECT row FROM leases ORDER BY json_extract(row, '$.changed_ms') DESC, id LIMIT ?",
        (limit,),
    ).fetchall()
    return [lease_from(row[0]) for row in rows]
