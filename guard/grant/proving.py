"""What a server was seen to verify of a call token, from its answers to a fixed row of calls.

Rule 1: a level is measured and never configured upward. Rule 2: one wrong answer, one that is
missing or one refusal for another reason than the right one, and it is L1. Rule 3: no call of the
row names a tool that exists, so a server that verifies nothing does nothing either.
"""

from collections.abc import Mapping
from typing import Final

from guard.grant.presented import STEPS
from guard.model.facts import Binding

PROBE_TOOL: Final = "__guard_probe__"
"""A tool that no server has."""

PASSED: Final = ""
"""The token was taken, and then there was no such tool."""

POSSESSION: Final[Mapping[str, frozenset[str]]] = {
    "without_proof": frozenset({"proof_missing"}),
    "other_key": frozenset({"proof_key"}),
    "other_address": frozenset({"proof_binding"}),
    "old_proof": frozenset({"proof_stale"}),
}
"""The calls that are made as well where the token is bound to a key, before the good one."""

EXPECTED: Final[Mapping[str, frozenset[str]]] = {
    "without": frozenset({"token_missing"}),
    "forged": frozenset({"bad_signature", "unknown_key"}),
    "elsewhere": frozenset({"wrong_audience"}),
    "late": frozenset({"expired"}),
    "other_tool": frozenset({"tool_mismatch"}),
    "other_arguments": frozenset({"args_mismatch"}),
    "good": frozenset({PASSED}),
    "again": frozenset({"replayed"}),
}
"""Every call of the row, in its order, and the refusal codes that are the right answer to it."""

LIVES_MS: Final = 86_400_000
"""How long a measurement counts."""


def refusal_code(data: object) -> str:
    """Return the code of a verifier's refusal in the `data` of an error, `PASSED` if it is none."""
    code = data.get("code") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) and code in STEPS else PASSED


def row(*, key_bound: bool) -> Mapping[str, frozenset[str]]:
    """Return every call of the row, in its order, and the right answers."""
    return {**POSSESSION, **EXPECTED} if key_bound else EXPECTED


def wrong(
    shown: Mapping[str, str], expected: Mapping[str, frozenset[str]] = EXPECTED
) -> tuple[str, ...]:
    """Return the calls of the row that were answered wrongly, or not at all."""
    return tuple(name for name, right in expected.items() if shown.get(name) not in right)


def reached(shown: Mapping[str, str]) -> Binding:
    """Return the level that these answers prove."""
    if wrong(shown):
        return Binding.L1
    return Binding.L2 if wrong(shown, POSSESSION) else Binding.L3
