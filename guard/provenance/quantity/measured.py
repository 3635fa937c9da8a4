"""Bare numbers that a request gives to its thing: "score the essay 84", "put it at 84".

Surface English. Right behind a word with a capital it may be a part of a name, and is none.
"""

import re

_VERB = (
    r"(?:^|[.;!?,:\n]\s*|\b(?:please|and|then|to|I|we|could\s+you|can\s+you)\s+)"
    r"(?P<verb>score|rate|grade|mark|rank|price|value|quote|give|put|turn|keep|bring|get|want|need)\b"
)
_GIVEN = re.compile(
    rf"{_VERB}[^.;!?\n]{{1,80}}?\s(?:(?P<led>at|an?|of)|(?P<word>[^\W\d_]+))\s$",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:should|must|shall|(?:has|have|needs?|ought)\s+to)\s+(?:be|become|get|read)\s+(?:at\s+)?$",
    re.IGNORECASE,
)
"""What leads to a number that something is to have."""
_ABROAD = re.compile(r"\s(?:auf|à|en)\s$", re.IGNORECASE)
"""What leads to one in German, French and Spanish."""
_ENDS = re.compile(r"\d[\d.,]*\d?(?=\s*(?:$|[.,;!?)](?!\d)|\s(?:and|please|thanks|for|on|out)\b))")
_LED = frozenset({"give", "put", "turn", "keep", "bring", "get", "want", "need"})
"""Verbs that are said of more than numbers, so that a little word has to lead to the number."""
_FAR = 120


def is_measured(text: str, start: int) -> bool:
    """Return whether a number is what a request gives to its thing.

    Args:
        text: what the person wrote.
        start: where the number begins.
    """
    if not _ENDS.match(text, start):
        return False
    before = text[max(start - _FAR, 0) : start]
    if _WANTED.search(before) or _ABROAD.search(before):
        return True
    found = _GIVEN.search(text, max(start - _FAR, 0), start)
    if found is None:
        return False
    if found["led"]:
        return True
    return found["verb"].casefold() not in _LED and found["word"].islower()
