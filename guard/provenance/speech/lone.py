"""Which currencies a person names for their amounts: beside the number, in a list, once for all.

A currency that is only spoken of, as one whose price is asked for, lends itself to no amount.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from guard.provenance.speech.sentences import sentences
from guard.provenance.typed.money import Money
from guard.provenance.vocabulary.currencies import SPOKEN, code_of

Span = tuple[int, int]

_BEHIND = re.compile(
    r"(?:\b(?:in|as|en|currency|währung|devise)(?:\s+(?:is|ist|est|the))*|[,(:])\s*$",
    re.IGNORECASE,
)
"""What stands before a currency that an amount of the same sentence is in."""
_ALL_IN = re.compile(
    r"\b(?:all|everything|(?:all\s+)?(?:the\s+)?(?:amounts?|prices?|sums?|figures|numbers)|alles|tout)"
    r"(?:\s+(?:of\s+(?:it|them|these)|is|are|being|ist|est))*\s+(?:in|en)\s+$",
    re.IGNORECASE,
)
"""What stands before the currency of all amounts, in a sentence of its own: "all in euro"."""
_INTO = re.compile(
    r"(?:\b(?:to|into|for|in|as|against|nach|zu|auf|gegen|en|vers|contre)\s+(?:the\s+|my\s+)?"
    r"|->|=>|\u2192)\s*$",
    re.IGNORECASE,
)
"""What stands before a currency that an amount is converted into."""
_LIST = re.compile(
    r"\s*(?:,|;|/|-|\u2013|\+|and|or|to|und|oder|bis|et|ou)?\s*(?:and|or|und|et)?\s*", re.IGNORECASE
)
_ASKED = re.compile(
    r"\b(?:(?:what|how\s+much|how\s+many)\s+(?:is|are|was|were|does|do|did|would|will)(?:\s+the)?"
    r"|(?:was|wie\s*viel)\s+(?:kostet|kosten|ist|sind|gilt)|combien\s+(?:coûtent?|vaut|valent)"
    r"|(?:what|check|find\s+out|look\s+up|tell\s+me|know|prüfe?|sag\s+mir)\b[^.;!?\n]{0,30}"
    r"\b(?:price|worth|value|cost|rate|preis|wert|kurs)\s+(?:of|for|von|für))\s+$",
    re.IGNORECASE,
)
"""What stands before an amount whose price is asked: "how much is 1 BTC"."""
_PRICED = re.compile(
    r"\s+(?:costs?|is\s+worth|are\s+worth|(?:would|will|does|do|did|might|could)\s+(?:cost|be\s+worth)"
    r"|equals?|buys?|kosten?|kostet|wert|coûtent?|vaut|valent)\b",
    re.IGNORECASE,
)
"""What stands behind an amount whose price is spoken of: "what 1 BTC costs"."""
_FAR = 60


def stated_with(text: str, amounts: Sequence[Span], beside: frozenset[str]) -> frozenset[str]:
    """Return the code of the currency that a text gives once for all its amounts, if it gives one.

    Args:
        text: what the person asks for.
        amounts: where its amounts stand.
        beside: the codes that stand beside their numbers.
    """
    lone = [(one.start(), code) for one in _apart(text, amounts) if (code := code_of(one[0]))]
    named = beside | {code for _, code in lone}
    if len(named) != 1:
        return frozenset()
    if amounts and any(at in all_in(text) for at, _ in lone):
        return named
    for start, end in sentences(text):
        if any(start <= first < end for first, _ in amounts) and any(
            start <= at < end and _BEHIND.search(text, start, at) for at, _ in lone
        ):
            return named
    return frozenset()


@lru_cache(maxsize=256)
def all_in(text: str) -> frozenset[int]:
    """Return where the currencies stand that a text gives to all its amounts."""
    every = (one.start() for one in SPOKEN.finditer(text))
    return frozenset(at for at in every if _ALL_IN.search(text, max(at - _FAR, 0), at))


def targets_in(text: str, amounts: Sequence[Span]) -> frozenset[str]:
    """Return the codes of the currencies into which something is to be converted."""
    return frozenset(
        code_of(one[0])
        for one in _apart(text, amounts)
        if _INTO.search(text, max(one.start() - _FAR, 0), one.start())
    )


def lent(text: str, found: Sequence[tuple[Money, Span]]) -> frozenset[Money]:
    """Return the amounts that have their currency from the next one of a list: "20 and 30 EUR"."""
    given: set[Money] = set()
    for ordered in (found, found[::-1]):
        code = ""
        for (one, here), (other, there) in pairwise(ordered):
            code = one.currency or code
            first, last = sorted((here, there))
            joined = bool(_LIST.fullmatch(text, first[1], last[0]))
            code = code if joined and not other.currency else ""
            if code:
                given.add(Money(other.number, code))
    return frozenset(given)


def is_asked(text: str, start: int, end: int) -> bool:
    """Return whether it is asked what an amount costs or is worth, rather than for the amount."""
    return bool(_PRICED.match(text, end) or _ASKED.search(text, max(start - _FAR, 0), start))


def _apart(text: str, amounts: Sequence[Span]) -> Iterator[re.Match[str]]:
    taken = {at for start, end in amounts for at in range(start, end)}
    return (one for one in SPOKEN.finditer(text) if one.start() not in taken)
