"""Tallies that sessions share: each in a row of its own, locked with the session that changes it.

Whoever changes a session locks its row first, then those of its pools, in the order of their
keys: so that two guards never wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from guard.session.pool_key import PoolKey, Subjects
from guard.session.shared import NEW, Pool, Shared
from guard.session.stored_tallies import pool_from, pool_json
from guard_adapters.store.postgres.database import Connection, Database, touched
from guard_adapters.store.postgres.schema import later_ms

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tallies (
    kind text NOT NULL, subject text NOT NULL, ledger text NOT NULL, used_ms bigint NOT NULL,
    window_ms bigint NOT NULL, flying integer NOT NULL, pool text NOT NULL,
    PRIMARY KEY (kind, subject, ledger)
);
"""
_EMPTY: Final = pool_json(NEW)
_OF: Final = "SELECT kind, subject, ledger, pool FROM tallies WHERE (kind, subject, ledger) IN"
_WANTED: Final = " (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))"
_MADE: Final = (
    "INSERT INTO tallies SELECT *, 0, 0, 0, $4 FROM unnest($1::text[], $2::text[], $3::text[])"
    " ON CONFLICT DO NOTHING"
)
_LOCKED: Final = f"{_OF}{_WANTED} ORDER BY kind, subject, ledger FOR UPDATE"
_WRITTEN: Final = (
    "UPDATE tallies SET used_ms = $4, window_ms = $5, flying = $6, pool = $7"
    " WHERE kind = $1 AND subject = $2 AND ledger = $3"
)
_DROPPED: Final = "DELETE FROM tallies WHERE kind = $1 AND subject = $2 AND ledger = $3"
_GONE: Final = (
    "DELETE FROM tallies WHERE flying = 0"
    " AND used_ms + CASE WHEN window_ms > 0 THEN window_ms ELSE $1 END < $2"
)


class PostgresTallies:
    """The `Tallies` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, whose: Subjects) -> Sequence[tuple[PoolKey, Pool]]:
        """Return the pools of a task, a person and an agent."""

        async def work(db: Connection) -> list[tuple[PoolKey, Pool]]:
            rows = await db.fetch(
                "SELECT kind, subject, ledger, pool FROM tallies WHERE (kind, subject) IN"
                " (('task', $1), ('principal', $2), ('agent', $3))"
                " ORDER BY kind, subject, ledger",
                *whose,
            )
            return [(PoolKey(*row[:3]), pool_from(row[3])) for row in map(tuple, rows)]

        return await self._database.run(work, again=True)

    async def forget(self, now_ms: int, idle_ms: int) -> int:
        """Drop what counts no more, and return how many rows that were."""

        async def work(db: Connection) -> int:
            done = await db.execute(_GONE, idle_ms, await later_ms(db, now_ms))
            return touched(done)

        return await self._database.run(work, again=True)


async def read(db: Connection, keys: Iterable[PoolKey]) -> Shared:
    """Return the pools of these keys as they are; a new one where there is none."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    rows = await db.fetch(_OF + _WANTED, *_columns(wanted))
    return {**dict.fromkeys(wanted, NEW), **_pools(rows)}


async def locked(db: Connection, keys: Collection[PoolKey]) -> Shared:
    """Return the pools of these keys, locked until the transaction ends."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    rows = await db.fetch(_LOCKED, *_columns(wanted))
    if len(rows) < len(wanted):  # nobody can lock a row that is not there
        await db.execute(_MADE, *_columns(wanted), _EMPTY)
        rows = await db.fetch(_LOCKED, *_columns(wanted))
    return _pools(rows)


async def write(db: Connection, pools: Mapping[PoolKey, Pool]) -> None:
    """Write pools that this transaction has locked; an empty one has no row."""
    for key, pool in pools.items():
        if pool.blank:
            await db.execute(_DROPPED, *key)
            continue
        numbers = (pool.used_at_ms, pool.tally.window_ms, len(pool.flights))
        await db.execute(_WRITTEN, *key, *numbers, pool_json(pool))


def _columns(keys: Sequence[PoolKey]) -> tuple[list[str], list[str], list[str]]:
    return [p.by for p in keys], [p.of for p in keys], [p.ledger for p in keys]


def _pools(rows: Sequence[Connection]) -> dict[PoolKey, Pool]:
    return {PoolKey(*key): pool_from(pool) for *key, pool in map(tuple, rows)}
