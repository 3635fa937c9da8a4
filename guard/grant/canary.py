"""Questions whose right answer is no, to learn whether people look before they say yes.

Opt-in, at most one beside fifty real questions, from calls that an operator wrote down as bad. One
can never be used: its state machine has no way to run it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guard.grant.approval import NewApproval
from guard.grant.binding import for_use

RAREST: Final = 50
"""At most one canary beside so many real questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBaits:
    """The `Baits` port on a list that an operator wrote.

    Args:
        every: real questions for each canary, on average; under 50 there is none.
        by_action: `<server>/<tool>` -> arguments that nobody should approve.
    """

    every: int
    by_action: Mapping[str, Sequence[bytes]] = field(default_factory=dict[str, Sequence[bytes]])

    def draw(self, action: str, roll: bytes) -> bytes | None:
        """Return bad arguments for this tool, or mostly None.

        Args:
            action: the tool of the real question.
            roll: 8 random bytes.
        """
        listed = self.by_action.get(action, ())
        if self.every < RAREST or not listed:
            return None
        turn, pick = int.from_bytes(roll[:4], "big"), int.from_bytes(roll[4:8], "big")
        return listed[pick % len(listed)] if turn % self.every == 0 else None


def as_canary(new: NewApproval) -> NewApproval:
    """Return the question as one that nobody joins, that counts against nobody and never runs."""
    bound, envelope = for_use(new.envelope, new.id)
    return replace(new, binding=bound, envelope=envelope, canary=True, cooldown_key="", offer="")
