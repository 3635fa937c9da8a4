"""The steps of a session that are in flight, each with what it would cost.

A step is written before its call is judged, so that parallel calls see each other, and goes when
its call ends: the ledgers keep what it has cost, the audit log that it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guard.model.call import Outcome
from guard.model.ledger import LedgerKind
from guard.session.pool_key import PoolKey
from guard.session.sequence import Track

KEEPS: Mapping[Outcome, bool] = MappingProxyType(
    {Outcome.REFUSED: False, Outcome.OK: True, Outcome.ERROR: True, Outcome.UNKNOWN: True}
)
"""The ends of a step, and whether its cost stays. What may have acted has cost something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one step does to one ledger when it ends. `key` names the tally in its session."""

    key: str
    kind: LedgerKind
    amount: int = 0
    window_ms: int = 0
    wants: tuple[tuple[str, str], ...] = ()  # (result path, its role) that `formerly` remembers
    names: tuple[
        str, ...
    ] = ()  # digests: the values `distinct` counts, the call that is `repeated`
    track: Track | None = None  # how this tool takes part in a `sequence`
    pool: PoolKey | None = None  # where the tally is instead, if other sessions share it


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call in flight. `n` counts from 1 in the order of admission."""

    n: int
    call: str
    action: str
    classes: frozenset[str]
    at_ms: int
    charges: tuple[Charge, ...] = ()
    write: str = ""  # digest of what it would change
    words: tuple[str, ...] = ()  # how the catalogue says that the tool is asked for
    size: int = 1  # the most receivers that one argument holds
    finding: str = ""  # what a detector said of the call itself

    def charged(self, charges: tuple[Charge, ...]) -> "Step":
        """Return the step with other charges: what is sent may be less."""
        return Step(
            n=self.n,
            call=self.call,
            action=self.action,
            classes=self.classes,
            at_ms=self.at_ms,
            charges=charges,
            write=self.write,
            words=self.words,
            size=self.size,
            finding=self.finding,
        )


def is_of(action: str, effect: frozenset[str], of: str) -> bool:
    """Return whether a tool is this action or in this class, as policy groups them."""
    return (
        of == "any" or of in effect or (of == "write" and "irreversible" in effect) or of == action
    )


def running(steps: tuple[Step, ...], call_id: str) -> int | None:
    """Return where the step of this call is, if it is in flight."""
    for at in range(len(steps) - 1, -1, -1):
        if steps[at].call == call_id:
            return at
    return None


def without(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
    """Return the steps without the one at this place."""
    return (*steps[:at], *steps[at + 1 :])


def replaced(steps: tuple[Step, ...], at: int, new: Step) -> tuple[Step, ...]:
    """Return the steps with the one at this place exchanged."""
    return (*steps[:at], new, *steps[at + 1 :])
