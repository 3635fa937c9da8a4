"""How many of the thing that a call names: "two lentil pie and a fig roll" is no two fig rolls.

In a request for it, a number right before the name of a thing is how many of it there are to be, in
words or in digits, and "a" is one. Where the request has other numbers than those of such a list,
none of them tells. It compares words and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.quantity.counts import SINGLE
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.rowed import rows_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import COMPOSED, IN_PROMPT, Worth
from guard.provenance.vocabulary.grammar import NUMBERS
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)+|\d+|[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\x1e|[^\s\w]")
_ONE = {"a": 1, "an": 1, "one": 1}
_WORDS = {**_ONE, **{one: many for one, many in NUMBERS.items() if one != "twice"}}
_TIMES = frozenset({"x", "\u00d7"})
_TURN = "\x1e"
_BEFORE = frozenset({",", "and", "plus", "me", "us", "also", "just", "only", "exactly"})
"""What may stand before the number of a thing; else its verb does."""
_OTHERWISE = frozenset(
    map(
        stem,
        (
            *("each", "per", "every", "apiece", "times", "twice", "thrice", "dozen", "half"),
            *("double", "more", "fewer", "less", "another", "extra", "additional", "than"),
        ),
    )
)
"""Words by which a request says that there are to be more, or fewer, than its number."""
_MOST = 3
"""Digits of a number of things; with more it is a year, or what something is called."""

Values = Sequence[tuple[Value, Worth]]


def many_of(
    task: Task, known: Known, able: Capability, values: Values
) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with its numbers of things as the person says them.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments with their worth.
    """
    if not any(_counts(value) for value, _ in values):
        return [*values]  # nearly always
    said: dict[int, Worth] = {}
    for row in rows_of(values):
        names = {name for value, one in row for name in _names(known, value, one)}
        texts = _requests(task.wanted, asking(task.pieces, able)) if names else ()
        found = {many for name in names for text in texts for many in _said(text, name)}
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


def _requests(wanted: str, pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield the requests of a text, each from its verb on; none that is corrected behind it."""
    for piece in pieces:
        turns = wanted[piece.start :].split(_TURN)[1:]
        if not any(one.isdigit() or one in _WORDS for turn in turns for one in _tokens(turn)):
            verbs = (one.place[0] for one in piece.asks if one.place[0] >= piece.start)
            yield wanted[min(verbs, default=piece.start) : piece.end]


@lru_cache(maxsize=4096)
def _said(text: str, name: str) -> frozenset[int]:
    """Return how many of a thing a request says, right before its name."""
    said, own = _tokens(text), [one for one in _tokens(name) if one != _TURN]
    if not own or not _OTHERWISE.isdisjoint(said):
        return frozenset()
    if not all(_lists(said, at) for at, one in enumerate(said) if _is_number(one)):
        return frozenset()
    places = [at for at in range(1, len(said)) if said[at : at + len(own)] == own]
    return frozenset(many for at in places if (many := _number(said, at - 1)))


def _tokens(text: str) -> list[str]:
    """Return the words of a text by their stems, its numbers and signs, and where its turns end."""
    every = (one[0].casefold() for one in _TOKEN.finditer(text))
    return [one if one in _WORDS else stem(one) for one in every]


def _is_number(one: str) -> bool:
    return one.isdecimal() or (one in _WORDS and one not in {"a", "an"})


def _lists(said: Sequence[str], at: int) -> bool:
    """Return whether a number stands in a request where it is how many of what follows."""
    behind = said[at + 1 : at + 3]
    behind = behind[1:] if behind[:1] and behind[0] in _TIMES else behind[:1]
    return _opens(said, at) and bool(behind) and behind[0].isalpha() and not is_stop(behind[0])


def _opens(said: Sequence[str], at: int) -> bool:
    """Return whether a number stands right behind a request's verb, or goes on with its list."""
    before = said[:at]
    if len(before) <= 1:
        return not (before and _is_number(before[0]))
    if before[-1] == "and" and _is_number(before[-2]):
        return False  # two and a half
    return before[-1] in _BEFORE


def _number(said: Sequence[str], at: int) -> int:
    """Return the number that ends at a place; 0: none does."""
    at -= said[at] in _TIMES
    one = said[at] if at >= 0 else ""
    if not one or not _opens(said, at):
        return 0
    if one.isdecimal():
        return int(one) if len(one) <= _MOST else 0
    return _WORDS.get(one, 0)
