"""A whole guard that listens for stdio relays, for as long as a block runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.running import run


@asynccontextmanager
async def listening_for_relays(wired: Wired, pipe: Path) -> AsyncIterator[None]:
    """`guard serve` of this guard, from the moment that relays can attach to `pipe`; it is closed."""
    ready = asyncio.Event()

    def tell(said: str) -> None:
        if "stdio relays" in said:
            ready.set()

    guard = asyncio.create_task(run(wired, pipe, tell=tell))
    try:
        await asyncio.wait_for(ready.wait(), 10)
        yield
    finally:
        guard.cancel()
        await asyncio.gather(guard, return_exceptions=True)
        wired.close()
