"""Calls under their framework's own id: a resumed run is answered, and nothing runs twice."""

from collections.abc import Awaitable
from typing import Final

from guard.model.call import Outcome
from guard.model.rerun import Rerun
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.schema import later_ms

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS reruns (
    key text PRIMARY KEY, session text NOT NULL, call text NOT NULL,
    arguments_sha256 text NOT NULL, due_ms bigint NOT NULL, until_ms bigint NOT NULL,
    outcome text NOT NULL, kept bytea
);
CREATE INDEX IF NOT EXISTS reruns_by_end ON reruns (until_ms);
"""

_INSERT: Final = "INSERT INTO reruns VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO "
_TAKE: Final = _INSERT + "NOTHING RETURNING key"
_KEEP: Final = (
    _INSERT
    + """UPDATE SET session = excluded.session, call = excluded.call,
    arguments_sha256 = excluded.arguments_sha256, due_ms = excluded.due_ms,
    until_ms = excluded.until_ms, outcome = excluded.outcome, kept = excluded.kept"""
)


class PostgresReruns:
    """The `Reruns` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, rerun: Rerun, now_ms: int) -> Rerun | None:
        """Take the key, or return the row that has it; rows past their end are dropped."""

        async def work(db: Connection) -> Rerun | None:
            at_ms = await later_ms(db, now_ms)
            await db.execute(
                "DELETE FROM reruns WHERE until_ms <= $1 AND key <> $2", at_ms, rerun.key
            )
            if await db.fetchval(_TAKE, *_values(rerun)) is not None:
                return None
            row = await db.fetchrow("SELECT * FROM reruns WHERE key = $1 FOR UPDATE", rerun.key)
            there = None if row is None else Rerun(**{**row, "outcome": Outcome(row["outcome"])})
            if there is not None and there.met_by(rerun, at_ms) != "mine":
                return there
            await db.execute(_KEEP, *_values(rerun))
            return None

        return await self._database.run(work)

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Keep the end of a call, or give the key back if it did not run."""

        async def work(db: Connection) -> None:
            if rerun.outcome is Outcome.REFUSED:
                await db.execute("DELETE FROM reruns WHERE key = $1", rerun.key)
            else:
                await db.execute(_KEEP, *_values(rerun))

        handed = self._database.hand(self._database.transacted(work, again=True))
        return self._database.settled(handed)


def _values(one: Rerun) -> tuple[object, ...]:
    return (
        one.key, one.session, one.call, one.arguments_sha256, one.due_ms, one.until_ms,
        one.outcome.value, one.kept,
    )  # fmt: skip
