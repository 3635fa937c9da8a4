"""Messages that wait, in the same file: written with their question, gone when they were sent."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from guard.ports.outbox import About, Note, note_of
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, approval TEXT NOT NULL, until_ms INTEGER NOT NULL,
    next_ms INTEGER NOT NULL, tries INTEGER NOT NULL, how TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (next_ms) WHERE how = ''
"""

MOST: Final = 64
"""Notes taken at once."""


def write_notes(db: sqlite3.Connection, row: About, channels: Sequence[str]) -> None:
    """Write one note for each channel, inside the transaction that opens the question."""
    for channel in channels:
        one = note_of(row, channel)
        db.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, 0, '')",
            (one.id, one.channel, one.approval, one.until_ms, one.next_ms),
        )


class SqliteOutbox:
    """The `Outbox` port on one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, now_ms: int, lease_ms: int) -> Sequence[Note]:
        """Return what is due, and keep it from others for the lease (milliseconds)."""

        def work(db: sqlite3.Connection) -> list[Note]:
            rows = db.execute(
                "SELECT id, channel, approval, until_ms, next_ms, tries FROM outbox"
                " WHERE how = '' AND next_ms <= ? ORDER BY next_ms, id LIMIT ?",
                (now_ms, MOST),
            ).fetchall()
            db.executemany(
                "UPDATE outbox SET next_ms = ? WHERE id = ?",
                [(now_ms + lease_ms, row[0]) for row in rows],
            )
            names = ("id", "channel", "approval", "until_ms", "next_ms", "tries")
            return [Note(**dict(zip(names, row, strict=True))) for row in rows]

        return await self._database.run(work)

    async def done(self, note_id: str, how: str) -> None:
        """Take a note out of the queue for good."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE outbox SET how = ? WHERE id = ? AND how = ''", (how, note_id))

        await self._database.run(work)

    async def later(self, note_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE outbox SET tries = tries + 1, next_ms = ? WHERE id = ? AND how = ''",
                (next_ms, note_id),
            )

        await self._database.run(work)

    async def reopened(self) -> None:
        """Make everything due that an earlier process had taken."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE outbox SET next_ms = 0 WHERE how = ''")

        await self._database.run(work)
