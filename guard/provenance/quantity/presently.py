"""When "in two hours" or "twenty minutes from now" is: days and times of day, by a clock.

The clock says only which hour it is, and what is said is heard some time before the call: so it is
any minute of two hours. Where nobody knows a person's zone the moment is known in UTC, and no time
of day elsewhere. It decides nothing.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from guard.model.late import late

_MANY = {
    word: number
    for number, words in (
        (0.5, "half|half an|half a|einer halben|einer halbe|une demi"),
        (1, "a|an|one|ein|eine|einer|einem|un|une"),
        (2, "two|a couple of|zwei|deux"),
        (3, "three|drei|trois"),
        (4, "four|vier|quatre"),
        (5, "five|fünf|cinq"),
        (6, "six|sechs"),
        (7, "seven|sieben|sept"),
        (8, "eight|acht|huit"),
        (9, "nine|neun|neuf"),
        (10, "ten|zehn|dix"),
        (12, "twelve|zwölf|douze"),
        (15, "fifteen|fünfzehn|quinze"),
        (20, "twenty|zwanzig|vingt"),
        (25, "twenty-five|twenty five"),
        (30, "thirty|dreißig|trente"),
        (40, "forty|vierzig|quarante"),
        (45, "forty-five|forty five|fünfundvierzig"),
        (50, "fifty|fünfzig|cinquante"),
        (90, "ninety|neunzig"),
    )
    for word in words.split("|")
}
_AHEAD = late(
    r"\b(?P<in>(?:in|dans)\s+(?:about\s+|around\s+)?)?"
    rf"(?P<many>\d{{1,3}}(?:[.,]5)?|{'|'.join(sorted(_MANY, key=len, reverse=True))})[\s-]"
    r"(?P<of>hours?|hrs?|minutes?|mins?|stunden?|minuten?|heures?)\b(?P<half>\s+and\s+a\s+half\b)?"
    r"(?(in)|\s+from\s+now\b)",
    re.IGNORECASE,
)
"""How long from now."""
_HOUR = 60
_MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=256)
def minutes_in(text: str) -> frozenset[int]:
    """Return in how many minutes from now something is that a text speaks of."""
    return frozenset(_minutes(one) for one in _AHEAD.finditer(text))


def _minutes(said: re.Match[str]) -> int:
    word = said["many"].casefold()
    many = _MANY[word] if word in _MANY else float(word.replace(",", "."))
    return int((many + 0.5 * bool(said["half"])) * (1 if said["of"][:1] in "mM" else _HOUR))


def moments_after(minutes: int, hour: int, zone: tzinfo) -> Iterator[datetime]:
    """Yield the moments that are so many minutes from an hour.

    Args:
        minutes: how many.
        hour: hours since the epoch; within it, it is now.
        zone: in which the moments are told.
    """
    first = datetime.fromtimestamp(hour * 3600, UTC) + (minutes - _HOUR) * _MINUTE
    for after in range(2 * _HOUR):
        yield (first + after * _MINUTE).astimezone(zone)


def times_after(minutes: int, hour: int, house: tzinfo) -> dict[str, frozenset[str]]:
    """Return the times of day (HH:MM) of these moments, each with its zone: "", the house's own.

    Args:
        minutes: how many.
        hour: hours since the epoch.
        house: the zone in which people mean their times; UTC: nobody said.
    """
    zone = frozenset({"0" if str(house) == "UTC" else ""})
    return {f"{one:%H:%M}": zone for one in moments_after(minutes, hour, house)}
