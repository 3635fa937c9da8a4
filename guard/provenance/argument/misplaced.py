"""A number of the person's that a call puts where they did not: a price of 22, for so many seats.

It decides nothing.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from guard.model.call import Held
from guard.provenance.quantity.counts import things_at
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.shown import optional_in, types_in
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.vocabulary.lexicon import Capability, stem, verb_classes

NUMERIC = frozenset({"number", "integer"})
"""The types of a schema's numbers."""
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_WRITINGS = frozenset(
    map(
        stem,
        (
            *("comment", "note", "remark", "reply", "message", "label", "tag", "review"),
            *("annotation", "mention", "reaction", "reminder"),
        ),
    )
)
"""What people write on a thing: so many of them are no quantity of it."""
_GETS = frozenset(map(stem, ("order", "reorder", "buy", "purchase", "print", "ship", "reserve")))
"""Verbs by which people get things, and write none on another one."""
_WORDS = re.compile(r"[^\W_]+")
_BEFORE = re.compile(
    r"\b(?:rais|lower|reduc|increas|decreas|chang|bump|cut|adjust|updat|push)(?:e|es|ed|ing|s)?\b"
    r"[^.;!?\n]*?\bfrom\s+(\d+(?:\.\d+)?)\s+to\s+\d",
    re.IGNORECASE,
)
"""What a number was that is to be another one."""


def misplaces(
    task: Task, able: Capability, held: Held, slots: Mapping[str, Slot],
    weighed: Sequence[tuple[Value, Worth]],
) -> bool:  # fmt: skip
    """Return whether a number is put where nobody spoke of, and what was said is left out.

    "Set the price to 22", for so many seats; or a number that is another argument's.

    Args:
        task: what the person said.
        able: what the tool does.
        held: the tool.
        slots: what is known of the call's arguments, by their paths.
        weighed: these arguments, with their worth.
    """
    said = [one for one, its in weighed if one.role == "amount" and its.why == "in_prompt"]
    if not said:  # most calls say no number
        return False
    if any(_is_of_writings(task, able, one) for one in said):
        return True
    stray = [
        one
        for one in said
        if not slots[one.path].needed
        if (things_at(one.path) - able.stems).isdisjoint(task.words.stems)
    ]
    if not stray:  # nearly always
        return False
    if any(_is_spent(task, one, weighed) for one in stray):
        return True
    left = [one for one in optional_in(held) if one not in slots and types_in(held, one) & NUMERIC]
    words = frozenset().union(*(one.stems for one in asking(task.pieces, able)))
    return any((own := things_at(one) - able.stems) and own <= words for one in left)


def _is_of_writings(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a number is only said of what is written on a thing: "2 comments on it"."""
    number = value.money.number if value.money else None
    every = (one for one, many in task.tallies if many == number)
    of = [one for one in every if one in _WRITINGS or not verb_classes(one)]  # "add 2 of them"
    if not of or not _WRITINGS.issuperset(of):
        return False
    if not (able.stems | kin_of(value.path.rpartition(".")[2])).isdisjoint(of):
        return False
    if number is not None and _is_had(task, able, f"{number.normalize():f}"):
        return False
    return len(of) >= _times(task, number)


def _is_had(task: Task, able: Capability, number: str) -> bool:
    """Return whether a request gets so many of what is written on other things: "order 50 labels".

    Its verb is the tool's, and the number with its thing is what stands right behind it.
    """
    for piece in asking(task.pieces, able):
        start = min((one.place[0] for one in piece.asks), default=piece.start)
        words = _WORDS.findall(task.wanted[start : piece.end])
        verb = stem(words[0]) if words else ""
        gets = verb in _GETS and (verb in able.stems or "buy" in able.verbs)
        if gets and words[1:2] == [number]:
            return True
    return False


def _is_spent(task: Task, value: Value, weighed: Sequence[tuple[Value, Worth]]) -> bool:
    """Return whether another argument has a number that was said once, or it is what was before.

    "Raise the threshold from 60 to 90", and 90 or 60 for its window as well.
    """
    number = value.money.number if value.money else None
    if number is None:
        return False
    if any(number == float(one[1]) for one in _BEFORE.finditer(task.wanted)):
        return True
    used = sum(one.money is not None and one.money.number == number for one, _ in weighed)
    return used > max(_times(task, number), 1)


def _times(task: Task, number: Decimal | None) -> int:
    """Return how often a text says a number, in digits."""
    return sum(number == float(one) for one in _DIGITS.findall(task.wanted))
