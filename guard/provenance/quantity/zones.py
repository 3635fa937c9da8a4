"""In which zone a time of day is, as people and as calls write it, and the same moment elsewhere.

Reckoned with are offsets, and abbreviations that mean one offset all year (CET is not CEST). A zone
that goes by a place has the offset of that place on that date, which is not known here, so that it
equals nothing but itself. It reads no clock and no file.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from guard.model.call import Json
from guard.provenance.speech.sentences import sentences

_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "HST": -10,
}
"""Hours before UTC. CST and IST are missing: several zones go by these letters."""
_SIGNED = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?$")
_NAMED = (
    rf"(?:{'|'.join(_HOURS)}|CST|IST)(?![\w+-])|(?:UTC|GMT) ?[+-]\d{{1,2}}(?::?\d{{2}})?"
    r"|[+-]\d{2}:?\d{2}\b|[A-Z]\w+/[A-Z]\w+|[A-Z]\w+(?: [A-Z]\w+)? (?:time|Zeit)\b"
)
_BEHIND = re.compile(rf"(?:[ap]\.?m\.?)?\s*[(,]?\s*(?:in )?({_NAMED})")
_LONE = re.compile(r"\b(?:" + "|".join(_HOURS) + r")\b")
_OF_ALL = re.compile(
    r"\b(?:all|alle)\s+(?:the\s+|my\s+|die\s+)?(?:times|uhrzeiten|zeiten)\b", re.IGNORECASE
)
_RANGE = re.compile(
    r"[\s,]*(?:to|until|till|through|and|or|bis|und|oder|[-\u2013\u2014/&])?\s*(?:at |um )?",
    re.IGNORECASE,
)
"""What joins two times that are in one zone."""
_STAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_ZONES = frozenset({"timezone", "time_zone", "tz", "timeZone", "tzid"})
"""Names of the argument that says in which zone the moments beside it are."""

Moment = tuple[str, str]
"""A day (YYYY-MM-DD) and a time of day (HH:MM)."""


class Zoned(NamedTuple):
    """In which zone a moment of a call is: minutes before UTC, or a place; empty: it says nothing.

    Args:
        zone: the zone.
        here: the same moment in the house's own zone; None: that is not known.
    """

    zone: str = ""
    here: Moment | None = None


NO_ZONE = Zoned()


def zone_of(text: str) -> str:
    """Return a zone as it is compared: `+02:00`, `CEST` and `UTC+2` are `120`; empty: none."""
    name = text.strip().replace("\u2212", "-")
    if name in {"Z", "z"} or name.upper() in _HOURS:
        return str(60 * _HOURS.get(name.upper(), 0))
    found = _SIGNED.search(name)
    if found and name[: found.start()].strip().upper() in {"", "UTC", "GMT"}:
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        return str(minutes if found[1] == "+" else -minutes)
    return name.casefold().removesuffix(" time").removesuffix(" zeit")


def zoned(text: str, beside: Mapping[str, Json], house: tzinfo) -> Zoned:
    """Return in which zone a moment of a call is.

    Args:
        text: as it is written.
        beside: the object of the call that holds it.
        house: the zone in which the house reads times; UTC: nobody said.
    """
    stamp = _STAMP.fullmatch(text.strip())
    if stamp is None:
        return NO_ZONE
    moment = (stamp[1], stamp[2])
    said = stamp[3] or _said(beside)
    zone = zone_of(said) if said else ""
    if not zone:
        return NO_ZONE
    offset = _offset(zone)
    if offset is None:
        return Zoned(zone, moment if zone == str(house).casefold() else None)
    if house is UTC or str(house) == "UTC":
        return Zoned(zone, None if offset else moment)
    return Zoned(zone, _moved(moment, offset, house))


def _said(beside: Mapping[str, Json]) -> str:
    """Return the zone that stands beside a moment; empty: none does, as nearly always."""
    if _ZONES.isdisjoint(beside):
        return ""
    named = (one for name, one in beside.items() if name in _ZONES and isinstance(one, str))
    return next(named, "")


def same_in(moment: Moment, zone: str, other: str) -> Moment | None:
    """Return a moment of one zone as it is in another; None: nobody can tell."""
    if zone == other:
        return moment
    first, last = _offset(zone), _offset(other)
    if first is None or last is None:
        return None
    return _moved(moment, first, timezone(timedelta(minutes=last)))


def zones_of(
    text: str, times: Sequence[tuple[str, int, int]], ends: frozenset[str]
) -> Mapping[str, frozenset[str]]:
    """Return the zones in which a text names each time of day; an empty one: it does not say.

    "10:00 to 12:00 CET" says it of both. A zone that stands alone is that of the times of its own
    sentence, if it is the only one there, or of all where a sentence says so of all.

    Args:
        text: what the person wrote.
        times: HH:MM, with their places.
        ends: times that follow from those, and from durations.
    """
    own = [_behind(text, start, end) for _, start, end in times]
    for at in range(len(times) - 2, -1, -1):
        if not own[at] and _RANGE.fullmatch(text, times[at][2], times[at + 1][1]):
            own[at] = own[at + 1]
    found: dict[str, set[str]] = {}
    for (time, _, _), zone, alone in zip(times, own, _alone(text, times), strict=True):
        found.setdefault(time, set()).add(zone or alone)
    every = {one for many in found.values() for one in many}
    for end in ends:
        found.setdefault(end, set()).update(every)
    return {time: frozenset(many) for time, many in found.items()}


def _alone(text: str, times: Sequence[tuple[str, int, int]]) -> list[str]:
    """Return for each time the only zone that its sentence names behind no other; empty: none."""
    behind = (_BEHIND.match(text, stop) for _, _, stop in times)
    taken = {found.start(1) for found in behind if found}
    spans = list(sentences(text)) if times else []
    everywhere: set[str] = set()
    named: list[set[str]] = []
    for start, end in spans:
        lone = (one for one in _LONE.finditer(text, start, end) if one.start() not in taken)
        named.append({zone_of(one[0]) for one in lone})
        if _OF_ALL.search(text, start, end):
            everywhere |= named[-1]
    starts = [start for start, _ in spans]
    own = (named[bisect_right(starts, at) - 1] | everywhere for _, at, _ in times)
    return [next(iter(many)) if len(many) == 1 else "" for many in own]


def _behind(text: str, start: int, end: int) -> str:
    stamp = _STAMP.match(text, start)
    if stamp and stamp[3]:
        return zone_of(stamp[3])
    found = _BEHIND.match(text, end)
    return zone_of(found[1]) if found else ""


def _offset(zone: str) -> int | None:
    """Return the minutes of a zone before UTC; None: it goes by a place."""
    digits = zone.removeprefix("-")
    return int(zone) if digits.isascii() and digits.isdigit() and int(digits) < 24 * 60 else None


def _moved(moment: Moment, offset: int, zone: tzinfo) -> Moment | None:
    try:
        there = datetime.fromisoformat(f"{moment[0]}T{moment[1]}").replace(
            tzinfo=timezone(timedelta(minutes=offset))
        )
        here = there.astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return f"{here:%Y-%m-%d}", f"{here:%H:%M}"
