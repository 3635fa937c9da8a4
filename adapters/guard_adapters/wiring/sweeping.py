"""What time does to a guard: late questions end, tasks lapse, tallies and sessions are forgotten.

Every guard is swept by this, whichever process it lives in. It decides nothing: limits are set.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from guard.errors import GuardError
from guard.ports import Silence
from guard_adapters.store.board import Part
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.recovery import recover
from guard_adapters.wiring.tasks import tend
from guard_adapters.wiring.together import meanwhile

SWEEP_S = 1.0
"""Pause between two looks for approvals past their limit and calls without an ending."""

FORGET_EVERY = 600
"""Sweeps between two looks for tallies that count no more."""

OTHERS_EVERY = 5
"""Sweeps between two looks at tasks that are over, and at what other guards left open."""


@asynccontextmanager
async def swept(wired: Wired) -> AsyncIterator[None]:
    """Sweep a guard for as long as the block runs."""
    async with meanwhile(sweep(wired)):
        yield


async def sweep(wired: Wired) -> None:
    """Expire what is late, tasks among it, for ever; what fails is tried again.

    On a shared store also settle what guards that are gone since left open.
    """
    for turn in count(1):
        with suppress(GuardError):
            await wired.world.approvals.sweep(wired.world.clock.now_ms())
            if turn % FORGET_EVERY == 1:
                await forget(wired)
            if turn % OTHERS_EVERY == 0:
                await tend(wired.world, wired.reauthorizing)
                await tally(wired)
            if wired.store.shared and turn % OTHERS_EVERY == 0:
                await recover(wired)
        await asyncio.sleep(SWEEP_S)


class Tidying:
    """Sweeps a guard between its calls, where no task may outlive one: in others' event loops."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._due_ms = 0

    async def after_a_call(self) -> None:
        """End what is late, and forget what counts no more, if nobody looked for a while.

        Whatever fails of it is done another time: how the call ended is not lost for it.
        """
        now_ms = self._wired.world.clock.now_ms()
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + round(FORGET_EVERY * SWEEP_S * 1000)
        with suppress(GuardError):
            await self._wired.world.approvals.sweep(now_ms)
            await tend(self._wired.world, self._wired.reauthorizing)
            await forget(self._wired)


async def tally(wired: Wired) -> None:
    """Tell the metrics how many questions wait for people, if there are metrics."""
    if not isinstance(wired.world.trace, Silence):
        _, waiting = await wired.store.board.waiting(Part(principal="", limit=0))
        wired.world.trace.waiting(waiting)


async def forget(wired: Wired) -> None:
    """Drop what counts no more: `settings.tallies_idle_s` and `settings.sessions_idle_s`."""
    settings, now_ms = wired.guard.settings, wired.world.clock.now_ms()
    await wired.store.tallies.forget(now_ms, settings.tallies_idle_s * 1000)
    await wired.store.sessions.forget(now_ms - settings.sessions_idle_s * 1000)
