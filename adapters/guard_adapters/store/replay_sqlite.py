"""Remembers shown tokens in a small database of its own, so that a restart allows no replay.

One row a token, durable before the tool runs (WAL, synchronous FULL: NORMAL can lose the last
commit with the power). Several processes may share the file on one machine; no network file system.
"""

import sqlite3
import threading
from pathlib import Path

from guard.grant.replay import SWEEP_MS, ReplayUnavailable

BUSY_MS = 1_000
"""Longest wait for another writer. It passes: the call is refused."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS shown (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shown_until ON shown (until_ms);
CREATE TABLE IF NOT EXISTS memory (
  one INTEGER PRIMARY KEY CHECK (one = 1), start_ms INTEGER NOT NULL, forgotten_ms INTEGER NOT NULL
);
"""


class SqliteReplay:
    """A durable memory of shown tokens; fulfils `guard.grant.replay.Replay`.

    Args:
        path: the database file; made where there is none.
        now_ms: Unix milliseconds. A new file knows of nothing before.

    Raises:
        ReplayUnavailable: the file cannot be opened.
    """

    def __init__(self, path: Path, *, now_ms: int) -> None:
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(
                path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO memory VALUES (1, ?, ?)", (now_ms, now_ms))
            row = self._db.execute("SELECT start_ms FROM memory").fetchone()
        except sqlite3.Error as wrong:
            raise ReplayUnavailable(f"{path} cannot be opened: {wrong}") from wrong
        self._start_ms = int(row[0])

    @property
    def start_ms(self) -> int:
        """Return when the file was made: it outlives this process."""
        return self._start_ms

    def first(self, key: str, until_ms: int, now_ms: int) -> bool:
        """Remember the key; return whether nobody had shown it before.

        Raises:
            ReplayUnavailable: the database is locked, full, broken or closed.
        """
        with self._lock:
            try:
                return self._first(key, until_ms, now_ms)
            except sqlite3.Error as wrong:
                raise ReplayUnavailable(f"the database says: {wrong}") from wrong

    def known(self, key: str, now_ms: int) -> bool:
        """Return whether the key is remembered now; nothing is remembered by asking.

        Raises:
            ReplayUnavailable: the database is locked, broken or closed.
        """
        with self._lock:
            try:
                found = self._db.execute(
                    "SELECT 1 FROM shown WHERE key = ? AND until_ms > ?", (key, now_ms)
                ).fetchone()
            except sqlite3.Error as wrong:
                raise ReplayUnavailable(f"the database says: {wrong}") from wrong
        return found is not None

    def _first(self, key: str, until_ms: int, now_ms: int) -> bool:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            forgotten_ms = int(self._db.execute("SELECT forgotten_ms FROM memory").fetchone()[0])
            if now_ms - forgotten_ms >= SWEEP_MS:
                self._db.execute("DELETE FROM shown WHERE until_ms <= ?", (now_ms,))
                self._db.execute("UPDATE memory SET forgotten_ms = ?", (now_ms,))
                forgotten_ms = now_ms
            # What ends before the last sweep may have been forgotten: the clock stepped back.
            new = until_ms > forgotten_ms and (
                self._db.execute(
                    "INSERT OR IGNORE INTO shown VALUES (?, ?)", (key, until_ms)
                ).rowcount
                == 1
            )
            self._db.execute("COMMIT")
        except sqlite3.Error:
            # Left open, it would refuse every token from now on; a full disk may get room again.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return new

    def close(self) -> None:
        """Close the file; from now on every token is refused."""
        with self._lock:
            self._db.close()
