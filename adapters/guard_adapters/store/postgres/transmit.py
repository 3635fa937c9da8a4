"""What the guard tells others, for several guards: one of them tells, and one sends each token."""

from collections.abc import Sequence
from typing import Final

from guard.ports.transmit import Change, OutStream, OutToken, Told
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.schema import later_ms
from guard_adapters.store.rows import storable
from guard_adapters.store.transmit_rows import levels_text, stream_from, stream_text, told_from

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS out_streams (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, row text NOT NULL,
    open boolean NOT NULL, taken bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS out_tokens (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
    stream text NOT NULL, token text NOT NULL, at_ms bigint NOT NULL, next_ms bigint NOT NULL,
    tries integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS out_tokens_of ON out_tokens (stream, n);
CREATE TABLE IF NOT EXISTS out_told (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL,
    cursor bigint NOT NULL, levels text NOT NULL
);
INSERT INTO out_told (version, cursor, levels) VALUES (0, -1, '{}') ON CONFLICT DO NOTHING;
"""

_ADD: Final = """
INSERT INTO out_tokens (id, stream, token, at_ms, next_ms)
SELECT $1, id, $2, $3, $4 FROM out_streams WHERE id = $5 AND open ON CONFLICT (id) DO NOTHING
"""
_COLUMNS: Final = "id, stream, token, at_ms, next_ms, tries"
_OLDEST: Final = f"SELECT {_COLUMNS} FROM out_tokens WHERE stream = $1 ORDER BY n LIMIT $2"  # noqa: S608  constants
_PUT: Final = """
INSERT INTO out_streams (id, row, open) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET row = excluded.row, open = excluded.open
"""
_ALONE: Final = "LOCK TABLE out_streams IN SHARE ROW EXCLUSIVE MODE"
"""Of several transactions that look whether a receiver has a stream, one goes on; reads go on."""

_HELD: Final = "SELECT row, taken, refused FROM out_streams WHERE id = $1 FOR UPDATE"
_COUNTED: Final = """
UPDATE out_streams SET taken = taken + $2, refused = refused + $3 WHERE id = $1
"""


class PostgresTransmissions:
    """The `Transmissions` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def streams(self) -> Sequence[OutStream]:
        """Return every stream, oldest first."""
        return await self._database.run(_streams, again=True)

    async def begin(self, stream: OutStream) -> bool:
        """Keep a new stream, unless its receiver has one."""

        async def work(db: Connection) -> bool:
            await db.execute(_ALONE)
            if any(one.receiver == stream.receiver for one in await _streams(db)):
                return False
            await _written(db, stream)
            return True

        return await self._database.run(work)

    async def change(self, stream_id: str, change: Change) -> OutStream | None:
        """Keep what becomes of a stream, and return it; None: it is gone."""

        async def work(db: Connection) -> OutStream | None:
            row = await db.fetchrow(_HELD, stream_id)
            if row is None:
                return None
            after = change(stream_from(*row))
            await _written(db, after)
            return after

        return await self._database.run(work)

    async def put(self, stream: OutStream) -> None:
        """Keep a stream; what it has counted stays."""
        await self._database.run(lambda db: _written(db, stream), again=True)

    async def drop(self, stream_id: str) -> bool:
        """Forget a stream and what waits in it; return whether it was there."""

        async def work(db: Connection) -> bool:
            await db.execute("DELETE FROM out_tokens WHERE stream = $1", stream_id)
            gone: str = await db.execute("DELETE FROM out_streams WHERE id = $1", stream_id)
            return gone != "DELETE 0"

        return await self._database.run(work)

    async def told(self) -> Told:
        """Return how far the log was read, and what still stands."""

        async def work(db: Connection) -> Told:
            return told_from(*await db.fetchrow("SELECT version, cursor, levels FROM out_told"))

        return await self._database.run(work, again=True)

    async def tell(self, told: Told, tokens: Sequence[OutToken]) -> bool:
        """Write tokens and state, unless somebody else did since."""

        async def work(db: Connection) -> bool:
            changed = await db.execute(
                "UPDATE out_told SET version = $1 + 1, cursor = $2, levels = $3 WHERE version = $1",
                told.version, told.cursor, levels_text(told),
            )  # fmt: skip
            if changed != "UPDATE 1":
                return False
            await _added(db, tokens)
            return True

        return await self._database.run(work)

    async def add(self, tokens: Sequence[OutToken]) -> None:
        """Queue tokens of streams that are there."""
        await self._database.run(lambda db: _added(db, tokens))

    async def head(self, stream_id: str, now_ms: int, lease_ms: int) -> OutToken | None:
        """Return the oldest token of a stream, if it is due, and keep it from others."""

        async def work(db: Connection) -> OutToken | None:
            due_ms = await later_ms(db, now_ms)
            row = await db.fetchrow(_OLDEST + " FOR UPDATE", stream_id, 1)
            if row is None or row["next_ms"] > due_ms:
                return None
            until = due_ms + lease_ms
            await db.execute("UPDATE out_tokens SET next_ms = $2 WHERE id = $1", row["id"], until)
            return OutToken(**dict(row))

        return await self._database.run(work)

    async def later(self, token_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""

        async def work(db: Connection) -> None:
            await db.execute(
                "UPDATE out_tokens SET tries = tries + 1, next_ms = $2 WHERE id = $1",
                token_id, next_ms,
            )  # fmt: skip

        await self._database.run(work)

    async def waiting(self, stream_id: str, most: int) -> Sequence[OutToken]:
        """Return the oldest tokens of a stream."""

        async def work(db: Connection) -> list[OutToken]:
            return [OutToken(**dict(row)) for row in await db.fetch(_OLDEST, stream_id, most)]

        return await self._database.run(work, again=True)

    async def count(self, stream_id: str) -> int:
        """Return how many tokens wait."""

        async def work(db: Connection) -> int:
            asked = "SELECT count(*) FROM out_tokens WHERE stream = $1"
            found: int = await db.fetchval(asked, stream_id)
            return found

        return await self._database.run(work, again=True)

    async def done(self, stream_id: str, ids: Sequence[str], *, taken: bool) -> None:
        """Take tokens of a stream out for good, and count them."""

        async def work(db: Connection) -> None:
            gone = "DELETE FROM out_tokens WHERE stream = $1 AND id = ANY($2) RETURNING 1"
            met = len(await db.fetch(gone, stream_id, [*filter(storable, ids)]))
            await db.execute(_COUNTED, stream_id, met if taken else 0, 0 if taken else met)

        await self._database.run(work)

    async def forget(self, before_ms: int) -> None:
        """Drop tokens that nobody took in time."""

        async def work(db: Connection) -> None:
            await db.execute("DELETE FROM out_tokens WHERE at_ms < $1", before_ms)

        await self._database.run(work)


async def _streams(db: Connection) -> list[OutStream]:
    rows = await db.fetch("SELECT row, taken, refused FROM out_streams ORDER BY n")
    return [stream_from(*row) for row in rows]


async def _written(db: Connection, stream: OutStream) -> None:
    await db.execute(_PUT, stream.id, stream_text(stream), stream.status != "disabled")
    if stream.status == "disabled":
        await db.execute("DELETE FROM out_tokens WHERE stream = $1", stream.id)


async def _added(db: Connection, tokens: Sequence[OutToken]) -> None:
    for one in tokens:
        await db.execute(_ADD, one.id, one.token, one.at_ms, one.next_ms, one.stream)
