"""One SQLite file behind one thread: an ordered queue of small transactions, committed in groups.

What nobody waits for goes with what comes after it, or alone after a hundredth of a second: so a
call is admitted and its decision recorded by one commit, after one waking of the thread, and a tool
that answers at once leaves a second one, with its outcome.

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
from pathlib import Path

from guard.errors import Unavailable, Unusable
from guard_adapters.store.sqlite.jobs import Job, T, Waiter, Work, done, tell
from guard_adapters.store.sqlite.opening import Lock, prepared

GROUP = 256
"""Most transactions in one commit: bounds how long the first of a group waits."""

HELD_S = 0.01
"""How long the thread looks for company for what nobody waits for (seconds)."""


class Database:
    """A file, opened for this process alone.

    Args:
        path: the file; its folder is created with mode 0700.
        prepare: makes the tables, in the store's thread, as its first transaction.
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
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._held_back: list[Job] = []  # nobody waits for them
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
            self._put(Job(work, answer, vital=vital))
        return answer

    def later(self, work: Work[object]) -> None:
        """Queue one vital transaction that nobody waits for; call it inside an event loop.

        It is committed together with the next one, in order; alone if none comes for a moment.
        """
        if self._fault is not None:
            return
        with self._turn:
            self._held_back.append(Job(work, None, vital=True))
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
        waiter = Waiter(loop)
        self._put(Job(work, waiter, vital=False))
        late = loop.call_later(self._timeout_s, waiter.expire)
        try:
            found: T = await waiter.answer
        except (TimeoutError, sqlite3.Error) as error:
            raise self._unavailable(error) from error
        finally:
            late.cancel()
        return found

    def _put(self, job: Job) -> None:
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
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.shield(answer)
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
            self._fault = self._fault or sqlite3.ProgrammingError("the store is closed")
            self._refuse(self._left())
        self._lock.close()

    def _serve(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        ready: "Future[None]",
    ) -> None:
        try:
            connection = prepared(path, prepare)
        except sqlite3.Error as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        ended = False
        while not ended:
            jobs, ended = self._batch()
            self._commit(connection, jobs)
        connection.close()

    def _batch(self) -> tuple[list[Job], bool]:
        """Return what is queued, and whether it is the last."""
        jobs = self._queue.get()
        if jobs is None:
            return [], True
        # A commit is dearer than a waking, and a fast tool's outcome would wait behind it.
        patience = HELD_S if all(job.answer is None for job in jobs) else 0
        while len(jobs) < GROUP:
            try:
                more = self._queue.get(timeout=patience)
                patience = 0
            except queue.Empty:
                break
            if more is None:
                return jobs, True
            jobs += more
        return jobs, False

    def _left(self) -> list[Job]:
        """Return what was queued behind the end."""
        left: list[Job] = []
        while not self._queue.empty():
            left += self._queue.get() or []
        return left

    def _refuse(self, jobs: list[Job]) -> None:
        tell([(job, None, self._fault) for job in jobs])

    def _commit(self, connection: sqlite3.Connection, jobs: list[Job]) -> None:
        if self._fault is not None:
            self._refuse(jobs)
            return
        if not jobs:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            results = [(job, *done(connection, job)) for job in jobs]
            lost = next((error for job, _, error in results if error and job.vital), None)
            if lost is not None:
                raise sqlite3.IntegrityError(str(lost)) from lost
            if connection.total_changes != before:
                self._stamp(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Later jobs were built on earlier ones: after a lost commit nothing more is taken.
            self._fault = error
            self._refuse(jobs)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        tell(results)
