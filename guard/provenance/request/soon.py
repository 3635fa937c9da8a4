"""The days that a person means by "tomorrow", "in 3 days" or "next Friday", from a clock.

The clock is an argument. Where nobody knows a person's zone, their day is any that it is somewhere.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from guard.provenance.quantity.counts import few_in
from guard.provenance.quantity.dates import (
    BESIDE,
    BOUNDED,
    beside,
    dates_in,
    in_years,
    months_on,
    speaks_of_dates,
    tells_of_past,
)
from guard.provenance.quantity.lately import lately_in
from guard.provenance.quantity.presently import minutes_in, moments_after, times_after
from guard.provenance.quantity.weekdays import OF_NEXT_WEEK, days_next_week
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task, task_of
from guard.provenance.speech.relayed import timely
from guard.provenance.vocabulary.grammar import NUMBERS

_NAMES = {
    **dict.fromkeys(("today", "tonight", "heute", "aujourd'hui"), 0),
    **dict.fromkeys(("day after tomorrow", "übermorgen", "après-demain"), 2),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr", "tomorow", "morgen", "demain"), 1),
}
_WEEKDAYS = {
    **dict.fromkeys(("monday", "montag", "lundi"), 0),
    **dict.fromkeys(("tuesday", "dienstag", "mardi"), 1),
    **dict.fromkeys(("wednesday", "mittwoch", "mercredi"), 2),
    **dict.fromkeys(("thursday", "donnerstag", "jeudi"), 3),
    **dict.fromkeys(("friday", "freitag", "vendredi"), 4),
    **dict.fromkeys(("saturday", "samstag", "samedi"), 5),
    **dict.fromkeys(("sunday", "sonntag", "dimanche"), 6),
}
_NEAR = re.compile(
    r"\b(?P<past>(?:from|last|since|of|past|every|each|vom|seit|letzten|guten) )?"
    rf"(?P<next>(?:next|following|nächste[nr]?|kommende[nr]?) )?(?:the )?"
    rf"(?P<word>{'|'.join([*_NAMES, *_WEEKDAYS])})\b(?!['\u2019]s\s(?!(?:and|one|instead)\b))"
    r"(?!,? (?:the )?\d{1,2}(?:st|nd|rd|th)\b)",
    re.IGNORECASE,
)
_AHEAD_ONLY = frozenset(one for one, days in _NAMES.items() if days)
_UNTIL = re.compile(r"\s+(?:[\w:.]+\s+){0,3}?(?:to|until|till|through|bis)\b", re.IGNORECASE)
_IN = re.compile(
    r"\bin (\d{1,2}|an?|\w+) (day|week|month|year|tag|woche|monat|jahr)(?:s|en|n|e)?\b"
    r"(?!['\u2019])",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(\d{1,2}|an?|\w+) (day|week|month|year)s? from (?:(?P<next>tomorrow)|now|today)\b",
    re.IGNORECASE,
)
_WEEK, _YEAR = 7, 12
_MONTHS, _MINUTES, _NEXT_WEEK = -1, -2, 100
_SIZES = {
    "d": (1, 0),
    "t": (1, 0),
    "w": (_WEEK, 0),
    "m": (1, _MONTHS),
    **dict.fromkeys("yj", (_YEAR, _MONTHS)),
}
"""First letter of a unit -> how many days it has, or how many months."""
_AHEAD = 14
"""Days in which the next day of the week of a name lies, and the one after it."""
_VAGUE = re.compile(
    r"\b(?:(?:next|this|coming|nächste[nr]?|diese[nr]?) (?:month|year|monat)"
    r"|every|each|daily|weekly|day after(?! tomorrow))\b",
    re.IGNORECASE,
)
"""What may be any of many days."""
_SOME_DAY = re.compile(
    r"\b(?:(?P<next>next|coming|following|nächste[nr]?|kommende[nr]?)|this|diese[nr]?)"
    r" (?:weekend|week|wochenende|woche)\b|\b(?P<later>la semaine prochaine)\b",
    re.IGNORECASE,
)
"""What may be any day of a week."""
_WIDEST = (timezone(timedelta(hours=-8)), timezone(timedelta(hours=12)))
"""Where it is another day for hardly anybody who is awake: from California to New Zealand.

