"""The steps of a session: append-only, in flight or settled, each with what it would cost.

A step is written before its call is judged, so that parallel calls see each other. This file
forgets old settled steps (the ledgers keep their sums) and never one that is in flight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guard.model.call import Outcome, ToolSpec
from guard.model.ledger import LedgerKind

KEEPS: Mapping[Outcome, bool] = MappingProxyType(
    {Outcome.REFUSED: False, Outcome.OK: True, Outcome.ERROR: True, Outcome.UNKNOWN: True}
)
"""The ends of a step, and whether its cost stays. What may have acted has cost something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one step does to one ledger when it ends. `key` names the tally."""

    key: str
    kind: LedgerKind
    amount: int = 0
    window_ms: int = 0
    wants: tuple[tuple[str, str], ...] = ()  # (result path, its role) that `formerly` remembers


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
        )


def is_of(spec: ToolSpec, of: str) -> bool:
    """Return whether the tool is this action or in this class, as policy groups them."""
    effect = spec.effect
    return (
        of == "any"
        or of in effect
        or (of == "write" and "irreversible" in effect)
        or of == spec.action
    )


def running(steps: tuple[Step, ...], call_id: str) -> Step | None:
    """Return the step of this call if it is in flight."""
    for step in reversed(steps):
        if step.call == call_id and step.in_flight:
            return step
    return None


def appended(steps: tuple[Step, ...], step: Step, *, keep: int) -> tuple[Step, ...]:
    """Return the steps with one more; of the settled ones only the last `keep` stay."""
    surplus = len(steps) + 1 - keep
    if surplus <= 0:
        return (*steps, step)
    old, recent = steps[:surplus], steps[surplus:]
    return (*(one for one in old if one.in_flight), *recent, step)


def replaced(steps: tuple[Step, ...], new: Step) -> tuple[Step, ...]:
    """Return the steps with the one of the same number exchanged."""
    return tuple(new if one.n == new.n else one for one in steps)
