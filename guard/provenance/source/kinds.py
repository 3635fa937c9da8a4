"""Of which sort a thing is whose id a place shows, as far as a tool's name and its fields tell.

A tool that shows whatever a server has leaves it to each thing to say what it is, or to the search,
by an argument of its own. It decides nothing.
"""

from guard.provenance.result.known import Known, Place
from guard.provenance.schema.kin import (
    HANDS,
    holds,
    kin_of,
    own_kin,
    shows_anything,
    sorts_in,
    tells_of,
)
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import noun_classes, stem

_PERSON = frozenset({"person"})
_NEAR = 2
"""So many parts of a path, its last ones, say what its field is of."""


def is_of_a_kind(value: Value, place: Place) -> bool:
    """Return whether an id may be of what the tool acts on: the 7 of an event is no file 7.

    Args:
        value: the id.
        place: where a result showed it.
    """
    tool, path = place.action.rpartition("/")[2], place.seen.path
    seen = tells_of(tool)
    if not seen or not value.nouns or not seen.isdisjoint(value.nouns):
        return True
    own = own_kin(value.path)
    if seen >= _PERSON and not own.isdisjoint(HANDS):
        return True  # in whose hands it is put is one of the people
    return not own.isdisjoint(kin_of(*path.split(".")[-_NEAR:]))


def is_its_own(known: Known, value: Value, place: Place) -> bool:
    """Return whether a place shows the id of a thing of the kind that a call acts on.

    Args:
        known: what the session has seen.
        value: the id.
        place: where a result showed it.
    """
    tool, path = place.action.rpartition("/")[2], place.seen.path
    own = own_kin(value.path)
    if not shows_anything(tool):
        return holds(tool, path, value.kin, own)
    things = frozenset(filter(noun_classes, own)) or value.kin
    return holds(tool, path, value.kin, own, _sorts(known, place) & things)


def _sorts(known: Known, place: Place) -> frozenset[str]:
    """Return of which sort the thing of an id is: as it says itself, or as it was looked for."""
    told = sorts_in(tuple(known.record(place.record).keys.items()), place.seen.path)
    lists = (one for one in known.lists.shown(place.action) if one.holds(place.record))
    asked = (one.sought for one in lists if len(one.sought) > 1)
    return told or frozenset(stem(one.casefold()) for each in asked for one in each)
