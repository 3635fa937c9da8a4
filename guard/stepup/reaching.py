"""When a question reached somebody who may answer it. It is a note: nothing is decided by it."""

from collections.abc import Iterable

from guard.grant.votes import Asker, Voter, may_deny
from guard.stepup.reviewing import Reviewing


async def on_screen(reviewing: Reviewing, name: str, approval_ids: Iterable[str]) -> None:
    """Note that these questions were before this person, where they are asked to answer them.

    Args:
        reviewing: takes the answers of the same people.
        name: the reviewer, as their login tells.
        approval_ids: what their page showed; unknown ones are passed over.

    Raises:
        Refused: `disabled`.
    """
    person = reviewing.person(name)
    voter = Voter(principal=person.principal, groups=person.groups, owns=person.owns)
    for ident in approval_ids:
        row = await reviewing.approvals.get(ident)
        if row is None:
            continue
        asker = Asker(requester=row.requester, agent=row.agent)
        if not may_deny(row.requirements, asker, voter):
            await reviewing.approvals.delivered(ident, reviewing.clock.now_ms())
