"""Remembers whose each task of an upstream is, in a small database of its own.

One row a task, durable before its id goes out, so that a restart makes nobody's task of it.
Several processes may share the file on one machine; no network file system. Guards on one database
keep it there.
"""

import asyncio
import sqlite3
import threading
from pathlib import Path

from guard.errors import Unavailable
from guard_adapters.store.rows import spelled

BUSY_MS = 1_000
"""Longest wait for another writer. It passes: the answer is withheld."""

SWEEP_MS = 3_600_000
"""Pause between two looks for rows whose time is over."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
  server TEXT NOT NULL, task TEXT NOT NULL, owner TEXT NOT NULL, until_ms INTEGER NOT NULL,
  PRIMARY KEY (server, task)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tasks_until ON tasks (until_ms);
"""


class SqliteOwners:
    """A durable memory of who owns which task.

    Args:
        path: the database file; made when the first task is asked about.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._swept_ms = 0
        self._held: sqlite3.Connection | None = None

    def _db(self) -> sqlite3.Connection:
        if self._held is None:
            self._held = sqlite3.connect(
                self._path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            self._held.execute("PRAGMA journal_mode=WAL")
            self._held.execute("PRAGMA synchronous=FULL")
            self._held.executescript(SCHEMA)
            self._path.chmod(0o600)
        return self._held

    async def keep(self, server: str, task: str, owner: str, until_ms: int, now_ms: int) -> bool:
        """Note the owner of a task; False if it is somebody else's already.

        Raises:
            Unavailable: `store_unavailable`.
        """
        # In a thread: it waits for a disk.
        return await asyncio.to_thread(self._keep, server, spelled(task), owner, until_ms, now_ms)

    def _keep(self, server: str, task: str, owner: str, until_ms: int, now_ms: int) -> bool:
        with self._lock:
            try:
                db = self._db()
                if now_ms - self._swept_ms >= SWEEP_MS:
                    db.execute("DELETE FROM tasks WHERE until_ms <= ?", (now_ms,))
                    self._swept_ms = now_ms
                db.execute(
                    "INSERT INTO tasks VALUES (?, ?, ?, ?) ON CONFLICT (server, task) DO UPDATE "
                    "SET owner = excluded.owner, until_ms = excluded.until_ms WHERE until_ms <= ?",
                    (server, task, owner, until_ms, now_ms),
                )
                return self._owner(server, task, now_ms) == owner
            except sqlite3.Error as wrong:
                raise _unavailable(wrong) from wrong

    async def owner(self, server: str, task: str, now_ms: int) -> str | None:
        """Return the owner of a task, None if there is none.

        Raises:
            Unavailable: `store_unavailable`.
        """
        with self._lock:
            try:
                return self._owner(server, spelled(task), now_ms)
            except sqlite3.Error as wrong:
                raise _unavailable(wrong) from wrong

    def _owner(self, server: str, task: str, now_ms: int) -> str | None:
        row = (
            self._db()
            .execute(
                "SELECT owner FROM tasks WHERE server = ? AND task = ? AND until_ms > ?",
                (server, task, now_ms),
            )
            .fetchone()
        )
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._held is not None:
                self._held.close()


def _unavailable(wrong: sqlite3.Error) -> Unavailable:
    return Unavailable(
        f"The owners of tasks cannot be read or kept ({type(wrong).__name__}).",
        code="store_unavailable",
        next_step="Check the disk and the guard's log.",
    )
