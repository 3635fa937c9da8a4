"""What an operator does about tasks: look, and end one with all that was given for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.state import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDesk:
    """The tasks of one guard."""

    world: World
    reauthorizing: Reauthorizing
    by: str

    async def tasks(self) -> Sequence[Session]:
        """Return the open sessions with a task that others declared."""
        found = await self.world.sessions.all()
        return [one for one in found if not one.ended_at_ms and one.intent and one.intent.declared]

    async def end_task(self, session_id: str) -> Session:
        """End the task of a session; the session stays.

        Raises:
            Refused: `session_unknown`, `task_undeclared`.
        """
        return await self.reauthorizing.end_task(session_id, self.by)

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self.world.clock.now_ms()
