"""What an operator sees of tallies: those of one session, and what it shares with others."""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.ports import World
from guard.session.counted import Counted, counted
from guard.session.state import subjects_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyDesk:
    """The tallies of one guard."""

    world: World

    async def tallies(self, session_id: str) -> Sequence[Counted]:
        """Return what a session is counted in.

        Raises:
            Refused: `session_unknown`.
        """
        session = await self.world.sessions.get(session_id)
        shared = self.world.tallies
        pools = await shared.of(subjects_of(session)) if shared else ()
        return counted(session, pools, self.world.clock.now_ms())
