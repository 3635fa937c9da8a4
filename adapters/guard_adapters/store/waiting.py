"""Who waits for a row to change, in this process. A wake-up is a hint: the row decides."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Lock


class Woken:
    """Wakes when a row may have changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Wake whoever waits, from any thread."""
        # The answer may come from another thread's loop, or after this one has ended.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed.set)

    async def wait(self, timeout_ms: int) -> bool:
        """Return True if something happened within the time (milliseconds)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_ms / 1000):
                await self._changed.wait()
        happened = self._changed.is_set()
        self._changed.clear()
        return happened


class Waiting:
    """Those who wait, by the row that they wait for."""

    def __init__(self) -> None:
        self._waiters: dict[str, set[Woken]] = defaultdict(set)
        self._turn = Lock()

    @asynccontextmanager
    async def on(self, row_id: str) -> AsyncIterator[Woken]:
        """Register before opening or reading, so that no answer falls in between."""
        waiter = Woken()
        with self._turn:
            self._waiters[row_id].add(waiter)
        try:
            yield waiter
        finally:
            with self._turn:
                self._waiters[row_id].discard(waiter)
                if not self._waiters[row_id]:
                    del self._waiters[row_id]

    def rows(self) -> list[str]:
        """Return the rows that somebody waits for."""
        with self._turn:
            return list(self._waiters)

    def wake(self, row_id: str) -> None:
        """Wake those who wait for this row."""
        with self._turn:
            waiters = tuple(self._waiters.get(row_id, ()))
        for waiter in waiters:
            waiter.wake()
