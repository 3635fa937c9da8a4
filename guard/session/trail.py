"""What detectors remember of a session from call to call: a few words and numbers, bounded.

It is stored with the session, so that a restart and another replica remember it, too. Nothing here
decides; the calls themselves are in the ledgers and the log.
"""

from dataclasses import dataclass
from typing import Final

WRITES: Final = 16
"""Tools whose pace is remembered at once: the idlest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The last two different classes of tools that ran, and how full the paces are.

    A pace is the moment (Unix milliseconds) at which a bucket that empties evenly will be empty:
    one number says as much as a list of calls.
    """

    classes: tuple[str, ...] = ()
    calls_ms: int = 0
    writes_ms: tuple[tuple[str, int], ...] = ()  # (action, pace)

    def went(self, kind: str) -> "Trail":
        """Return the trail after a tool of this class was let through; repeats count once."""
        if self.classes[-1:] == (kind,):
            return self
        return Trail(
            classes=(*self.classes[-1:], kind), calls_ms=self.calls_ms, writes_ms=self.writes_ms
        )
