"""Requests that stand in what is said beside another: "a group with Ann and Bob in it".

Whoever makes a group with somebody has them added to it, and of whom is said that they need to see
a thing, with them it is shared. Not where that is asked, denied, told of or the reason for
something. Surface English, and nothing deeper.
"""

import re
from collections.abc import Iterator, Sequence

from guard.provenance.speech.asks import Ask
from guard.provenance.speech.deeds import nouns_of
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, sentences

_GROUPS = (
    r"(?:group|channel|room|team|chat|conversation|thread|space|workspace|project|circle|crew|club"
    r"|list|meeting|call|event)"
)
_MADE = re.compile(
    rf"\b(?:create|start|open|make|set\s+up|form|found|launch|schedule|add)\s[^.;!?\n]{{0,60}}?\b{_GROUPS}\b"
    r"[^.;!?\n]{0,60}?\b(?P<with>with)\s+(?=(?-i:[A-Z@]))",
    re.IGNORECASE,
)
_NEEDS = re.compile(
    r"(?:^\s*|[,;:\x1e]\s*|\b(?:and|so|but)\s+)(?P<who>he|she|they|(?-i:[A-Z])[\w.'\u2019-]*(?:\s+(?-i:[A-Z])[\w'\u2019-]*)?"
    r"(?:\s+\([^()\n]{3,60}\))?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)\s+(?:also\s+|now\s+)?"
    r"(?P<verb>needs?\s+(?:to\s+(?:be\s+able\s+to\s+)?(?:see|view|edit|read|comment|access|open|change)"
    r"|(?:an?\s+)?(?:[a-z-]+\s+)?access)|should\s+(?:be\s+able\s+to\s+(?:see|view|edit|read|access)"
    r"|(?:have|get)\s+(?:[a-z-]+\s+)?access))\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:if|because|since|why|already|not|n['\u2019]t|never|no\s+longer|thinks?|says?|said|when)\b",
    re.IGNORECASE,
)


def said_beside(
    text: str, wanted: str, found: Sequence[Entity], asks: Sequence[Ask]
) -> Iterator[Ask]:
    """Yield the requests that a text says beside others.

    Args:
        text: what the person wrote.
        wanted: the same with blanks where it asks for nothing.
        found: the typed values in it.
        asks: the requests that have a verb.
    """
    for start, end in sentences(text):
        if text[start:end].rstrip().endswith("?") and not any(
            start <= one.place[0] < end for one in asks
        ):
            continue
        for one in _MADE.finditer(wanted, start, end):
            inside = [each for each in found if one.end() <= each.start < end]
            people = [each for each in inside if each.kind in {"name", "email"}]
            if people:
                place = one.start("with"), end
                yield Ask("invit", frozenset({"add_member"}), listed=len(people), place=place)
        needs = _NEEDS.search(wanted[start:end])
        if needs and not _TELLS.search(text, start, end):
            place = start + needs.start("verb"), end
            own = (nouns_of(word[0]) for word in WORD.finditer(wanted, *place))
            things = max(1, len({each.canonical for each in found if place[0] <= each.start < end}))
            nouns = frozenset(name for names in own for name in names)
            yield Ask("shar", frozenset({"share"}), nouns, 1, things, things, place=place)
