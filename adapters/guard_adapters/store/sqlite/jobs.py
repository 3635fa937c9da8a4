"""One transaction in the queue of the embedded store, and how whoever waits for it is told.

It knows no file and no thread: `database` runs jobs and commits them in groups.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Waiter:
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


class Job:
    """One transaction. A vital one is already part of what memory holds."""

    __slots__ = ("answer", "vital", "work")

    def __init__(
        self, work: Work[Any], answer: "Future[Any] | Waiter | None", *, vital: bool
    ) -> None:
        self.work = work
        self.vital = vital
        self.answer = answer


Result = tuple[Job, object, BaseException | None]


def tell(results: list[Result]) -> None:
    """Tell whoever waits, each loop once: waking one costs more than a transaction."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Waiter, object, BaseException | None]]] = {}
    for job, value, error in results:
        match job.answer:
            case Waiter() as waiter:
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


def _settle(answers: list[tuple[Waiter, object, BaseException | None]]) -> None:
    for waiter, value, error in answers:
        waiter.settle(value, error)


def done(connection: sqlite3.Connection, job: Job) -> tuple[object, BaseException | None]:
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
