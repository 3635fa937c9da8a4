"""How many of the thing that a call names: "two lentil pie and a fig roll" is no two fig rolls.

A number right before the name of a thing is how many of it there are to be, in words or in digits,
and "a" is one. It compares words and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.quantity.counts import SINGLE
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.rowed import rows_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import COMPOSED, IN_PROMPT, Worth
from guard.provenance.vocabulary.grammar import NUMBERS
from guard.provenance.vocabulary.lexicon import stem

_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)+|\d+|[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\x1e|[^\s\w]")
_ONE = {"a": 1, "an": 1, "one": 1}
_WORDS = {**_ONE, **{one: many for one, many in NUMBERS.items() if one != "twice"}}
_TIMES = frozenset({"x", "\u00d7"})
_TURN = "\x1e"
_MOST = 3
"""Digits of a number of things; with more it is a year, or what something is called."""

Values = Sequence[tuple[Value, Worth]]


def many_of(task: Task, known: Known, values: Values) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with its numbers of things as the person says them.

    Args:
        task: what the person said.
        known: what the session has seen.
        values: the arguments with their worth.
    """
    if not any(_counts(value) for value, _ in values):
        return [*values]  # nearly always
    said: dict[int, Worth] = {}
    for row in rows_of(values):
        names = {name for value, one in row for name in _names(known, value, one)}
        found = {many for name in names for many in _said(task.wanted, name)}
        if len(found) == 1 and not (found == {1} and task.plural):  # "a roll for each of us"
            for value, one in row:
                if _counts(value) and value.money is not None and not _is_said(task, value, one):
                    same = Decimal(next(iter(found))) == value.money.number
                    said[id(value)] = IN_PROMPT if same else COMPOSED
    return [(value, said.get(id(value), one)) for value, one in values]


def _counts(value: Value) -> bool:
    return value.role == "amount" and not SINGLE.isdisjoint(value.unit.things)


def _is_said(task: Task, value: Value, one: Worth) -> bool:
    """Return whether the person says a number by its name, "quantity 3", or the schema says it."""
    own = value.unit.things
    return one.why == "exempt" or any(of in own for of, _ in task.tallies)


def _names(known: Known, value: Value, one: Worth) -> Iterator[str]:
    """Yield what the thing is called to which something is done, where the person named it."""
    if value.level not in {"target", "dest"} or one.source < LINKED:
        return
    if one.why == "in_prompt":
        yield value.text.casefold()
    elif one.place is not None:
        record = known.record(one.place.record)
        yield from record.called or record.own


@lru_cache(maxsize=4096)
def _said(text: str, name: str) -> frozenset[int]:
    """Return how many of a thing a text says, right before its name; none after a correction."""
    said, own = _tokens(text), [one for one in _tokens(name) if one != _TURN]
    found, corrected = set[int](), False
    for at in range(len(said) - len(own) + 1) if own else ():
        if said[at : at + len(own)] == own and at:
            many = _number(said, at - 1)
            if many:
                found.add(many)
                rest = said[at + len(own) :]
                later = rest[rest.index(_TURN) :] if _TURN in rest else []
                corrected |= any(one.isdigit() or one in _WORDS for one in later)
    return frozenset() if corrected else frozenset(found)


def _tokens(text: str) -> list[str]:
    """Return the words of a text by their stems, its numbers and signs, and where its turns end."""
    every = (one[0].casefold() for one in _TOKEN.finditer(text))
    return [one if one in _WORDS else stem(one) for one in every]


def _number(said: Sequence[str], at: int) -> int:
    """Return the number that ends at a place; 0: none does."""
    at -= said[at] in _TIMES
    one = said[at] if at >= 0 else ""
    behind = said[at - 1] if at > 0 else ""
    if one.isdecimal() and len(one) <= _MOST and behind not in {"at", "by", "until", "#"}:
        return int(one)
    return _WORDS.get(one, 0) if behind not in _WORDS and not behind.isdigit() else 0
