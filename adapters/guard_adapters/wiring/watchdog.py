"""Cuts what outlives its lease, and keeps on revoking what could not be revoked at once.

It looks every 250 ms and leaves a mark each time; issuers with live sessions refuse while the mark
is old. Which lease is late and what that means is decided in `guard.grant.lease`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from guard.errors import GuardError
from guard.grant.credential import CALL_TOKEN
from guard.grant.lease import Lease, LeaseState
from guard.lease.revoking import Revoking
from guard.ports import World
from guard_adapters._http.patience import persisting
from guard_adapters.store.clock import Heartbeat
from guard_adapters.wiring.credentials.issuers import let_go
from guard_adapters.wiring.process.together import Turns, meanwhile
from guard_adapters.wiring.recovery import prune, sweep_targets

TICK_S = 0.25
ROOM_MS = 500
"""The end of a call revokes by itself: the watchdog waits so long before it helps. Where a signal
or an operator ended a lease, it helps at once: they end many, and wait for no target that hangs."""

SWEEP_S = 300.0
"""Pause between two looks for handles that no journal knows, and for rows that nobody needs."""


class Watchdog:
    """Looks after all leases of one guard.

    Args:
        world: the ports.
        heart: where its marks go.
        tell: is given one sentence for each lease that had to be given up.
    """

    def __init__(
        self, world: World, heart: Heartbeat, tell: Callable[[str], None] = lambda _text: None
    ) -> None:
        self._world = world
        self._heart = heart
        self._tell = tell
        self._revoking = Revoking(world=world)
        self._turns = Turns()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._heard: frozenset[tuple[str, str]] = frozenset()

    async def run(self) -> None:
        """Look until cancelled. A store that fails stops the marks, not the watchdog."""
        loop = asyncio.get_running_loop()
        swept_at = loop.time()
        try:
            while True:
                with suppress(GuardError):
                    await self.look()
                if loop.time() - swept_at >= SWEEP_S:
                    swept_at = loop.time()
                    self._begin("sweep", sweep_targets(self._world))
                    self._begin("prune", prune(self._world))
                await asyncio.sleep(TICK_S)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def look(self) -> None:
        """Begin to end what is late or due; return once all of it has begun.

        Raises:
            Unavailable: the journal failed.
        """
        now_ms = self._world.clock.now_ms()
        rows = await self._world.leases.unsettled()
        recalled = frozenset(_secret(row) for row in rows if _recalled(row))
        for row in rows:
            news = _secret(row) in recalled - self._heard
            if row.id not in self._busy and (news or self._mine(row, now_ms)):
                self._begin(row.id, self._ended(row))
        self._heard = recalled
        self._heart.beat()

    async def settled(self) -> None:
        """Wait until everything that has begun has ended, one way or the other."""
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _mine(self, row: Lease, now_ms: int) -> bool:
        if row.late(now_ms):
            return True
        own_end = row.tries == 0 and row.next_try_ms == 0 and not row.reason
        return row.due(now_ms) and not (own_end and now_ms - row.changed_ms < ROOM_MS)

    def _begin(self, name: str, work: Awaitable[object]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(_quiet(work))
        self._busy[name] = task
        task.add_done_callback(lambda _done: self._busy.pop(name, None))

    async def _ended(self, row: Lease) -> None:
        why = "deadline" if row.late(self._world.clock.now_ms()) else row.reason or "ended"

        async def attempt() -> bool:
            async with self._turns.of(row.issuer):
                after = await self._revoking.take_back(row, why)
            if after.state is LeaseState.IRREVOCABLE and row.state is not LeaseState.IRREVOCABLE:
                self._tell(f"lease {after.id} of {after.what} cannot be revoked.")
            return _rests(after, self._world.clock.now_ms())

        await persisting(attempt)


@asynccontextmanager
async def watched(
    world: World, heart: Heartbeat, tell: Callable[[str], None] = lambda _text: None
) -> AsyncIterator[None]:
    """Keep a watchdog over the leases of one guard for as long as the block runs.

    Raises:
        Unavailable: the first look failed: nothing may start on such a store.
    """
    dog = Watchdog(world, heart, tell)
    await dog.look()
    try:
        async with meanwhile(dog.run()):
            yield
    finally:
        for issuer in world.issuers.values():
            await let_go(issuer)


def _recalled(row: Lease) -> bool:
    """Return whether somebody's word ends it: each guard asks once, for its secret may be here.

    Where another guard took the word, the target cannot be asked there without the secret. Of a
    call token the name is enough, at any guard.
    """
    told = row.state is LeaseState.REVOKE_PENDING and bool(row.reason) and row.tries == 0
    return told and row.kind != CALL_TOKEN


def _secret(row: Lease) -> tuple[str, str]:
    return row.id, row.token_sha256


def _rests(row: Lease, now_ms: int) -> bool:
    """Return whether there is nothing to do for this row before its own next time."""
    waiting = row.state is LeaseState.REVOKE_PENDING and row.tries == 0 and not row.due(now_ms)
    return row.state is not LeaseState.REVOKE_PENDING or waiting


async def _quiet(work: Awaitable[object]) -> None:
    with suppress(GuardError):  # the store failed: the row is as it was, and the next look sees it
        await work
