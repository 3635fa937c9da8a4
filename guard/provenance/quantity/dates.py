"""The days that a person means by their place in a month or a year: the 23rd, 12/04/2026.

The day is an argument. Who says no year or no month means the next such day.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from guard.provenance.quantity.weekdays import DAYS
from guard.provenance.typed.canonical import MONTHS
from guard.provenance.vocabulary.words import MONTH_NAMES

_NTH: Final = re.compile(
    r"\b(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?(day)|(?:on|by|until|till|for) )"
    r"(?:the )?(?P<nth>\d{1,2})(?:st|nd|rd|th)\b"
    r"(?=\s*(?:$|[.,;!?)]|(?:at|from|between|for|and|to|until|till|with|in the)\b))",
    re.IGNORECASE,
)
_STROKES: Final = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\w/])")
_PART: Final = r"(?P<part>(?:very )?end|last day|beginning|start|first day|first|1st|close)"
BOUNDED: Final = re.compile(
    rf"\b{_PART} of (?P<which>the(?: (?:current|coming|next|following))?|this|next|each)? ?"
    r"(?P<of>week|month|quarter|year)\b(?!['\u2019])"
    r"|\b(?P<short>month|quarter|year)(?:['\u2019]s|[- ])end\b"
    r"|\b(?:am|zum|bis) (?P<german>monats|quartals|jahres)ende\b"
    r"|\b(?:zum|am|bis) ende (?:des|dieses) (?P<ende>monats|quartals|jahres)\b",
    re.IGNORECASE,
)
"""The beginning or the end of a week, a month, a quarter or a year that is near."""
_ENDING: Final = re.compile(
    rf"\b{_PART} of (?P<month>{'|'.join(MONTH_NAMES)})\b(?!\s+\d(?!\d{{3}}\b))"
    r"(?:\s+(?P<year>\d{4})\b)?",
    re.IGNORECASE,
)
_OF_YEAR: Final = re.compile(rf"\b{_PART} of (?:the year )?(?P<year>20\d\d)\b", re.IGNORECASE)
_FIRST: Final = frozenset({"beginning", "start", "first day", "first", "1st"})
_WITHIN: Final = re.compile(
    r"(?<!of )\b(?P<which>this|next|coming|following|nächste[nrs]?|diese[nrs]?) "
    r"(?P<of>month|year|monat|jahr)\b(?!['\u2019])"
    rf"|\b(?:in|during|im) (?:(?P<month>(?!may\b)(?i:{'|'.join(MONTH_NAMES)}))\b"
    r"(?! \d{1,2}\b)(?:,? (?P<its>20\d\d)\b)?|(?P<year>20\d\d)\b)",
    re.IGNORECASE,
)
_BEFORE: Final = frozenset({"last", "previous", "past"})
_BEHIND: Final = frozenset({"next", "coming", "following"})
_NEAR_MONTH: Final = re.compile(
    rf"\b(this|current|{'|'.join(sorted(_BEFORE | _BEHIND))})\s+month\b", re.IGNORECASE
)
_NAMED_MONTH: Final = re.compile(
    rf"\b(?P<name>(?!may\b)(?i:{'|'.join(MONTH_NAMES)}))\b(?:\s+(?P<year>\d{{4}})\b)?"
)
"""A month by its name; "may" in small letters is a verb."""
_ISO_MONTH: Final = re.compile(r"(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])(?![\w-])")
BESIDE: Final = re.compile(
    r"\bthe (?:day|evening|night|morning) (?:(?P<before>before)|after)\b"
    r"(?=\s*(?:$|[.,;:!?)]|(?:and|at|to|please|by|around)\b))",
    re.IGNORECASE,
)
"""The day next to one that is named elsewhere."""
_MONTHLY: Final = re.compile(
    r"\bthe (?P<nth>first|last|\d{1,2}(?=st|nd|rd|th))(?:st|nd|rd|th)?(?: day)?"
    r" of (?:every|each|the) month\b",
    re.IGNORECASE,
)
_WEEKLY: Final = re.compile(
    rf"\b(?:every|each) (?:other )?(?P<day>{'|'.join(DAYS)})\b", re.IGNORECASE
)
_BEGINS: Final = re.compile(r"\b(?:start|begin|from|first time|effective|as of)", re.IGNORECASE)
_FEASTS: Final = {
    **dict.fromkeys(("new year's eve", "silvester"), (12, 31)),
    **dict.fromkeys(("new year's day", "neujahr"), (1, 1)),
    **dict.fromkeys(("christmas eve", "heiligabend"), (12, 24)),
    **dict.fromkeys(("christmas day", "noël"), (12, 25)),
}
_SAID: Final = "|".join(_FEASTS).replace("'", "['\u2019]")
_FEAST: Final = re.compile(rf"\b(?:{_SAID})(?!\w)", re.IGNORECASE)
_ANY: Final = (_NTH, _STROKES, BOUNDED, _FEAST, _ENDING, _OF_YEAR)
_BACK: Final = 20
"""Years back in which a day that was may have been meant."""
_PAST: Final = re.compile(
    r"\b(?:was|were|had|did|since|ago|born|birthdays?|old|past|last|previous|history|archived?"
    r"|war|waren|hatte|seit|geboren|geburtstag|letzte[nrs]?|était|depuis|dernière?|née?)\b",
    re.IGNORECASE,
)
"""Words of who speaks of what was."""


@lru_cache(maxsize=256)
def speaks_of_dates(text: str) -> bool:
    """Return whether a text names any day so."""
    return any(one.search(text) for one in _ANY)


def dates_in(text: str, today: date) -> Iterator[str]:
    """Yield the days (YYYY-MM-DD) that a text names so, seen from a day."""
    for found in _NTH.finditer(text):
        yield from _nth(int(found["nth"]), today)
    for found in _STROKES.finditer(text):
        first, second, year = (int(one) for one in found.groups())
        yield from _existing((year, second, first), (year, first, second))
    for found in BOUNDED.finditer(text):
        yield from map(str, _bounds(found, today))
    for found in _ENDING.finditer(text):
        yield str(_ending(found, today))
    for found in _OF_YEAR.finditer(text):
        yield f"{found['year']}-{'01-01' if _opens(found['part']) else '12-31'}"
    for found in _FEAST.finditer(text):
        month, day = _FEASTS[found[0].casefold().replace("\u2019", "'")]
        yield str(min(one for one in _years(month, day, today) if one >= today))


@lru_cache(maxsize=256)
def recurs_on(text: str, day: str) -> bool:
    """Return whether a day (YYYY-MM-DD) is one on which something recurs, if a text says on which.

    Who says from when it does says the first day otherwise.
    """
    at = date.fromisoformat(day)
    last = monthrange(at.year, at.month)[1]
    said = {"first": 1, "last": last}
    nths = [one["nth"].casefold() for one in _MONTHLY.finditer(text)]
    days = {one["day"].casefold() for one in _WEEKLY.finditer(text)}
    if _BEGINS.search(text) or not (nths or days):
        return True
    return at.day in {min(said.get(one) or int(one), last) for one in nths} or (
        DAYS[at.weekday()] in days
    )


def beside(text: str, days: Iterable[str]) -> Iterator[str]:
    """Yield the days (YYYY-MM-DD) next to others, where a text says "the day before"."""
    named = [date.fromisoformat(one) for one in days]
    for found in BESIDE.finditer(text):
        step = timedelta(days=-1 if found["before"] else 1)
        yield from (str(one + step) for one in named)


@lru_cache(maxsize=256)
def periods_in(text: str, today: date) -> frozenset[str]:
    """Return within which months (YYYY-MM) and years (YYYY) a text wants something, from a day."""
    found: set[str] = set()
    for one in _WITHIN.finditer(text):
        ahead = one["which"] is not None and one["which"].casefold() != "this"
        if one["year"]:
            found.add(one["year"])
        elif one["of"]:
            month = (one["of"][0] in "mM") and f"{months_on(today, ahead):%Y-%m}"
            found.add(month or f"{today.year + ahead}")
        elif one["month"]:
            number = _month_of(one["month"])
            year = one["its"] or str(today.year + (number < today.month))
            found.add(f"{year}-{number:02}")
    return frozenset(found)


@lru_cache(maxsize=256)
def months_in(text: str, today: date) -> frozenset[str]:
    """Return the months (YYYY-MM) that a text names, seen from a day: last month, in March."""
    found = {one[0] for one in _ISO_MONTH.finditer(text)}
    for one in _NEAR_MONTH.finditer(text):
        word = one[1].casefold()
        ahead = -1 if word in _BEFORE else 1 if word in _BEHIND else 0
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found.add(f"{year}-{month + 1:02}")
    for one in _NAMED_MONTH.finditer(text):
        month = _month_of(one["name"])
        last = today.year - (month > today.month)
        years = [int(one["year"])] if one["year"] else [last, last + (month != today.month)]
        found.update(f"{year}-{month:02}" for year in years)
    return frozenset(found)


def months_on(day: date, many: int) -> date:
    """Return the day so many months from another one; the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + many, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month_of(name: str) -> int:
    word = name.casefold()
    return next(
        MONTHS[one] for one in sorted(MONTHS, key=len, reverse=True) if word.startswith(one)
    )


