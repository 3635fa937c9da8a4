"""How far a person wants a moment from another one: "extend it by a week", "two days before".

It reads the words, and reckons from one moment back to where it must have come from. Which moments
may be those is looked up elsewhere.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from guard.model.late import late
from guard.provenance.quantity.dates import months_on
from guard.provenance.quantity.numerals import FEW, in_words
from guard.provenance.quantity.zones import Moment

_UNITS = {
    **dict.fromkeys(("minute", "minuten", "min", "mins"), ("minute", 1)),
    **dict.fromkeys(("hour", "hr", "hrs", "stunde", "stunden", "heure"), ("minute", 60)),
    **dict.fromkeys(("day", "night", "tag", "tage", "tagen", "jour"), ("day", 1)),
    **dict.fromkeys(("week", "woche", "wochen", "semaine"), ("day", 7)),
    "fortnight": ("day", 14),
    **dict.fromkeys(("month", "monat", "monate", "monaten", "mois"), ("month", 1)),
    "quarter": ("month", 3),
    **dict.fromkeys(("year", "jahr", "jahre", "jahren", "an"), ("month", 12)),
}
"""Units of time, each in the smallest in which it is exact."""
_SAID = {
    **{word: Decimal(many) for word, many in FEW.items()},
    **dict.fromkeys(("a", "an", "one", "another", "further"), Decimal(1)),
    **dict.fromkeys(("ein", "eine", "einen", "un", "une"), Decimal(1)),
    **dict.fromkeys(("few", "a few", "some", "several", "einige", "quelques"), Decimal(0)),
    **dict.fromkeys(("half a", "half an", "a half"), Decimal("0.5")),
    **dict.fromkeys(("quarter of an", "a quarter of an"), Decimal("0.25")),
    "a couple of": Decimal(2),
}
"""How many a word says; 0: nobody can tell."""
_LATER = "later|longer|after|past|später|länger|danach|nach|plus tard|après"
_EARLIER = (
    "earlier|sooner|before|prior|ahead|shorter|früher|vorher|vor|kürzer|plus tôt|avant"
    "|in advance|beforehand"
)
_MANY = (
    r"(?P<many>(?<![\w.,:])\d{1,3}(?:[.,]5)?|half\s+an?|(?:an?\s+)?quarter\s+of\s+an"
    r"|an?\s+(?:half|couple\s+of|few)|\b[^\W\d_]+(?:-[^\W\d_]+)?)"
)
_UNIT = rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})s?\b"
_FOUND = late(
    r"(?P<by>\b(?:by|um|de)\s+|d['\u2019])?"
    r"(?P<more>\b(?:another|(?:an?\s+)?(?:extra|additional|further|weitere[nr]?))\s+)?"
    rf"{_MANY}(?:\s+(?P<extra>more|extra|additional|further|weitere[nr]?))?[\s-]"
    rf"(?P<work>(?:working|business|work)\s+)?{_UNIT}(?:\s+(?P<extra2>more|extra))?"
    rf"(?:\s+(?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))\b)?",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\bto\s+the\s+(?:(?P<next>next|following)\s+(?P<unit>day|week|month)|day\s+(?:(?P<after>after)"
    r"|(?P<before>before)))\b(?=\s*(?:$|[.,;!?]|(?:at|and|please|instead)\b))",
    re.IGNORECASE,
)
"""One day, week or month from where something is: "move it to the next day"."""
_MOVES = re.compile(
    r"\b(?:extend|prolong|lengthen|postpone|defer|delay|push|shift|move|put\s+(?:\S+\s+){1,6}?(?:back|off)|bring|pull"
    r"|advance|shorten|verlänger\w*|verschieb\w*|vorzieh\w*|repouss\w*|reporte[rz]?|prolong\w*|avanc\w*)\b",
    re.IGNORECASE,
)
"""Verbs that need no more than so long behind them: "postpone it two days"."""
_BACKWARD = re.compile(
    r"\b(?:shorten|advance|reduce|cut|bring|pull|verkürz\w*|avanc\w*|raccourci\w*|zieh\w*|vorzieh\w*)\b"
    r"|\bmove\b[^.;!?\n]*\bup\b",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:push|move|shift)\b[^.;!?\n]*\bforward\b", re.IGNORECASE)
_SINCE_NOW = re.compile(
    r"\b(?:in|within|every|each|last|past|next|previous|than|per|least|most|ago|in\s+den|jede[nrs]?"
    r"|letzten|nächsten)\s*$",
    re.IGNORECASE,
)
"""What stands before so long where it is no way from one moment to another."""
_FROM_NOW = re.compile(r"\s*(?:from\s+(?:now|today|tomorrow)|ago|old|time\b)", re.IGNORECASE)
_STOP = re.compile(r"[.;!?\n]")
_AND = re.compile(r",|\b(?:and|then|und|dann|et|puis)\b", re.IGNORECASE)
_FRIDAY = 4
_CLAMPED = 3
"""So many days a month may be shorter than the one that is reckoned from."""


class Shift(NamedTuple):
    """So long, in which direction.

    Args:
        many: how many; 0: nobody can tell, as of "a few days".
        unit: minute, day, workday or month.
        ways: 1: later; -1: earlier.
        place: where the text says it.
    """

    many: int
    unit: str
    ways: tuple[int, ...]
    place: int


@lru_cache(maxsize=256)
def shifts_in(text: str) -> tuple[Shift, ...]:
    """Return how far a text wants moments from others, in its order."""
    return tuple(sorted([*_shifts(text), *_nearby(text)], key=lambda one: one.place))


def _shifts(text: str) -> Iterator[Shift]:
    for one in _FOUND.finditer(text):
        many = _many(one["many"])
        if many is None:
            continue
        stops = [stop.end() for stop in _STOP.finditer(text, 0, one.start())]
        before = text[stops[-1] if stops else 0 : one.start()]
        if _SINCE_NOW.search(before) or _FROM_NOW.match(text, one.end()):
            continue
        told = any(one[name] for name in ("by", "more", "extra", "extra2", "later", "earlier"))
        if not (
            told or one["many"].casefold() == "another" or _MOVES.search(_AND.split(before)[-1])
        ):
            continue
        unit, size = _UNITS[one["unit"].casefold()]
        if one["work"] and unit == "day":
            unit = "workday"
        number = many * size
        exact = int(number) if number == int(number) else 0
        yield Shift(exact, unit, _ways(one, before, text), one.start())


def _nearby(text: str) -> Iterator[Shift]:
    """Yield where a text moves something to the day beside the one on which it is."""
    for one in _BESIDE.finditer(text):
        stops = [stop.end() for stop in _STOP.finditer(text, 0, one.start())]
        if not _MOVES.search(_AND.split(text[stops[-1] if stops else 0 : one.start()])[-1]):
            continue
        unit, size = _UNITS[(one["unit"] or "day").casefold()]
        yield Shift(size, unit, (-1,) if one["before"] else (1,), one.start())


def _many(word: str) -> Decimal | None:
    """Return how many a word says; 0: some; None: it is no number."""
    said = " ".join(word.casefold().split())
    if said[0].isdigit():
        return Decimal(said.replace(",", "."))
    if said in _SAID:
        return _SAID[said]
    return next((number for number, _, _ in in_words(said)), None)


def _ways(one: re.Match[str], before: str, text: str) -> tuple[int, ...]:
    if one["earlier"]:
        return (-1,)
    if one["later"]:
        return (1,)
    said = before + text[one.start() : one.end()]
    if _EITHER.search(said):
        return (1, -1)
    return (-1,) if _BACKWARD.search(said) else (1,)


def origins(moment: Moment, shift: Shift) -> Iterator[Moment]:
    """Yield the moments from which one lies as far as was said.

    Args:
        moment: a day, a time of day, or both.
        shift: how far, and in which direction.
    """
    day, time = moment
    if not shift.many:
        return
    for way in shift.ways:
        if shift.unit == "minute":
            yield from _earlier(day, time, way * shift.many)
        elif day:
            for one in _days(date.fromisoformat(day), shift, way):
                yield str(one), time


def _earlier(day: str, time: str, minutes: int) -> Iterator[Moment]:
    if not time:
        return
    at = datetime.fromisoformat(f"{day or '2000-06-15'}T{time}") - timedelta(minutes=minutes)
    yield (str(at.date()) if day else "", f"{at:%H:%M}")


def _days(day: date, shift: Shift, way: int) -> Iterator[date]:
    many = way * shift.many
    if shift.unit == "day":
        yield day - timedelta(days=many)
        return
    if shift.unit == "workday":
        near = [day - timedelta(days=way * ahead) for ahead in range(2 * shift.many + _FRIDAY)]
        yield from (one for one in near if _worked(one, many) == day)
        return
    back = months_on(day, -many)
    near = [back + timedelta(days=ahead) for ahead in range(-_CLAMPED, _CLAMPED + 1)]
    yield from (one for one in near if months_on(one, many) == day)


def _worked(day: date, many: int) -> date:
    """Return the day so many working days from another one."""
    step, left = timedelta(days=1 if many > 0 else -1), abs(many)
    while left:
        day += step
        left -= day.weekday() <= _FRIDAY
    return day
