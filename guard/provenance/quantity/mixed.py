"""How long something lasts that a person says in two units: "1 hour and 30 minutes" is 90 minutes.

Neither of the two numbers is meant alone. It reads a person's words, and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.currencies import words_in

_PARTS = {
    **dict.fromkeys(("h", "hr", "hour"), ({"m", "min", "minute"}, 60)),
    **dict.fromkeys(("m", "min", "minute"), ({"s", "sec", "second"}, 60)),
    "week": ({"day"}, 7),
    "year": ({"month"}, 12),
}
"""A unit -> the next smaller ones, and how many of these it has."""
_JOINS = re.compile(r"\s*,?\s*(?:and\s+|und\s+|et\s+)?", re.IGNORECASE)
_AN_HOUR = re.compile(r"\b(?:an|one)\s+hour\s+and\s+\Z", re.IGNORECASE)
_HOURS = re.compile(
    r"(?<![\w.,])(\d{1,3})\s*(?:h|hrs?|hours?)\s*,?\s*(?:and\s+)?(\d{1,2})\s*(?:m|mins?|minutes?)\b",
    re.IGNORECASE,
)
_BACK = 16
"""So many characters before minutes are looked at for "an hour and"."""


def mixed(text: str, found: Sequence[Entity]) -> Iterator[Entity]:
    """Yield the values of a text, with each duration of two units as one of the smaller.

    Args:
        text: what the person wrote.
        found: the typed values in it, in the order of the text.
    """
    kept: Entity | None = None
    for one in found:
        now = one
        if kept is not None and (both := _joined(text, kept, one)) is not None:
            kept = both
            continue
        if one.kind == "quantity" and _unit(one) in _PARTS["hour"][0]:
            begun = _AN_HOUR.search(text, max(one.start - _BACK, 0), one.start)
            now = _sum(one, Decimal(60), begun.start()) if begun else one
        if kept is not None:
            yield kept
        kept = now
    if kept is not None:
        yield kept


def _joined(text: str, one: Entity, other: Entity) -> Entity | None:
    """Return two values as one duration; None: they are two."""
    if one.kind != "quantity" or other.kind != "quantity":
        return None
    smaller, many = _PARTS.get(_unit(one), (frozenset[str](), 0))
    between = text[one.end : other.start]
    word = one.literal.split()[-1]
    if between.lstrip().startswith(word):  # some values end with their number
        between = between.lstrip().removeprefix(word)
    if _unit(other) not in smaller or not _JOINS.fullmatch(between):
        return None
    return _sum(other, Decimal(one.canonical) * many, one.start)


def _sum(one: Entity, more: Decimal, start: int) -> Entity:
    number = f"{(Decimal(one.canonical) + more).normalize():f}"
    return replace(
        one, canonical=number, literal=f"{number} {one.literal.split()[-1]}", start=start
    )


def _unit(one: Entity) -> str:
    word = one.literal.split()[-1].casefold() if one.literal.split() else ""
    return word if len(word) == 1 else word.removesuffix("s")


def in_two(text: str, values: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of hours and minutes that a call has apart, as they were said.

    Args:
        text: what the person wrote.
        values: what each argument is called, and holds.
    """
    hours = [at for at, (path, _) in enumerate(values) if _is_named(path, "hour")]
    minutes = [at for at, (path, _) in enumerate(values) if _is_named(path, "minute")]
    if not (len(hours) == len(minutes) == 1):  # nearly always
        return []
    held = values[hours[0]][1], values[minutes[0]][1]
    said = {(one[1], one[2]) for one in _HOURS.finditer(text)}
    return [*hours, *minutes] if held in said else []


@lru_cache(maxsize=4096)
def _is_named(path: str, unit: str) -> bool:
    return words_in(path.rpartition(".")[2])[-1:] in {(unit,), (f"{unit}s",)}
