"""The words of titles, names and short texts that say something of their content.

Compared word by word with what a person wrote. Nothing is read for its meaning.
"""

import re
from functools import lru_cache
from itertools import pairwise

from guard.provenance.vocabulary.lexicon import stem
from guard.provenance.vocabulary.words import GENERIC, STOP

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_SHORT = 4
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_JOINT = re.compile(r"[_./\-]")


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry the content of a text.

    Short words count when they are written with a capital letter or hold a digit.
    """
    found: set[str] = set()
    for one in _WORD.finditer(text):
        word = one[0]
        folded = word.casefold()
        bare = folded.replace("\u2019", "'").removesuffix("'s")  # "that's late"
        if not {folded, bare}.isdisjoint(STOP) or folded in GENERIC:
            continue
        if len(word) >= _SHORT or word[:1].isupper() or any(map(str.isdigit, word)):
            found.add(stem(word))
    return frozenset(found)


@lru_cache(maxsize=8192)  # titles come back in every result
def titled(title: str) -> frozenset[tuple[str, str]]:
    """Return the neighbouring words of a title; those of a file name stand without spaces.

    Only what a result shows is read so. A person who writes a file name means that very file.
    """
    return pairs(title) | pairs(" ".join(_JOINT.split(_ENDING.sub("", title))))


@lru_cache(maxsize=8192)
def pairs(text: str) -> frozenset[tuple[str, str]]:
    """Return neighbouring words of which one is a word of content."""
    words = ["".join(filter(str.isalnum, word)) for word in text.casefold().split()]
    content = {word for word in words if len(word) >= 4 and content_words(word)}  # noqa: PLR2004
    return frozenset(
        (one, other)
        for one, other in pairwise(words)
        if one and other and (one in content or other in content)
    )
