"""Calls under their framework's own id: a resumed run is answered, and nothing runs twice."""

import sqlite3
from collections.abc import Awaitable

from guard.model.call import Outcome
from guard.model.rerun import Rerun
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS reruns (
    key TEXT PRIMARY KEY, session TEXT NOT NULL, call TEXT NOT NULL,
    arguments_sha256 TEXT NOT NULL, outcome TEXT NOT NULL,
    due_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, kept BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reruns_by_end ON reruns (until_ms)
"""


class SqliteReruns:
    """The `Reruns` port on one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, rerun: Rerun, now_ms: int) -> Rerun | None:
        """Take the key, or return the row that has it; rows past their end are dropped."""

        def work(db: sqlite3.Connection) -> Rerun | None:
            there = _row(db, rerun.key)
            if there is not None and there.met_by(rerun, now_ms) != "mine":
                return there
            db.execute("DELETE FROM reruns WHERE until_ms <= ?", (now_ms,))
            _save(db, rerun)
            return None

        return await self._database.run(work)

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Keep the end of a call, or give the key back if it did not run."""

        def work(db: sqlite3.Connection) -> None:
            if rerun.outcome is Outcome.REFUSED:
                db.execute("DELETE FROM reruns WHERE key = ?", (rerun.key,))
            else:
                _save(db, rerun)

        return self._database.settled(self._database.submit(work))


def _row(db: sqlite3.Connection, key: str) -> Rerun | None:
    row = db.execute(
        "SELECT key, session, call, arguments_sha256, due_ms, until_ms, outcome, kept"
        " FROM reruns WHERE key = ?",
        (key,),
    ).fetchone()
    if row is None:
        return None
    return Rerun(
        key=row[0],
        session=row[1],
        call=row[2],
        arguments_sha256=row[3],
        due_ms=row[4],
        until_ms=row[5],
        outcome=Outcome(row[6]),
        kept=row[7],
    )


def _save(db: sqlite3.Connection, rerun: Rerun) -> None:
    db.execute(
        "INSERT OR REPLACE INTO reruns"
        " (key, session, call, arguments_sha256, due_ms, until_ms, outcome, kept)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rerun.key,
            rerun.session,
            rerun.call,
            rerun.arguments_sha256,
            rerun.due_ms,
            rerun.until_ms,
            rerun.outcome.value,
            rerun.kept,
        ),
    )
