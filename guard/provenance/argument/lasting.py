"""When something ends of which a person says how long it lasts: "share it for 3 days".

Counted from the start that a call gives, or from now. Where they name a day, that is judged
elsewhere. What is moved to another time and of which nobody says how long it lasts stays as long as
it was. It decides nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import NUMBERS

_DAYS = {
    **dict.fromkeys(("second", "minute", "hour", "minut", "stunde", "heure"), (0, 1)),
    **dict.fromkeys(("day", "night", "tag", "nacht", "jour"), (1, 1)),
    **dict.fromkeys(("week", "woche", "semaine"), (7, 7)),
    **dict.fromkeys(("month", "monat", "mois"), (28, 31)),
    **dict.fromkeys(("year", "jahr", "an"), (365, 366)),
}
"""Units of time, each with the least and the most days that one of them has."""
_FINISHES = frozenset(
    {"end", "until", "to", "till", "checkout", "dropoff", "return", "finish", "ende", "bis", "fin"}
)
"""Words of names for when something ends, beside one for when it begins."""
_EXPIRES = frozenset({"expires", "expire", "expiry", "expiration", "valid", "until", "till"})
"""Those for until when something holds, which goes on for ever where nothing is said."""
_LENGTHS = (
    frozenset({"duration", "length", "ttl", "term"}) | {*_DAYS} | {f"{one}s" for one in _DAYS}
)
"""Words of names for how long something lasts."""
_FOR = re.compile(
    r"\b(?:for|für|pendant)\s+(?:the\s+next\s+)?"
    r"(?P<many>\d{1,3}|an?|one|eine?n?|two|three|four|five|six|seven|eight|nine|ten)\s+"
    rf"(?P<of>(?:{'|'.join(_DAYS)})(?:s|e[ns]?|n)?)\b",
    re.IGNORECASE,
)
_AS_LONG = re.compile(
    r"\b(?:same|usual|original|old)\s+(?:length|duration)\b|\bas\s+long\s+as\s+(?:before|now|it\s+(?:is|was))\b"
    r"|\b(?:gleiche|selbe)\s+(?:l\u00e4nge|dauer)\b|\bm\u00eame\s+dur\u00e9e\b",
    re.IGNORECASE,
)
"""How people say that something is to last as long as it did."""
_HOURS_A_DAY = 24

Span = tuple[int, int]


@lru_cache(maxsize=4096)
def ends(path: str) -> bool:
    """Return whether an argument says when something ends, by its name."""
    words = words_in(path.rpartition(".")[2])
    return not _FINISHES.isdisjoint((*words, "".join(words[:2])))


@lru_cache(maxsize=4096)
def expires(path: str) -> bool:
    """Return whether an argument says until when something holds, by its name."""
    return not _EXPIRES.isdisjoint(words_in(path.rpartition(".")[2]))


def endless(text: str, names: Iterable[str], paths: Iterable[str]) -> bool:
    """Return whether a call leaves out until when something holds, and a text says how long.

    Args:
        text: what the person asks for.
        names: the arguments that it leaves out and that say when.
        paths: those that it has: one of them may say how long.
    """
    if not any(expires(one) for one in names) or not spans_in(text):
        return False
    had = (word for one in paths for word in words_in(one.rpartition(".")[2]))
    return (_LENGTHS | _EXPIRES).isdisjoint(had)


def outlasts(task: Task, value: Value, starts: Iterable[Value]) -> bool:
    """Return whether an end is not where something ends that lasts as long as the person said.

    Args:
        task: what the person said, on its days.
        value: an argument that says when something ends.
        starts: the arguments that say when it begins.
    """
    day, _ = value.moment
    if not day or task.days or not task.today or not (ends(value.path) or expires(value.path)):
        return False
    spans = [*spans_in(task.wanted)]
    begun = {one.moment[0] for one in starts if one.moment[0]} - {day} or task.today
    return bool(spans) and not any(
        low <= (date.fromisoformat(day) - date.fromisoformat(first)).days <= high
        for first in begun
        for low, high in spans
    )


def stretches(
    task: Task, known: Known, value: Value, starts: Iterable[Value], things: Iterable[Value]
) -> bool:
    """Return whether an end makes a thing longer or shorter than it was, and nobody said so.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: an argument that says when something ends, at a time that nobody named.
        starts: the arguments that say when it begins.
        things: those that say what is changed.
    """
    begun = [at for one in starts if (at := _at("T".join(one.moment))) is not None]
    end = _at("T".join(value.moment))
    shown = {
        long
        for one in things
        for place in known.seen(one.kinds)
        if place.record and (long := _length(known.record(place.record).moments)) is not None
    }
    if end is None or not begun or not shown:
        return _AS_LONG.search(task.wanted) is not None
    return end - max(begun) not in shown


def _length(moments: Iterable[tuple[str, str]]) -> timedelta | None:
    """Return how long a record lasts; None: it has not one beginning and one end."""
    every = [(ends(field), at) for field, said in moments if (at := _at(said)) is not None]
    first = [at for last, at in every if not last]
    last = [at for last, at in every if last]
    long = last[0] - first[0] if len(first) == len(last) == 1 else timedelta()
    return long if long > timedelta() else None


def _at(moment: str) -> datetime | None:
    try:
        return datetime.fromisoformat(moment) if len(moment) > len("2026-03-10T") else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def spans_in(text: str) -> tuple[Span, ...]:
    """Return how long a text says that something lasts, each as the least and the most days."""
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    for one in _FOR.finditer(text):
        of = one["of"].casefold()
        low, high = max((len(word), days) for word, days in _DAYS.items() if of.startswith(word))[1]
        word = one["many"].casefold()
        many = int(word) if word.isdigit() else NUMBERS.get(word, 1)
        yield low * many, high * many if low else 1 + many // _HOURS_A_DAY
