"""The fake of the hole for standing yeses: plans and grants in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from guard.audit.asked import approvals_ended, grants_made
from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import Approval, ApprovalEvent, ApprovalState, granted
from guard.grant.plan import NewPlan, NoPlanTransition, Plan, PlanEvent, PlanState, proposed
from guard.grant.scoped import Grant, GrantState, NoGrantLeft
from guard.grant.votes import Vote
from guard.ports.grants import Use
from guard.testing import MemoryApprovals


@dataclass(slots=True, kw_only=True)
class MemoryGrants:
    """Plans and grants in memory, beside the approvals that their uses leave."""

    approvals: MemoryApprovals
    rows: dict[str, Plan] = field(default_factory=dict)
    held: dict[str, Grant] = field(default_factory=dict)

    async def propose(self, new: NewPlan, events: Sequence[Event]) -> Plan:
        """Insert a plan."""
        self.rows[new.id] = proposed(new)
        if new.tells and self.approvals.noted is not None:
            self.approvals.noted(new)
        self.approvals.events.extend(events)
        return self.rows[new.id]

    async def plan(self, plan_id: str) -> Plan | None:
        """Return one plan."""
        return self.rows.get(plan_id)

    async def plans(self, *, open_only: bool, session: str = "") -> Sequence[Plan]:
        """Return plans, oldest first."""
        still = {PlanState.PENDING, PlanState.APPROVED}
        rows = [one for one in self.rows.values() if session in {"", one.session}]
        return [one for one in rows if one.status in still or not open_only]

    async def vote(self, vote: Vote, events: Sequence[Event]) -> Plan:
        """Count one person's answer."""
        return self._changed(vote.approval_id, lambda plan: plan.voted(vote), vote.at_ms, events)

    async def end(
        self, plan_id: str, event: PlanEvent, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Plan:
        """End a plan and its grants."""
        return self._changed(
            plan_id, lambda plan: plan.after(event, now_ms, reason=reason), now_ms, events
        )

    async def grant(self, grant_id: str) -> Grant | None:
        """Return one grant."""
        return self.held.get(grant_id)

    async def grants(self) -> Sequence[Grant]:
        """Return every grant."""
        return list(self.held.values())

    async def active(self, session: str, now_ms: int) -> Sequence[Grant]:
        """Return the grants of one session that may be used now."""
        return [
            one
            for one in self.held.values()
            if one.ground.session == session and one.status(now_ms) is GrantState.ACTIVE
        ]

    async def revoke(
        self, grant_id: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Grant:
        """End one grant."""
        grant = self.held.get(grant_id)
        if grant is None:
            raise Refused(f"There is no grant {grant_id!r}.", code="grant_unknown")
        try:
            self.held[grant_id] = grant.revoked(now_ms, reason)
        except NoGrantLeft as error:
            raise Refused(str(error), code=error.code) from error
        self._void({grant_id}, reason, now_ms)
        self.approvals.events.extend(events)
        return self.held[grant_id]

    async def use(self, use: Use, events: Sequence[Event]) -> Approval | None:
        """Take one use and leave an approved row."""
        now_ms, rows = use.new.created_ms, self.approvals.rows
        same = [row.at(now_ms) for row in rows.values() if row.binding == use.asked]
        standing = next((row for row in same if row.open), None)
        if standing is not None and standing.status is ApprovalState.APPROVED:
            return standing
        grant = self.held.get(use.grant)
        if grant is None or grant.status(now_ms) is not GrantState.ACTIVE:
            return None
        if standing is not None:
            over = standing.after(ApprovalEvent.CANCEL, now_ms, reason="granted")
            rows[over.id] = over
            self.approvals.events.extend(approvals_ended([over], now_ms))
        self.held[grant.id] = grant.used(now_ms)
        rows[use.new.id] = granted(use.new, grant.id)
        self.approvals.events.extend(events)
        return rows[use.new.id]

    def _changed(
        self, plan_id: str, change: Callable[[Plan], Plan], now_ms: int, events: Sequence[Event]
    ) -> Plan:
        plan = self.rows.get(plan_id)
        if plan is None:
            raise Refused(f"There is no plan {plan_id!r}.", code="plan_unknown")
        try:
            changed = change(plan)
        except NoPlanTransition as error:
            raise error.refused from error
        self.rows[plan_id] = changed
        self.approvals.events.extend(events)
        if changed.status is PlanState.APPROVED and plan.status is not PlanState.APPROVED:
            self.held |= {one.id: one for one in changed.grants()}
            self.approvals.events.extend(grants_made(changed))
        elif changed.status is not PlanState.APPROVED:
            self._end(changed, now_ms)
        return changed

    def _end(self, plan: Plan, now_ms: int) -> None:
        mine = {one.id: one for one in self.held.values() if one.plan == plan.id}
        for one in mine.values():
            if one.status(now_ms) is GrantState.ACTIVE:
                self.held[one.id] = one.revoked(now_ms, plan.reason_code)
        self._void(set(mine), plan.reason_code, now_ms)

    def _void(self, grants: set[str], reason: str, now_ms: int) -> None:
        for row in list(self.approvals.rows.values()):
            if row.grant in grants and row.at(now_ms).open:
                ended = row.after(ApprovalEvent.VOID, now_ms, reason=reason)
                self.approvals.rows[row.id] = ended
                self.approvals.events.extend(approvals_ended([ended], now_ms))
