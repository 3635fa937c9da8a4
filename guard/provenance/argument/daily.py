"""Whether a call takes the first or the last moment of a day's list, where the person means that.

"Book the first slot on 8 December" says no clock, and is none that was not shown. It reads lists
that came back as they were asked for, trusted or not, and decides nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.provenance.argument.lasting import ends
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.result.listings import Listing
from guard.provenance.source.value import Value
from guard.provenance.thing.listed import is_sought

_WHICH = re.compile(
    r"\b(?:(?P<first>first|earliest|soonest)|last|latest)\s+"
    r"(?:(?:free|available|open|possible|bookable|remaining)\s+)?"
    r"(?:slots?|openings?|times?(?!\s+(?:i|we|you)\b)|windows?|(?(first)(?:appointments?|hours?)|slots?))\b",
    re.IGNORECASE,
)
"""Which moment of a day is meant; "my last appointment" is one that was."""
_SLOT = re.compile(
    r"\b(?:an?|any|some|one)\s+(?:(?:free|available|open|other)\s+)?slots?\b", re.IGNORECASE
)
_FIRST, _LAST, _ANY = "first", "last", "any"


def passed_over(task: Task, known: Known, value: Value) -> bool:
    """Return whether a moment is not the first, or the last, of its day, and that one was meant.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: an argument that says when.
    """
    said = slot_said(task.wanted)
    day, time = value.moment
    if not (day and time) or task.hours or ends(value.path):
        return False
    found = [*_lists(known, f"{day}T{time}")]
    if said == _ANY:  # one of those that were shown, where any of that day were
        return not found and any(at[:10] == day for at in _every(known))
    first = said == _FIRST
    return not any(_is_first(task, known, *one, first=first) for one in found)


@lru_cache(maxsize=256)
def slot_said(text: str) -> str:
    """Return which slot of a day a text means: first, last, any; empty: it speaks of none.

    Args:
        text: what is asked for.
    """
    which = _WHICH.search(text)
    if which is None:
        return _ANY if _SLOT.search(text) else ""
    return _FIRST if which["first"] else _LAST


def _every(known: Known) -> Iterator[str]:
    for action in known.lists.actions():
        for listing in known.lists.shown(action):
            yield from (at for record in listing.records for _, at in record.moments)


def _lists(known: Known, moment: str) -> Iterator[tuple[str, str, str]]:
    """Yield where a moment was shown: by which tool, in which field, and it."""
    for action in known.lists.actions():
        fields = {
            field
            for listing in known.lists.shown(action)
            for record in listing.records
            for field, at in record.moments
            if at == moment
        }
        yield from ((action, field, moment) for field in fields)


def _is_first(
    task: Task, known: Known, action: str, field: str, moment: str, *, first: bool
) -> bool:
    lists = known.lists.shown(action)
    if not all(_is_whole(task, known, one) for one in lists):
        return False
    day = [
        at
        for listing in lists
        for record in listing.records
        for name, at in record.moments
        if name == field and at[:10] == moment[:10]
    ]
    return moment == (min(day) if first else max(day))


def _is_whole(task: Task, known: Known, listing: Listing) -> bool:
    """Return whether a list was asked for by nothing that the person did not say."""
    return is_sought(task, known, listing, words_of((task.wanted,)))