Beyond, on their last or first hours of a day, people are asked once more, unless their house says
its zone. With the widest zones "tomorrow" would always be two days, each the other's disguise.
"""

_FROM_DAY = re.compile(
    r"\b(?:from|vom|von|du|de)\s+[^.;!?\n]{1,40}?(?=\s(?:to|on|until|auf|nach|au|a)\s)",
    re.IGNORECASE,
)
"""The day on which what is moved was."""
_HOUR = 3_600_000
_LONGEST = 60
_DAYS = frozenset({"day", "night", "tag", "nacht"})
_WEEKS = frozenset({"week", "woch"})
_WHEN = frozenset({"when"})

Near = tuple[int, int]
"""How many days from now, and 0; months, and -1; minutes, and -2; or which weekday, and how far.

Further than -2, it lies back; and 100 is the week after this one.
"""


@lru_cache(maxsize=256)
def near_in(text: str) -> frozenset[Near]:
    """Return the days that a text names by how near they are; none where it means any of many."""
    text = BESIDE.sub(" ", BOUNDED.sub(" ", text))
    if _VAGUE.search(text):
        return frozenset()
    found: set[Near] = set()
    found.update((day, _NEXT_WEEK) for day in days_next_week(text))
    text = OF_NEXT_WEEK.sub(" ", text)
    for one in _NEAR.finditer(text):
        word = one["word"].casefold()
        if not one["past"] or _begins(text, one):
            reach = _AHEAD if one["next"] else _WEEK
            found.add((_NAMES[word], 0) if word in _NAMES else (_WEEKDAYS[word], reach))
    for one in (*_IN.finditer(text), *_FROM.finditer(text)):
        count = int(one[1]) if one[1].isdigit() else NUMBERS.get(one[1].casefold(), 1)
        later = one.groupdict().get("next") is not None
        size, way = _SIZES[one[2][0].casefold()]
        found.add((count * size + later, way))
    found.update((many, _MINUTES) for many in minutes_in(text))
    for one in _SOME_DAY.finditer(text):
        last = _AHEAD if one["next"] or one["later"] else _WEEK
        found.update((ahead, 0) for ahead in range(last + 1))
    return frozenset(found)


def _begins(text: str, one: re.Match[str]) -> bool:
    """Return whether something is from this day on: from tomorrow, from Monday to Friday."""
    if one["past"].strip().casefold() not in {"from", "vom"}:
        return False
    return one["word"].casefold() in _AHEAD_ONLY or _UNTIL.match(text, one.end()) is not None


def on_its_days(task: Task, now_ms: int, house: tzinfo) -> Task:
    """Return a task with the days that it names by how near they are, as days that it names.

    Args:
        task: what the person said.
        now_ms: milliseconds since the epoch; 0: nobody knows.
        house: the zone in which people mean their times; UTC: nobody said.
    """
    return _on_days(task, now_ms // _HOUR, house) if now_ms else task


@lru_cache(maxsize=256)
def _on_days(task: Task, hour: int, house: tzinfo) -> Task:
    if not task.text:
        return _now(task.text, hour, house)
    said = timely(task.text, task.said)
    back = lately_in(said)
    near = near_in(said) | back
    if not (near or task.days or speaks_of_dates(said)):
        return _now(task.text, hour, house)
    lasting = frozenset(
        int(many) * (_WEEK if of in _WEEKS else 1)
        for of, many in task.tallies
        if of in _DAYS | _WEEKS and 0 < many <= _LONGEST
    ).difference(-days for days, _ in back)  # what lies three days back does not last three
    one = {of for of, many in few_in(said) if many}
    lasting |= {1} if one & _DAYS else set()
    lasting |= {_WEEK} if one & _WEEKS else set()
    return _dated(task.text, near, lasting, hour, house)


def _now(text: str, hour: int, house: tzinfo) -> Task:
    """Return a task that names no day, with the days that it is now."""
    return replace(task_of(text), today=frozenset(map(str, _today(hour, house))))


def _dated(
    text: str, near: frozenset[Near], lasting: frozenset[int], hour: int, house: tzinfo
) -> Task:
    task = task_of(text)
    days = set(days_of(near, lasting, hour, house))
    todays, said = _today(hour, house), timely(text, task.said)
    past = tells_of_past(text)
    for today in todays:
        days.update(dates_in(said, today))
        days.update(day for one in task.yearless for day in in_years(one, today, past=past))
    named = {one for kind, one in task.frames if kind == "date" and one[0] != "-"} | days
    days.update(beside(said, named))
    days.update([*_later(named, lasting)] if lasting else ())
    kept = {key: how for key, how in task.frames.items() if key[1] not in task.yearless}
    on = tuple(_days_in(task, one, lasting, hour, house) for one in task.pieces)
    next_to = [frozenset(beside(said[one.start : one.end], named)) for one in task.pieces]
    on = tuple(one or two for one, two in zip(on, next_to, strict=True))
    moved = [one for one in task.pieces if any("move" in ask.verbs for ask in one.asks)]
    every = (_days_in(task, one, lasting, hour, house, moves=False) for one in moved)
    off = frozenset(named if any(next_to) else ()).union(*every).difference(*on)
    times = {
        time: zone | task.zones.get(time, zone)
        for many, reach in near
        if reach == _MINUTES
        for time, zone in times_after(many, hour, house).items()
    }
    return replace(
        task,
        clocks=task.clocks | {time for time, zone in times.items() if "" in zone},
        zones={**task.zones, **times},
        on=on,
        off=off,
        frames={**kept, **{("date", day): _WHEN for day in days if ("date", day) not in kept}},
        today=frozenset(map(str, todays)),
    )


def _days_in(
    task: Task, piece: Piece, lasting: frozenset[int], hour: int, house: tzinfo, *,
    moves: bool = True,
) -> frozenset[str]:  # fmt: skip
    """Return the days that one request names; where it moves a thing, those to which it does."""
    text = timely(task.text, task.said)[piece.start : piece.end]
    lasting = frozenset(one for one in lasting if one in piece.numbers)
    if moves and any("move" in one.verbs for one in piece.asks):
        text = _FROM_DAY.sub(lambda one: " " * len(one[0]), text)
    named = [
        one.canonical
        for one in task.entities
        if one.kind == "date" and piece.start <= one.start < piece.end
        if text[one.start - piece.start : one.end - piece.start].strip()
    ]
    days = set(days_of(near_in(text) | lately_in(text), lasting, hour, house))
    for today in _today(hour, house):
        days.update(dates_in(text, today))
        for one in named:
            past = tells_of_past(task.text)
            days.update(in_years(one, today, past=past) if one.startswith("-") else (one,))
    return frozenset(days.union(_later(days, lasting)) if lasting else days)


def _later(days: AbstractSet[str], lasting: Iterable[int]) -> Iterator[str]:
    many = [*lasting]
    for day in days:
        yield from (str(date.fromisoformat(day) + timedelta(days=one)) for one in many)


@lru_cache(maxsize=256)
def days_of(
    near: frozenset[Near], lasting: frozenset[int], hour: int, house: tzinfo
) -> frozenset[str]:
    """Return the days (YYYY-MM-DD) that are meant.

    Args:
        near: as `near_in` found them.
        lasting: for how many days or nights something is said to last: where it ends.
        hour: hours since the epoch.
        house: the zone in which people mean their times; UTC: nobody said.
    """
    today = _today(hour, house)
    lengths = {0, *lasting}
    soon = [number for number, reach in near if reach == _MINUTES]
    return frozenset(
        str(first + timedelta(days=length))
        for start in today
        for number, reach in near
        for first in _first(start, number, reach)
        for length in lengths
    ).union(
        str(one.date())
        for number in soon
        for zone in _zones(house)
        for one in moments_after(number, hour, zone)
    )


def _first(start: date, number: int, reach: int) -> Iterator[date]:
    """Yield the days that are so near to one."""
    if reach == _MINUTES:
        return
    if reach == _NEXT_WEEK:
        yield start + timedelta(days=_WEEK - start.weekday() + number)
        return
    if reach == _MONTHS:
        yield months_on(start, number)
        return
    for ahead in range(min(reach, 0), max(reach, -1) + 1) if reach else (number,):
        one = start + timedelta(days=ahead)
        if not reach or one.weekday() == number:
            yield one


def _today(hour: int, house: tzinfo) -> set[date]:
    now = datetime.fromtimestamp(hour * _HOUR / 1000, UTC)
    return {now.astimezone(zone).date() for zone in _zones(house)}


def _zones(house: tzinfo) -> tuple[tzinfo, ...]:
    return _WIDEST if str(house) == "UTC" else (house,)
