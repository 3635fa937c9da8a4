"""Reads the audit log of a store: a file that no guard has open, or page by page a running one.

Of such a file also who its reviewers are.

It never writes, and never opens a file that a guard writes to: a second connection can damage the
log of SQLite 3.7.0 to 3.51.2. A file that a crash left with unmerged pages is read with them.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from guard.errors import Unusable
from guard.grant.people import Account, Passkey
from guard_adapters.store.log import PAGE, LogRows
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.people import accounts, passkeys

T = TypeVar("T")


class SqliteLog:
    """Reads the log of a running store, through the store's own connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, start: int) -> LogRows:
        """Return up to `PAGE` leaves from number `start` on, and the checkpoints over them.

        Raises:
            Unavailable: `store_unavailable`.
        """
        return await self._database.run(lambda db: _rows(db, start, start + PAGE))

    async def tail(self, start: int) -> Sequence[tuple[int, bytes]]:
        """Return up to `PAGE` leaves from number `start` on: no look at the rest of the log."""

        def work(db: sqlite3.Connection) -> list[tuple[int, bytes]]:
            asked = "SELECT seq, leaf FROM audit_leaves WHERE seq >= ? ORDER BY seq LIMIT ?"
            return [(int(seq), _bytes(leaf)) for seq, leaf in db.execute(asked, (start, PAGE))]

        return await self._database.run(work)

    async def end(self) -> int:
        """Return the number that the next leaf will have."""

        def work(db: sqlite3.Connection) -> int:
            asked = "SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaves"
            return int(db.execute(asked).fetchone()[0])

        return await self._database.run(work)

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint, or nothing where nothing was signed yet."""
        return await self._database.run(_newest)


def read_log(path: Path) -> LogRows:
    """Return the whole log of a closed file or a copy.

    Raises:
        Unusable: `store_missing`; `store_locked`: a guard is running on it; `store_unusable`: it
            is not a database, or not one of a guard.
    """
    if not path.is_file():
        raise Unusable(
            f"There is no store {str(path)!r}.",
            code="store_missing",
            next_step="Name the state folder with --state, or the file with --file.",
        )
    return _read(path, lambda db: _rows(db, 0, None))


def read_reviewers(path: Path) -> tuple[list[Account], list[Passkey]]:
    """Return who has enrolled in a closed file or a copy, and with which passkeys.

    Raises:
        Unusable: `store_locked`, `store_unusable`, as for the log.
    """
    return _read(path, lambda db: (accounts(db), passkeys(db)))


def is_held(path: Path) -> bool:
    """Return whether some process has this file open as its store."""
    try:
        with _unlocked(path):
            return False
    except Unusable:
        return True


def _read(path: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    with _unlocked(path):
        try:
            with closing(sqlite3.connect(_uri(path), uri=True)) as db:
                return work(db)
        except sqlite3.Error as error:
            raise Unusable(
                f"{str(path)!r} cannot be read as a guard's store: {error}.",
                code="store_unusable",
                next_step="Name a store file, or restore it from a copy.",
            ) from error


def _uri(path: Path) -> str:
    unmerged = path.with_name(path.name + "-wal")
    # `immutable` would leave out what a crash left in the write-ahead log, and call it the truth.
    merged = not unmerged.exists() or unmerged.stat().st_size == 0
    return f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if merged else ''}"


@contextmanager
def _unlocked(path: Path) -> Iterator[None]:
    """Keep writers out while reading; a copy has no lock file and needs none."""
    lock = path.with_name(path.name + ".lock")
    if not lock.exists():
        yield
        return
    handle = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Unusable(
            f"{str(path)!r} is held by `guard serve`, or by a program that guards its own tools.",
            code="store_locked",
            next_step="Read it once that has ended; commands with --live can ask `guard serve`.",
        ) from error
    finally:
        os.close(handle)


def _rows(db: sqlite3.Connection, start: int, end: int | None) -> LogRows:
    # By rowid: the order in which they are stored is their number.
    last = 2**62 if end is None else end
    span = (start, last)
    leaves = db.execute(
        "SELECT seq, leaf FROM audit_leaves WHERE seq >= ? AND seq < ? ORDER BY seq", span
    ).fetchall()
    sides = db.execute(
        "SELECT seq, side FROM audit_side WHERE seq >= ? AND seq < ?", span
    ).fetchall()
    notes = db.execute(
        "SELECT note FROM audit_checkpoints WHERE size > ? AND size <= ? ORDER BY size", span
    ).fetchall()
    (size,) = db.execute("SELECT COUNT(*) FROM audit_leaves").fetchone()
    return LogRows(
        leaves=tuple((int(seq), _bytes(leaf)) for seq, leaf in leaves),
        sides={int(seq): str(side) for seq, side in sides},
        notes=tuple(str(note) for (note,) in notes),
        size=size,
    )


def _bytes(value: object) -> bytes:
    # A column holds what somebody put there, whatever its declared type.
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _newest(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    return "" if row is None else str(row[0])
