"""The lease journal: a row is durable before its target is touched. Rows name secrets by digest."""

import sqlite3
from collections.abc import Sequence

from guard.audit.event import Event
from guard.grant.lease import OPEN, Lease
from guard_adapters.store.rows import lease_from, lease_text
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS leases (
    id TEXT PRIMARY KEY, call_id TEXT NOT NULL, state TEXT NOT NULL, row TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS leases_by_state ON leases (state)
"""


class SqliteLeases:
    """The `Leases` port on one file."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None:
        """Write a new lease down; return once it is durable."""
        await self.save(lease, events)

    async def save(self, lease: Lease, events: Sequence[Event]) -> None:
        """Write a lease as it stands now; return once it is durable."""

        def work(db: sqlite3.Connection) -> None:
            save(db, lease)
            self._journal.append(db, events)

        await self._database.run(work)

    async def unsettled(self) -> Sequence[Lease]:
        """Return the leases of which something may still live at a target."""
        return await self._database.run(_unsettled)


def save(db: sqlite3.Connection, lease: Lease) -> None:
    """Insert or replace one row; the state machine was asked before."""
    db.execute(
        "INSERT INTO leases VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, row = excluded.row",
        (lease.id, lease.call_id, lease.state.value, lease_text(lease)),
    )


def _unsettled(db: sqlite3.Connection) -> list[Lease]:
    marks = ",".join("?" * len(OPEN))
    rows = db.execute(
        f"SELECT row FROM leases WHERE state IN ({marks}) ORDER BY id",  # noqa: S608  only marks
        [state.value for state in sorted(OPEN)],
    ).fetchall()
    return [lease_from(row[0]) for row in rows]
