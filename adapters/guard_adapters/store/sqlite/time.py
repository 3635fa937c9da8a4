"""The last moment that this store knew, written with everything else, for the next process."""

import sqlite3

from guard_adapters.store.clock import Machine, Moment, SystemClock

SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (
    one INTEGER PRIMARY KEY CHECK (one = 1), boot_id TEXT NOT NULL, boot_ms INTEGER NOT NULL,
    high_ms INTEGER NOT NULL
)
"""


class KeptClock:
    """A clock that goes on where the last process of this file left it."""

    def __init__(self, machine: Machine | None) -> None:
        self._machine = machine
        self.clock = SystemClock(machine)

    def prepare(self, db: sqlite3.Connection) -> None:
        """Go on from what the file knows."""
        db.execute(SCHEMA)
        row = db.execute("SELECT boot_id, boot_ms, high_ms FROM clock").fetchone()
        kept = Moment(boot_id=row[0], boot_ms=row[1], high_ms=row[2]) if row else None
        self.clock = SystemClock(self._machine, kept)

    def keep(self, db: sqlite3.Connection) -> None:
        """Write the moment down, in the transaction of what else is written."""
        now = self.clock.moment()
        db.execute(
            "INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)",
            (now.boot_id, now.boot_ms, now.high_ms),
        )
