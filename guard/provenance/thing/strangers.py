"""Somebody who only stands in the record of another thing: "close issue 12 and remove felix".

The author of issue 12 is nobody to remove, to add or to put in charge, unless the request for that
names the issue and says the relation as well: "add the author of issue 12". Where several things
are asked for, nobody is told anything whose record only another request names. It decides nothing.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import KEYS, plainly
from guard.provenance.schema.kin import HOLDERS, kin_of, own_kin, tells_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.derivation import verbs_from
from guard.provenance.vocabulary.lexicon import Capability, noun_classes, stem, verb_classes

Values = Sequence[tuple[Value, Worth]]
_TELLS = frozenset({"send", "pay", "post", "read"})
_RIGHTS = frozenset({"add_member", "remove_member", "share", "delete"})
_PEOPLE = frozenset({"person", "profile", "mail"})
"""Classes of nouns for somebody, or by which somebody is reached."""


def strangers(
    task: Task, known: Known, able: Capability, own: Sequence[Piece], values: Values
) -> Iterator[int]:
    """Yield the places of those who stand in the record of a thing, and are not meant by that.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        own: the requests for what the tool does.
        values: the arguments with their worth.
    """
    tells = not able.verbs.isdisjoint(_TELLS) and able.verbs.isdisjoint(_RIGHTS)
    for at, (value, its) in enumerate(values if not (own and tells) else ()):
        if value.level != "dest" or its.why != "linked_record" or its.place is None:
            continue
        if not _is_beside(value, its.place):
            continue
        record, said = known.record(its.place.record), _relation(its.place.seen.path) - able.stems
        asked, name = (*own,) or _choosing(task.pieces, values), f" {plainly(value.text)} "
        if any(name in one.naming.said or one.keys & {*value.kinds} for one in asked):
            continue
        makes = "create" in able.verbs and able.verbs.isdisjoint(_RIGHTS)
        if len(task.pieces) > 1:  # "it should have the same guests as the party"
            asked += tuple(one for one in task.pieces if makes and not one.asks)
            asked = tuple(one for one in asked if one.refers or one.naming.means(record))
        elif not asked:
            asked = task.pieces
        told = [task.words.stems if makes else one.stems for one in asked]
        if not told or not (tells or any(map(said.intersection, told))):
            yield at


def _is_beside(value: Value, place: Place) -> bool:
    """Return whether a field tells of somebody else than its record is of: the author of a page."""
    seen = tells_of(place.action.rpartition("/")[2])
    words = words_in(place.seen.path.rstrip(".*").rpartition(".")[2])
    own = _classes(own_kin(value.path)) | _classes(frozenset(map(stem, words)))
    if not own <= _PEOPLE or not seen.isdisjoint(_PEOPLE):
        return False  # a branch, or one of the people who were listed
    return bool(seen) or KEYS.isdisjoint(words)


@lru_cache(maxsize=4096)
def _relation(path: str) -> frozenset[str]:
    """Return the stems by which people say how somebody belongs to a thing: reporter, reported."""
    parts = [one for one in path.split(".") if one != "*"][-2:]
    words = {one for part in parts for word in words_in(part) for one in (word, word[:-1])}
    words -= KEYS
    stems = frozenset(map(stem, words)) - HOLDERS
    return stems.union(*map(verbs_from, words), kin_of(*parts))


def _choosing(pieces: tuple[Piece, ...], values: Values) -> tuple[Piece, ...]:
    """Return the requests whose verb a call chooses by an argument: `action: remove`."""
    free = (value.text for value, one in values if one.why == "exempt" and value.text.isalpha())
    acts = phrasal.alike(frozenset(map(stem, free)))
    classes = frozenset().union(*map(verb_classes, acts))
    return tuple(
        one
        for one in pieces
        if not acts.isdisjoint(one.stems) or any(classes & each.verbs for each in one.asks)
    )


def _classes(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(name for one in stems for name in noun_classes(one))
