"""The file of the embedded store: opened with the settings that it needs, for one process alone.

It knows no table and no queue.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from guard.errors import Unusable


def prepared(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Return the one connection, once its first transaction has made the tables.

    All of it or nothing: a start that is killed leaves no table with half of its columns.
    """
    connection = opened(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        prepare(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def opened(path: Path) -> sqlite3.Connection:
    """Return the one connection: write-ahead log, every commit on the disk before it counts."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.chmod(0o600)
    for pragma in (
        # The index of the log stays in this process's memory: one more reason why nobody else can
        # open the file, and a tenth less work at each commit.
        "locking_mode=EXCLUSIVE",
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


class Lock:
    """Holds `<file>.lock` for the life of this process.

    Args:
        path: the database file.

    Raises:
        Unusable: `store_locked`: another process has it open.
    """

    def __init__(self, path: Path) -> None:
        name = path.with_name(path.name + ".lock")
        self._file = os.open(name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise Unusable(
                f"Another process has {str(path)!r} open.",
                code="store_locked",
                next_step="Stop the other guard, or attach to it.",
            ) from error

    def close(self) -> None:
        """Give the lock back; a second close does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
