"""What the rest of a call says of its thing: within what it lies, and which request it carries out.

`close_ticket(desk=D-2, number=7)` stays within D-2, where the person named that; `decide(id=R-1,
outcome=approved)` carries out "approve all of them", and nothing that asks for another verb. It
compares words and decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.model.call import Held
from guard.model.origin import MEANT
from guard.provenance.deed.acts import says_little
from guard.provenance.deed.carried import leading
from guard.provenance.deed.handed import handing
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import HANDS, own_kin
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.thing.meant import GRANTING, Around
from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.lexicon import Capability, stem

Values = Sequence[tuple[Value, Worth]]
_TO = re.compile(
    r"\b(?:to|into|onto|for|with|by|an|zu|f\u00fcr|\u00e0|pour|para)\s+(?:the\s+)?\W*\Z",
    re.IGNORECASE,
)
"""What stands before the name of where something goes, or of who does it."""
_FAR = 16
_PARTS = 3
"""An owner and a thing alone are given to each other; of three, as a repository, it is where."""
_LOOKS = frozenset(map(stem, ("open", "show", "check", "review", "view", "see", "read", "display")))
"""Verbs by which people mostly want to see something, whatever else they may stand for."""


def surrounded(
    held: Held, task: Task, known: Known, able: Capability, values: Values, at: int
) -> Around:
    """Return what a call says beside one argument of it.

    Args:
        held: the tool.
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments, each with what it is worth so far.
        at: which of them is left out.
    """
    wanted = held.schema.get("required")
    needed = wanted if isinstance(wanted, list) else []
    beside = [pair for n, pair in enumerate(values) if n != at]
    within = frozenset(
        value.text.strip().casefold()
        for value, one in beside
        # Where something goes to is not where it lies, and what may be left out is a change.
        if one.why in MEANT
        and value.path in needed
        and _lies(able, value, len(needed))
        and not _goes(task, value)
    )
    sets = frozenset(value.text.strip().casefold() for value, _ in beside) - within
    chosen = _chosen(values)
    pieces = _deciding(task, able, chosen) or handing(task, known, able, values)
    return Around(within, pieces, sets, grants=not chosen.isdisjoint(GRANTING))


def _lies(able: Capability, value: Value, parts: int) -> bool:
    """Return whether a value may be where a thing lies: no name it gets, and nobody who gets it."""
    given = parts < _PARTS and not own_kin(value.path).isdisjoint(HANDS)
    gone = "delete" in able.verbs and value.level == "dest"  # which nobody gets
    return (gone or value.level == "target") and not given


def _goes(task: Task, value: Value) -> bool:
    """Return whether the person named a value as where something goes."""
    return any(
        (one.kind, one.canonical) in value.kinds
        and _TO.search(task.text, max(one.start - _FAR, 0), one.start)
        for one in task.entities
    )


def _chosen(values: Values) -> frozenset[str]:
    """Return the stems of the single words that a call chooses."""
    chosen = (one.text for one, how in values if how.why == "exempt" and one.role != "flag")
    return frozenset(stem(one) for one in chosen if WORD.fullmatch(one))


def _deciding(task: Task, able: Capability, chosen: frozenset[str]) -> tuple[Piece, ...]:
    """Return the requests whose verb a call chooses; none where its tool has a verb of its own."""
    if not chosen or not (says_little(able) or able.verbs == {"change"}):
        return ()
    return _asked(task, phrasal.alike(chosen))


@lru_cache(maxsize=1024)  # each member of a list is decided for one task
def _asked(task: Task, verbs: frozenset[str]) -> tuple[Piece, ...]:
    acts = verbs - _LOOKS
    return tuple(one for one in task.pieces if leading(task.wanted[one.start : one.end]) in acts)
