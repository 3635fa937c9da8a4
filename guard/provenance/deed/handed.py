"""Which requests hand things to somebody, where a call sets in whose hands one is, and no more.

"Assign all new tickets to Ann" is carried out by update_ticket(assignee_id=...) of each, where that
is Ann's id. Whoever is only given something is made no owner of it. It decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import HANDS, own_kin
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.typed.canonical import name_of
from guard.provenance.vocabulary.lexicon import Capability, stem

Values = Sequence[tuple[Value, Worth]]
_HANDS = re.compile(
    r"\W*(?:(?:please|pls|then|and|also|now|can\s+you|could\s+you)\s+)*"
    r"(?:assign|reassign|(?P<over>hand|transfer|pass)|(?P<give>give))\s+(?:over\s+)?"
    r"[^.,;:!?\n]{2,80}?\s+(?:over\s+|on\s+)?to\s+(?P<who>[^.,;:!?\n]{2,40}?)"
    r"(?:,?\s+(?:please|pls|thanks))?\W*",
    re.IGNORECASE,
)
_OWNER = stem("owner")
_BOTH, _WHICH = 2, frozenset({"dest", "target"})


def handing(task: Task, known: Known, able: Capability, values: Values) -> tuple[Piece, ...]:
    """Return the requests that hand a thing to whom a call puts in charge of it.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if "change" not in able.verbs or len(values) < _BOTH:
        return ()
    others = [one for _, one in values if one.why != "in_prompt"]
    if len(others) > _BOTH:
        return ()
    if len(values) > _BOTH and any(value.level not in _WHICH for value, _ in values):
        return ()  # beside whose it is, a call may say in which house
    ends = [pair for pair in values if not own_kin(pair[0].path).isdisjoint(HANDS)]
    if len(ends) != 1:
        return ()
    value, its = ends[0]
    owner = _OWNER in own_kin(value.path)
    return tuple(piece for piece, who in _handed(task, owner=owner) if _is(known, value, its, who))


def _is(known: Known, value: Value, its: Worth, who: str) -> bool:
    """Return whether an argument holds whom a request names, by their whole name or as it is."""
    if its.why == "in_prompt":
        return value.text.strip().casefold() == who.casefold()
    if its.why != "linked_record" or its.place is None:
        return False
    record = known.record(its.place.record)
    said = words_of((who,))
    return name_of(who) in record.called | record.titles | record.names or any(
        said == words_of((one,)) for one in record.called
    )


@lru_cache(maxsize=512)  # each member of a list is handed over by the same request
def _handed(task: Task, *, owner: bool) -> tuple[tuple[Piece, str], ...]:
    """Return the requests that hand something to somebody, with whom they name.

    `owner`: whether it is made theirs, which "give" does not say.
    """
    found = ((one, _HANDS.fullmatch(task.wanted, one.start, one.end)) for one in task.pieces)
    return tuple(
        (piece, said["who"].strip())
        for piece, said in found
        if said and not (owner and said["give"])
    )
