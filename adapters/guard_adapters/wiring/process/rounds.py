"""Work that comes round as long as a guard runs. What fails is said once, and tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

from guard_adapters._faults import Faults

Step = Callable[[], Awaitable[None]]


async def rounds(pause_s: float, faults: Faults, *steps: tuple[str, Step]) -> NoReturn:
    """Take these steps again and again, each whatever became of the others, until cancelled.

    Args:
        pause_s: between two rounds (seconds).
        faults: is told of steps that fail.
        steps: what does not happen where a step fails, and the step.
    """
    while True:
        for what, step in steps:
            with faults.around(what):
                await step()
        await asyncio.sleep(pause_s)