@lru_cache(maxsize=1024)
def words_of(day: str) -> frozenset[str]:
    """Return the words by which people may say a day (YYYY-MM-DD): 20, 20th, march, friday."""
    at = date.fromisoformat(day)
    months = {one for one in MONTH_NAMES if _month_of(one) == at.month}
    nth = {f"{at.day}{end}" for end in ("", "st", "nd", "rd", "th")}
    return frozenset(months | nth | {str(at.year), DAYS[at.weekday()]})


def spelled_apart(text: str, day: str) -> bool:
    """Return whether a text says a day's place in its month, and the month elsewhere."""
    nth = re.search(rf"\b{int(day[8:])}(?:st|nd|rd|th)\b", text, re.IGNORECASE)
    year, month = day[:4], int(day[5:7])
    return nth is not None and any(
        _month_of(one["name"]) == month and year in (one["year"] or text)
        for one in _NAMED_MONTH.finditer(text)
    )


def _opens(part: str | None) -> bool:
    """Return whether the first day of something is meant, and not its last one."""
    return part is not None and part.casefold() in _FIRST


def _bounds(found: re.Match[str], today: date) -> Iterator[date]:
    """Yield the first or the last day of this week, month, quarter or year, or of the next one.

    Where a week ends, people differ: on its Friday, or on its Sunday.
    """
    of = next(one for one in (found[name] for name in ("of", "short", "german", "ende")) if one)
    which, first = (found["which"] or "").casefold(), _opens(found["part"])
    ahead = which.endswith(("next", "coming", "following"))
    if which == "each":
        return
    if of.casefold() == "week":
        monday = today + timedelta(days=7 * ahead - today.weekday())
        yield from (monday + timedelta(days=one) for one in ((0,) if first else (4, 5, 6)))
        return
    size = {"m": 1, "q": 3}.get(of[0].casefold(), 12)
    begun = date(today.year, today.month - (today.month - 1) % size, 1)
    yield (
        months_on(begun, size * ahead)
        if first
        else (months_on(begun, size * (ahead + 1)) - timedelta(days=1))
    )
    # The beginning of "the month" lies ahead of who speaks late in it.
    if first and not which.startswith("this") and not ahead:
        yield months_on(begun, size)


