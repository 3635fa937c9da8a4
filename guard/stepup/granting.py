"""Standing yeses: used where one fits, offered beside a question, proposed as a plan.

Rule 1: it is looked for after deny rules and narrowing, and before people are asked. Rule 2: a use
is an ordinary approved row, so what follows (the second look, the record, at most once) is the same
as after a person's answer. Rule 3: proposing gives nothing; people vote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guard.audit.asked import approval_opened, grant_ended, plan_ended, plan_opened, plan_voted
from guard.audit.event import Event
from guard.audit.redact import SALT, salted_sha256
from guard.errors import Refused, Unavailable
from guard.grant.approval import Approval, ApprovalState, NewApproval, limits
from guard.grant.binding import for_use
from guard.grant.offer import Offer, offer_for, offer_from
from guard.grant.plan import Item, NewPlan, Plan, PlanEvent, items_bytes, plan_fault
from guard.grant.scoped import Grant, Ground, first_fit
from guard.grant.signing import NotCanonical
from guard.grant.votes import Vote
from guard.model.call import ToolCall, ToolSpec
from guard.model.decision import StepUp
from guard.model.facts import Facts
from guard.ports import World
from guard.ports.grants import Grants, Use

STILL_OFFERED = frozenset({ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.CONSUMED})
"""States of a question beside which its standing yes may be asked for: not after a no."""


def ground_of(facts: Facts, spec: ToolSpec, policy_version: str) -> Ground:
    """Return what a yes to this call rests on now."""
    return Ground(
        session=facts.call.session,
        requester=facts.who.principal.key,
        agent=facts.who.agent.id,
        workload=facts.who.workload.id,
        schema_sha256=spec.definition_sha256(),
        policy_version=policy_version,
        intent_sha256=facts.intent.sha256,
        labels=facts.history.labels,
        risk=facts.risk.session,
    )


def offer_beside(call: ToolCall, spec: ToolSpec, facts: Facts, answer: StepUp) -> Offer | None:
    """Return what may be offered beside the question about this call; None: this call alone."""
    ground = ground_of(facts, spec, answer.basis.slice)
    return offer_for(call, spec, ground, answer, untrusted=facts.prov.untrusted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An approved row, and the ground that must still hold when it is used.

    No ground: people said yes to this very call.
    """

    approval: Approval
    ground: Ground | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """Finds, proposes and ends standing yeses.

    Args:
        world: the ports; without its hole for grants there are none, and people are asked.
        open_plans: plans of one person and agent that wait at once.
    """

    world: World
    open_plans: int = 5

    async def answered(
        self, call: ToolCall, spec: ToolSpec, facts: Facts, answer: StepUp, new: NewApproval
    ) -> Standing | None:
        """Use a grant for this call, or return None: people are asked.

        Args:
            call: the call as it would run, already narrowed.
            spec: the catalogue's word on the tool.
            facts: what is known of it.
            answer: what policy asks.
            new: the question that would be asked.
        """
        grants = self.world.grants
        # An argument that untrusted text wrote is asked about, whatever was said before.
        if grants is None or facts.prov.untrusted:
            return None
        now_ms = new.created_ms
        ground = ground_of(facts, spec, answer.basis.slice)
        found = await grants.active(call.session, now_ms)
        grant = first_fit(found, call, ground, answer, now_ms)
        if grant is None:
            return None
        binding, envelope = for_use(new.envelope, new.id)
        own = replace(new, binding=binding, envelope=envelope, offer="", cooldown_key="")
        use = Use(grant=grant.id, new=own, asked=new.binding)
        row = await grants.use(use, [approval_opened(own, grant.id)])
        if row is None:  # somebody took the last use in between
            return None
        return Standing(approval=row, ground=grant.ground if row.via == "grant" else None)

    async def propose_grant(
        self, approval_id: str, choices: Mapping[str, int], *, uses: int, ttl_s: int, by: str
    ) -> Plan:
        """Open a question about a standing yes that was offered beside another question.

        Args:
            approval_id: the question beside which it was offered.
            choices: argument path -> place in what was offered; the rest stays exact.
            uses: how often it may be used.
            ttl_s: how long it holds from the yes on (seconds).
            by: who asks for it; their vote is a second step.

        Raises:
            Refused: `approval_unknown`, `not_offered`, `offer_unknown`, `plan_refused`.
        """
        now_ms = self.world.clock.now_ms()
        row = await self.world.approvals.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        offer = offer_from(row.offer)
        if offer is None or row.canary or row.at(now_ms).status not in STILL_OFFERED:
            raise Refused(
                "No standing yes may be asked for beside this question.",
                code="not_offered",
                next_step="Answer the one call; irreversible, outgoing and tainted ones stay so.",
            )
        item = offer.picked(choices, uses)
        return await self.propose("grant", [item], ttl_s=ttl_s, by=by, approval=approval_id)

    async def propose(
        self, kind: str, items: Sequence[Item], *, ttl_s: int, by: str, approval: str = ""
    ) -> Plan:
        """Open a question about these items, as one; it gives nothing until people say yes.

        Raises:
            Refused: `plan_refused`: nobody should be asked about such a plan;
                `too_many_open_plans`.
        """
        grants = self._hole()
        now_ms, ids = self.world.clock.now_ms(), self.world.ids
        asked = tuple(dict.fromkeys(one for item in items for one in item.requirements))
        ground = items[0].ground if items else Ground(session="", requester="", agent="")
        new = NewPlan(
            id=f"pln_{ids.token(18).hex()}",
            kind="grant" if kind == "grant" else "plan",
            session=ground.session,
            requester=ground.requester,
            agent=ground.agent,
            items=tuple(items),
            ttl_s=ttl_s,
            nonce=ids.token(32).hex(),
            created_ms=now_ms,
            pending_until_ms=limits(asked, now_ms)[0],
            approval=approval,
            proposed_by=by,
        )
        await self._room(grants, new)
        salt = ids.token(SALT)
        digest = salted_sha256(salt, _readable(new))
        return await grants.propose(new, [plan_opened(new, digest, salt.hex())])

    async def vote(self, vote: Vote) -> Plan:
        """Count one person's answer to a plan; `vote.approval_id` names it.

        Raises:
            Refused: `plan_unknown`, `plan_transition`.
        """
        plan = await self.plan(vote.approval_id)
        return await self.count(vote, plan_voted(plan, vote))

    async def count(self, vote: Vote, event: Event) -> Plan:
        """Count an answer that was checked, with its record; as `vote`."""
        return await self._hole().vote(vote, [event])

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan as it stands now.

        Raises:
            Refused: `plan_unknown`.
        """
        plan = await self._hole().plan(plan_id)
        if plan is None:
            raise Refused(f"There is no plan {plan_id!r}.", code="plan_unknown")
        return plan.at(self.world.clock.now_ms())

    async def plans(self, *, open_only: bool) -> Sequence[Plan]:
        """Return plans as they stand now, oldest first."""
        now_ms = self.world.clock.now_ms()
        rows = [one.at(now_ms) for one in await self._hole().plans(open_only=open_only)]
        return [one for one in rows if one.open or not open_only]

    async def end_plan(self, plan_id: str, why: str) -> Plan:
        """Take a plan back, and every grant that it gave.

        Raises:
            Refused: `plan_unknown`, `plan_transition`.
        """
        now_ms, plan = self.world.clock.now_ms(), await self.plan(plan_id)
        event = plan_ended(plan, why, now_ms)
        return await self._hole().end(plan_id, PlanEvent.REVOKE, why, now_ms, [event])

    async def grant(self, grant_id: str) -> Grant:
        """Return one grant.

        Raises:
            Refused: `grant_unknown`.
        """
        grant = await self._hole().grant(grant_id)
        if grant is None:
            raise Refused(f"There is no grant {grant_id!r}.", code="grant_unknown")
        return grant

    async def grants(self) -> Sequence[Grant]:
        """Return grants, oldest first, ended ones too."""
        return await self._hole().grants()

    async def revoke(self, grant_id: str, why: str) -> Grant:
        """Take one grant back; what it left unused does not run.

        Raises:
            Refused: `grant_unknown`, `grant_ended`.
        """
        now_ms, grant = self.world.clock.now_ms(), await self.grant(grant_id)
        event = grant_ended(grant, why, now_ms)
        return await self._hole().revoke(grant_id, why, now_ms, [event])

    async def _room(self, grants: Grants, new: NewPlan) -> None:
        fault = plan_fault(new)
        if fault:
            raise _refused_plan(fault)
        mine = (new.requester, new.agent)
        waiting = [
            one
            for one in await grants.plans(open_only=True)
            if (one.requester, one.agent) == mine and one.at(new.created_ms).pending
        ]
        if len(waiting) >= self.open_plans:
            raise Refused(
                f"{len(waiting)} plans of this agent wait for an answer already.",
                code="too_many_open_plans",
                next_step="Wait until a person has answered one of them.",
            )

    def _hole(self) -> Grants:
        if self.world.grants is None:
            raise Unavailable("This guard keeps no standing yeses.", code="no_grants")
        return self.world.grants


def _readable(new: NewPlan) -> bytes:
    """Return the canonical bytes of what a plan gives; larger than people read is refused."""
    try:
        return items_bytes(new.items)
    except NotCanonical as wrong:
        raise _refused_plan(wrong.wrong) from None


def _refused_plan(why: str) -> Refused:
    return Refused(
        f"Nobody is asked about such a plan ({why}).",
        code="plan_refused",
        next_step="Name 1 to 20 calls that people would be asked about, at most 8 hours ahead.",
    )
