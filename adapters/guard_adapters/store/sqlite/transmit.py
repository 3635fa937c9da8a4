"""What the guard tells others, in the same file: streams of receivers, and tokens that wait."""

import sqlite3
from collections.abc import Sequence

from guard.ports.transmit import Change, OutStream, OutToken, Told
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.transmit_rows import levels_text, stream_from, stream_text, told_from

SCHEMA = """
CREATE TABLE IF NOT EXISTS out_streams (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, row TEXT NOT NULL,
    open INTEGER NOT NULL, taken INTEGER NOT NULL, refused INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS out_tokens (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, token TEXT NOT NULL,
    at_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, tries INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS out_tokens_of ON out_tokens (stream, n);
CREATE TABLE IF NOT EXISTS out_told (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, cursor INTEGER NOT NULL,
    levels TEXT NOT NULL
)
"""

_ADD = """
INSERT INTO out_tokens (id, stream, token, at_ms, next_ms, tries)
SELECT ?, id, ?, ?, ?, 0 FROM out_streams WHERE id = ? AND open ON CONFLICT (id) DO NOTHING
"""
_OLDEST = """
SELECT id, stream, token, at_ms, next_ms, tries FROM out_tokens WHERE stream = ? ORDER BY n LIMIT ?
"""
_PUT = """
INSERT INTO out_streams (id, row, open, taken, refused) VALUES (?, ?, ?, 0, 0)
ON CONFLICT (id) DO UPDATE SET row = excluded.row, open = excluded.open
"""


class SqliteTransmissions:
    """The `Transmissions` port on one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def streams(self) -> Sequence[OutStream]:
        """Return every stream, oldest first."""
        return await self._database.run(_streams)

    async def begin(self, stream: OutStream) -> bool:
        """Keep a new stream, unless its receiver has one."""

        def work(db: sqlite3.Connection) -> bool:
            if any(one.receiver == stream.receiver for one in _streams(db)):
                return False
            _written(db, stream)
            return True

        return await self._database.run(work)

    async def change(self, stream_id: str, change: Change) -> OutStream | None:
        """Keep what becomes of a stream, and return it; None: it is gone."""

        def work(db: sqlite3.Connection) -> OutStream | None:
            held = next((one for one in _streams(db) if one.id == stream_id), None)
            if held is None:
                return None
            after = change(held)
            _written(db, after)
            return after

        return await self._database.run(work)

    async def put(self, stream: OutStream) -> None:
        """Keep a stream; what it has counted stays."""
        await self._database.run(lambda db: _written(db, stream))

    async def drop(self, stream_id: str) -> bool:
        """Forget a stream and what waits in it; return whether it was there."""

        def work(db: sqlite3.Connection) -> bool:
            db.execute("DELETE FROM out_tokens WHERE stream = ?", (stream_id,))
            return bool(db.execute("DELETE FROM out_streams WHERE id = ?", (stream_id,)).rowcount)

        return await self._database.run(work)

    async def told(self) -> Told:
        """Return how far the log was read, and what still stands."""

        def work(db: sqlite3.Connection) -> Told:
            row = db.execute("SELECT version, cursor, levels FROM out_told").fetchone()
            return Told() if row is None else told_from(*row)

        return await self._database.run(work)

    async def tell(self, told: Told, tokens: Sequence[OutToken]) -> bool:
        """Write tokens and state, unless somebody else did since."""

        def work(db: sqlite3.Connection) -> bool:
            row = db.execute("SELECT version FROM out_told").fetchone()
            if (0 if row is None else row[0]) != told.version:
                return False
            state = (told.version + 1, told.cursor, levels_text(told))
            db.execute("INSERT OR REPLACE INTO out_told VALUES (1, ?, ?, ?)", state)
            _added(db, tokens)
            return True

        return await self._database.run(work)

    async def add(self, tokens: Sequence[OutToken]) -> None:
        """Queue tokens of streams that are there."""
        await self._database.run(lambda db: _added(db, tokens))

    async def head(self, stream_id: str, now_ms: int, lease_ms: int) -> OutToken | None:
        """Return the oldest token of a stream, if it is due, and keep it from others."""

        def work(db: sqlite3.Connection) -> OutToken | None:
            row = db.execute(_OLDEST, (stream_id, 1)).fetchone()
            if row is None or (one := _token(row)).next_ms > now_ms:
                return None
            until = (now_ms + lease_ms, one.id)
            db.execute("UPDATE out_tokens SET next_ms = ? WHERE id = ?", until)
            return one

        return await self._database.run(work)

    async def later(self, token_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE out_tokens SET tries = tries + 1, next_ms = ? WHERE id = ?",
                (next_ms, token_id),
            )

        await self._database.run(work)

    async def waiting(self, stream_id: str, most: int) -> Sequence[OutToken]:
        """Return the oldest tokens of a stream."""

        def work(db: sqlite3.Connection) -> list[OutToken]:
            return [_token(row) for row in db.execute(_OLDEST, (stream_id, most)).fetchall()]

        return await self._database.run(work)

    async def count(self, stream_id: str) -> int:
        """Return how many tokens wait."""

        def work(db: sqlite3.Connection) -> int:
            asked = "SELECT COUNT(*) FROM out_tokens WHERE stream = ?"
            found: int = db.execute(asked, (stream_id,)).fetchone()[0]
            return found

        return await self._database.run(work)

    async def done(self, stream_id: str, ids: Sequence[str], *, taken: bool) -> None:
        """Take tokens of a stream out for good, and count them."""

        def work(db: sqlite3.Connection) -> None:
            gone = "DELETE FROM out_tokens WHERE stream = ? AND id = ?"
            met = sum(db.execute(gone, (stream_id, one)).rowcount for one in ids)
            counts = (met if taken else 0, 0 if taken else met, stream_id)
            db.execute(
                "UPDATE out_streams SET taken = taken + ?, refused = refused + ? WHERE id = ?",
                counts,
            )

        await self._database.run(work)

    async def forget(self, before_ms: int) -> None:
        """Drop tokens that nobody took in time."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM out_tokens WHERE at_ms < ?", (before_ms,))

        await self._database.run(work)


def _streams(db: sqlite3.Connection) -> list[OutStream]:
    rows = db.execute("SELECT row, taken, refused FROM out_streams ORDER BY n")
    return [stream_from(*row) for row in rows]


def _written(db: sqlite3.Connection, stream: OutStream) -> None:
    db.execute(_PUT, (stream.id, stream_text(stream), stream.status != "disabled"))
    if stream.status == "disabled":
        db.execute("DELETE FROM out_tokens WHERE stream = ?", (stream.id,))


def _added(db: sqlite3.Connection, tokens: Sequence[OutToken]) -> None:
    for one in tokens:
        db.execute(_ADD, (one.id, one.token, one.at_ms, one.next_ms, one.stream))


def _token(row: Sequence[object]) -> OutToken:
    names = ("id", "stream", "token", "at_ms", "next_ms", "tries")
    return OutToken(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]  # as stored
