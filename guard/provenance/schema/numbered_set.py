"""What each number of an argument means, as the text of its schema tells: "1 = low, 2 = high".

Only a list of numbers that follow each other, each with its own word: people say the word, and the
call holds the number. It decides nothing.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from guard.model.call import Json

_ONE = (
    r"(?P<number>\d{1,2})\s?(?P<sign>[=:(\u2013\u2014-]|means\b|is\b)?\s?[\"'`]?"
    r"(?P<word>[^\W\d_]+(?:[ -][^\W\d_]+){0,2})[\"'`]?\)?"
)
_JOINT = re.compile(r"\s*(?:[,;/|\n]\s*(?:or\s|and\s)?|\s(?:or|and|to)\s)\s*", re.IGNORECASE)
_PAIR = re.compile(_ONE)
_BEGINS = re.compile(rf"(?<![\w.,-]){_ONE}")
_LEAST = 3
"""So many have to be told where no sign stands between number and word."""


def meanings(schema: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """Return the numbers that the description of a number tells, each with its word; or none."""
    said = schema.get("description")
    if not isinstance(said, str) or schema.get("type") not in {"integer", "number"}:
        return ()
    return _told(said)


@lru_cache(maxsize=1024)
def _told(said: str) -> tuple[tuple[str, str], ...]:
    """Return the one list of a text that tells numbers; none where it holds several."""
    lists: list[tuple[tuple[str, str], ...]] = []
    at = 0
    while found := _BEGINS.search(said, at):
        pairs, at, signed = _list(said, found)
        if len(pairs) >= (2 if signed else _LEAST) and _follow(pairs):
            lists.append(tuple(pairs))
    return lists[0] if len(lists) == 1 else ()


def _list(said: str, found: re.Match[str]) -> tuple[list[tuple[str, str]], int, bool]:
    """Return the pairs of a list, where it ends, and whether each has a sign."""
    pairs, signed = list[tuple[str, str]](), True
    one: re.Match[str] | None = found
    end = found.end()
    while one is not None:
        pairs.append((one["number"], one["word"].casefold()))
        signed, end = signed and one["sign"] is not None, one.end()
        joint = _JOINT.match(said, end)
        one = _PAIR.match(said, joint.end()) if joint else None
    return pairs, end, signed


def _follow(pairs: list[tuple[str, str]]) -> bool:
    """Return whether numbers follow each other, up or down, and no word stands twice."""
    numbers = [int(number) for number, _ in pairs]
    steps = {after - before for before, after in pairwise(numbers)}
    return steps in ({1}, {-1}) and len({word for _, word in pairs}) == len(pairs)
