"""What a ledger counts: the rule for one number, set or flag that history keeps across calls.

Written by the operator in the catalogue, kept by `guard.session.chains`, read by policy rules as
one attribute of `history`. This file holds the words only and counts nothing.
"""

from dataclasses import dataclass
from typing import Literal

LedgerKind = Literal[
    "calls", "results", "errors", "denied", "approvals", "sum", "labels", "formerly"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSpec:
    """One ledger: what is counted, of which calls, over which window (0 = the whole session)."""

    name: str
    kind: LedgerKind
    of: str  # an action `<server>/<tool>`, or a class such as `write` or `any`
    path: str = ""  # for `sum`: where the number is, such as `derived.amount_minor`
    per: Literal["", "tool"] = ""
    match: tuple[tuple[str, str], ...] = ()  # for `formerly`: (result.<role>, input.<path>)
    key: Literal["session", "task", "principal"] = "session"
    window_ms: int = 0
