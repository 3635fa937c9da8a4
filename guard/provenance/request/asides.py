"""What a text says beside its requests: what it only tells, and what it asks by strange verbs.

"The comments are rude", "I read the logs" and "back up the logs and then" set no option of what is
asked for beside them. What wants something, as "express is fine", is none of these.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.late import late
from guard.provenance.request.searched import stems_in
from guard.provenance.speech.sentences import is_base, sentences
from guard.provenance.speech.unasked import Span, without
from guard.provenance.vocabulary.grammar import PAST
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes

WISHES = frozenset(map(stem, ("use", "utilize", "apply", "want", "need", "like", "prefer", "make")))
"""Verbs of requests that may say of the next one how it is done: "use express and print it"."""
_BEGINS = r"(?:^|[.!?;:,\n]|\b(?:because|since|as|although|though|while|when|if|where)\b)\s*"
_IS = late(
    rf"{_BEGINS}(?P<of>(?!(?:it|that|this|they|he|she|you|we|there|please)\b)"
    r"(?:(?!(?:what|who|which|that)\b)[^\W\d_][\w'\u2019-]*\s+){1,4}?)"
    r"(?P<how>(?:is|are|was|were|has|have|had|seems?|looks?|isn['\u2019]t|aren['\u2019]t"
    r"|(?:can|may|should|must|will)\s+(?:stay|remain|be\s+(?:kept|left)))\b[^.!?;:,\n]*)",
    re.IGNORECASE,
)
"""A clause that says how something is, or what it has."""
_DID = late(
    rf"{_BEGINS}(?P<all>(?:(?:I|we|you|he|she|they|(?:the|my|our|his|her|their)\s+[^\W\d_]+)\s+"
    rf"(?:have\s+|has\s+|had\s+)?(?:(?:already|just|once)\s+)?(?P<act>[^\W\d_]+ed|read|{'|'.join(sorted(PAST))})\b"
    rf"|(?-i:[A-Z])[^\W\d_]+\s+(?:[^\W\d_]+ed|{'|'.join(sorted(PAST))})\s+(?:the|an?|my|our|his|her|their|all|some)\b)"
    r"[^.!?;:,\n]*)",
    re.IGNORECASE,
)
"""A clause that says what somebody did."""
_WANTS = re.compile(
    r"\b(?:wanted|needed|required|requested|welcome|fine|good|great|ok|okay|important|necessary|best"
    r"|essential|mandatory|must|yes|on|included?|available|possible|enough|preferred|to|asked|ordered|paid"
    r"|booked|chose|chosen|picked|decided|agreed|promised|insisted|liked|added|allowed|enabled)\b",
    re.IGNORECASE,
)
"""Words of who wants it: "Express is fine", "the owner is to be told", "we agreed on express"."""
_NEXT = re.compile(
    r"\s*(?:and\s+)?(?:then|next|afterwards?|after\s+that|finally|later)\b", re.IGNORECASE
)
_AND = re.compile(
    r"\s*(?:please\s+)?(?P<verb>[^\W\d_]+)\s+[^.!?;:,\n]*?\b(?:and|then)\s+"
    r"(?:please\s+|also\s+|then\s+)*",
    re.IGNORECASE,
)
"""What stands before a request and goes on with it: "back up the logs and "."""


@lru_cache(maxsize=256)
def only_told(text: str) -> frozenset[str]:
    """Return the stems of that of which a text only tells something: "The comments are rude"."""
    places = [one.span("of") for one in _IS.finditer(text) if _is_told(one)]
    places += [one.span("all") for one in _DID.finditer(text) if not _WANTS.search(one["all"])]
    if not places:  # most tell nothing
        return frozenset()
    told = stems_in(text[start:end] for start, end in places)
    return told - stems_in([without(text, sorted(places))])


def _is_told(said: re.Match[str]) -> bool:
    """Return whether a clause says how something is: it asks for nothing, and wants it not so."""
    first = said["of"].split()[0]
    asks = is_base(first.casefold()) and verb_classes(stem(first))
    return not (asks or _WANTS.search(said["how"]))


def strangers(text: str, places: Sequence[Span]) -> Iterator[Span]:
    """Yield what stands beside requests and asks for something by a verb that nobody knows.

    Args:
        text: what is asked for; blanks where nothing is.
        places: where its requests lie.
    """
    for start, end in sentences(text):
        own = [one for one in places if start <= one[0] < end]
        if not own and _NEXT.match(text, start, end):
            yield start, end
        elif own:
            first = min(own)[0]
            found = _AND.fullmatch(text, start, first)
            if found and not is_stop(found["verb"]) and stem(found["verb"]) not in WISHES:
                yield start, first
