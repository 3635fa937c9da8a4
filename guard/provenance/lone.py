"""Which currencies a person names for their amounts: beside the number, or once for all of them.

A currency that is only spoken of, as one whose price is asked for, lends itself to no amount.
"""

import re
from collections.abc import Iterator, Sequence

from guard.provenance.currencies import SPOKEN, code_of
from guard.provenance.sentences import sentences

_BEHIND = re.compile(
    r"(?:\b(?:in|as|en|currency|währung|devise)(?:\s+(?:is|ist|est|the))*|[,(:])\s*$",
    re.IGNORECASE,
)
"""What stands before a currency that an amount of the same sentence is in."""


def named_with(
    text: str, amounts: Sequence[tuple[int, int]], beside: frozenset[str]
) -> frozenset[str]:
    """Return the codes of the currencies that the amounts of a text may be in.

    Args:
        text: what the person asks for.
        amounts: where its amounts stand.
        beside: the codes that stand beside their numbers.
    """
    lone = [(one.start(), code) for one in _apart(text, amounts) if (code := code_of(one[0]))]
    named = beside | {code for _, code in lone}
    if len(named) != 1:
        return beside
    for start, end in sentences(text):
        if any(start <= first < end for first, _ in amounts) and any(
            start <= at < end and _BEHIND.search(text, start, at) for at, _ in lone
        ):
            return named
    return beside


def _apart(text: str, amounts: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    taken = {at for start, end in amounts for at in range(start, end)}
    return (one for one in SPOKEN.finditer(text) if one.start() not in taken)
