"""The days that a person means by "tomorrow", "in 3 days" or "next Friday", from a clock.

The clock is an argument. Where nobody knows a person's zone, their day is any that it is somewhere.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from guard.provenance.grammar import NUMBERS
from guard.provenance.task import Task, task_of

_NAMES = {
    **dict.fromkeys(("today", "tonight", "heute", "aujourd'hui"), 0),
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
    rf"(?:the )?(?P<word>{'|'.join([*_NAMES, *_WEEKDAYS])})\b(?!'s)",
    re.IGNORECASE,
)
_IN = re.compile(r"\bin (\d{1,2}|an?|\w+) (day|week|tag|woche)(?:s|en|n|e)?\b", re.IGNORECASE)
_WEEK = 7
_AHEAD = 14
"""Days in which a day of the week is the one that is meant, or the next one."""
_VAGUE = re.compile(
    r"\b(?:(?:next|this|coming|nächste[nr]?|diese[nr]?) (?:week|weekend|month|year|woche|monat)"
    r"|every|each|daily|weekly|day after|übermorgen|in (?:a|two|three|\d+) months?)\b",
    re.IGNORECASE,
)
"""What may be any of many days."""
_WIDEST = (timezone(timedelta(hours=-12)), timezone(timedelta(hours=14)))

_HOUR = 3_600_000
_LONGEST = 60
_DAYS = frozenset({"day", "night", "tag", "nacht"})
_WHEN = frozenset({"when"})
_NONE: frozenset["Near"] = frozenset()

Near = tuple[int, bool]
"""How many days from now, or which day of the week."""


@lru_cache(maxsize=256)
def near_in(text: str) -> frozenset[Near]:
    """Return the days that a text names by how near they are; none where it means any of many."""
    if _VAGUE.search(text):
        return frozenset()
    found: set[Near] = set()
    for one in _NEAR.finditer(text):
        word = one["word"].casefold()
        if not one["past"]:
            found.add((_NAMES[word], False) if word in _NAMES else (_WEEKDAYS[word], True))
    for one in _IN.finditer(text):
        count = int(one[1]) if one[1].isdigit() else NUMBERS.get(one[1].casefold(), 1)
        found.add((count * (_WEEK if one[2][0] in "wW" else 1), False))
    return frozenset(found)


def on_its_days(task: Task, now_ms: int, house: tzinfo) -> Task:
    """Return a task with the days that it names by how near they are, as days that it names.

    Args:
        task: what the person said.
        now_ms: milliseconds since the epoch; 0: nobody knows.
        house: the zone in which people mean their times; UTC: nobody said.
    """
    near = near_in(task.wanted) if now_ms else _NONE
    if not near:
        return task
    lasting = frozenset(int(many) for of, many in task.tallies if of in _DAYS and many <= _LONGEST)
    return _dated(task.text, days_of(near, lasting, now_ms // _HOUR, house))


@lru_cache(maxsize=256)
def _dated(text: str, days: frozenset[str]) -> Task:
    task = task_of(text)
    return replace(
        task, frames={**task.frames, **dict.fromkeys((("date", day) for day in days), _WHEN)}
    )


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
    now = datetime.fromtimestamp(hour * _HOUR / 1000, UTC)
    zones = _WIDEST if str(house) == "UTC" else (house,)
    today = {now.astimezone(zone).date() for zone in zones}
    lengths = {0, *lasting}
    return frozenset(
        str(start + timedelta(days=ahead + length))
        for start in today
        for number, weekday in near
        for ahead in (range(_AHEAD + 1) if weekday else (number,))
        if not weekday or (start + timedelta(days=ahead)).weekday() == number
        for length in lengths
    )
