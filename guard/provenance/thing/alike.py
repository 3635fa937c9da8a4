"""Which things of a tool's lists bear what a request says: its words, its days, its bounds.

Where two of them do, either may be meant. It decides nothing.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date

from guard.provenance.quantity.weekdays import whose_days
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import numbers_of, told_of, words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record
from guard.provenance.source.scoped import things_of
from guard.provenance.thing.bounded import ANY, lies_within
from guard.provenance.thing.described import Said
from guard.provenance.thing.listed import rivals
from guard.provenance.vocabulary.lexicon import stem

_MOST = 512
"""Records of one tool that are compared."""
Days = Callable[[str], bool]


def days_of(task: Task, phrase: str) -> Days:
    """Return what tells whether a day is one by which a request tells its thing from others."""
    whose = whose_days(phrase)
    if not whose:
        return task.dated
    return lambda day: date.fromisoformat(day).weekday() == whose[0]


def _bears(known: Known, record: Record, words: frozenset[str]) -> bool:
    """Return whether an object bears words, or one to which it points does by its own name."""
    own = told_of(record) | numbers_of(record)
    return words <= own or words <= own | pointed(known, record)


def pointed(known: Known, record: Record) -> frozenset[str]:
    """Return the words of the things whose ids a trusted field of an object holds."""
    found: set[str] = set()
    for key in record.pointers:
        for other in things_of(known, (("text", key),)):
            if other is not record:
                found |= words_of(other.sure)
    return frozenset(found)


def apart(words: frozenset[str], own: frozenset[str]) -> frozenset[str]:
    """Return words, those with a stroke that a record spells otherwise as the parts of them."""
    joined = {one for one in words - own if "-" in one.strip("-")}
    parts = (one.split("-") for one in joined)
    return words - joined | {stem(part) for each in parts for part in each if part}


def like(
    known: Known, place: Place, words: frozenset[str], days: Days | None,
    said: Said,
) -> AbstractSet[frozenset[str]]:  # fmt: skip
    """Return the things of a tool's lists that bear these words; none if one id has two names."""
    every, record = rivals(known, place), known.record(place.record)
    found = [one for one in every if _bears(known, one, words)]
    if said.bounds != ANY:
        inside = [(one, lies_within(one, said.bounds, every)) for one in found]
        if said.many and any(one is None for _, one in inside):
            return frozenset()  # whichever that is, it may be one of them
        found = [one for one, fits in inside if fits]
    if days is not None:
        found = [one for one in found if any(map(days, one.days))]
    same = [
        one for one in every if (one.identity or one.called) == (record.identity or record.called)
    ]
    if len(every) > _MOST or any(one not in found for one in same):
        return frozenset()
    return {one.identity or one.called for one in found}


def is_surely_another(known: Known, place: Place, loose: frozenset[str]) -> bool:
    """Return whether words that strangers may have written here stand surely in another record."""
    return any(not loose.isdisjoint(words_of(one.sure)) for one in rivals(known, place))
