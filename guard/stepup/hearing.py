"""Is anybody there who could answer? Looked at before a question is listed.

It asks nobody. A question that nobody could answer would only keep an agent waiting for its limit.
"""

from guard.errors import NobodyToAsk
from guard.grant.approval import NewApproval
from guard.grant.votes import reasons_of
from guard.ports import World


async def somebody_hears(world: World, new: NewApproval) -> None:
    """Return if somebody is told of this question who could answer it.

    Raises:
        NobodyToAsk: `no_approver`, `no_reviewer`.
    """
    if not world.approvers:
        raise NobodyToAsk(
            "Nobody is configured to answer.",
            code="no_approver",
            reasons=reasons_of(new.requirements),
            next_step="The operator lists who may answer in reviewers.yaml beside guard.yaml, or "
            "gives `build` an approver: docs/reviewers.md.",
        )
    if world.audience is not None:
        await world.audience.enough(new)
