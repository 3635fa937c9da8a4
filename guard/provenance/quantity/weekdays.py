"""The days of a week that a text names, as a set of them: Monday to Thursday, weekdays, each day.

It reads a person's words and knows no clock.
"""

import re
from functools import lru_cache

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = {one[:3]: number for number, one in enumerate(DAYS)}
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|rs?|nes|ur)?(?:days?)?\.?"
_NAMED = re.compile(rf"\b{_DAY}(?![^\W_])", re.IGNORECASE)
_SPAN = re.compile(
    rf"\b{_DAY}\s*(?:to|till|until|through|thru|-|\u2013)\s*{_DAY}(?![^\W_])", re.IGNORECASE
)
_WHOSE = re.compile(rf"\b({'|'.join(DAYS)})['\u2019]s\b", re.IGNORECASE)
_ANY = rf"(?:{'|'.join(DAYS)})"
OF_NEXT_WEEK = re.compile(
    rf"\b(?:(?P<first>{_ANY})(?:,? (?:and|to|until|till|or) |, ?| ?[-\u2013] ?))?"
    rf"(?P<last>{_ANY}),? (?:of |in )?(?:the )?(?:next|following|coming) week\b"
    rf"|\b(?:next|following|coming) week,?(?: on)? (?P<after>{_ANY})\b",
    re.IGNORECASE,
)
"""Days of the week after this one: "Friday of next week"."""
_SETS = (
    (re.compile(r"\b(?:every ?day|each day|daily|all (?:days|week))\b", re.IGNORECASE), range(7)),
    (re.compile(r"\b(?:week|work|working )days?\b", re.IGNORECASE), range(5)),
    (re.compile(r"\bweekends?\b", re.IGNORECASE), (5, 6)),
)


def weekday(word: str) -> int | None:
    """Return which day of the week a word is, whole or shortened; None: none."""
    plain = word.strip().casefold()
    found = _NUMBER.get(plain[:3])
    return found if found is not None and plain in {plain[:3], DAYS[found]} else None


@lru_cache(maxsize=256)
def weekdays_in(text: str) -> frozenset[int]:
    """Return the days of the week that a text names, Monday being 0."""
    found = {_NUMBER[one[1].casefold()] for one in _NAMED.finditer(text)}
    for one in _SPAN.finditer(text):
        first, last = (_NUMBER[day.casefold()] for day in one.groups())
        found.update(day % 7 for day in range(first, last + (7 if last < first else 0) + 1))
    for said, days in _SETS:
        found.update(days if said.search(text) else ())
    return frozenset(found)


def days_next_week(text: str) -> frozenset[int]:
    """Return the days of next week that a text names by the week, Monday being 0."""
    named = (word for one in OF_NEXT_WEEK.finditer(text) for word in one.groups() if word)
    return frozenset(DAYS.index(one.casefold()) for one in named)


@lru_cache(maxsize=256)
def whose_days(text: str) -> tuple[int, ...]:
    """Return the days by which a text says which thing, in its order: "Thursday's visit"."""
    return tuple(DAYS.index(one[1].casefold()) for one in _WHOSE.finditer(text))
