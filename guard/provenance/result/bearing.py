"""What a record bears by which a person may tell it from others: its words, and its numbers.

It judges nothing.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from guard.provenance.result.prose import is_prose
from guard.provenance.result.records import Record, plainly
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import stem

_YEAR = 4
"""Digits of a year."""
_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=8192)
def words_of(texts: Sequence[str]) -> frozenset[str]:
    """Return the stems of the words of a record's fields."""
    return frozenset(stem(one) for text in texts for one in plainly(text).split())


def told_of(record: Record) -> frozenset[str]:
    """Return the words of an object, and of its numbers the years: priority 3 is no crate 3."""
    return _worded(record.told)


@lru_cache(maxsize=8192)
def _worded(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one for one in words_of(texts) if not one.isdigit() or len(one) == _YEAR)


def numbers_of(record: Record) -> AbstractSet[str]:
    """Return what an object is known by: ids, their number, addresses, the years of its days."""
    own = {mark.partition(":")[2].casefold() for mark in record.identity}
    own |= {digits for one in own if (digits := _number_of(one))}
    codes = {one for path, one in record.keys.items() if one.isdigit() and _is_code(path)}
    addresses = {
        one.casefold() for path, one in record.keys.items() if "@" in one and not is_prose(path)
    }
    return own | codes | addresses | {day[:4] for day in record.days}


@lru_cache(maxsize=8192)
def _number_of(one: str) -> str:
    """Return the only number of an id; empty: it has none, or several."""
    digits = _DIGITS.findall(one)
    return digits[0] if len(digits) == 1 else ""


@lru_cache(maxsize=4096)
def _is_code(path: str) -> bool:
    return words_in(path.rpartition(".")[2])[-1:] in {("code",), ("card",)}


def fields_of(record: Record) -> frozenset[str]:
    """Return the stems of what the fields of an object are called."""
    names = (path.rpartition(".")[2] for path in record.keys)
    return frozenset(stem(word) for name in names for word in words_in(name))
