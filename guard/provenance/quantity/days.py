"""The days and times in a person's words: 5 May, "May 1st to 5th", half past by the clock, noon.

A day bears its year where it was said. What is near ("tomorrow") needs a clock, which none is here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import MONTHS, classify
from guard.provenance.vocabulary.words import MONTH_NAMES

_MONTH = "(" + "|".join(sorted(MONTH_NAMES, key=len, reverse=True)) + r")\.?(?![^\W\d_])"
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? {_MONTH}(?:,? (\d{{4}}))?\b", re.IGNORECASE
)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (\d{{4}}))?", re.IGNORECASE
)
_ORDINAL = r"(?:st|nd|rd|th|\.)"
_UNTIL = r"\s*(?:-|\u2013|\b(?:to|until|till|through|and|bis|und|au)\b)\s*(?:the\s+)?"
_TO_DAY_MONTH = re.compile(
    rf"(?<![\w.,/:-])(\d{{1,2}}){_ORDINAL}?{_UNTIL}(?={_DAY_MONTH.pattern})", re.IGNORECASE
)
_TO_DAY = re.compile(
    rf"{_UNTIL}(\d{{1,2}})(?:(?:st|nd|rd|th)\b|(?![\w:.]|\s[^\W\d_]))(?:,? (\d{{4}}))?",
    re.IGNORECASE,
)
"""The other end of "1-5 May", and of "May 1st to 5th"."""
_SPAN = re.compile(
    rf"{_UNTIL}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+(?:the\s+)?)?", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(\d{1,2}(?::\d{2})? ?[ap]\.?m\b\.?|\d{1,2}:\d{2})", re.IGNORECASE)
_NOON = re.compile(
    r"\b(?:(noon|midday|zwölf uhr mittags|midi)|midnight|mitternacht|minuit)\b", re.IGNORECASE
)


def dates(text: str) -> Iterator[Entity]:
    """Yield the days and times, as typed values."""
    yield from _lent(text, [*_named(text), *_ranges(text)])
    for found in _CLOCK.finditer(text):
        times = [one for kind, one in classify(found[0].rstrip(".")) if kind == "time"]
        if times:
            yield Entity("time", times[0], found[0], *found.span(), "when")
    for found in _NOON.finditer(text):
        time = "12:00" if found[1] else "00:00"
        yield Entity("time", time, found[0], *found.span(), "when")


def _named(text: str) -> Iterator[Entity]:
    for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for found in pattern.finditer(text):
            yield from _day(found[3], found[month], found[day], text, found.span())


def _lent(text: str, days: Iterable[Entity]) -> Iterator[Entity]:
    """Yield days, the first of a span with the year of its last: "May 1st to May 5th 2025"."""
    ordered = sorted(days, key=lambda one: one.start)
    for first, last in pairwise(ordered):
        own, ends = first.canonical, last.canonical
        if own[0] == "-" != ends[0] and _SPAN.fullmatch(text, first.end, last.start):
            year = int(ends[:4]) - (own[2:] > ends[5:])  # 28 December to 3 January
            yield replace(first, canonical=f"{year}{own[1:]}")
        else:
            yield first
    yield from ordered[-1:]


def _ranges(text: str) -> Iterator[Entity]:
    """Yield the days that borrow their month from the one beside them: 1-5 May."""
    for found in _TO_DAY_MONTH.finditer(text):
        yield from _day(found[4], found[3], found[1], text, found.span(1))
    for first in _MONTH_DAY.finditer(text):
        last = _TO_DAY.match(text, first.end())
        if last:
            yield from _day(last[2], first[1], last[1], text, (last.start(1), last.end()))


def _day(
    year: str | None, month: str, day: str, text: str, place: tuple[int, int]
) -> Iterator[Entity]:
    if 1 <= int(day) <= 31:  # noqa: PLR2004
        where = f"{year or '-'}-{MONTHS[_month(month)]:02}-{int(day):02}"
        yield Entity("date", where, text[slice(*place)], *place, "when")


def _month(word: str) -> str:
    return next(
        one for one in sorted(MONTHS, key=len, reverse=True) if word.casefold().startswith(one)
    )
