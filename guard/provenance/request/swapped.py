"""A value that a person puts in the place of another: "I meant 15", "make it dollars".

The new one takes the place of the old one in the last request that has one of its kind. The old one
stays beside it as what was taken back. Which of several is meant cannot be told: all give way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guard.provenance.request.entities import extract
from guard.provenance.speech.asks import Ask, asks_of
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.turns import out
from guard.provenance.speech.unasked import Span, within
from guard.provenance.vocabulary.currencies import SPOKEN
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem, verb_classes

MOMENTS = frozenset({"date", "time"})
_GROUPS: tuple[frozenset[str], ...] = (
    *(frozenset({one}) for one in ("amount", "percent", "quantity", "date", "time")),
    frozenset({"email", "iban", "phone", "name", "url", "host", "filename", "object_id", "quoted"}),
)
"""Kinds of which one may stand where another one stood."""
_SILENT = frozenset({"unasked", "told"})
_NUMBER = re.compile(r"(?<![\w.,:/#+-])\d+(?:[.,]\d+)*(?![\w:/%-])")
_DIGITS = re.compile(r"\d(?:[\d.,]*\d)?")
_DAY = re.compile(
    r"\b(?:the\s+)?day\s+after\s+tomorrow\b|\b(?:übermorgen|après-demain)\b"
    r"|\b(?:(?:next|this|coming)\s+)?(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|heute|morgen|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b",
    re.IGNORECASE,
)
_CALLED_SO = re.compile(r"\b(?:from|to|into|in|at|aus|nach|zu|de|à)\s+(?:the\s+)?$", re.IGNORECASE)
"""What stands before the name of a place that begins with a day: "from Monday berth"."""
_OF_THE_DAY = frozenset(
    {
        *("morning", "afternoon", "evening", "night", "noon", "midday", "lunch", "lunchtime"),
        *("early", "late", "please", "works", "thanks"),
    }
)
_BEHIND = re.compile(r" ([a-z]{3,})\b(?!['\u2019])")
_SMALL = 2
"""How many small words may belong to a name."""

Edit = tuple[int, int, str]
Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a turn puts right.

    Args:
        said: what it says.
        rest: the same, with blanks for the words that only say that it puts right.
        dropped: the values that it says are not meant.
        any_of: whether it puts right without saying what.
    """

    said: str
    rest: str
    dropped: Keys
    any_of: bool


@lru_cache(maxsize=1024)  # a later turn changes few of those before it
def _read(turn: str) -> tuple[Entity, ...]:
    return tuple(extract(turn))


@lru_cache(maxsize=1024)
def values_of(turn: str) -> tuple[Entity, ...]:
    """Return the values that a turn names, read on its own, and days by their names."""
    found = _read(turn)
    days = [
        Entity("date", one[0].casefold(), one[0], *one.span(), "when")
        for one in _DAY.finditer(turn)
        if not _is_name(turn, one)
    ]
    taken = [(one.start, one.end) for one in days]
    other = (one for one in found if one.kind != "name" or not within(one.end - 1, taken))
    return (*other, *days)


def _is_name(turn: str, day: re.Match[str]) -> bool:
    """Return whether a day's name only begins that of a thing: the Monday berth, a Friday box."""
    behind = _BEHIND.match(turn, day.end())
    if behind is None or not day[0][:1].isupper() or not _CALLED_SO.search(turn, 0, day.start()):
        return False
    return not (is_stop(behind[1]) or behind[1] in _OF_THE_DAY or verb_classes(stem(behind[1])))


@lru_cache(maxsize=1024)
def acts_of(turn: str) -> tuple[Ask, ...]:
    """Return what a turn, read on its own, asks to be done."""
    return tuple(one for one in asks_of(turn, _read(turn)) if one.verbs - {"read"})


