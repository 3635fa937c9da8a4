"""What a ledger counts: the rule for one number, set or flag that history keeps across calls.

Written by the operator in the catalogue, kept by `guard.session.chains`, read by policy rules as
one attribute of `history`. This file holds the words only and counts nothing.
"""

from dataclasses import dataclass
from typing import Literal

LedgerKind = Literal[
    "calls",
    "results",
    "errors",
    "denied",
    "approvals",
    "sum",
    "labels",
    "formerly",
    "distinct",
    "sequence",
    "running",
    "repeated",
    "sessions",
    "deeds",
]
SequenceEvent = Literal["request", "response", "error", "denied", "approved", "label"]
"""What can happen to a call: it was admitted, it ended, or its result brought a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One step of a sequence: what has to happen to a call of which tools."""

    event: SequenceEvent
    of: str = "any"
    label: str = ""  # for `label`: which one; empty = any
    match: str = ""  # input.<path>, derived.<path> or result.<path>: the same value at each step


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSpec:
    """One ledger: what is counted, of which calls, over which window (0 = the whole session).

    Nobody declares `deeds`: what each session did for a task (`guard.session.together`).
    """

    name: str
    kind: LedgerKind
    of: str  # an action `<server>/<tool>`, or a class such as `write` or `any`
    path: str = ""  # for `sum` and `distinct`: where the number is, such as `derived.amount_minor`
    per: Literal["", "tool"] = ""
    match: tuple[tuple[str, str], ...] = ()  # for `formerly`: (result.<role>, input.<path>)
    key: Literal["session", "task", "principal", "agent"] = "session"
    window_ms: int = 0
    steps: tuple[SequenceStep, ...] = ()  # for `sequence`: the last one is the call itself
    unless: Literal["", "approved"] = ""  # what ends every run of a sequence
    times: int = 0  # for `repeated`: how many equal calls are too many

    def __hash__(self) -> int:  # asked for with every call, and its name alone tells it apart
        return hash(self.name)
