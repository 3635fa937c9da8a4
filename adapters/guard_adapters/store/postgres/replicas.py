"""Which guards live: each leaves a mark every few seconds, by the database's clock.

What a guard was doing when its marks ended is nobody's any more: its runs are unknown, its leases
are to be revoked. A guard that only stood still finds out by its rows; nothing is taken from it.
"""

import asyncio
from contextlib import suppress
from secrets import token_hex
from typing import Final

from guard_adapters.store.postgres.clock import DatabaseClock
from guard_adapters.store.postgres.database import FAILED, Connection, Database

MARK_S: Final = 5.0
"""Pause between two marks (seconds)."""

GONE_MS: Final = 30_000
"""A guard without a mark for so long counts as gone (milliseconds)."""

LIVING: Final = f"SELECT id FROM replicas WHERE seen_ms > guard_now_ms() - {GONE_MS}"  # noqa: S608  constants
"""The guards that live, as a part of other statements."""

FORGET_MS: Final = 86_400_000


class Replica:
    """This guard among those on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = token_hex(8)
        self.clock = DatabaseClock()

    async def mark(self, db: Connection) -> None:
        """Say that this guard lives, and hear what time it is."""
        asked_ms = self.clock.boot_ms()
        heard_ms = await db.fetchval(
            "INSERT INTO replicas VALUES ($1, guard_now_ms())"
            " ON CONFLICT (id) DO UPDATE SET seen_ms = excluded.seen_ms RETURNING seen_ms",
            self.id,
        )
        self.clock.hear(heard_ms, asked_ms)
        await db.execute(
            "DELETE FROM replicas WHERE seen_ms < guard_now_ms() - $1::bigint", FORGET_MS
        )
        await db.execute("DELETE FROM done WHERE at_ms < guard_now_ms() - $1::bigint", FORGET_MS)

    async def for_ever(self) -> None:
        """Leave a mark, again and again; a database that fails is tried again."""
        while True:
            await asyncio.sleep(MARK_S)
            with suppress(*FAILED):
                await self._database.transacted(self.mark)

    async def leave(self) -> None:
        """Say that this guard ends: what it leaves open is nobody's from now on."""
        await self._database.transacted(
            lambda db: db.execute("DELETE FROM replicas WHERE id = $1", self.id)
        )
