"""What a starting guard owes the one before it: calls without an ending, leases without an end.

A call that was in flight when the process died may have run: it is recorded as unknown and never
run again. It revokes by handle; it cannot know a secret.
"""

from guard.audit.event import Event
from guard.grant.lease import Lease, LeaseEvent, LeaseState
from guard.model.call import Outcome
from guard.session.state import Session, swept
from guard_adapters.wiring.build import Wired


async def recover(wired: Wired) -> int:
    """Settle everything that an earlier process left open; return how many calls were lost.

    Raises:
        Unavailable: the store failed; nothing may start on it.
    """
    now_ms = wired.world.clock.now_ms()
    lost = 0
    for session in await wired.world.sessions.all():
        calls = [step for step in session.steps if step.in_flight]
        if calls:
            await _settled(wired, session, now_ms)
            lost += len(calls)
    for lease in await wired.world.leases.unsettled():
        await _recalled(wired, lease, now_ms)
    return lost


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
        if step.in_flight
    ]
    await wired.world.sink.write(events)


async def _recalled(wired: Wired, lease: Lease, now_ms: int) -> None:
    """Ask the target to end the lease; what it cannot confirm stays in the journal."""
    recalled = lease
    if lease.state is not LeaseState.REVOKE_PENDING:
        recalled = lease.after(LeaseEvent.RECALL, now_ms, reason="process_ended")
        await wired.world.leases.save(recalled, [])
    if lease.kind == wired.calltoken.kind and await wired.calltoken.revoke(recalled, "recovery"):
        gone = recalled.after(LeaseEvent.GONE, now_ms)
        leaf = {"lease": lease.id, "handle": lease.handle, "why": "process_ended"}
        event = Event(
            kind="credential_revoked",
            at_ms=now_ms,
            session=lease.session,
            call=lease.call_id,
            leaf=leaf,
        )
        await wired.world.leases.save(gone, [event])
