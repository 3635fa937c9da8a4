"""A day or an hour that a call chooses for an argument of its own accord, and nobody said one.

Who sets the hours to 40 names no hour, and who tells others of Thursday's lesson none for the
telling. It decides nothing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from guard.model.origin import CREATED
from guard.provenance.argument.lasting import ends
from guard.provenance.quantity.counts import things_at
from guard.provenance.quantity.hours import graded
from guard.provenance.request.naming import NAMED
from guard.provenance.request.task import Task
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import dictated
from guard.provenance.speech.unasked import joined, without
from guard.provenance.vocabulary.lexicon import stem

_SPEAKS_OF_TIME = re.compile(
    r"\b(?:today|tonight|tomorrow|now|immediately|asap|soon|later|daily|weekly|monthly|yearly"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:sec|min|hour|day|night|week|month|quarter"
    r"|year|morning|noon|afternoon|evening|weekend)\w*|spring|summer|autumn|winter|(?<!\d\s)(?:19|20)\d\d(?!\s\d)"
    r"|jan(?:uar\w*)?|feb\w*|mar(?:ch|s)?|mär\w*|apr\w*|ma[iy]|june?|juni?|july?|juli|aug\w*|sep\w*"
    r"|o[ck]t\w*|nov\w*|de[cz]\w*|heute|jetzt|sofort|morgens?|tage?n?|woche\w*|monat\w*|jahr\w*"
    r"|jour\w*|semaine\w*|mois|ans?|demain|aujourd'hui|maintenant)\b|\d{1,2}:\d\d|\d/\d|\d-\d",
    re.IGNORECASE,
)
"""Words of a person who says something of when: what they mean is judged elsewhere."""
_WHOSE_DAY = re.compile(r"\b[^\W\d_]+['\u2019]s\b")
_MOMENT = frozenset(
    map(stem, ("date", "time", "day", "at", "on", "when", "timestamp", "datetime", "start", "from"))
)
"""Words of names that say only that it is a moment."""


def untimely(
    task: Task, slots: Mapping[str, Slot], values: Sequence[tuple[Value, Worth]]
) -> bool:  # fmt: skip
    """Return whether a call chooses a day or an hour for an optional argument, and nobody said one.

    Args:
        task: what the person said.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    if not task.spoken or _names_when(task):
        return False
    free = [
        one
        for one, its in values
        if one.role == "when" and any(one.moment)
        if its.source < CREATED or _is_of_another_sort(task, one, its)
        if not slots[one.path].needed and its.why != "exempt" and not _is_today(task, one)
    ]
    if not free or _tells_when(
        task, frozenset(one.path for one, _ in values if one.role != "when")
    ):
        return False
    days = {one.moment[0] for one, _ in values if one.role == "when" and one not in free}
    return any(not ends(one.path) or one.moment[0] not in days for one in free)


@lru_cache(maxsize=256)
def _names_when(task: Task) -> bool:
    return task.when or (task.hours and not graded(task.wanted))


def _is_of_another_sort(task: Task, value: Value, its: Worth) -> bool:
    """Return whether a record has a moment as something that nobody spoke of: when it was made."""
    if its.place is None or its.source is CREATED:
        return False
    own, field = (things_at(one) - _MOMENT for one in (value.path, its.place.seen.path))
    return bool(own and field) and own.isdisjoint(field) and (
        task.words.stems.isdisjoint(own | field)
    )  # fmt: skip


def _is_today(task: Task, value: Value) -> bool:
    day, time = value.moment
    return day in task.today and not time


@lru_cache(maxsize=1024)
def _tells_when(task: Task, paths: frozenset[str]) -> bool:
    """Return whether a text says something of when, beside what it says for other arguments.

    Who sets the hours to 40 names no hour, nor does who tells others of Thursday's lesson.
    """
    names = [one for one in task.entities if one.kind in NAMED and " " in one.literal.strip()]
    places = [(one.start, one.end) for one in names] + [*dictated(task.wanted)]
    text = _WHOSE_DAY.sub(" ", without(task.wanted, joined(places)))
    own = frozenset().union(*map(things_at, paths))
    return any(stem(one[0]) not in own for one in _SPEAKS_OF_TIME.finditer(text))


@lru_cache(maxsize=256)
def speaks_of_time(text: str) -> bool:
    """Return whether a text says something of when."""
    return _SPEAKS_OF_TIME.search(text) is not None
