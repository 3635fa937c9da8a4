"""Takes back what people were asked or said in one session: questions, plans and grants.

It only narrows; what ended by itself in the meantime is left as it ended.
"""

from contextlib import suppress

from guard.audit.asked import plan_ended
from guard.errors import Refused
from guard.grant.plan import PlanEvent
from guard.ports import World
from guard.session.state import Session, paid


async def void_session(world: World, session_id: str, why: str, now_ms: int) -> None:
    """Void every open question, plan and grant of a session.

    Args:
        world: the ports.
        session_id: the session.
        why: a stable code: the signal, or what ended the session.
        now_ms: the moment (Unix milliseconds).

    Raises:
        Unavailable: the store failed; what was not reached is still open.
    """
    # Grants first: they answer without a person, so nobody else would stop them.
    if world.grants is not None:
        for plan in await world.grants.plans(open_only=True, session=session_id):
            with suppress(Refused):
                event = plan_ended(plan, why, now_ms)
                await world.grants.end(plan.id, PlanEvent.VOID, why, now_ms, [event])
    for approval in await world.approvals.listed(open_only=True, session=session_id):
        if approval.at(now_ms).open:
            with suppress(Refused):
                await world.approvals.end(approval.id, "void", why, now_ms, [])


async def settled(world: World, session: Session) -> Session:
    """Write down that what a session owed is done, and return it; what came since is still owed.

    Args:
        world: the ports.
        session: as it was when its questions and yeses were voided.

    Raises:
        Unavailable: the store failed; it is owed, and will be done again.
    """
    due = session.owed.due
    if not session.owed.open or session.ended_at_ms:
        return session
    return await world.sessions.update(session.id, lambda one: paid(one, due))
