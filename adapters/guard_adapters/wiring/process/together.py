"""Several things at the same time, so many at each target, and no longer than they may take."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from guard.ports.together import Work

AT_ONCE = 16
"""Requests to one target at the same time."""


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Do work beside a block, and cancel it with the block; how it ended is not told."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Turns:
    """Bounds what is asked of each target at once, so that one that hangs holds up no other."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._turns: dict[str, asyncio.Semaphore] = {}

    def of(self, issuer: str) -> asyncio.Semaphore:
        """Return what to hold while a target is asked."""
        return self._turns.setdefault(issuer, asyncio.Semaphore(self._most))


class AtOnce:
    """The `Together` port on asyncio."""

    async def run(self, works: Sequence[Work], most_ms: int) -> None:
        """Do them all; cancel what takes longer than `most_ms` (milliseconds)."""
        if not works:
            return
        turns = Turns()  # of this moment: who began before must not hold up what is urgent now

        async def one(target: str, work: Callable[[], Awaitable[object]]) -> None:
            async with turns.of(target):
                await work()

        tasks = [asyncio.create_task(one(target, work)) for target, work in works]
        try:
            _, late = await asyncio.wait(tasks, timeout=most_ms / 1000)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for task, found in zip(tasks, ended, strict=True):
            if isinstance(found, BaseException) and task not in late:
                raise found
