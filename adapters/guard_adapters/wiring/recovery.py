"""What a starting guard owes the one before it: calls without an ending, leases without an end.

A call that was in flight when the process died may have run: it is recorded as unknown and never
run again. It revokes by handle; it cannot know a secret.
"""

import asyncio
from contextlib import suppress

from guard.audit.event import Event
from guard.errors import GuardError
from guard.grant.lease import Lease
from guard.model.call import Outcome
from guard.ports import World
from guard.revoking import Revoking
from guard.session.state import Session, swept
from guard_adapters.wiring.build import Wired

AT_ONCE = 16
"""Targets asked at the same time."""


async def recover(wired: Wired) -> int:
    """Settle everything that an earlier process left open; return how many calls were lost.

    What a target cannot confirm now stays in the journal, for the watchdog.

    Raises:
        Unavailable: the store failed; nothing may start on it.
    """
    now_ms = wired.world.clock.now_ms()
    lost = 0
    for session in await wired.world.sessions.all():
        if session.steps:
            await _settled(wired, session, now_ms)
            lost += len(session.steps)
    await take_back_all(wired.world)
    await sweep_targets(wired.world)
    return lost


async def take_back_all(world: World) -> None:
    """Revoke every open lease of this guard, and late ones of any other on the same journal."""
    revoking, now_ms = Revoking(world=world), world.clock.now_ms()
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(lease: Lease) -> None:
        async with turn:
            await revoking.take_back(lease, "process_ended")

    rows = await world.leases.unsettled()
    mine = [row for row in rows if row.guard in {world.guard_id, ""} or row.late(now_ms)]
    await asyncio.gather(*(one(row) for row in mine))


async def sweep_targets(world: World) -> dict[str, int]:
    """Delete at every target what carries our name and is in no open row.

    Returns:
        How many were deleted, by issuer; an issuer whose target did not answer is missing.
    """
    revoking, found = Revoking(world=world), dict[str, int]()
    for name, issuer in world.issuers.items():
        with suppress(GuardError):  # one target that is down must not shield the others
            found[name] = len(await revoking.swept(name, issuer))
    return found


async def _settled(wired: Wired, session: Session, now_ms: int) -> None:
    later = now_ms + 1

    def change(one: Session) -> Session:
        return swept(one, older_than_ms=later, now_ms=now_ms)

    await wired.world.sessions.update(session.id, change)
    events = [
        Event(
            kind="outcome_resolved",
            at_ms=now_ms,
            session=session.id,
            call=step.call,
            leaf={"outcome": Outcome.UNKNOWN.value, "why": "process_ended", "action": step.action},
        )
        for step in session.steps
    ]
    await wired.world.sink.write(events)
