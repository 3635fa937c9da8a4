"""What is known of one call once its values were weighed: facts, and what it leaves behind."""

from collections.abc import Callable
from typing import NamedTuple

from guard.model.call import Json
from guard.model.facts import LARGEST_LEFT, ProvFacts, TextFacts
from guard.model.origin import Source
from guard.provenance.result.segment import Endorsed

Declared = Callable[[str, Json], Source | None]
"""What the task's own limits make of a value at a path: named there, chosen there, or nothing."""


class Weighed(NamedTuple):
    """What is known of one call beside its session.

    Args:
        prov: where its values came from.
        text: what its texts hold.
        words: whether the person's words name what the tool does.
        spoken: whether anybody but the agent said what the task is.
        asked: whether one of their requests is for this.
        condition: how the condition of that request stands, as `conditional.Met` has it.
        left: calls of this tool left in the task after this one.
        repeat: whether the same write ran before.
        wrote: short digests of the values that the agent writes without being told to.
        write: digest of the arguments of a write, empty for a read.
        size: how many of the receivers that the person named it serves.
        endorses: destinations that only a person can answer for.
    """

    prov: ProvFacts = ProvFacts()
    text: TextFacts = TextFacts()
    words: bool = True
    asked: bool = True
    condition: int = 0
    left: int = LARGEST_LEFT
    repeat: bool = False
    spoken: bool = False
    wrote: frozenset[str] = frozenset()
    write: str = ""
    size: int = 1
    endorses: tuple[Endorsed, ...] = ()
