"""One SQLite file behind one thread: an ordered queue of small transactions, committed in groups.

One connection in one thread of one process, because SQLite 3.7.0 to 3.51.2 can corrupt a WAL that
two connections reset at once; a lock file refuses a second process. `synchronous=FULL`, because
with NORMAL the last commit can be lost at power loss, and an approval would be usable again.

It knows no table but its own `meta`, and never hands the connection out.
"""

import asyncio
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from guard.errors import Unavailable, Unusable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
GROUP = 256
"""Most transactions in one commit: bounds how long the first of a group waits."""


class _Job:
    __slots__ = ("answer", "vital", "work")

    def __init__(self, work: Work[object], *, vital: bool) -> None:
        self.work = work
        self.vital = vital
        self.answer: Future[object] = Future()


class Database:
    """A file, opened for this process alone.

    Args:
        path: the file; its folder is created with mode 0700.
        prepare: makes the tables, in the store's thread, before the first transaction.
        timeout_ms: how long a caller waits for its transaction (milliseconds).

    Raises:
        Unusable: `store_locked`: another process has it open; `store_unusable`: not a database.
    """

    def __init__(
        self, path: Path, *, prepare: Callable[[sqlite3.Connection], None], timeout_ms: int
    ) -> None:
        self._timeout_s = timeout_ms / 1000
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(path)
        self._fault: BaseException | None = None
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(path, prepare, opened), name=f"store {path.name}", daemon=True
        )
        self._thread.start()
        try:
            opened.result()
        except sqlite3.Error as error:
            self._lock.close()
            raise Unusable(
                f"{str(path)!r} cannot be opened as a database: {error}.",
                code="store_unusable",
                next_step="Move the file away or restore it from a copy.",
            ) from error

    def submit(self, work: Work[T], *, vital: bool = False) -> Future[T]:
        """Queue one transaction, in order, without waiting; its future ends after the commit.

        A vital one is already part of what memory holds: if it fails, the store takes no more.
        """
        job = _Job(work, vital=vital)
        if self._fault is not None:
            job.answer.set_exception(self._unavailable(self._fault))
        else:
            self._queue.put(job)
        return job.answer  # type: ignore[return-value]  # one queue carries jobs of every type

    async def run(self, work: Work[T]) -> T:
        """Run one transaction and return once it is durable.

        Raises:
            Unavailable: `store_unavailable`: it failed or took longer than the bound.
        """
        return await self.settled(self.submit(work))

    def settled(self, answer: Future[T]) -> Awaitable[T]:
        """Return an awaitable for a queued transaction, bounded in time."""
        return self._bounded(asyncio.wrap_future(answer))

    async def _bounded(self, answer: "asyncio.Future[T]") -> T:
        try:
            # Shielded: a cancelled caller must not cancel a write that others may depend on.
            return await asyncio.wait_for(asyncio.shield(answer), self._timeout_s)
        except TimeoutError as late:
            raise self._unavailable(late) from late
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    @staticmethod
    def _unavailable(error: BaseException) -> Unavailable:
        return Unavailable(
            f"The store did not keep the record ({type(error).__name__}).",
            code="store_unavailable",
            next_step="Check the disk and the guard's log; nothing ran.",
        )

    def close(self) -> None:
        """Finish what is queued, close the file and give the lock back."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._lock.close()

    def _serve(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        opened: "Future[None]",
    ) -> None:
        try:
            connection = _open(path)
            prepare(connection)
        except sqlite3.Error as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        while True:
            jobs = self._batch()
            self._commit(connection, [job for job in jobs if job is not None])
            if None in jobs:
                connection.close()
                return

    def _batch(self) -> list[_Job | None]:
        jobs = [self._queue.get()]
        while len(jobs) < GROUP and jobs[-1] is not None:
            try:
                jobs.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return jobs

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        if not jobs:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            results = [(job, *_one(connection, job)) for job in jobs]
            lost = next((error for job, _, error in results if error and job.vital), None)
            if lost is not None:
                raise sqlite3.IntegrityError(str(lost)) from lost
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Later jobs were built on earlier ones: after a lost commit nothing more is taken.
            self._fault = error
            for job in jobs:
                job.answer.set_exception(error)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        for job, value, failed in results:
            if failed is None:
                job.answer.set_result(value)
            else:
                job.answer.set_exception(failed)


def _one(connection: sqlite3.Connection, job: _Job) -> tuple[object, BaseException | None]:
    """Run one job inside the group; its failure undoes its own writes only."""
    connection.execute("SAVEPOINT job")
    try:
        value = job.work(connection)
    except Exception as error:  # noqa: BLE001  handed to whoever queued it
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return None, error
    connection.execute("RELEASE job")
    return value, None


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.chmod(0o600)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _locked(path: Path) -> "_Lock":
    return _Lock(path.with_name(path.name + ".lock"))


class _Lock:
    """Holds `<file>.lock` for the life of this process."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
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
