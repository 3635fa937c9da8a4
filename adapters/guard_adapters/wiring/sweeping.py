"""What time does to a guard: late questions end, tasks lapse, tallies and sessions are forgotten.

Every guard is swept by this, whichever process it lives in. It decides nothing: limits are set.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from guard.audit.asked import plan_ended
from guard.errors import Refused
from guard.grant.plan import PlanEvent
from guard.ports import Silence, World
from guard_adapters.store.board import Part
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.operator.tasks import tend
from guard_adapters.wiring.process.together import meanwhile
from guard_adapters.wiring.recovery import settle_lost

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
    """Expire what is late, tasks among it, for ever; what fails is said, and tried again.

    On a shared store also settle what guards that are gone since left open.
    """
    around = wired.faults.around
    for turn in count(1):
        with around("Late questions do not end"):
            await wired.world.approvals.sweep(wired.world.clock.now_ms())
        if turn % FORGET_EVERY == 1:
            with around("Nothing that is over is forgotten"):
                await forget(wired)
        if turn % OTHERS_EVERY == 0:
            with around("Tasks and plans that are over do not end"):
                await tend(wired.world, wired.reauthorizing)
                await lapse(wired.world)
            with around("Nobody counts the questions that wait"):
                await tally(wired)
            if wired.store.shared:
                with around("What guards that are gone left open stays open"):
                    await settle_lost(wired)
        await asyncio.sleep(SWEEP_S)


async def lapse(world: World) -> None:
    """End plans whose time is over: their rows say so, and the log does.

    Raises:
        Unavailable: the store failed; the rest is looked at the next time.
    """
    if world.grants is None:
        return
    now_ms = world.clock.now_ms()
    for plan in await world.grants.plans(open_only=True):
        over = plan.at(now_ms)
        if not over.open:
            with suppress(Refused):  # somebody else was faster
                why, event = over.reason_code, PlanEvent.DEADLINE
                await world.grants.end(plan.id, event, why, now_ms, [plan_ended(plan, why, now_ms)])


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
        with self._wired.faults.around("Nothing that is over ends"):
            await self._wired.world.approvals.sweep(now_ms)
            await tend(self._wired.world, self._wired.reauthorizing)
            await lapse(self._wired.world)
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
