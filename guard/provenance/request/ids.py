"""Ids in a person's text: "ticket 42", "#42", "a note to 7703: ...", "Ada Roe (4412)".

A bare number is no id: only what is called a thing of some sort, bears a mark, or stands where only
a thing can. It says where they are and decides nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from guard.model.late import late
from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.currencies import WORD

_NOUNS = (
    "ticket|order|transaction|invoice|event|booking|reservation|shipment|parcel|case|issue"
    "|message|file|document|task|item|pr|mr|(?:pull|merge) request|customer|account|appointment"
    "|post|comment"
)
_OBJECT = re.compile(
    rf"(?:\b(?:(?:no|nr)\b\.?|(?:ids?|number|payment|{_NOUNS})\b):? ?"
    r"(?:id|no\.?|number|nr\.?)?:? ?#?|#)(?!\d{1,4}[x\u00d7]\s)([A-Za-z]{0,8}[-_]?\d[\w-]{0,40})",
    re.IGNORECASE,
)
_GOES_ON = (
    r"(?:\s*,\s*(?:and\s+)?|\s+(?:and|into|with|und|et)\s+|\s*&\s*)#?(?!(?:19|20)\d\d\b)"
    r"(\d{{{0}}})(?![\w:/%-]|[.,]\d|\s+[^\W\d_]+s\b|\s?[\u20ac$\u00a3])"
)
"""What goes on with a number of so many digits: another one, that counts nothing."""
_LEAST_LISTED = 3
_PRICED = late(rf"(?:[.,]\d+)*\s?{WORD}", re.IGNORECASE)
_REMARKED = re.compile(
    r"\b(?:(?:reply|respond|comment)(?: [a-z]+ly)?"
    r"|(?:add|append|attach|drop|leave|log|make|post|put|record|write) (?:[^\W\d_]+ ){1,3}?"
    r"(?:note|comment|remark|reply|answer)s?) (?:to|on|in|under) #?(?!(?:19|20)\d\d\b)"
    r"((?<=#)\d{1,10}|\d{3,10})"
    r"(?=\s*(?:[:.;,!?](?!\d)|$)|\s(?:that|saying|and|then|with)\b)",
    re.IGNORECASE,
)
"""What is remarked on, by its number: "add a note to 7703: the gate is mended"."""
_BESIDE_A_NAME = re.compile(
    r"(?<=[\w,;:] )([A-Z][\w'\u2019-]+(?: [A-Z][\w'\u2019-]+){1,3}) "
    r"(?:\(#?(?!(?:19|20)\d\d\))(\d{3,12})\)|\[#?(\d{3,12})\])"
)
"""Which one of that name it is: "Ada Roe (1060)". What may be a year is none, nor is what stands
behind one word, or has two digits: "the user Ann (30)" may be as old."""
_SEVERAL = re.compile(
    rf"\b(?:{_NOUNS})s:? ?#?(\d{{3,10}})(?=\s*(?:,|&)\s*#?\d|,?\s+(?:and|und|et)\s+#?\d)",
    re.IGNORECASE,
)
"""The first of several: "tickets 7705 and 7706"."""


def ids(text: str) -> Iterator[Entity]:
    """Yield the ids of a text, and those that go on with one: "tickets 7705, 7706 and 7707"."""
    every = (pattern.finditer(text) for pattern in (_OBJECT, _REMARKED, _SEVERAL))
    for found in (one for several in every for one in several):
        if _PRICED.match(text, found.end(1)):
            continue  # "a standing order: 50 EUR a month"
        yield Entity("object_id", found[1].casefold(), found[1], *found.span(1))
        yield from _listed(text, found[1], found.end(1))


def _listed(text: str, first: str, end: int) -> Iterator[Entity]:
    if not first.isdigit() or len(first) < _LEAST_LISTED:
        return
    more = re.compile(_GOES_ON.format(len(first)), re.IGNORECASE)
    while found := more.match(text, end):
        yield Entity("object_id", found[1], found[1], *found.span(1))
        end = found.end(1)


def beside_names(text: str) -> Iterator[Entity]:
    """Yield the numbers in brackets behind a name, which say which one of that name is meant."""
    for found in _BESIDE_A_NAME.finditer(text):
        one = found.lastindex or 1
        yield Entity("object_id", found[one], found[one], *found.span(one))


@lru_cache(maxsize=256)
def called_beside(text: str) -> Mapping[str, str]:
    """Return the numbers in brackets behind a name in a text, each with that name."""
    return {found[found.lastindex or 1]: found[1] for found in _BESIDE_A_NAME.finditer(text)}


@lru_cache(maxsize=256)
def only_remarked_on(text: str) -> Mapping[str, tuple[int, ...]]:
    """Return the numbers of a text that are ids for being remarked on alone, and where they are."""
    places: dict[str, tuple[int, ...]] = {}
    named = {one[1] for pattern in (_OBJECT, _SEVERAL) for one in pattern.finditer(text)}
    for found in _REMARKED.finditer(text):
        if found[1] not in named:
            places[found[1]] = (*places.get(found[1], ()), found.start(1))
    return places
