"""What a starting guard owes the one before it: calls without an ending, leases without an end.

A call that was in flight when the process died may have run: it is recorded as unknown and never
run again, and its text may have been read: the labels of its tool enter. One that waited for
people, and whose yes nobody used, did not run: it is recorded as refused. It revokes by handle; it
cannot know a secret.
"""

import asyncio
from collections.abc import Callable, Container
from contextlib import suppress

from guard.access.killing import Killing
from guard.audit.event import Event
from guard.errors import GuardError
from guard.grant.lease import KEPT_MS, KEPT_ROWS, Lease
from guard.grant.used import never_used
from guard.lease.revoking import Revoking
from guard.model.call import Outcome
from guard.ports import Ending, World
from guard.session.calls import abandoned, nothing_said
from guard.session.state import Session
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.process.together import Turns

PRUNED_AT_ONCE = 1_000
"""Rows forgotten in one transaction."""


async def recover(wired: Wired) -> int:
    """Do what a guard that starts owes the one before it; return how many calls may have run.

    Raises:
        Unavailable: the store failed; nothing may start on it.
    """
    ran = await settle_lost(wired, sweep=True)
    await pay(wired)
    return ran


async def settle_lost(wired: Wired, *, sweep: bool = False) -> int:
    """Settle everything that guards which are gone left open; return how many calls may have run.

    Where they left leases, or with `sweep`, the targets are asked for what is in no row, too.

    On a store of its own that is whatever is open when a guard starts; on a shared one other
    guards may live, and their calls are left alone. What a target cannot confirm now stays in the
    journal, for the watchdog.

    Raises:
        Unavailable: the store failed.
    """
    now_ms = wired.world.clock.now_ms()
    ran = 0
    for session, calls in (await wired.store.lost_calls()).items():
        ran += await _settled(wired, session, calls, now_ms)
    await wired.store.lose_runs(now_ms)
    gone = frozenset(lease.id for lease in await wired.store.lost_leases())
    await take_back_all(wired.world, gone)
    if gone or sweep:
        await sweep_targets(wired.world)
    return ran


async def pay(wired: Wired) -> None:
    """Void what people said before a signal or a stop, where the guard before this died first.

    Raises:
        Unavailable: the store failed; nothing may start on it.
    """
    for session in await wired.world.sessions.live():
        await wired.reauthorizing.owed(session)
    killing = Killing(world=wired.world, policy=lambda: wired.bundle)
    for kill in wired.world.kills.standing():
        await killing.follow(kill)


async def take_back_all(world: World, gone: Container[str] | None = None) -> None:
    """Revoke every open lease of this guard, and late ones of any other on the same journal.

    Args:
        world: the ports.
        gone: leases whose guard is gone; None takes all of this guard's name.
    """
    revoking, now_ms, turns = Revoking(world=world), world.clock.now_ms(), Turns()

    async def one(lease: Lease) -> None:
        async with turns.of(lease.issuer):
            await revoking.take_back(lease, "process_ended")

    rows = await world.leases.unsettled()
    named = [row for row in rows if row.guard in {world.guard_id, ""} or row.late(now_ms)]
    mine = [row for row in named if gone is None or row.id in gone or row.late(now_ms)]
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


async def prune(world: World) -> int:
    """Forget leases and epochs of which nothing lives any more; return how many leases.

    Raises:
        Unavailable: the journal failed.
    """
    before_ms, total = world.clock.now_ms() - KEPT_MS, 0
    await world.kills.prune(before_ms)
    while True:
        gone = await world.leases.prune(before_ms, KEPT_ROWS, PRUNED_AT_ONCE)
        total += gone
        if gone < PRUNED_AT_ONCE:
            return total


async def _settled(wired: Wired, session: str, calls: frozenset[str], now_ms: int) -> int:
    """Record how these calls ended, in the session and in the log, together.

    Returns:
        How many of them may have run.
    """
    world, judging = wired.world, wired.guard.judging()
    found = await world.sessions.get(session)  # an ending changes sessions that are in use
    rows = await world.approvals.listed(open_only=False, session=session)
    waited = calls & never_used({one.call: one.at_ms for one in found.steps}, rows)

    def said(action: str) -> frozenset[str]:
        server, _, tool = action.partition("/")
        return judging.spec_of(server, tool).output.names(server)

    await _ended(world, session, waited, Outcome.REFUSED, nothing_said, now_ms)
    await _ended(world, session, calls - waited, Outcome.UNKNOWN, said, now_ms)
    return len(calls - waited)


async def _ended(
    world: World,
    session: str,
    calls: frozenset[str],
    outcome: Outcome,
    labels: Callable[[str], frozenset[str]],
    now_ms: int,
) -> None:
    if not calls:
        return
    events = tuple(
        Event(
            kind="outcome_resolved",
            at_ms=now_ms,
            session=session,
            call=call,
            leaf={"outcome": outcome.value, "why": "process_ended"},
        )
        for call in sorted(calls)
    )

    def change(one: Session) -> Session:
        return abandoned(one, calls, outcome, now_ms=now_ms, labels=labels)

    ending = Ending(session=session, change=change, events=events, outcome=outcome)
    await world.outcomes.close(ending)
