"""Whom a person means who writes "tell them": the people named just before.

Only as the one who is told or paid, and only where the sentence leaves no other reading: things
that are "sent to" somebody are no people, and one "her" after two names is nobody. English only;
what is not understood stays a mention, which gets a question.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from guard.provenance.speech.sentences import STOP
from guard.provenance.vocabulary.words import TELLING

Named = tuple[str, int, int]
"""A name as it is written, with its place: (literal, start, end)."""

MOST = 32
"""The most people that one pronoun stands for."""

Told = tuple[int, frozenset[tuple[int, int]]]
"""A pronoun by its place, and the places of the names that it stands for."""

_PRONOUN = re.compile(
    r"\b(?:(" + "|".join(sorted(TELLING)) + r")|to|with)\s+(them|him|her)\b"
    r"(?=\s*(?:[.,;:!?)]|$)"
    r"|\s+(?:and|or|the|an?|my|our|this|that|these|those|it|some|all|about|with|when|if|via|by|on|at|for)\b)",
    re.IGNORECASE,
)


def told_by(text: str, named: Sequence[Named]) -> tuple[Told, ...]:
    """Return the pronouns of this text that stand for somebody, each with whom."""
    people = [one for one in named if one[0][:1].isupper() or one[0][:1] == "@"]
    ends = [0, *(one.end() for one in STOP.finditer(text))] if people else []
    found: list[Told] = []
    for pronoun in _PRONOUN.finditer(text) if people else ():
        before = list(_named_before(people, ends, pronoun.start()))
        names = {one[0] for one in before}
        if len(names) == 1 or (names and pronoun[2].casefold() == "them"):
            places = frozenset((start, end) for _, start, end in before)
            found.append((pronoun.start(), places))
    return tuple(found)


def _start(one: Named) -> int:
    return one[1]


def _named_before(people: Sequence[Named], ends: Sequence[int], at: int) -> Iterator[Named]:
    """Yield the names of the same sentence before a place, or else of the sentence before it."""
    here = bisect_right(ends, at) - 1
    for sentence in (here, here - 1):
        start = ends[sentence] if sentence >= 0 else 0
        stop = at if sentence == here else ends[here]
        first, last = (bisect_left(people, place, key=_start) for place in (start, stop))
        found = people[max(first, last - MOST) : last]
        if found or sentence < 0:
            yield from found
            return
