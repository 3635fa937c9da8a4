"""The fake of the memory of repeated calls."""

from collections.abc import Awaitable
from dataclasses import dataclass, field

from guard.model.call import Outcome
from guard.model.rerun import Rerun
from guard.testing.done import Done


@dataclass(slots=True, kw_only=True)
class MemoryReruns:
    """Rows in memory, shared with nobody."""

    rows: dict[str, Rerun] = field(default_factory=dict)

    async def claim(self, rerun: Rerun, now_ms: int) -> Rerun | None:
        """Take the key, or return the row that has it."""
        there = self.rows.get(rerun.key)
        if there is not None and there.met_by(rerun, now_ms) != "mine":
            return there
        self.rows[rerun.key] = rerun
        return None

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Keep the end of a call, or give the key back if it did not run."""
        if rerun.outcome is Outcome.REFUSED:
            self.rows.pop(rerun.key, None)
        else:
            self.rows[rerun.key] = rerun
        return Done()
