"""Whether a list holds all there is of what a request singles a thing out by.

A list that was asked for whole does, and one that was looked for by nothing but the request's own
words, by what the call itself is within ("in shop-api", where the call says that as well), or by
whose things they are. Any other search leaves something out: who says "the jacket order" may mean
one that is no longer open. What a call sets singles nothing out. It decides nothing.
"""

from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.listings import Listing
from guard.provenance.result.records import Record, is_id
from guard.provenance.source.scoped import named_by
from guard.provenance.speech.sentences import WORD
from guard.provenance.typed.canonical import classify, typed
from guard.provenance.vocabulary.lexicon import is_stop, stem

_DEPTH = 2
"""So many lists are looked at in a row: tickets of Ann, and Ann among the people."""


def listing_of(known: Known, place: Place) -> Listing | None:
    """Return the list in which a place is."""
    return next(
        (one for one in known.lists.shown(place.action) if one.holds(place.record)),
        None,
    )


def rivals(known: Known, place: Place) -> list[Record]:
    """Return the records that a tool has shown under an id of the same sort as one of them."""
    sort = {one.partition(":")[0] for one in known.record(place.record).identity}
    return [
        one
        for listing in known.lists.shown(place.action)
        for one in listing.records
        if not sort or any(mark.partition(":")[0] in sort for mark in one.identity)
    ]


def is_sought(
    task: Task,
    known: Known,
    listing: Listing,
    words: frozenset[str],
    *,
    strict: bool = False,
    within: frozenset[str] = frozenset(),
    sets: frozenset[str] = frozenset(),
    depth: int = _DEPTH,
) -> bool:
    """Return whether a list holds all there is of what a thing is singled out by.

    Args:
        task: what the person said.
        known: what the session has seen.
        listing: the list.
        words: the stems by which the thing is singled out.
        strict: whether no search by words will do.
        within: what the call itself is within, in small letters.
        sets: what else it holds, in small letters: what the thing is to get or to become.
        depth: how many lists may be looked at in a row.
    """
    if listing.sought == ("",):
        return True
    rest = [one for one in listing.sought if one.casefold() not in within]
    if strict or not listing.sought:
        return bool(listing.sought) and not rest
    if not sets.isdisjoint(map(str.casefold, rest)):
        return False
    return all(
        _is_said(task, one, words)
        or any(own <= words for own in named_by(known, one) if own)
        or (depth > 1 and _is_of_one(task, known, one, words, depth - 1))
        for one in rest
    )


def _is_said(task: Task, text: str, words: frozenset[str]) -> bool:
    """Return whether a search looks for nothing but these words, or for a day that was named."""
    day, time = typed(text).moment
    if day or time:
        return bool(day) and not time and task.dated(day)
    every = [one[0] for one in WORD.finditer(text)]
    own = [stem(one) for one in every if not is_stop(one)] or [stem(one) for one in every]
    return bool(own) and words.issuperset(own)  # lights that are "on"


def _is_of_one(task: Task, known: Known, text: str, words: frozenset[str], depth: int) -> bool:
    """Return whether a text is the id of the only one that a part of a name can mean: "Ann's".

    As a trusted field shows, of a trusted name, among all whom a search for that part has found.
    """
    for place in known.seen(classify(text)):
        listing = listing_of(known, place)
        if listing is None or not (place.seen.trusted and is_id(place.seen.path)):
            continue
        record = known.record(place.record)
        part = words_of(tuple(sorted(record.called))) & words
        if not part or not is_sought(task, known, listing, part, depth=depth):
            continue
        like = {one.identity for one in rivals(known, place) if part & _called(one)}
        if like == {record.identity}:
            return True
    return False


def _called(record: Record) -> frozenset[str]:
    """Return the words of a record's names, trusted or not: who may be meant by a part of one."""
    return words_of(tuple(sorted(record.called | record.names)))
