"""Spares people: worn out by questions, they say yes to the wrong one.

A call that was refused is refused again without asking; one agent has few open questions; after
some denials its session is suspended until an operator looks. Counts go by person and agent, so
that a new session does not start them anew. It only refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.audit.event import Event
from guard.config import Settings
from guard.errors import Refused
from guard.grant.approval import Approval, ApprovalState, NewApproval
from guard.grant.unanswered import cooling
from guard.ports import World
from guard.session.state import suspended
from guard.stepup.voiding import settled, void_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparing:
    """Decides whether people may be asked at all.

    Args:
        world: the ports.
        open_prompts: questions of one person and agent that wait at once.
        denials: denials within the window after which nothing more is asked.
        window_ms: for how long a denial counts (milliseconds).
        cooldown_ms: how long a no refuses the same call (milliseconds).
    """

    world: World
    open_prompts: int
    denials: int
    window_ms: int
    cooldown_ms: int

    @classmethod
    def under(cls, world: World, settings: Settings) -> "Sparing":
        """Return it within the operator's numbers."""
        return cls(
            world=world,
            open_prompts=settings.open_prompts,
            denials=settings.denials,
            window_ms=settings.denials_window_s * 1000,
            cooldown_ms=settings.cooldown_s * 1000,
        )

    async def check(self, new: NewApproval) -> None:
        """Return if this question may be put, by a standing yes or by people.

        Raises:
            Refused: `session_suspended`, `too_many_denials`.
            NotApproved: people said no to the same call a short while ago.
        """
        await self._not_worn(new)
        left_ms = await self.world.approvals.cooling(new.cooldown_key, new.created_ms)
        if left_ms > 0:
            raise cooling(left_ms, new.created_ms, await self._same(new))

    async def room(self, new: NewApproval) -> None:
        """Return if one more question may wait for people.

        Raises:
            Refused: `too_many_open_questions`.
        """
        waiting = [
            row
            for row in await self.world.approvals.listed(open_only=True, requester=new.requester)
            if (row.requester, row.agent, row.canary) == (new.requester, new.agent, False)
            and row.binding != new.binding
            and row.at(new.created_ms).status is ApprovalState.PENDING
        ]
        if len(waiting) >= self.open_prompts:
            raise Refused(
                f"{len(waiting)} questions of this agent wait for an answer already.",
                code="too_many_open_questions",
                next_step="Wait until a person has answered one of them.",
            )

    async def after_no(self, new: NewApproval) -> None:
        """Suspend the session if this no was one too many; the caller hears of the no itself."""
        denied = await self._denied(new, self.world.clock.now_ms())
        if _here(new, denied) >= self.denials:
            await self._suspend(new.session)

    async def _not_worn(self, new: NewApproval) -> None:
        if self.world.asked is None:
            return
        denied = await self._denied(new, new.created_ms)
        if _here(new, denied) >= self.denials:
            await self._suspend(new.session)
            raise Refused(
                "People said no too often in this session: it is suspended.",
                code="session_suspended",
                next_step="An operator looks at it and lets it go on, or ends it.",
            )
        if len(denied) >= self.denials:
            raise Refused(
                "People said no to this agent too often: nobody is asked for a while.",
                code="too_many_denials",
                next_step=f"Calls that need no question still run; ask again in "
                f"{self.window_ms // 60_000} minutes.",
            )

    async def _same(self, new: NewApproval) -> Approval | None:
        """Return the question in which somebody said no to the same call."""
        if self.world.asked is None:
            return None
        since_ms = new.created_ms - self.cooldown_ms
        rows = await self.world.asked.denied(new.requester, new.agent, since_ms)
        same = (row for row in rows if row.cooldown_key == new.cooldown_key)
        return max(same, key=lambda row: row.decided_ms, default=None)

    async def _denied(self, new: NewApproval, now_ms: int) -> Sequence[Approval]:
        """Return this agent's denials since an operator last let this session go on."""
        if self.world.asked is None:
            return ()
        since_ms = now_ms - self.window_ms
        rows = await self.world.asked.denied(new.requester, new.agent, since_ms)
        if not rows:
            return ()
        resumed_ms = (await self.world.sessions.get(new.session)).resumed_at_ms
        return [row for row in rows if row.decided_ms > resumed_ms]

    async def _suspend(self, session_id: str) -> None:
        now_ms = self.world.clock.now_ms()
        before = await self.world.sessions.get(session_id)
        if before.suspended_at_ms:
            return
        after = await self.world.sessions.update(session_id, lambda one: suspended(one, now_ms))
        leaf = {"why": "denials"}
        event = Event(kind="session_suspended", at_ms=now_ms, session=session_id, leaf=dict(leaf))
        await self.world.sink.write([event])
        await void_session(self.world, session_id, "session_suspended", now_ms)
        await settled(self.world, after)


def _here(new: NewApproval, denied: Sequence[Approval]) -> int:
    return sum(row.session == new.session for row in denied)
