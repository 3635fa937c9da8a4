"""One PostgreSQL database behind a thread with an event loop of its own.

The loop of the store is nobody else's: work is handed over without an await, from any thread, and
goes on when whoever asked for it is cancelled. Every wait is bounded. The address may hold a
password: it is in no error, no log and no repr.

It knows no table.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg

from guard.errors import GuardError, Unavailable, Unusable

T = TypeVar("T")
Connection = Any
"""A connection of asyncpg, which ships no types."""

Work = Callable[[Connection], Awaitable[T]]
OLDEST: Final = 15
CONNECTIONS: Final = 8
"""Most transactions of one guard at once; what comes later waits its turn, within the bound."""

OPENING_S: Final = 10
PAUSE_S: Final = 0.05
LOST: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection ended in the middle of a step of the protocol
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""The connection ended: nobody can say whether a commit on its way was kept."""

UNDONE: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""PostgreSQL undid the transaction for the sake of another one: it may be tried again."""

FAILED: Final = (*LOST, asyncpg.PostgresError)


class Address:
    """Where a database is. Its text is read by the driver and shown to nobody."""

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        self._url = url

    def __repr__(self) -> str:
        return "Address(...)"

    async def connect(self, *, timeout_ms: int) -> Connection:
        """Return a connection of its own, for whoever needs one for long."""
        return await asyncpg.connect(self._url, timeout=OPENING_S, **_limits(timeout_ms))

    async def pool(self, *, timeout_ms: int) -> Any:  # noqa: ANN401  the driver ships no types
        """Return a pool of connections."""
        return await asyncpg.create_pool(
            self._url, min_size=0, max_size=CONNECTIONS, timeout=OPENING_S, **_limits(timeout_ms)
        )


def _limits(timeout_ms: int) -> dict[str, Any]:
    # A guard that stands still in the middle of a transaction must not hold its rows for ever.
    settings = {
        "application_name": "guardcall",
        "statement_timeout": str(timeout_ms),
        "lock_timeout": str(timeout_ms),
        "idle_in_transaction_session_timeout": str(5 * timeout_ms),
        "default_transaction_isolation": "read committed",
        "synchronous_commit": "on",
    }
    return {"server_settings": settings}


class Database:
    """A database, opened for this process.

    Args:
        address: where it is.
        prepare: makes the tables, before anything else.
        timeout_ms: how long a caller waits for its transaction (milliseconds).

    Raises:
        Unusable: `store_unusable`: it cannot be reached, is too old, or cannot be prepared.
    """

    def __init__(self, address: Address, *, prepare: Work[None], timeout_ms: int) -> None:
        self.address = address
        self.timeout_ms = timeout_ms
        self._timeout_s = timeout_ms / 1000
        self._loop = asyncio.new_event_loop()
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._handed: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._serve, name="store postgres", daemon=True)
        self._thread.start()
        try:
            self._pool = self._submitted(self._open(prepare)).result()
        except BaseException as error:
            self._stop()
            if isinstance(error, GuardError):
                raise
            if not isinstance(error, (*FAILED, ValueError)):
                raise
            raise unusable(error) from None

    async def _open(self, prepare: Work[None]) -> Any:  # noqa: ANN401
        pool = await self.address.pool(timeout_ms=self.timeout_ms)
        try:
            async with pool.acquire() as db, db.transaction():
                _not_too_old(db.get_server_version().major)
                await prepare(db)
        except BaseException:
            pool.terminate()
            raise
        return pool

    def hand(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start work on the store's loop, from any thread, without waiting."""
        if self._closed:
            work.close()
            failed: Future[T] = Future()
            failed.set_exception(unavailable(ConnectionError()))
            return failed
        return self._submitted(self._counted(work))

    async def _counted(self, work: Coroutine[Any, Any, T]) -> T:
        """Do handed work, known to `close` for as long as it takes."""
        doing = asyncio.ensure_future(work)
        self._handed.add(doing)
        doing.add_done_callback(self._handed.discard)
        await asyncio.wait((doing,))
        if doing.cancelled():  # by `close`, which had waited long enough
            raise ConnectionError
        return doing.result()

    async def run(self, work: Work[T], *, again: bool = False) -> T:
        """Run one transaction and return once it is durable.

        Args:
            work: what is done in it.
            again: whether it may be tried again when nobody knows how it ended.

        Raises:
            Unavailable: `store_unavailable`: it failed or took longer than the bound.
        """
        return await self.settled(self.hand(self.transacted(work, again=again)))

    async def settled(self, answer: "Future[T]") -> T:
        """Wait for work that was handed over, bounded in time."""
        try:
            # Shielded: a cancelled caller must not cancel a write that others may depend on.
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.shield(asyncio.wrap_future(answer))
        except FAILED as error:
            raise unavailable(error) from None

    async def transacted(self, work: Work[T], *, again: bool = False) -> T:
        """Run one transaction on the store's loop; see `run`."""
        until = self._loop.time() + self._timeout_s
        while True:
            try:
                async with self.connection() as db, db.transaction():
                    return await work(db)
            except UNDONE:
                if self._loop.time() >= until:
                    raise
            except LOST:
                if not again or self._closed or self._loop.time() >= until:
                    raise
            await asyncio.sleep(PAUSE_S)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Give out a connection, on the store's loop."""
        async with self._pool.acquire(timeout=self._timeout_s) as db:
            yield db

    def keep(self, forever: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run something on the store's loop until the store is closed."""

        def start() -> None:
            task = self._loop.create_task(forever())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._loop.call_soon_threadsafe(start)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Finish what was handed over, stop the rest, do one last thing, give connections back."""
        if self._closed:
            last.close()
            return
        self._closed = True
        try:
            self._submitted(self._finish(last)).result()
        finally:
            self._stop()

    async def _finish(self, last: Coroutine[Any, Any, None]) -> None:
        if self._handed:  # the end of a call that nobody waits for has to be written as well
            await asyncio.wait(set(self._handed), timeout=self._timeout_s)
        stopped = self._tasks | self._handed
        for task in stopped:
            task.cancel()
        await asyncio.gather(*stopped, return_exceptions=True)
        try:
            async with asyncio.timeout(self._timeout_s):
                await last
            async with asyncio.timeout(self._timeout_s):
                await self._pool.close()
        except FAILED:
            self._pool.terminate()

    def _submitted(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def _not_too_old(major: int) -> None:
    if major < OLDEST:
        raise Unusable(
            f"The database is PostgreSQL {major}, the guard needs {OLDEST} or newer.",
            code="store_unusable",
            next_step="Use a newer server.",
        )


def unavailable(error: BaseException) -> Unavailable:
    """Return what a caller hears of a failure: its kind, never the driver's text."""
    return Unavailable(
        f"The store did not keep the record ({type(error).__name__}).",
        code="store_unavailable",
        next_step="Check the database and the guard's log; nothing ran.",
    )


def unusable(error: BaseException) -> Unusable:
    """Return what an operator hears of a database that cannot be opened."""
    state = getattr(error, "sqlstate", None)
    why = f"{type(error).__name__}, SQLSTATE {state}" if state else type(error).__name__
    return Unusable(
        f"The database of guard.store cannot be used ({why}).",
        code="store_unusable",
        next_step="Check its URL, that the server runs, and that the role owns its schema.",
    )


def touched(status: str) -> int:
    """Return how many rows a statement changed, as the server says of it: `DELETE 3`."""
    return int(status.rpartition(" ")[2])
