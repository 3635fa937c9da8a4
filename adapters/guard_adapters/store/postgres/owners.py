"""Whose each task of an upstream is, for several guards: a caller may come back at any of them."""

from typing import Final

from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.rows import spelled

SWEEP_MS: Final = 3_600_000
"""Pause between two looks of one guard for rows whose time is over."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS task_owners (
    server text NOT NULL, task text NOT NULL, owner text NOT NULL, until_ms bigint NOT NULL,
    PRIMARY KEY (server, task)
);
CREATE INDEX IF NOT EXISTS task_owners_until ON task_owners (until_ms);
"""
_KEPT: Final = """
INSERT INTO task_owners AS held VALUES ($1, $2, $3, $4) ON CONFLICT (server, task) DO UPDATE
    SET owner = excluded.owner, until_ms = excluded.until_ms WHERE held.until_ms <= $5
"""
_OWNER: Final = "SELECT owner FROM task_owners WHERE server = $1 AND task = $2 AND until_ms > $3"


class PostgresOwners:
    """A memory of who owns which task, shared by all guards on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept_ms = 0

    async def keep(self, server: str, task: str, owner: str, until_ms: int, now_ms: int) -> bool:
        """Note the owner of a task; False if it is somebody else's already.

        Raises:
            Unavailable: `store_unavailable`.
        """
        name = spelled(task)

        async def work(db: Connection) -> bool:
            if now_ms - self._swept_ms >= SWEEP_MS:
                await db.execute("DELETE FROM task_owners WHERE until_ms <= $1", now_ms)
                self._swept_ms = now_ms
            await db.execute(_KEPT, server, name, owner, until_ms, now_ms)
            found: bool = await db.fetchval(_OWNER, server, name, now_ms) == owner
            return found

        return await self._database.run(work, again=True)

    async def owner(self, server: str, task: str, now_ms: int) -> str | None:
        """Return the owner of a task, None if there is none.

        Raises:
            Unavailable: `store_unavailable`.
        """
        name = spelled(task)

        async def work(db: Connection) -> str | None:
            found: str | None = await db.fetchval(_OWNER, server, name, now_ms)
            return found

        return await self._database.run(work, again=True)

    def close(self) -> None:
        """Let go of nothing: the store closes its database."""