def struck(text: str, places: Sequence[Span]) -> str:
    """Return a turn of which some places were taken back."""
    return edited(text, [(start, end, out(text[start:end])) for start, end in places])


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with other words in some places; of places that overlap the first counts."""
    made, last = [], 0
    for start, end, new in sorted(edits, key=lambda one: (one[0], -one[1])):
        if start >= last:
            made += [text[last:start], new]
            last = end
    return "".join([*made, text[last:]])


def swapped(turns: list[str], meant: Meant, before: Sequence[int]) -> bool:
    """Put what a turn says in the place of what it corrects before it; return whether it did."""
    known = {(one.kind, one.canonical) for number in before for one in values_of(turns[number])}
    values = [
        one
        for one in values_of(meant.said)
        if one.frame not in _SILENT and not meant.rest[one.start].isspace()
        if not {(one.kind, one.canonical)} <= known | meant.dropped
    ]
    done = False
    for kinds in _GROUPS:
        new = _apart([one for one in values if one.kind in kinds])
        done |= bool(new) and any(_replaced(turns, one, new, meant) for one in reversed(before))
    if meant.any_of and not done:
        done = any(_renumbered(turns, one, meant.said) for one in reversed(before))
    return done


def _apart(values: Sequence[Entity]) -> list[Entity]:
    """Return values of which none lies in another one."""
    return [one for n, one in enumerate(values) if all(one.start >= o.end for o in values[:n])]


def _replaced(turns: list[str], number: int, new: Sequence[Entity], meant: Meant) -> bool:
    text, first = turns[number], new[0]
    group = next(one for one in _GROUPS if first.kind in one)
    every = [one for one in values_of(text) if one.frame not in _SILENT]
    values = [one for one in every if one.kind in group]
    if first.kind == "percent" and not values:  # "to 40", and then "make it 60 percent"
        values = [one for one in every if one.kind == "amount" and _NUMBER.fullmatch(one.literal)]
    for start, stop in _regions(text):
        old = [one for one in values if start <= one.start < stop]
        dropped = {canonical.casefold() for _, canonical in meant.dropped}
        named = [one for one in old if one.canonical.casefold() in dropped]
        if meant.any_of and not named:
            named = [one for one in old if one.kind == first.kind] or old
            framed = [one for one in named if one.frame == first.frame]
            # Another kind of thing, "no, Kim" for an address, has to be named alike.
            named = framed or [one for one in named if one.kind in {first.kind, "amount"}]
        if named:
            said = " and ".join(meant.said[one.start : _ended(meant.said, one)] for one in new)
            # With a capital letter a day would be one more name: "lunch with Ann Friday".
            turns[number] = _with(text, named, said.casefold() if first.kind == "date" else said)
            return True
    return False


def _regions(text: str) -> Iterator[Span]:
    """Yield where the requests of a turn lie, the last one first, and then all of it."""
    yield from (one.place for one in reversed(acts_of(text)))
    yield 0, len(text)


def _with(text: str, old: Sequence[Entity], new: str) -> str:
    """Return a text with something new for the first of some values, and nothing for the rest."""
    spans = sorted({(one.start, _ended(text, one)) for one in old})
    first, last = spans[0][0], text.rstrip()
    gone = [text[start:end] for start, end in spans if not _moment(old, start)]
    made = edited(last, [(start, end, new if start == first else " ") for start, end in spans])
    return "\n".join([made, *map(out, gone)])


def _ended(text: str, one: Entity) -> int:
    """Return where a name ends: with its small words, as that of a "Bronze horse"."""
    end = one.end
    for _ in range(_SMALL if one.kind == "name" else 0):
        word = _BEHIND.match(text, end)
        if word is None or is_stop(word[1]) or _DAY.fullmatch(word[1]):
            break
        if verb_classes(stem(word[1])) or noun_classes(stem(word[1])):
            break
        end = word.end()
    return end


def _moment(old: Sequence[Entity], start: int) -> bool:
    return any(one.kind in MOMENTS for one in old if one.start == start)


def _renumbered(turns: list[str], number: int, said: str) -> bool:
    """Put a bare number, or a currency, in the place of that of the last amount or count."""
    own = values_of(said)
    numbers = [
        one[0]
        for one in _NUMBER.finditer(said)
        if not any(o.start <= one.start() < o.end for o in own if o.kind != "quantity")
    ]
    coins = [one[0] for one in SPOKEN.finditer(said)]
    if not numbers and not coins:
        return False
    text = turns[number]
    kinds = {"amount"} if not numbers else {"amount", "quantity", "percent", "object_id"}
    values = [one for one in values_of(text) if one.kind in kinds and one.frame not in _SILENT]
    for start, stop in _regions(text):
        old = [one for one in values if start <= one.start < stop and _DIGITS.search(one.literal)]
        old = [one for one in old if one.kind != "object_id"] or old
        if old:
            literal = text[old[0].start : old[0].end]
            new = _DIGITS.sub(numbers[0], literal, count=1) if numbers else literal
            if not numbers:
                digits = _DIGITS.search(literal)
                new = f"{digits[0]} {coins[-1]}" if digits else literal
            turns[number] = _with(text, old, new if len({one.kind for one in old}) == 1 else " ")
            return True
    return False
