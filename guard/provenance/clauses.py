"""The clauses of a person's text that ask for something, as sets of words."""

import re
from collections.abc import Iterator
from itertools import pairwise

from guard.provenance.grammar import FOREIGN
from guard.provenance.lexicon import is_stop, stem
from guard.provenance.sentences import WORD, requests, sentences

_SPLITS = re.compile(r"[,;]\s|\b(?:and|then|und|dann|et|puis)\b", re.IGNORECASE)

Clauses = tuple[frozenset[str], ...]


def clauses_of(text: str) -> Clauses:
    """Return the stems of each clause of a text that asks for something."""
    return tuple(_asking(text))


def _asking(text: str) -> Iterator[frozenset[str]]:
    for start, end in sentences(text):
        cuts = [start, *(one.end() for one in _SPLITS.finditer(text, start, end)), end]
        for first, last in pairwise(cuts):
            words = list(WORD.finditer(text, first, last))
            said = [one[0].casefold() for one in words]
            if not FOREIGN.isdisjoint(said) or any(
                not is_stop(one) and requests(text, words, at) for at, one in enumerate(said)
            ):
                yield frozenset(map(stem, said))
