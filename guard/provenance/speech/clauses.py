"""The clauses of a person's text that ask for something, as sets of words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, Words, requests, sentences
from guard.provenance.speech.unasked import without
from guard.provenance.vocabulary.grammar import ASKING, FOREIGN
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem, stems_of
from guard.provenance.vocabulary.words import set_of

SPLITS = re.compile(r"[,;]\s|\b(?:and|then|und|dann|et|puis)\b", re.IGNORECASE)

_LIMITS = set_of("under over below above than least most unter über mehr weniger sous plus moins")
"""Words before a number that is a limit."""

Clauses = tuple[tuple[frozenset[str], int], ...]
"""Clauses in their order: the stems of each, and how many things it lists."""


def clauses_of(text: str, found: Iterable[Entity]) -> Clauses:
    """Return each clause of a text that asks for something.

    Args:
        text: what is asked for; blanks where nothing is.
        found: the typed values in it: moments and prices have digits, and are no ids.
    """
    text = without(text, tuple((one.start, one.end) for one in found if _is_no_id(one)))
    return tuple(one for start, end in sentences(text) for one in _asking(text, start, end))


def _is_no_id(one: Entity) -> bool:
    return one.kind in {"date", "time"} or (one.kind == "amount" and not one.literal.isdigit())


def _asking(text: str, start: int, end: int) -> Iterator[tuple[frozenset[str], int]]:
    cuts = [start, *(one.end() for one in SPLITS.finditer(text, start, end)), end]
    words: list[re.Match[str]] = []
    parts = 0
    for first, last in pairwise(cuts):
        more = list(WORD.finditer(text, first, last))
        if words and _begins(more):
            yield from _clause(text, words, parts)
            words, parts = [], 0
        words += more
        parts += bool(more)
    yield from _clause(text, words, parts)


def _begins(words: Words) -> bool:
    """Return whether a part of a sentence begins with what is done, not with one more of a list."""
    first = next((one[0] for one in words if one[0].casefold() not in ASKING), "")
    return first.isalpha() and first.islower() and not (is_stop(first) or noun_classes(stem(first)))


def _clause(text: str, words: Words, parts: int) -> Iterator[tuple[frozenset[str], int]]:
    own = [one[0] for one in words]
    own = [one for at, one in enumerate(own) if not (one.isdigit() and _is_counted(own, at))]
    said = [one.casefold() for one in own]
    if not FOREIGN.isdisjoint(said) or any(
        not is_stop(one) and requests(text, words, at) for at, one in enumerate(said)
    ):
        yield stems_of(own), parts


def _is_counted(words: Sequence[str], at: int) -> bool:
    """Return whether a number is of the word behind it, and no id: "24 dollars", "under 2"."""
    after = words[at + 1] if at + 1 < len(words) else ""
    limits = at > 0 and words[at - 1].casefold() in _LIMITS
    return limits or (after.isalpha() and not is_stop(after))
