"""One event loop in a thread of its own, for frameworks that call tools without one."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, Final, TypeVar

T = TypeVar("T")


END_S: Final = 5
"""How long calls may take to record that they were cut short (seconds)."""


class GuardLoop:
    """Runs coroutines to their end for callers in any thread. It starts with the first one."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._turn = Lock()

    def run(self, started: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns; context variables go with it."""
        return self.begun(started).result()

    def begun(self, started: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop; what is returned can be waited for, and cancelled."""
        return asyncio.run_coroutine_threadsafe(started, self._started())

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._turn:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="guard", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """Stop the loop and its thread; calls that still run on it are told so: outcome unknown."""
        with self._turn:
            if self._loop is not None and self._thread is not None:
                asyncio.run_coroutine_threadsafe(_cancelled(), self._loop).result()
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()
            self._loop = self._thread = None


async def _cancelled() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for one in left:
        one.cancel()
    if left:
        await asyncio.wait(left, timeout=END_S)
