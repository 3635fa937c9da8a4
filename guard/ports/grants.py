"""The hole for standing yeses: plans that people are asked about, and the grants they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from guard.audit.event import Event
from guard.grant.approval import Approval, NewApproval
from guard.grant.plan import NewPlan, Plan, PlanEvent
from guard.grant.scoped import Grant
from guard.grant.votes import Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a grant, for one call.

    `asked` is the binding under which people may have been asked about the same call: a question
    that is still open there ends with this use, and a yes that stands there is taken instead.
    """

    grant: str
    new: NewApproval
    asked: str


class Grants(Protocol):
    """Plans and grants. Contract: the row decides.

    A yes that completes a plan's quorum and the grants that it gives are one transaction, and so
    are a use and the approved row that it leaves. What ends a plan ends its grants; what ends a
    grant voids the approved rows that it left and nobody has used. `events` are written in the same
    transaction as the change, or neither is. An unknown id is `Refused("plan_unknown")` or
    `Refused("grant_unknown")`; what has ended is `Refused("plan_transition")` or
    `Refused("grant_ended")`.
    """

    async def propose(self, new: NewPlan, events: Sequence[Event]) -> Plan: ...
    async def plan(self, plan_id: str) -> Plan | None: ...
    async def plans(
        self, *, open_only: bool, session: str = ""
    ) -> Sequence[Plan]: ...  # oldest first; all of a session, else the last of many
    async def vote(self, vote: Vote, events: Sequence[Event]) -> Plan: ...  # approval_id: the plan
    async def end(
        self, plan_id: str, event: PlanEvent, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Plan: ...
    async def grant(self, grant_id: str) -> Grant | None: ...
    async def grants(self) -> Sequence[Grant]: ...  # oldest first, ended ones too
    async def active(self, session: str, now_ms: int) -> Sequence[Grant]: ...
    async def revoke(
        self, grant_id: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Grant: ...
    async def use(
        self, use: Use, events: Sequence[Event]
    ) -> Approval | None: ...  # None: not active
