"""A step-up: ask people once, wait, look again, and use their yes at most once.

It does not know who answers or where. An answer is evidence for exact bytes: after it the call is
judged again on fresh facts, and whatever is not allowed then does not run.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from guard.audit.asked import approval_opened, approval_used
from guard.audit.event import Event
from guard.errors import (
    ApprovalPending,
    GuardError,
    NotApproved,
    Refused,
    SessionMoved,
    Unavailable,
)
from guard.grant.approval import Approval, ApprovalState, NewApproval, limits
from guard.grant.binding import binding
from guard.grant.canary import as_canary
from guard.grant.cooldown import same_call
from guard.grant.offer import offer_text
from guard.grant.unanswered import Hold, hold_ms, moved, unusable, used_up
from guard.grant.votes import typed_paths
from guard.judging import Judged
from guard.model.call import ToolCall, ToolSpec
from guard.model.decision import Allow, Applied, Deny, Narrow, StepUp
from guard.model.facts import Evidence, Facts
from guard.ports import Attempt, Waiter, World
from guard.session.state import Session
from guard.stepup.granting import Granting, Standing, ground_of, offer_beside
from guard.stepup.hearing import somebody_hears
from guard.stepup.repeating import Repeating
from guard.stepup.showing import Showing
from guard.stepup.sparing import Sparing

Again = Callable[[ToolCall, Evidence], Awaitable[tuple[Session, Judged]]]
"""Takes fresh facts for the narrowed call and judges it with this evidence: on which session."""

LOOKS = 5
"""Looks at a session that changes under every one of them before the call has to come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """A used-up approval, the judgement that it was used for, and what people saw narrowed."""

    approval: Approval
    judged: Judged
    call: ToolCall
    applied: tuple[Applied, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt to use an approval, known before it is made: its ending settles what it used."""

    approval: str = ""
    consume_id: str = ""


NOTHING_CLAIMED = Claim()
Claiming = Callable[[Claim], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Asks people. All times in milliseconds unless the name says otherwise."""

    world: World
    showing: Showing
    retry_after_s: int
    outcome_due_ms: int
    repeating: Repeating
    sparing: Sparing
    key: bytes = field(repr=False)

    async def ask(
        self,
        call: ToolCall,
        spec: ToolSpec,
        judged: Judged,
        again: Again,
        claim: Claiming,
        hold: Hold,
    ) -> Yes:
        """Return once people said yes and the call is still allowed.

        Raises:
            NotAllowed, NobodyToAsk: nobody could read a call of this size, or answer it.
            NotApproved: denied, no answer, the yes no longer holds, or the same call ran already.
            ApprovalPending: nobody answered within `hold`; the question stays open.
            Unavailable: an approver or the store failed.
        """
        facts, answer = judged.facts, judged.answer
        assert isinstance(answer, StepUp)  # noqa: S101  our own mistake, not the caller's
        asked = call.narrowed(answer.arguments)
        view = await self.showing.view(asked, spec, judged, same_call(self.key, asked, facts.who))
        new = self._question(asked, spec, facts, answer, view)
        await self.sparing.check(new)
        await self.repeating.check(spec, new, hold)
        standing = await Granting(world=self.world).answered(asked, spec, facts, answer, new)
        if standing is None:
            bait = await self._bait(asked, spec, judged, answer)
            standing = Standing(approval=await self._answered(new, bait, hold))
        try:
            yes = await self._use(asked, spec, standing, again, claim)
        except NotApproved as no:
            if no.status == "denied":
                await self.sparing.after_no(new)
            raise
        return replace(yes, applied=answer.applied)

    async def _bait(
        self, asked: ToolCall, spec: ToolSpec, judged: Judged, answer: StepUp
    ) -> NewApproval | None:
        """Return, seldom, a question whose right answer is no."""
        if self.world.baits is None:
            return None
        bad = self.world.baits.draw(asked.action, self.world.ids.token(8))
        if bad is None:
            return None
        call = asked.narrowed(bad)
        same = same_call(self.key, call, judged.facts.who)
        view = await self.showing.view(call, spec, judged, same)
        return as_canary(self._question(call, spec, judged.facts, answer, view))

    async def _answered(self, new: NewApproval, bait: NewApproval | None, hold: Hold) -> Approval:
        """Ask people and return the row once it is no longer pending."""
        await somebody_hears(self.world, new)
        await self.sparing.room(new)
        approval = await self._opened(new, bait, hold)
        if approval.id != new.id:  # the same call already waits: join it, and ask nobody again
            async with self.world.approvals.waiter(approval.id) as waiter:
                row = await self._row(approval.id)
                approval = await self._answer(row, waiter, hold, joined=True)
        return approval

    async def _opened(self, new: NewApproval, bait: NewApproval | None, hold: Hold) -> Approval:
        # Registered before the question is visible: an answer in between is not lost.
        async with self.world.approvals.waiter(new.id) as waiter:
            approval = await self.world.approvals.open(new, [approval_opened(new)])
            if approval.id != new.id:
                return approval
            await self._announce(approval)
            if bait is not None:
                with suppress(GuardError):  # the real question does not hang on it
                    row = await self.world.approvals.open(bait, [approval_opened(bait)])
                    await self._announce(row)
            return await self._answer(await self._row(approval.id), waiter, hold, joined=False)

    async def _announce(self, approval: Approval) -> None:
        try:
            for approver in self.world.approvers:
                await approver.announce(approval)
        except GuardError:
            # Else the same call would wait on a question that nobody was told of.
            now_ms = self.world.clock.now_ms()
            with suppress(GuardError):  # what the approver said is what the caller must hear
                await self.world.approvals.end(approval.id, "cancel", "not_announced", now_ms, [])
            raise

    def _question(
        self, call: ToolCall, spec: ToolSpec, facts: Facts, answer: StepUp, view: bytes
    ) -> NewApproval:
        now_ms = facts.clock.at_ms
        principal = facts.who.principal.key
        bound, envelope = binding(
            server=call.server,
            tool=call.tool,
            schema_sha256=spec.definition_sha256(),
            bytes_sha256=call.bytes_sha256,
            session=call.session,
            workload=facts.who.workload.id,
            principal=principal,
            policy_version=answer.basis.slice,
            intent_sha256=facts.intent.sha256,
            acting=facts.who.agent.id if facts.who.agent.parents else "",
        )
        pending_until_ms, grant_ttl_s = limits(answer.requirements, now_ms)
        return NewApproval(
            id=f"apr_{self.world.ids.token(18).hex()}",
            binding=bound,
            envelope=envelope,
            call_id=call.id,
            call_bytes=call.arguments,
            view_json=view,
            action=call.action,
            nonce=self.world.ids.token(32).hex(),
            requester=principal,
            agent=facts.who.agent.id,
            session=call.session,
            requirements=typed_paths(answer.requirements, spec, call.parsed()),
            policy_version=answer.basis.slice,
            pending_until_ms=pending_until_ms,
            grant_ttl_s=grant_ttl_s,
            cooldown_key=same_call(self.key, call, facts.who),
            created_ms=now_ms,
            offer=offer_text(offer_beside(call, spec, facts, answer)) if self.world.grants else "",
        )

    async def _answer(
        self, approval: Approval, waiter: Waiter, hold: Hold, *, joined: bool
    ) -> Approval:
        until_ms = self.world.clock.now_ms() + hold_ms(hold, approval, joined=joined)
        while approval.status is ApprovalState.PENDING:
            left_ms = until_ms - self.world.clock.now_ms()
            if left_ms <= 0:
                raise ApprovalPending(
                    approval.id,
                    pending_until_ms=approval.pending_until_ms,
                    retry_after_s=self.retry_after_s,
                )
            await waiter.wait(left_ms)
            approval = await self._row(approval.id)
        return approval

    async def _row(self, approval_id: str) -> Approval:
        row = await self.world.approvals.get(approval_id)
        if row is None:
            raise Unavailable(f"Approval {approval_id!r} is gone.", code="approval_lost")
        return row.at(self.world.clock.now_ms())

    async def _use(
        self, call: ToolCall, spec: ToolSpec, standing: Standing, again: Again, claim: Claiming
    ) -> Yes:
        approval = standing.approval
        if approval.status is not ApprovalState.APPROVED:
            now_ms = self.world.clock.now_ms()
            left_ms = await self.world.approvals.cooling(approval.cooldown_key, now_ms)
            raise unusable(approval, left_ms, now_ms)
        for _ in range(LOOKS - 1):
            with suppress(SessionMoved):
                return await self._used(call, spec, standing, again, claim)
        return await self._used(call, spec, standing, again, claim)

    async def _used(
        self, call: ToolCall, spec: ToolSpec, standing: Standing, again: Again, claim: Claiming
    ) -> Yes:
        """Look once more, and use the yes up if it holds for the session as it stands then."""
        approval = standing.approval
        session, judged = await again(call, Evidence(approvals=approval.rules))
        await self._hold_or_void(call, spec, standing, judged)
        now_ms = judged.facts.clock.at_ms
        attempt = Attempt(
            consume_id=self.world.ids.token(16).hex(),
            judged=session,
            binding=approval.binding,
            policy_version=approval.policy_version,
            now_ms=now_ms,
            outcome_due_ms=now_ms + self.outcome_due_ms,
        )
        # Before the attempt: a caller cancelled in it may have used the approval up.
        claim(Claim(approval=approval.id, consume_id=attempt.consume_id))
        events = [self._decided(judged), approval_used(approval, judged.facts)]
        used = await self.world.approvals.consume(approval.id, attempt, events)
        if used is None:
            raise used_up(approval.id)
        return Yes(approval=used, judged=judged, call=call.narrowed(used.call_bytes))

    async def _hold_or_void(
        self, call: ToolCall, spec: ToolSpec, standing: Standing, judged: Judged
    ) -> None:
        """Return if what people said yes to still holds; else take their yes back, and raise."""
        approval, facts, answer = standing.approval, judged.facts, judged.answer
        match answer:
            case Allow():
                pass
            case Narrow() if answer.arguments == call.arguments:
                pass  # the same narrowing as before the question: people saw these bytes
            case Narrow() | StepUp() | Deny():
                await self._void(approval, judged)
        ground = ground_of(facts, spec, answer.basis.slice)
        shifted = standing.ground is not None and standing.ground.fault(ground)
        if shifted or answer.basis.slice != approval.policy_version:
            await self._void(approval, judged)

    def _decided(self, judged: Judged) -> Event:
        return judged.event(self.world.ids.token(16))

    async def _void(self, approval: Approval, judged: Judged) -> None:
        event, now_ms = self._decided(judged), judged.facts.clock.at_ms
        same = judged.answer.basis.slice == approval.policy_version
        why = moved(judged.answer, same_policy=same)
        try:
            await self.world.approvals.end(approval.id, "void", why, now_ms, [event])
        except Refused:  # it ended by itself in the meantime
            await self.world.sink.write([event])
        raise NotApproved(
            approval.id, "revoked", "the situation changed after the yes", reason_code=why
        )
