"""One SQLite file behind one thread: an ordered queue of small transactions, committed in groups.

What nobody waits for goes with what comes after it, at the latest when the turn of the event loop
ends: so a call is admitted and its decision recorded by one commit, after one waking of the thread.

One connection in one thread of one process, because SQLite 3.7.0 to 3.51.2 can corrupt a WAL that
two connections reset at once; a lock file refuses a second process. `synchronous=FULL`, because
with NORMAL the last commit can be lost at power loss, and an approval would be usable again.

It knows no table but its own `meta`, and never hands the connection out.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from guard.errors import Unavailable, Unusable
from guard_adapters.store.sqlite.opening import Lock, opened

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
GROUP = 256
"""Most transactions in one commit: bounds how long the first of a group waits."""


class _Waiter:
    """A coroutine that waits for its transaction, in whichever loop it runs."""

    __slots__ = ("answer", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.answer: asyncio.Future[Any] = loop.create_future()

    def expire(self) -> None:
        """End the waiting; the transaction goes on, for others may depend on it."""
        if not self.answer.done():
            self.answer.set_exception(TimeoutError())

    def settle(self, value: object, error: BaseException | None) -> None:
        """Hand over how it ended, in the waiter's own loop."""
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(value)
        else:
            self.answer.set_exception(error)


class _Job:
    __slots__ = ("answer", "vital", "work")

    def __init__(
        self, work: Work[Any], answer: "Future[Any] | _Waiter | None", *, vital: bool
    ) -> None:
        self.work = work
        self.vital = vital
        self.answer = answer


class Database:
    """A file, opened for this process alone.

    Args:
        path: the file; its folder is created with mode 0700.
        prepare: makes the tables, in the store's thread, before the first transaction.
        stamp: is called in every transaction that wrote something, last.
        timeout_ms: how long a caller waits for its transaction (milliseconds).

    Raises:
        Unusable: `store_locked`: another process has it open; `store_unusable`: not a database.
    """

    def __init__(
        self,
        path: Path,
        *,
        prepare: Callable[[sqlite3.Connection], None],
        timeout_ms: int,
        stamp: Callable[[sqlite3.Connection], None] = lambda _db: None,
    ) -> None:
        self._stamp = stamp
        self._timeout_s = timeout_ms / 1000
        self._queue: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._held_back: list[_Job] = []  # nobody waits for them
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = Lock(path)
        self._fault: BaseException | None = None
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(path, prepare, ready), name=f"store {path.name}", daemon=True
        )
        self._thread.start()
        try:
            ready.result()
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
        answer: Future[T] = Future()
        if self._fault is not None:
            answer.set_exception(self._unavailable(self._fault))
        else:
            self._put(_Job(work, answer, vital=vital))
        return answer

    def later(self, work: Work[object]) -> None:
        """Queue one vital transaction that nobody waits for; call it inside an event loop.

        It is committed together with the next one, in order, and at the latest when this turn of
        the loop has ended.
        """
        if self._fault is not None:
            return
        with self._turn:
            self._held_back.append(_Job(work, None, vital=True))
            first = len(self._held_back) == 1
        if first:
            asyncio.get_running_loop().call_soon(self._flush)

    async def run(self, work: Work[T]) -> T:
        """Run one transaction and return once it is durable.

        Raises:
            Unavailable: `store_unavailable`: it failed or took longer than the bound.
        """
        if self._fault is not None:
            raise self._unavailable(self._fault)
        loop = asyncio.get_running_loop()
        waiter = _Waiter(loop)
        self._put(_Job(work, waiter, vital=False))
        late = loop.call_later(self._timeout_s, waiter.expire)
        try:
            found: T = await waiter.answer
        except (TimeoutError, sqlite3.Error) as error:
            raise self._unavailable(error) from error
        finally:
            late.cancel()
        return found

    def _put(self, job: _Job) -> None:
        """Queue a job, and before it those that were held back: one waking of the thread."""
        with self._turn:
            jobs, self._held_back = [*self._held_back, job], []
            self._queue.put(jobs)

    def _flush(self) -> None:
        with self._turn:
            jobs, self._held_back = self._held_back, []
            if jobs:
                self._queue.put(jobs)

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
            self._flush()
            self._queue.put(None)
            self._thread.join()
        self._lock.close()

    def _serve(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        ready: "Future[None]",
    ) -> None:
        try:
            connection = opened(path)
            prepare(connection)
        except sqlite3.Error as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        ended = False
        while not ended:
            jobs, ended = self._batch()
            self._commit(connection, jobs)
        connection.close()

    def _batch(self) -> tuple[list[_Job], bool]:
        """Return what is queued, and whether it is the last."""
        jobs = self._queue.get()
        if jobs is None:
            return [], True
        while len(jobs) < GROUP:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return jobs, True
            jobs += more
        return jobs, False

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        if not jobs:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            results = [(job, *_one(connection, job)) for job in jobs]
            lost = next((error for job, _, error in results if error and job.vital), None)
            if lost is not None:
                raise sqlite3.IntegrityError(str(lost)) from lost
            if connection.total_changes != before:
                self._stamp(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Later jobs were built on earlier ones: after a lost commit nothing more is taken.
            self._fault = error
            _tell([(job, None, error) for job in jobs])
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        _tell(results)


_Result = tuple[_Job, object, BaseException | None]


def _tell(results: list[_Result]) -> None:
    """Tell whoever waits, each loop once: waking one costs more than a transaction."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Waiter, object, BaseException | None]]] = {}
    for job, value, error in results:
        match job.answer:
            case _Waiter() as waiter:
                loops.setdefault(waiter.loop, []).append((waiter, value, error))
            case Future() as answer if error is None:
                answer.set_result(value)
            case Future() as answer:
                answer.set_exception(error)
            case None:
                pass
    for loop, answers in loops.items():
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: list[tuple[_Waiter, object, BaseException | None]]) -> None:
    for waiter, value, error in answers:
        waiter.settle(value, error)


def _one(connection: sqlite3.Connection, job: _Job) -> tuple[object, BaseException | None]:
    """Run one job inside the group; its failure undoes its own writes only.

    That of a vital one undoes the group, so it needs no mark of its own to go back to.
    """
    if not job.vital:
        connection.execute("SAVEPOINT job")
    try:
        value = job.work(connection)
    except Exception as error:  # noqa: BLE001  handed to whoever queued it
        if not job.vital:
            connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
        return None, error
    if not job.vital:
        connection.execute("RELEASE job")
    return value, None
