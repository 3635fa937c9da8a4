"""Which words of a person may set an option of a call: those of its own request.

"Read the comments and delete the photo" deletes no comments. What is said in no request for
anything else counts, and what a request of the option's own name adds: "and notify the owner".
It decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.lexicon import Capability, stem, verb_classes
from guard.provenance.pieces import Piece, asking
from guard.provenance.searched import stems_in
from guard.provenance.sentences import is_base
from guard.provenance.task import Task
from guard.provenance.unasked import without

_WISHES = frozenset(
    map(stem, ("use", "utilize", "apply", "want", "need", "like", "prefer", "make"))
)
"""Verbs of requests that may say of the next one how it is done: "use express and print it"."""
_TELLS = re.compile(
    r"(?:^|[.!?;:,\n]|\b(?:because|since|as|although|though|while|when|if|where)\b)\s*"
    r"(?P<of>(?!(?:it|that|this|they|he|she|you|we|there|please)\b)"
    r"(?:(?!(?:what|who|which|that)\b)[^\W\d_][\w'\u2019-]*\s+){1,4}?)"
    r"(?P<how>(?:is|are|was|were|has|have|had|seems?|looks?|isn['\u2019]t|aren['\u2019]t)\b[^.!?;:,\n]*)",
    re.IGNORECASE,
)
"""A clause that says how something is, or what it has."""
_WANTS = re.compile(
    r"\b(?:wanted|needed|required|requested|welcome|fine|good|great|ok|okay|important|necessary|best"
    r"|essential|mandatory|must|yes|on|included?|available|possible|enough|preferred|to)\b",
    re.IGNORECASE,
)
"""Words behind it of who wants it: "Express is fine", "the owner is to be told"."""


def said_for(
    task: Task, able: Capability, words: frozenset[str], stems: frozenset[str]
) -> frozenset[str]:
    """Return which stems of a text may be said of an option of a call.

    Args:
        task: what the person said.
        able: what the tool does.
        words: the stems of what the option is called.
        stems: of all that they ask for.
    """
    stems -= _only_told(task.wanted)
    if len(task.pieces) <= 1:  # nothing else is asked for
        return stems
    return stems - _elsewhere(task.wanted, task.pieces, able, words)


@lru_cache(maxsize=256)
def _only_told(text: str) -> frozenset[str]:
    """Return the stems of that of which a text only tells something: "The comments are rude"."""
    places = [one.span("of") for one in _TELLS.finditer(text) if _is_told(one)]
    if not places:  # most tell nothing
        return frozenset()
    told = stems_in(text[start:end] for start, end in places)
    return told - stems_in([without(text, places)])


def _is_told(said: re.Match[str]) -> bool:
    """Return whether a clause says how something is: it asks for nothing, and wants it not so."""
    first = said["of"].split()[0]
    asks = is_base(first.casefold()) and verb_classes(stem(first))
    return not (asks or _WANTS.search(said["how"]))


@lru_cache(maxsize=1024)
def _elsewhere(
    text: str, pieces: tuple[Piece, ...], able: Capability, words: frozenset[str]
) -> frozenset[str]:
    """Return the stems that only requests for something else have."""
    own = asking(pieces, able)
    if not own:
        return frozenset()
    first, keys = min(one.start for one in own), frozenset().union(*(one.keys for one in own))
    mine = frozenset().union(*(one.stems for one in own))
    strange = frozenset[str]()
    for one in pieces:
        if any(one is each for each in own):
            continue
        alike = one.keys <= keys and (one.start > first or bool(one.stems & _WISHES))
        if alike and (not one.asks or any(ask.verb in words for ask in one.asks)):
            mine |= one.stems
        else:
            strange |= one.stems
    outside = stems_in([without(text, [(one.start, one.end) for one in pieces])])
    return strange - mine - outside
