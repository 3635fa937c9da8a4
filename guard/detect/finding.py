"""One thing that a detector saw: a kind, a sentence for people, and the figures behind it.

A finding is no decision. It becomes one more signal of the session's risk, and rules say what
follows. It never holds an argument, a secret or free text of somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from guard.audit.event import Event
from guard.detect.numbers import Detectors
from guard.session.risk import DETECTOR, Signal, signal

UNKNOWN_CHAIN: Final = "chain_unknown"
"""Nobody knows yet what is usual here: a fact for rules, and no risk by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one detector saw. `evidence` may be personal: it is kept beside the log, not in it."""

    kind: str
    said: str
    evidence: Mapping[str, int | str] = field(default_factory=dict[str, int | str])

    def signal(self, subject: str, now_ms: int, numbers: Detectors) -> Signal:
        """Return it as a signal with the weight that the operator gave this kind."""
        known = signal(self.kind, subject=subject, at_ms=now_ms, source=DETECTOR)
        return replace(known, weight=numbers.weights.get(self.kind, known.weight))

    def event(self, session: str, call: str, at_ms: int, weight: int) -> Event:
        """Return the record: kind and weight in the tree, the sentence beside it."""
        return Event(
            kind="signal",
            at_ms=at_ms,
            session=session,
            call=call,
            leaf={"signal": self.kind, "source": DETECTOR, "weight": weight},
            side={"said": self.said, "evidence": dict(self.evidence)},
        )
