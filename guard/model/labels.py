"""Trust and secrecy of what a tool returned, and how two of them join.

Labels only move one way inside a session: trust falls, secrecy rises.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

SECRET: Final = "secret"  # noqa: S105  the word for one
"""The word for a label that says so: sticky, until a person clears it."""


class Trust(IntEnum):
    """Who could have written it: the system of record, or anybody."""

    UNTRUSTED = 0
    TRUSTED = 1


class Secrecy(IntEnum):
    """Who may read it."""

    PUBLIC = 0
    INTERNAL = 1
    SECRET = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The label of one result. The default is the careful one: untrusted, internal."""

    trust: Trust = Trust.UNTRUSTED
    secrecy: Secrecy = Secrecy.INTERNAL

    def join(self, other: "Label") -> "Label":
        """Return the label of a value made from both: least trust, most secrecy."""
        return Label(
            trust=min(self.trust, other.trust),
            secrecy=max(self.secrecy, other.secrecy),
        )

    def names(self, server: str) -> frozenset[str]:
        """Return the words that a policy reads for this label of a result of `server`."""
        words: set[str] = set()
        if self.trust is Trust.UNTRUSTED:
            words |= {"untrusted", f"untrusted_{server}"}
        if self.secrecy is Secrecy.SECRET:
            words.add(SECRET)
        return frozenset(words)
