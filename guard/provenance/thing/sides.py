"""From where and to where: "merge the draft into the book" is not the book into the draft.

An argument says its side by its name, and the person by a small word. It decides nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.words import CONTAINERS

_FROM = frozenset({"from", "source", "src", "origin", "head", "old", "departure", "pickup"})
_TO = frozenset(
    {"to", "into", "target", "destination", "dest", "dst", "base", "new", "arrival", "dropoff"}
)
_KINDS = "|".join(sorted(CONTAINERS | {"account"}))
BESIDE_IT = (
    r"(?:(?:the|my|our|its|an?|der|die|das|den|dem|le|la|les)\s+)?"
    rf"(?:(?:{_KINDS})\s+)?[\"'`#@]?"
)
_GAPS = {"-": r"[\s-]+", "_": r"[\s_]+", " ": r"[\s_-]+"}
Side = Literal["from", "to", ""]
"""Which side of a move; empty: none."""
_FROM_TO = re.compile(
    rf"\b(?:from|von|aus|de)\s+{BESIDE_IT}([\w.@-]+(?:\s[\w.@-]+)?)(?:\s+[\w-]+)?\s+(?:to|into|nach|zu|\u00e0)\s",
    re.IGNORECASE,
)
OTHER_SIDE: Mapping[Side, Side] = {"from": "to", "to": "from", "": ""}
_SIDES: Mapping[Side, str] = {
    "from": rf"\b(?:from|out\s+of|von|aus|depuis)\s+{BESIDE_IT}",
    "to": rf"\b(?:to|into|onto|nach|zu|zum|zur|vers)\s+{BESIDE_IT}",
}


def crossed(task: Task, known: Known, values: Sequence[tuple[Value, Worth]]) -> Iterator[int]:
    """Yield the places of a call's values that the person put on its other side, if it has both.

    An id stands for the names of its record. Where a call has one side, "from A to B" has both.
    """
    if not _speaks(task.wanted):
        return
    sides: list[Side] = [side_of(value.path) for value, _ in values]
    if "from" in sides and "to" in sides:  # most calls have none
        for at, side in enumerate(sides):
            other = OTHER_SIDE[side]
            names = _names(known, *values[at]) if other and values[at][0].level else ()
            there = any(on_side(other, one, task.wanted) for one in names)
            if there and not any(on_side(side, one, task.wanted) for one in names):
                yield at
        return
    if "to" in sides and (left := _left(task.wanted)):
        for at, side in enumerate(sides):
            said = values[at][0].text.strip().casefold()
            if side == "to" and said in left and not on_side("to", said, task.wanted):
                yield at
    if ("from" in sides or "to" in sides) and "target" in [value.level for value, _ in values]:
        yield from _turned(task, values, sides)


@lru_cache(maxsize=256)
def _speaks(text: str) -> bool:
    """Return whether a text says from where anything comes, or to where it goes."""
    return any(re.search(one, text, re.IGNORECASE) for one in _SIDES.values())


def _names(known: Known, value: Value, its: Worth) -> tuple[str, ...]:
    """Return a value with the names of the record of which it is the id."""
    if its.place is None or value.level not in {"target", "dest"}:
        return (value.text,)
    record = known.record(its.place.record)
    return (value.text, *record.own, *record.titles)


@lru_cache(maxsize=256)
def _left(text: str) -> frozenset[str]:
    """Return from where a text moves something, of which it says as well to where."""
    found = [one[1].casefold() for one in _FROM_TO.finditer(text)]
    return frozenset([*found, *(one.split()[0] for one in found)])


def _turned(
    task: Task, values: Sequence[tuple[Value, Worth]], sides: Sequence[Side]
) -> Iterator[int]:
    """Yield the places of values of which the person put the one without a side on the other's."""
    mine: Side = "from" if "from" in sides else "to"
    own = [at for at, side in enumerate(sides) if side == mine and values[at][0].level]
    for at, side in enumerate(sides):
        value = values[at][0]
        if side or value.level != "target" or not on_side(mine, value.text, task.wanted):
            continue
        for other in own:
            if not on_side(mine, values[other][0].text, task.wanted):
                yield from (at, other)


@lru_cache(maxsize=4096)
def side_of(path: str) -> Side:
    """Return whether an argument says from where or to where, by its name; empty: neither."""
    words = frozenset(words_in(path.rpartition(".")[2]))
    comes, goes = not words.isdisjoint(_FROM), not words.isdisjoint(_TO)
    return "" if comes == goes else "to" if goes else "from"


@lru_cache(maxsize=1024)
def behind(side: Side, text: str) -> str:
    """Return what a request says behind the word for a side, after a verb; empty: nothing."""
    found = re.search(_SIDES[side], text, re.IGNORECASE)
    other = OTHER_SIDE[side]
    rest = text[found.start() :] if found else ""
    end = re.search(_SIDES[other], rest, re.IGNORECASE) if rest and other else None
    words = (rest[: end.start()] if end else rest).split(None, 1)[1:]
    return f"take {words[0]}" if words else ""


def on_side(side: Side, value: str, text: str) -> bool:
    """Return whether a text says of a value, whole, that something comes from it, or goes there."""
    whole = rf"{_SIDES[side]}{spelled(value.strip())}(?![\w-]|[.@]\w|'s\b)"
    return bool(value.strip()) and re.search(whole, text, re.IGNORECASE) is not None


ALONE = r"(?<![\w'.-])"
BEHIND = r"(?![\w@-]|'s\b|[.']\w)"
"""What stands before and behind a phrase that is no part of a longer word."""


def spelled(phrase: str) -> str:
    """Return the pattern of a phrase as people write it: south_wing is the south wing.

    A stroke stays one, or is left out: nobody who writes kim-o means kim_o.
    """
    return "".join(
        _GAPS.get(one[:1], re.escape(one)) for one in re.split(r"([\s_]+|-+)", phrase) if one
    )
