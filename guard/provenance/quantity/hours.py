"""Times of day as people say them: half past nine, 7.30pm, at 9, between 9 and 11, um halb neun.

What is said of the part of the day counts for the hours of its sentence; who says none means the
hours of a working day. It reads a person's words, never a result, and knows no clock.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from guard.model.late import late
from guard.provenance.speech.sentences import sentences
from guard.provenance.vocabulary.grammar import NUMBERS
from guard.provenance.vocabulary.words import MONTH_NAMES

_WORDS: Final = {one: number for one, number in NUMBERS.items() if 1 <= number <= 12} | {  # noqa: PLR2004
    "one": 1,
    "une": 1,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
    "zehn": 10,
    "elf": 11,
    "zwölf": 12,
    "sechs": 6,
    "fünf": 5,
    "vier": 4,
    "drei": 3,
    "zwei": 2,
    "eins": 1,
    "ein": 1,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "cinq": 5,
    "quatre": 4,
    "trois": 3,
}
_HOUR: Final = (
    r"(?P<hour>\d{1,2}|"
    + "|".join(sorted((one for one in _WORDS if one.isalpha()), key=len, reverse=True))
    + ")"
)
_HALF: Final = r"(?: ?(?P<half>[ap])\.?m\b)?"
_END: Final = (
    r"(?![\w:.,%€$£'/-]*\w)(?! ?[%€$£])"
    r"(?=\s*(?:$|[.,;!?)]|(?:and|or|on|in|for|till|until|to|with|tonight|today|tomorrow|sharp|this|next"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|und|am|im|mit|für|bis|heute|morgen"
    r"|et|pour|avec|le|demain)\b))"
)
_PAST: Final = late(
    r"\b(?P<part>half|(?:a )?quarter|five|ten|twenty|twenty[- ]five|viertel|fünf|zehn|zwanzig)"
    rf"(?: minutes)? (?P<way>past|after|to|nach|vor) {_HOUR}\b(?! ?(?:people|persons)){_HALF}",
    re.IGNORECASE,
)
_HALB: Final = late(rf"\b(?P<part>halb)(?P<way>) {_HOUR}\b", re.IGNORECASE)
_CLOCK: Final = late(
    rf"\b{_HOUR} ?(?:o['\u2019]?clock\b|uhr\b(?: (?P<minute>[0-5]\d)\b)?){_HALF}", re.IGNORECASE
)
_HEURE: Final = late(
    rf"\b(?:à|vers|dès) {_HOUR} ?h(?:eures?)?(?: ?(?P<minute>[0-5]\d))?\b", re.IGNORECASE
)
_DOTTED: Final = late(
    r"\b(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d) ?(?:(?P<half>[ap])\.?m\b|uhr\b)"
    rf"|\b(?:at|um|à) (?P<dotted>[01]?\d|2[0-3])\.(?P<dots>[0-5]\d){_END}",
    re.IGNORECASE,
)
_FOUR: Final = late(
    r"\b(?:at|um|à) (?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?: ?h(?:rs|ours)?\b)?" + _END,
    re.IGNORECASE,
)
_AT: Final = late(rf"\b(?:at|um|à) {_HOUR}{_END}", re.IGNORECASE)
_BETWEEN: Final = late(
    r"\b(?:between|from|zwischen|von|entre|de) (?P<first>\d{1,2})(?::(?P<early>[0-5]\d))?"
    r" (?:and|to|till|until|und|bis|et|à) "
    r"(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?(?: ?(?P<half>[ap])\.?m\b|" + _END + ")",
    re.IGNORECASE,
)
_GRADES: Final = late(
    r"\b(?:lower|rais|reduc|increas|decreas|bump|cut)(?:e|es|ed|ing|s)?\b"
    r"|\b(?:goes?|turn|set|put|bring)\b[^.;!?]{0,40}\b(?:up|down)\b",
    re.IGNORECASE,
)
"""Words of who wants a number to be another one."""
_SPAN: Final = late(
    r"(?<![\w:./-])(?P<first>\d{1,2})(?:[:.](?P<early>[0-5]\d))?(?: ?(?P<begun>[ap])\.?m\.?)?"
    r" ?[-\u2013] ?(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b",
    re.IGNORECASE,
)
_DAYS: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tue|wed|thu|fri|sat|sun|today|tonight|tomorrow"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|heute|morgen|lundi|mardi|mercredi|jeudi"
    r"|vendredi|samedi|dimanche|demain|\d{1,2}(?:st|nd|rd|th)"
    rf"|(?:{'|'.join(MONTH_NAMES)})\.? \d{{1,2}}|\d{{1,2}}\.? (?:{'|'.join(MONTH_NAMES)})"
    r"|\d{4}-\d\d-\d\d)"
)
_OF_A_DAY: Final = late(
    rf"\b{_DAYS},? (?P<first>\d{{1,2}})(?::(?P<early>[0-5]\d))?"
    r"(?: (?:to|till|until|bis|à) | ?[-\u2013] ?)"
    r"(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?(?: ?(?P<half>[ap])\.?m\b|(?: ?(?:uhr|h)\b)?(?:"
    + _END
    + r"|(?= (?:at|by|im|in)\b)))",
    re.IGNORECASE,
)
"""Two bare hours right behind a day: "Thursday 15 to 16"."""
_LATE: Final = late(
    r"\b(?:tonight|evening|afternoon|dinner|supper|night|abends?|nachmittags?|abendessen|soir"
    r"|après-midi|dîner)\b",
    re.IGNORECASE,
)
_EARLY: Final = late(
    r"\b(?<!good )(?:morning|breakfast|vormittags?|morgens|frühstück|matin)\b", re.IGNORECASE
)
_OF_DAY: Final = late(
    r"\b(?:this|tomorrow|yesterday|in\s+the|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\s+"
    r"(?P<part>morning|afternoon|evening)\b|\b(?P<tonight>tonight)\b",
    re.IGNORECASE,
)
_PARTS: Final = {"morning": ("04", "12:30"), "afternoon": ("11:30", "19"), "evening": ("16", "24")}
"""Between which hours a part of the day lies, wide."""
_MINUTES: Final = {
    "half": 30,
    "halb": 30,
    "quarter": 15,
    "viertel": 15,
    "five": 5,
    "ten": 10,
    "twenty": 20,
    "fünf": 5,
    "zehn": 10,
    "zwanzig": 20,
}
_OPENS: Final = 7
"""The first hour of a day that is meant where nobody says which half of it."""
_NOON: Final = 12
_DAY: Final = 24 * 60
_STEP: Final = 5


def hours_in(text: str) -> frozenset[str]:
    """Return the times of day (HH:MM) that a text says otherwise than with a colon or am and pm."""
    return frozenset(
        f"{minute // 60 % 24:02}:{minute % 60:02}"
        for start, end in sentences(text)
        for minute in _minutes(text[start:end])
    )


@lru_cache(maxsize=256)
def graded(text: str) -> bool:
    """Return whether all hours of a text may be a number before and after: "lower it from 7 to 6".

    They are hours as far as a call holds one; but nobody said when who only said these.
    """
    found = [*_BETWEEN.finditer(text)]
    if not found or not all(_is_graded(text, one) for one in found):
        return False
    return not hours_in(_BETWEEN.sub(" ", text))


def _is_graded(text: str, found: re.Match[str]) -> bool:
    marked = found["early"] or found["minute"] or found["half"]
    return not marked and _GRADES.search(text, 0, found.start()) is not None


@lru_cache(maxsize=1024)
def within_part(text: str, time: str) -> bool:
    """Return whether a time of day (HH:MM) is in the one part of a day that a text names."""
    found = {(one["part"] or "evening").casefold() for one in _OF_DAY.finditer(text)}
    if len(found) != 1:
        return True
    first, last = _PARTS[found.pop()]
    return first <= time <= last


def hours_between(
    text: str, first: int, last: int, clocks: Iterable[tuple[str, int, int]]
) -> frozenset[str]:
    """Return the times of day that a text says between two places.

    Args:
        text: the text.
        first: where the part begins.
        last: where it ends.
        clocks: the times that it writes with a colon or am and pm, each with its place.
    """
    return hours_in(text[first:last]).union(
        time for time, start, _ in clocks if first <= start < last and text[start].strip()
    )


def _minutes(text: str) -> Iterator[int]:
    part = _part(text)
    for pattern in (_PAST, _HALB, _CLOCK, _HEURE, _DOTTED, _FOUR, _AT):
        for found in pattern.finditer(text):
            said = found.groupdict()
            hour = _hour(said["hour"] or said["dotted"] or "", said.get("half") or part)
            if 60 * hour <= _DAY:
                yield (60 * hour + _after(said)) % _DAY
    yield from (one for one in _spanned(text) if 0 <= one < _DAY)
    for found in _OF_A_DAY.finditer(text):
        half = found["half"] or part
        for word, minute in ((found["first"], found["early"]), (found["hour"], found["minute"])):
            if int(word) <= _DAY // 60:
                yield (60 * _hour(word, half) + int(minute or 0)) % _DAY
    for found in _BETWEEN.finditer(text):
        half = found["half"] or part
        first = 60 * _hour(found["first"], half) + int(found["early"] or 0)
        last = 60 * _hour(found["hour"], half) + int(found["minute"] or 0)
        after = last if last > first else last + _DAY // 2
        yield from (one % _DAY for one in range(first, after + 1, _STEP))


def _spanned(text: str) -> Iterator[int]:
    """Yield both ends of "2-4pm": the first one is before the last."""
    for found in _SPAN.finditer(text):
        last = 60 * _hour(found["hour"], found["half"]) + int(found["minute"] or 0)
        first = 60 * _hour(found["first"], found["begun"] or found["half"])
        first += int(found["early"] or 0)
        yield from (first - _DAY // 2 if first >= last else first, last)


def _part(text: str) -> str:
    """Return which half of the day a sentence speaks of: a, p; empty: none, or both."""
    late, early = _LATE.search(text), _EARLY.search(text)
    return "" if (late is None) is (early is None) else "p" if late else "a"


def _hour(word: str, half: str) -> int:
    hour = int(word) if word.isdigit() else _WORDS[word.casefold()]
    if not 1 <= hour <= _NOON:
        return hour
    if half:
        return hour % _NOON + _NOON * (half in "pP")
    return hour if hour >= _OPENS else hour + _NOON


def _after(said: Mapping[str, str | None]) -> int:
    """Return how many minutes after its hour a time is; before it: below zero."""
    if "part" not in said:
        return int(said.get("minute") or said.get("dots") or 0)
    minute = _MINUTES.get((said["part"] or "").casefold().removeprefix("a "), 25)
    return -minute if (said["way"] or "").casefold() in {"to", "vor", ""} else minute
