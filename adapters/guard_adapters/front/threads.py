"""Runs of frameworks that call tools in threads, which nobody can stop: they can be given up.

After that no further call of the run gets through, and one that waits for a person waits no more. A
tool that runs already ends by itself, and its end is recorded. It decides nothing about a call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, Final, TypeVar

from guard_adapters.front.intake import Intake
from guard_adapters.front.mcp.judging.verdict import refusal
from guard_adapters.front.native import Answer, Native, NotRun
from guard_adapters.front.running import Handed, NotMade

T = TypeVar("T")

OVER: Final = NotRun(code="run_given_up", text=refusal("DENIED", "run_given_up").text)


class ThreadRun:
    """The calls of one run. `intake`: where they go in while it has not been given up."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._turn = Lock()
        self._over = False
        self._judged: set[Callable[[], object]] = set()  # what ends each

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
        for cancel in left:
            cancel()

    def around_sync(self, native: Native, run: Callable[[dict[str, Any]], object]) -> Answer:
        """Judge a call and, if allowed, run it in this thread; see `Intake.around_sync`."""
        try:
            handed, over = self._intake.loop.run(self._judge(native))
        except CancelledError:  # the guard is closed
            return OVER
        with self._turn:  # it took a while to come here
            over = over or self._over
        if not over:
            return self._intake.run_here(handed, run)
        if isinstance(handed, Handed):
            self._intake.loop.run(handed.failed(NotMade()))
        return OVER

    async def around(
        self, native: Native, run: Callable[[dict[str, Any]], Awaitable[object]]
    ) -> Answer:
        """Judge a call of an event loop and, if allowed, run it; see `Intake.around`."""
        handed, over = await self._judge(native)
        if not over:
            return await handed.run(run) if isinstance(handed, Handed) else handed
        if isinstance(handed, Handed):
            await handed.failed(NotMade())
        return OVER

    async def _judge(self, native: Native) -> tuple[Handed | Answer, bool]:
        """Judge a call; return also whether its run was given up meanwhile."""
        loop = asyncio.get_running_loop()
        with self._turn:
            if self._over:
                return OVER, True
            judged = loop.create_task(self._intake.before(native))
            cancel = partial(_cancel, loop, judged)
            self._judged.add(cancel)
        try:
            await asyncio.wait({judged})
        except BaseException:  # the caller itself was cancelled, maybe just as it was judged
            if not judged.cancel() and not judged.cancelled():
                handed = judged.result()
                if isinstance(handed, Handed):
                    await handed.failed(NotMade())
            raise
        finally:
            over = self._through(cancel)
        return OVER if judged.cancelled() else judged.result(), over

    def _through(self, cancel: Callable[[], object]) -> bool:
        """Let go of a call that was judged; return whether its run was given up before that."""
        with self._turn:
            self._judged.discard(cancel)
            return self._over


def _cancel(loop: asyncio.AbstractEventLoop, judged: asyncio.Task[Handed | Answer]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nothing of it goes on
        loop.call_soon_threadsafe(judged.cancel)
