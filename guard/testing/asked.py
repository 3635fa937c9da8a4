"""The fake of the hole for looking back: it reads what the other fakes hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.grant.approval import Approval
from guard.testing import MemoryApprovals


@dataclass(slots=True, kw_only=True)
class MemoryAsked:
    """What people were asked and said, in memory."""

    approvals: MemoryApprovals

    async def denied(self, requester: str, agent: str, since_ms: int) -> Sequence[Approval]:
        """Return the questions of one person and agent that were denied since then."""
        return [
            row
            for row in self.approvals.rows.values()
            if (row.requester, row.agent, row.reason_code) == (requester, agent, "denied")
            and row.decided_ms >= since_ms
            and not row.canary
        ]

    async def since(self, since_ms: int) -> Sequence[Approval]:
        """Return what was asked since then."""
        return [row for row in self.approvals.rows.values() if row.created_ms >= since_ms]

    async def calls(self, since_ms: int) -> int:
        """Return how many tool calls were decided since then."""
        ended = (one for one in self.approvals.events if one.kind == "outcome")
        return sum(one.at_ms >= since_ms for one in ended)
