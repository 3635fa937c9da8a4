"""Requests to answer somebody whose comments were spoken of before: "answer him that it is done".

They ask for a comment, where the person speaks of no other way. It decides nothing.
"""

import re
from collections.abc import Iterable, Iterator

from guard.provenance.speech.asks import Ask
from guard.provenance.vocabulary.lexicon import stem

_REPLIES = frozenset(map(stem, ("answer", "reply", "respond")))
_TO_THEM = re.compile(
    r"\s*\b(?:answer|reply|respond)\s+(?:to\s+)?(?:him|her|them|that|it)\b", re.IGNORECASE
)
_COMMENTS = re.compile(
    r"\b(?:comments?|threads?|discussions?"
    r"|tickets?|issues?|cases?|bugs?|pull\s+requests?|prs?|reviews?)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:e-?mails?|mails?|dms?|messages?|sms|texts?|calls?|phone|chat|letters?|posts?)\b"
    r"|\b(?:privately|directly|personally)\b",
    re.IGNORECASE,
)
"""Words for another way in which somebody is answered."""


def replied(text: str, asks: Iterable[Ask]) -> Iterator[Ask]:
    """Yield requests, those that answer a comment as requests for a comment as well.

    Args:
        text: what the person said.
        asks: the requests in it.
    """
    for one in asks:
        comments = one.verb in _REPLIES and _answers(text, one)
        yield _commenting(one) if comments else one


def _answers(text: str, one: Ask) -> bool:
    start, end = one.place
    if _TO_THEM.match(text, start, end) is None or _OTHERWISE.search(text):
        return False
    return _COMMENTS.search(text, 0, start) is not None


def _commenting(one: Ask) -> Ask:
    return one._replace(verbs=one.verbs | {"post", "create"}, nouns=one.nouns | {"post"})
