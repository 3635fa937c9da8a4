"""What happened, as one leaf of the audit tree: kinds, digests and codes; no names, no free text.

Plain digests of arguments never enter a leaf, because small argument spaces can be guessed: leaves
carry salted ones. What a person may want to read later (facts, redacted arguments, the reason of a
reviewer) goes to `side`, which is stored beside the tree and can be erased without breaking it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from guard.model.call import Json

Kind = Literal[
    "session_opened", "session_ended", "intent_declared", "narrowed", "restored", "signal",
    "decision", "approval_opened", "vote", "approval_ended", "consume",
    "lease_reserved", "credential_issued", "credential_revoked", "outcome", "outcome_resolved",
    "definition_changed", "config_change", "export", "erase",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `leaf` enters the tree, `side` is kept beside it.

    Both hold JSON with integers below 2^53 and no floats (RFC 8785 must carry the leaf).
    """

    kind: Kind
    at_ms: int
    session: str
    call: str = ""
    leaf: Mapping[str, Json] = field(default_factory=dict)
    side: Mapping[str, Json] = field(default_factory=dict)

    def body(self) -> dict[str, Json]:
        """Return the leaf as JSON, its envelope included."""
        envelope: dict[str, Json] = {
            "v": 1,
            "kind": self.kind,
            "at_ms": self.at_ms,
            "session": self.session,
            "call": self.call,
        }
        return envelope | dict(self.leaf)
