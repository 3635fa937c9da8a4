"""What a sentence says is to stay: no request that only ends in what something else does.

"Cancel b-1 of the guest that is staying" keeps no booking, and "cancel b-1 so that b-2 is kept" the
second one only. It decides nothing.
"""

import re
from collections.abc import Callable, Iterator

from guard.provenance.speech.spoken import STAYS

_SO_THAT = re.compile(r"\bso\s+that\s+", re.IGNORECASE)
_WHICH = re.compile(r"\b(?:that|which|who)\s*\Z", re.IGNORECASE)
_IS = re.compile(r"\b(?:is|are|was|were|not|but|except|without)\b", re.IGNORECASE)
"""What is in no plain request: "b-1 is the one that stays"."""
_POLITE = re.compile(
    r"(?:(?:please|kindly|now|then|(?:can|could)\s+you)\s+){0,3}(?P<verb>[^\W\d_]+)\s",
    re.IGNORECASE,
)


def staying(sentence: str, acts: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield the places of what is to stay as it is.

    Args:
        sentence: of the person, without blanks before it.
        acts: whether a word is a verb by which something is done.
    """
    for one in STAYS.finditer(sentence):
        start, end = one.span("value")
        asked = None if start else _POLITE.match(sentence)
        if asked and acts(asked["verb"]) and not asked["verb"].endswith("ing"):
            value = one["value"]
            so = _SO_THAT.search(value)
            if so is None and one["own"] and _WHICH.search(value) and not _IS.search(value):
                continue
            start += so.end() if so else 0
        yield start, end
