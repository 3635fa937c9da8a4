"""Tallies that sessions share: each in a row of its own, held in memory like the sessions."""

import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from guard.session.calls import lent, without_pools
from guard.session.pool_key import PoolKey, Subjects
from guard.session.shared import NEW, Pool, changed
from guard.session.state import Session
from guard.session.stored_tallies import pool_from, pool_json
from guard_adapters.store.sqlite.database import Database

KEPT: Final = 16_384
"""Pools held in memory; others in which no call is under way are read back from the file."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tallies (
    kind TEXT NOT NULL, subject TEXT NOT NULL, ledger TEXT NOT NULL, used_ms INTEGER NOT NULL,
    window_ms INTEGER NOT NULL, flying INTEGER NOT NULL, pool TEXT NOT NULL,
    PRIMARY KEY (kind, subject, ledger)
) WITHOUT ROWID
"""
_GONE: Final = (
    "DELETE FROM tallies WHERE flying = 0"
    " AND used_ms + CASE WHEN window_ms > 0 THEN window_ms ELSE ? END < ?"
)


class HeldPools:
    """The pools that were used last; one that is held is what its row says, or will say.

    `turn` is held by whoever calls.
    """

    def __init__(self, turn: AbstractContextManager[object]) -> None:
        self.turn = turn
        self._held: OrderedDict[PoolKey, Pool] = OrderedDict()

    def missing(self, keys: Iterable[PoolKey]) -> list[PoolKey]:
        """Return those of these keys whose pool must be read first."""
        return [key for key in keys if key not in self._held]

    def take_in(self, pools: Mapping[PoolKey, Pool]) -> None:
        """Hold pools that were read; one that is held already may have gone on since."""
        for key, pool in pools.items():
            self._held.setdefault(key, pool)

    def lend(self, session: Session, keys: Collection[PoolKey]) -> Session:
        """Return a session with its pools: all of them are held."""
        return lent(session, {key: self._held[key] for key in keys})

    def take_back(self, before: Session, after: Session) -> tuple[Session, Mapping[PoolKey, Pool]]:
        """Hold the pools that a change made anew; return the session without any, and them."""
        if not after.shared:
            return after, {}
        new = changed(before.shared, after.shared)
        for key, pool in new.items():
            self._held[key] = pool
            self._held.move_to_end(key)
        self._shrink()
        return without_pools(after), new

    def forget(self, now_ms: int, idle_ms: int) -> None:
        """Let go of what counts no more."""
        for key, pool in list(self._held.items()):
            if 0 < pool.gone_at_ms(idle_ms) <= now_ms:
                del self._held[key]

    def _shrink(self) -> None:
        if len(self._held) > KEPT:
            idle = [key for key, pool in self._held.items() if not pool.flights]
            for key in idle[: len(self._held) - KEPT]:
                del self._held[key]


class SqliteTallies:
    """The `Tallies` port on one file."""

    def __init__(self, database: Database, held: HeldPools) -> None:
        self._database = database
        self._held = held

    async def of(self, whose: Subjects) -> Sequence[tuple[PoolKey, Pool]]:
        """Return the pools of a task, a person and an agent."""
        return await self._database.run(lambda db: _all_of(db, whose))

    async def forget(self, now_ms: int, idle_ms: int) -> int:
        """Drop what counts no more, and return how many rows that were."""
        with self._held.turn:
            self._held.forget(now_ms, idle_ms)
        return await self._database.run(lambda db: db.execute(_GONE, (idle_ms, now_ms)).rowcount)


def read(db: sqlite3.Connection, keys: Iterable[PoolKey]) -> dict[PoolKey, Pool]:
    """Return the pools of these keys; a new one where there is none."""
    found: dict[PoolKey, Pool] = {}
    for key in keys:
        row = db.execute(
            "SELECT pool FROM tallies WHERE kind = ? AND subject = ? AND ledger = ?", key
        ).fetchone()
        found[key] = NEW if row is None else pool_from(row[0])
    return found


def write(db: sqlite3.Connection, pools: Mapping[PoolKey, Pool]) -> None:
    """Write pools over what was there; an empty one has no row."""
    for key, pool in pools.items():
        if pool.blank:
            db.execute("DELETE FROM tallies WHERE kind = ? AND subject = ? AND ledger = ?", key)
            continue
        row = (*key, pool.used_at_ms, pool.tally.window_ms, len(pool.flights), pool_json(pool))
        db.execute("INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _all_of(db: sqlite3.Connection, whose: Subjects) -> list[tuple[PoolKey, Pool]]:
    rows = db.execute(
        "SELECT kind, subject, ledger, pool FROM tallies WHERE (kind, subject) IN"
        " (('task', ?), ('principal', ?), ('agent', ?)) ORDER BY kind, subject, ledger",
        whose,
    ).fetchall()
    return [(PoolKey(*key), pool_from(pool)) for *key, pool in rows]
