"""Runs of frameworks that call tools in threads, which nobody can stop: they can be given up.

After that no further call of the run gets through, and one that waits for a person waits no more. A
tool that runs already ends by itself, and its end is recorded. It decides nothing about a call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Any, Final, TypeVar

from guard_adapters.front.intake import Intake
from guard_adapters.front.mcp.verdict import refusal
from guard_adapters.front.native import Answer, Native, NotRun
from guard_adapters.front.running import Handed

T = TypeVar("T")

OVER: Final = NotRun(code="run_given_up", text=refusal("DENIED", "run_given_up").text)


class ThreadRun:
    """The calls of one run. `intake`: where they go in while it has not been given up."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._turn = Lock()
        self._over = False
        self._judged: set[Future[Handed | Answer]] = set()

    async def run(self, work: Callable[[], T]) -> T:
        """Run the framework in a thread; give its run up if the caller is cancelled.

        Args:
            work: starts the framework and returns its result, such as `crew.kickoff`.
        """
        try:
            return await asyncio.to_thread(work)
        except asyncio.CancelledError:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Let no further call of this run through, and end those that are still being judged."""
        with self._turn:
            self._over = True
            left = list(self._judged)
        for one in left:
            one.cancel()

    def around_sync(self, native: Native, run: Callable[[dict[str, Any]], object]) -> Answer:
        """Judge a call and, if allowed, run it in this thread; see `Intake.around_sync`."""
        with self._turn:
            if self._over:
                return OVER
            judged = self._intake.begun(native)
            self._judged.add(judged)
        try:
            handed = judged.result()
        except CancelledError:
            return OVER
        finally:
            with self._turn:
                self._judged.discard(judged)
        return self._intake.run_here(handed, run)

    async def around(
        self, native: Native, run: Callable[[dict[str, Any]], Awaitable[object]]
    ) -> Answer:
        """Judge a call of an event loop and, if allowed, run it; see `Intake.around`."""
        return OVER if self._over else await self._intake.around(native, run)
