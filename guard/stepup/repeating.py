"""A call that comes again because its answer was lost: told how it ended, and nobody is asked.

People said yes to it once and it ran once. A second question would have it run twice as soon as
somebody says yes without reading. It keeps no results: only how the call ended is told. A call that
only reads is not held back: made again it does nothing but bring the answer.
"""

from dataclasses import dataclass
from typing import Final

from guard.grant.approval import Approval, NewApproval
from guard.grant.unanswered import Hold, hold_ms, lost
from guard.grant.used import answer_lost
from guard.model.call import Outcome, ToolSpec
from guard.ports import World

LOOK_MS: Final = 1_000
"""How often a run is looked at that nobody wakes us of (milliseconds)."""

READS: Final = frozenset({"read"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """Looks whether a call is one that has run. `within_ms` is for how long that counts."""

    world: World
    within_ms: int

    async def check(self, spec: ToolSpec, new: NewApproval, hold: Hold) -> None:
        """Return if nobody waits in vain for the answer to this same call; else tell its end.

        One that still runs is waited for, at most as long as `hold`.

        Raises:
            NotApproved: `ran` or `unknown`: the same call ran, or may have.
        """
        if spec.effect == READS:
            return
        row = await self.world.approvals.last_same(new.cooldown_key)
        if row is None or not self._lost(row):
            return
        if row.outcome is Outcome.RUNNING:
            row = await self._ended(row, hold)
        if not self._lost(row):
            return  # whoever made it has its answer: a second one is a new question
        if row.outcome is not Outcome.RUNNING:
            await self.world.approvals.told(row.id, self.world.clock.now_ms())
        raise lost(row)

    def _lost(self, row: Approval) -> bool:
        return answer_lost(row, self.world.clock.now_ms(), self.within_ms)

    async def _ended(self, row: Approval, hold: Hold) -> Approval:
        """Return the row once the call has ended, or as it is after the time."""
        until_ms = self.world.clock.now_ms() + hold_ms(hold, row, joined=True)
        async with self.world.approvals.waiter(row.id) as waiter:
            while row.outcome is Outcome.RUNNING:
                left_ms = until_ms - self.world.clock.now_ms()
                if left_ms <= 0:
                    break
                await waiter.wait(min(left_ms, LOOK_MS))
                row = await self.world.approvals.get(row.id) or row
        return row
