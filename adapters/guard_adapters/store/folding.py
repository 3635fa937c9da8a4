"""What each session's results have shown: lines that are only appended, folded into an index.

The head of a session says how many lines there are and what their chained digests come to. Lines
that are altered, missing or added do not come to it, and nothing is answered from them.
"""

from collections import OrderedDict
from collections.abc import Sequence

from guard.errors import Unavailable
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Segment, segment_of
from guard.session.state import Session

KEPT = 64
"""Indexes held in memory; others are folded anew when their session calls again."""

KEPT_VALUES = 1_000_000
"""Values in them, together: some 110 MB. One session remembers a quarter of that at most."""


class Indexes:
    """The indexes of the sessions that called last."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Known] = OrderedDict()

    def get(self, session_id: str) -> Known | None:
        """Return the index of a session if it is held."""
        return self._held.get(session_id)

    def keep(self, session_id: str, known: Known) -> Known:
        """Hold an index; the one that was held first goes where there are too many."""
        self._held[session_id] = known
        self._held.move_to_end(session_id)
        while len(self._held) > KEPT or (len(self._held) > 1 and self._values() > KEPT_VALUES):
            self._held.popitem(last=False)
        return known

    def _values(self) -> int:
        return sum(one.size for one in self._held.values())

    def drop(self, session_id: str) -> None:
        """Let go of the index of a session that is gone."""
        self._held.pop(session_id, None)

    def learn(self, session_id: str, segment: Segment) -> None:
        """Let a held index take in one more line; one that is not held will read it."""
        known = self._held.get(session_id)
        if known is not None:
            known.learn(segment)


def folded(session: Session, lines: Sequence[bytes]) -> Known:
    """Return the index of a session.

    Raises:
        Unavailable: `state_corrupt`: the lines are not those that its head speaks of.
    """
    known = Known()
    if not taught(session, known, lines):
        raise Unavailable(
            f"{known.learned} stored results do not come to what session {session.id!r} recorded.",
            code="state_corrupt",
            next_step="End the session and start a new one; keep the store for whoever looks.",
        )
    return known


def taught(session: Session, known: Known, lines: Sequence[bytes]) -> bool:
    """Let an index take in the lines that came since; return whether it is what the head says."""
    for line in lines:
        known.learn(segment_of(line))
    return (known.learned, known.chain) == (session.observed, session.observed_sha256)
