"""Messages that wait, for several guards: one takes each, and a guard that dies loses none."""

from collections.abc import Sequence
from typing import Final

from guard.ports.outbox import About, Note, note_of
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.schema import later_ms

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox (
    id text PRIMARY KEY, channel text NOT NULL, approval text NOT NULL, until_ms bigint NOT NULL,
    next_ms bigint NOT NULL, tries integer NOT NULL, how text NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (next_ms) WHERE how = '';
"""

MOST: Final = 64
"""Notes taken at once."""

_TAKE: Final = """
UPDATE outbox AS one SET next_ms = $1 + $2 FROM (
    SELECT id, next_ms FROM outbox WHERE how = '' AND next_ms <= $1
    ORDER BY next_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due WHERE one.id = due.id
RETURNING one.id, one.channel, one.approval, one.until_ms, due.next_ms AS next_ms, one.tries
"""


async def write_notes(db: Connection, row: About, channels: Sequence[str]) -> None:
    """Write one note for each channel, inside the transaction that opens the question."""
    for channel in channels:
        one = note_of(row, channel)
        await db.execute(
            "INSERT INTO outbox VALUES ($1, $2, $3, $4, $5, 0, '') ON CONFLICT (id) DO NOTHING",
            one.id, one.channel, one.approval, one.until_ms, one.next_ms,
        )  # fmt: skip


class PostgresOutbox:
    """The `Outbox` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, now_ms: int, lease_ms: int) -> Sequence[Note]:
        """Return what is due, and keep it from others for the lease (milliseconds)."""

        async def work(db: Connection) -> list[Note]:
            rows = await db.fetch(_TAKE, await later_ms(db, now_ms), lease_ms, MOST)
            found = [Note(**dict(row)) for row in rows]
            return sorted(found, key=lambda one: (one.next_ms, one.id))

        return await self._database.run(work)

    async def done(self, note_id: str, how: str) -> None:
        """Take a note out of the queue for good."""

        async def work(db: Connection) -> None:
            await db.execute("UPDATE outbox SET how = $2 WHERE id = $1 AND how = ''", note_id, how)

        await self._database.run(work, again=True)

    async def later(self, note_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""

        async def work(db: Connection) -> None:
            await db.execute(
                "UPDATE outbox SET tries = tries + 1, next_ms = $2 WHERE id = $1 AND how = ''",
                note_id,
                next_ms,
            )

        await self._database.run(work)

    async def reopened(self) -> None:
        """Change nothing: others may be sending, and what a dead one took is due later."""
