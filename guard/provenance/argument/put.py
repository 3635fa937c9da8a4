"""Whether a value stands by a name in a request with nothing else between them: "phase to Final".

It decides nothing.
"""

import re
from collections.abc import Iterable, Sequence

from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.grammar import CALENDAR
from guard.provenance.vocabulary.lexicon import is_stop, stem
from guard.provenance.vocabulary.words import set_of

_SETS = frozenset(
    map(
        stem,
        set_of("set change update mark put make assign give following please add create"),
    )
)
_DAYS = frozenset(map(stem, CALENDAR | {"today", "tomorrow", "now", "next"}))
_FROM = re.compile(r"\bfrom\b[^,;:]{1,60}?\bto\b", re.IGNORECASE)
_JOINT = re.compile(r"[,;.!?]")
_BETWEEN = set_of("to at as with of on a an the be should must it its for equals auf zu mit à")
"""Words that may stand between a name and what is put there."""
_CLAUSE = re.compile(r"[,;.!?]\s|\band\s", re.IGNORECASE)
HEDGED = re.compile(
    r"\b(?:if|once|when|whenever|unless|until|till|after|before|whose|who|which|that|was|were|been"
    r"|stays?|keeps?|remains?|instead|rather|except|never|not|no|without|over|under|above|below|than"
    r"|currently|drop|undo|revert|copy|list|find|show|where|wants?|said|says|replac\w*|remov\w*|delet\w*|disabl\w*|unset|clear"
    r"|(?:it|them|this)\s+(?:back\s+)?to)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells how a thing is, or when, or what it is not to be."""


def is_put(
    text: str,
    name: tuple[int, int],
    place: Sequence[int],
    same: Iterable[str],
    known: frozenset[str],
) -> bool:
    """Return whether a value stands behind its whole name, or right before it: "High priority"."""
    (start, end), (first, last) = name, place
    if not all(_is_free(one, known) for one in _clause(text[: min(start, first)])):
        return False
    if last <= start:
        return not text[last:start].strip(" \"'") and stem(text[start:end]) not in _DAYS
    gap = _FROM.sub(" to ", text[end:first])
    for one in same:
        gap = re.sub(
            rf"(?<!\w){re.escape(one)}(?!\w)\W{{0,3}}(?:\b(?:and|und|et)\b)?",
            " ",
            gap,
            flags=re.IGNORECASE,
        )
    words = [one[0].casefold() for one in WORD.finditer(gap)]
    return (
        end <= first
        and not _JOINT.search(gap)
        and all(
            one in _BETWEEN or stem(one) in known or any(map(str.isdigit, one)) for one in words
        )
    )


def _clause(text: str) -> list[str]:
    """Return the words of a clause so far."""
    begins = max([one.end() for one in _CLAUSE.finditer(text)], default=0)
    words = [one[0] for one in WORD.finditer(text)]
    own = [one[0] for one in WORD.finditer(text, begins)]
    return [own[0].casefold(), *own[1:]] if own and len(own) == len(words) else own


def _is_free(word: str, known: frozenset[str]) -> bool:
    """Return whether a word says nothing else: not "the billing date", "drop the label"."""
    own = stem(word)
    named = word[0].isupper() or any(map(str.isdigit, word))
    return named or is_stop(word) or own in known or own in _SETS
