"""What is stopped, and which tokens are void: in the file, and in memory for every call."""

import sqlite3
from collections.abc import Sequence

from guard.audit.event import Event
from guard.model.kill import Epoch, Kill, Scope
from guard_adapters.store.changes import Stops
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS kills (
    scope TEXT NOT NULL, name TEXT NOT NULL, why TEXT NOT NULL, by TEXT NOT NULL,
    at_ms INTEGER NOT NULL, PRIMARY KEY (scope, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (
    kind TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS epochs_by_seq ON epochs (seq)
"""


class SqliteKills:
    """The `Kills` port on one file."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._stops = Stops(database.submit(_rows).result())

    def standing(self) -> Sequence[Kill]:
        """Return what is stopped."""
        return self._stops.standing

    async def stop(self, kill: Kill, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
        """Stop something, here first."""
        self._stops.add(kill)

        def work(db: sqlite3.Connection) -> None:
            row = (kill.scope, kill.name, kill.why, kill.by, kill.at_ms)
            db.execute("INSERT OR REPLACE INTO kills VALUES (?, ?, ?, ?, ?)", row)
            _void(db, epochs)
            self._journal.append(db, events)

        await self._database.run(work)
        self._stops.written(kill)

    async def lift(self, scope: Scope, name: str, events: Sequence[Event]) -> bool:
        """Let it go on; False: it was not stopped."""

        def work(db: sqlite3.Connection) -> bool:
            gone = db.execute("DELETE FROM kills WHERE scope = ? AND name = ?", (scope, name))
            if gone.rowcount:
                self._journal.append(db, events)
            return gone.rowcount > 0

        lifted = await self._database.run(work)
        self._stops.drop(scope, name)
        return lifted

    async def void(self, epochs: Sequence[Epoch]) -> None:
        """Make tokens void."""
        await self._database.run(lambda db: _void(db, epochs))

    async def epochs(self, after: int) -> Sequence[Epoch]:
        """Return those of a later number, in their order."""

        def work(db: sqlite3.Connection) -> list[Epoch]:
            rows = db.execute(
                "SELECT kind, name, at_ms, seq FROM epochs WHERE seq > ? ORDER BY seq", (after,)
            )
            return [Epoch(kind=kind, name=name, at_ms=at, seq=seq) for kind, name, at, seq in rows]

        return await self._database.run(work)

    async def prune(self, before_ms: int) -> int:
        """Forget epochs of earlier moments; return how many."""

        def work(db: sqlite3.Connection) -> int:
            last = "(SELECT max(seq) FROM epochs)"  # the next number is made from it
            gone = db.execute(
                f"DELETE FROM epochs WHERE at_ms < ? AND seq < {last}",  # noqa: S608  no value
                (before_ms,),
            )
            return gone.rowcount

        return await self._database.run(work)


def _rows(db: sqlite3.Connection) -> list[Kill]:
    rows = db.execute("SELECT scope, name, why, by, at_ms FROM kills ORDER BY at_ms, scope, name")
    return [Kill(scope=s, name=n, why=why, by=by, at_ms=at) for s, n, why, by, at in rows]


def _void(db: sqlite3.Connection, epochs: Sequence[Epoch]) -> None:
    for one in epochs:
        db.execute(
            "INSERT INTO epochs VALUES (?, ?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM epochs))"
            " ON CONFLICT (kind, name) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms),"
            " seq = excluded.seq",
            (one.kind, one.name, one.at_ms),
        )