def _ending(found: re.Match[str], today: date) -> date:
    """Return the first or the last day of the next month of a name, or of that of a year."""
    month = _month_of(found["month"])
    year = int(found["year"] or today.year + (month < today.month))
    return date(year, month, 1 if _opens(found["part"]) else monthrange(year, month)[1])


@lru_cache(maxsize=256)
def tells_of_past(text: str) -> bool:
    """Return whether a text speaks of what was."""
    return _PAST.search(text) is not None


def in_years(month_day: str, today: date, *, past: bool) -> Iterator[str]:
    """Yield the days that `--MM-DD` may be, seen from a day.

    The next one, or the last one where that is nearer; any that was, where they speak of what was.
    """
    month, day = int(month_day[2:4]), int(month_day[5:7])
    found = [*_years(month, day, today)]
    near = found[-1] - today if found else timedelta()  # there is no 30th of February
    for one in found:
        if past or one >= today or today - one < near:
            yield str(one)


def _years(month: int, day: int, today: date) -> Iterator[date]:
    for year in range(today.year - _BACK, today.year + 9):
        if day <= monthrange(year, month)[1]:
            one = date(year, month, day)
            yield one
            if one >= today:
                return


def _nth(day: int, today: date) -> Iterator[str]:
    for ahead in range(62):
        one = today + timedelta(days=ahead)
        if one.day == day:
            yield str(one)
            return


def _existing(*days: tuple[int, int, int]) -> Iterator[str]:
    for year, month, day in days:
        if year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:  # noqa: PLR2004
            yield f"{year:04}-{month:02}-{day:02}"
