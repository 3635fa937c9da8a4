"""Whether a request names a receiver by a part of their name: "text Olga", for Olga Brandt.

Only by a trusted own name, in a list that came back whole or was looked for by nothing but that
part, and only where nobody else in it bears it. It decides nothing.
"""

from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record
from guard.provenance.source.pointers import points
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.thing.listed import is_sought, listing_of, rivals
from guard.provenance.vocabulary.lexicon import Capability


def partly(task: Task, known: Known, able: Capability, value: Value) -> Worth | None:
    """Return what a receiver is worth that a request for what a tool does names in part.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        value: the receiver.
    """
    if known.full or ("pay" in able.verbs and len(task.sums) > 1):
        return None  # whose amount is whose is said by their names
    said = _said(task, able)
    for place in known.seen(value.kinds) if said else ():
        if not (place.record and place.seen.trusted) or place.seen.path.endswith(".*"):
            continue  # who stands in its list does not bear its name
        record = known.record(place.record)
        borne = [words for words in said if words <= _own(record)]
        listing = listing_of(known, place) if borne else None
        if listing is None or points(task, known, value, place, record):
            continue  # the boss of whom they name is somebody else
        for words in borne:
            if is_sought(task, known, listing, words):
                every = rivals(known, place)
                like = {one.identity or one.called for one in every if words <= _own(one)}
                if len(like) == 1:
                    return Worth(LINKED, "linked_record", place)
    return None


@lru_cache(maxsize=1024)
def _said(task: Task, able: Capability) -> tuple[frozenset[str], ...]:
    """Return the words of each name to which the requests for what a tool does say it goes."""
    return tuple(
        words_of((one.literal,))
        for piece in asking(task.pieces, able)
        for one in piece.held
        if one.kind == "name" and one.frame == "dest"
    )


def _own(record: Record) -> frozenset[str]:
    return words_of(tuple(sorted(record.called)))
