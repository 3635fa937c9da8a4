"""The steps of a session: append-only, in flight or settled, each with what it would cost.

A step is written before its call is judged, so that parallel calls see each other. This file
forgets old settled steps (the ledgers keep their sums) and never one that is in flight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guard.model.call import Outcome
from guard.model.ledger import LedgerKind
from guard.session.sequence import Track

KEEPS: Mapping[Outcome, bool] = MappingProxyType(
    {Outcome.REFUSED: False, Outcome.OK: True, Outcome.ERROR: True, Outcome.UNKNOWN: True}
)
"""The ends of a step, and whether its cost stays. What may have acted has cost something."""

_RUNNING = Outcome.RUNNING  # an enum's member costs more to look up than to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one step does to one ledger when it ends. `key` names the tally."""

    key: str
    kind: LedgerKind
    amount: int = 0
    window_ms: int = 0
    wants: tuple[tuple[str, str], ...] = ()  # (result path, its role) that `formerly` remembers
    names: tuple[str, ...] = ()  # digests of the values that `distinct` counts
    track: Track | None = None  # how this tool takes part in a `sequence`


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call in history. `n` counts from 1 in the order of admission."""

    n: int
    call: str
    action: str
    classes: frozenset[str]
    at_ms: int
    outcome: Outcome = Outcome.RUNNING
    charges: tuple[Charge, ...] = ()  # only while in flight
    write: str = ""  # digest of what it would change; only while in flight

    @property
    def in_flight(self) -> bool:
        """Return whether the call may still act."""
        return self.outcome is Outcome.RUNNING

    def ended(self, outcome: Outcome) -> "Step":
        """Return the settled step, its charges spent."""
        return Step(
            n=self.n,
            call=self.call,
            action=self.action,
            classes=self.classes,
            at_ms=self.at_ms,
            outcome=outcome,
        )

    def charged(self, charges: tuple[Charge, ...]) -> "Step":
        """Return the step in flight with other charges: what is sent may be less."""
        return Step(
            n=self.n,
            call=self.call,
            action=self.action,
            classes=self.classes,
            at_ms=self.at_ms,
            charges=charges,
            write=self.write,
        )


def is_of(action: str, effect: frozenset[str], of: str) -> bool:
    """Return whether a tool is this action or in this class, as policy groups them."""
    return (
        of == "any" or of in effect or (of == "write" and "irreversible" in effect) or of == action
    )


def live(steps: tuple[Step, ...]) -> list[Step]:
    """Return the steps in flight, in the order of admission."""
    return [one for one in steps if one.outcome is _RUNNING]


def running(steps: tuple[Step, ...], call_id: str) -> int | None:
    """Return where the step of this call is, if it is in flight."""
    for at in range(len(steps) - 1, -1, -1):
        step = steps[at]
        if step.call == call_id and step.outcome is _RUNNING:
            return at
    return None


def appended(steps: tuple[Step, ...], step: Step, *, keep: int) -> tuple[Step, ...]:
    """Return the steps with one more; of the settled ones only the last `keep` stay."""
    surplus = len(steps) + 1 - keep
    if surplus <= 0:
        return (*steps, step)
    old, recent = steps[:surplus], steps[surplus:]
    return (*live(old), *recent, step)


def replaced(steps: tuple[Step, ...], at: int, new: Step) -> tuple[Step, ...]:
    """Return the steps with the one at this place exchanged."""
    return (*steps[:at], new, *steps[at + 1 :])
