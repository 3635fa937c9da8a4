"""What is stopped, and which tokens are void, for several guards: all follow what one writes."""

from collections.abc import Sequence
from typing import Final

from guard.audit.event import Event
from guard.model.kill import Epoch, Kill, Scope
from guard_adapters.store.changes import Changes, Stops
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection, Database, touched
from guard_adapters.store.postgres.hints import Hints

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS kills (
    scope text NOT NULL, name text NOT NULL, why text NOT NULL, by text NOT NULL,
    at_ms bigint NOT NULL, PRIMARY KEY (scope, name)
);
CREATE SEQUENCE IF NOT EXISTS epoch_seq;
CREATE TABLE IF NOT EXISTS epochs (
    kind text NOT NULL, name text NOT NULL, at_ms bigint NOT NULL, seq bigint NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE INDEX IF NOT EXISTS epochs_by_seq ON epochs (seq);
"""

CHANNEL: Final = "guard_kills"
NUMBERING: Final = 0x67_75_61_72_64_02
"""Advisory lock: numbers of epochs become visible in their order."""


class PostgresKills:
    """The `Kills` port on one database."""

    def __init__(self, database: Database, hints: Hints, changes: Changes) -> None:
        self._database = database
        self._changes = changes
        self._stops = Stops(database.hand(database.transacted(_rows)).result())
        hints.also(CHANNEL, self._heard, each_second=True)

    def standing(self) -> Sequence[Kill]:
        """Return what is stopped, as this guard knows it."""
        return self._stops.standing

    async def stop(self, kill: Kill, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
        """Stop something, here first; others follow the row."""
        self._stops.add(kill)

        async def work(db: Connection) -> None:
            await db.execute(
                "INSERT INTO kills VALUES ($1, $2, $3, $4, $5) ON CONFLICT (scope, name)"
                " DO UPDATE SET why = excluded.why, by = excluded.by, at_ms = excluded.at_ms",
                kill.scope, kill.name, kill.why, kill.by, kill.at_ms,
            )  # fmt: skip
            await _void(db, epochs)
            await append(db, events)
            await db.execute(f"SELECT pg_notify('{CHANNEL}', '')")

        await self._database.run(work)
        self._stops.written(kill)

    async def lift(self, scope: Scope, name: str, events: Sequence[Event]) -> bool:
        """Let it go on; False: it was not stopped."""

        async def work(db: Connection) -> bool:
            done = await db.execute("DELETE FROM kills WHERE scope = $1 AND name = $2", scope, name)
            if done != "DELETE 1":
                return False
            await append(db, events)
            await db.execute(f"SELECT pg_notify('{CHANNEL}', '')")
            return True

        lifted = await self._database.run(work)
        self._stops.drop(scope, name)
        return lifted

    async def void(self, epochs: Sequence[Epoch]) -> None:
        """Make tokens void."""
        await self._database.run(lambda db: _void(db, epochs))

    async def epochs(self, after: int) -> Sequence[Epoch]:
        """Return those of a later number, in their order."""

        async def work(db: Connection) -> list[Epoch]:
            rows = await db.fetch(
                "SELECT kind, name, at_ms, seq FROM epochs WHERE seq > $1 ORDER BY seq", after
            )
            return [Epoch(**dict(row)) for row in rows]

        return await self._database.run(work, again=True)

    async def prune(self, before_ms: int) -> int:
        """Forget epochs of earlier moments; return how many."""

        async def work(db: Connection) -> int:
            done = await db.execute(
                "DELETE FROM epochs WHERE at_ms < $1 AND seq < (SELECT max(seq) FROM epochs)",
                before_ms,
            )
            return touched(done)

        return await self._database.run(work)

    async def _heard(self, name: str) -> None:
        """Look at the rows: at a hint, at each new connection and every second."""
        del name
        rows = await self._database.transacted(_rows, again=True)
        if self._stops.become(rows):
            self._changes.tell("kills", "")


async def _rows(db: Connection) -> list[Kill]:
    rows = await db.fetch("SELECT scope, name, why, by, at_ms FROM kills ORDER BY at_ms")
    return [Kill(**dict(row)) for row in rows]


async def _void(db: Connection, epochs: Sequence[Epoch]) -> None:
    await db.execute("SELECT pg_advisory_xact_lock($1)", NUMBERING)
    for one in epochs:
        await db.execute(
            "INSERT INTO epochs VALUES ($1, $2, $3, nextval('epoch_seq'))"
            " ON CONFLICT (kind, name) DO UPDATE SET"
            " at_ms = greatest(epochs.at_ms, excluded.at_ms), seq = excluded.seq",
            one.kind,
            one.name,
            one.at_ms,
        )
