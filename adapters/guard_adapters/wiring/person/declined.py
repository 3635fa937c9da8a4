"""A person who would not even look: a no that came through the agent's own client.

A no needs no proof, so it counts; a yes on this way would be worth nothing and is not taken.
"""

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.votes import Vote, Voter
from guard.model.identity import Who
from guard.ports import World


async def decline(world: World, who: Who, approval_id: str) -> None:
    """Say no to a question of this person and this agent.

    Raises:
        Refused: `approval_unknown`: there is none, or it is somebody else's;
            `approval_transition`: it has ended.
    """
    row = await world.approvals.get(approval_id)
    owner = (who.principal.key, who.agent.id)
    if row is None or (row.requester, row.agent) != owner:
        raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
    now_ms = world.clock.now_ms()
    vote = Vote(
        approval_id=approval_id,
        voter=Voter(principal=who.principal.key),
        decision="deny",
        method="elicitation",
        at_ms=now_ms,
    )
    leaf = {"approval": approval_id, "decision": "deny", "method": vote.method}
    event = Event(kind="vote", at_ms=now_ms, session=row.session, call=row.call_id, leaf=leaf)
    await world.approvals.vote(vote, [event])
