"""An ending on its way to a store: handed over already, and awaited only by who still can."""

from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from typing import Any

from guard.errors import Unavailable

Settled = Callable[[Future[None]], Awaitable[None]]
"""Waits for a queued write, bounded in time."""


class Recorded:
    """Awaits a write that was queued. Whoever was cancelled may drop it; it is written anyway."""

    def __init__(self, settled: Settled, written: Future[None]) -> None:
        self._settled = settled
        self._written = written

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the ending is durable.

        Raises:
            Unavailable: `outcome_unrecorded`.
        """
        return self._durable().__await__()

    async def _durable(self) -> None:
        try:
            await self._settled(self._written)
        except Unavailable as error:
            raise Unavailable(
                "The call ended, but its outcome could not be recorded.",
                code="outcome_unrecorded",
                next_step="Read the state of the target before doing it again.",
            ) from error
