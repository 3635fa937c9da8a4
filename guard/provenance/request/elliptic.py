"""Requests without a verb: "Two tickets for Dune tonight, please", "Table for four at Rossi's".

Only what a turn begins with, for what is noted behind a request may be anybody's; only where no
word of the sentence tells of something; and only for what brings a thing about, never for what
ends it, pays, sends or shares. Surface English, and nothing deeper.
"""

import re
from collections.abc import Iterator, Sequence

from guard.provenance.quantity.counts import quantities
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.frames import Entity, is_id
from guard.provenance.speech.sentences import WORD, is_english, sentences
from guard.provenance.speech.turns import turns
from guard.provenance.vocabulary.grammar import BEING, PAST, PEOPLE
from guard.provenance.vocabulary.lexicon import is_other, is_stop, noun_classes, stem, verb_classes

_BRINGS = frozenset({"create", "buy", "schedule"})
_BOOKS = frozenset({"buy", "schedule"})
_HELLO = re.compile(
    r"\s*(?:hi|hey|hello|good (?:morning|evening|day))\b[^.!?\n]{0,24}[.!,]?\s*", re.IGNORECASE
)
_TELLS = (
    BEING
    | (PEOPLE - {"it"})
    | frozenset(
        {
            *(
                "be",
                "been",
                "am",
                "do",
                "does",
                "did",
                "can",
                "could",
                "shall",
                "may",
                "might",
                "i",
            ),
            *("we", "he", "she", "they", "you", "who", "what", "why", "where", "when", "if", "how"),
            *(
                "i'm",
                "i've",
                "i'd",
                "i'll",
                "we're",
                "we've",
                "it's",
                "that's",
                "there's",
                "here's",
            ),
            *(
                "there",
                "here",
                "because",
                "not",
                "no",
                "never",
                "yesterday",
                "ago",
                "last",
                "since",
            ),
            *("already", "about", "from"),
        }
    )
)
"""Words of a sentence that tells of something, or of what is not wanted."""
_WANTS = re.compile(r"\b(?:please|pls|bitte)\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"\s*(?:an?|one|another|new|reminder|reservation|booking|appointment)\b", re.IGNORECASE
)
_DUE = re.compile(
    r"\b(?:today|tonight|tomorrow|noon|(?:this|next|coming) [^\W\d_]+|weekend"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\btable\s+(?:for|of)\b", re.IGNORECASE)
_LONGEST = 24
"""Words of a sentence that is read so."""


def elliptic(text: str, wanted: str, found: Sequence[Entity], asks: Sequence[Ask]) -> Iterator[Ask]:
    """Yield the requests without a verb with which the turns of a text begin.

    Args:
        text: what the person wrote.
        wanted: the same with blanks where it asks for nothing.
        found: the typed values in it.
        asks: the requests that have a verb.
    """
    for first, last in turns(text):
        hello = _HELLO.match(text, first, last)
        begun = hello.end() if hello else first
        for start, end in sentences(text[begun:last]):
            place = begun + start, begun + end
            if not text[slice(*place)].strip():
                continue
            if text[slice(*place)] != wanted[slice(*place)]:
                break
            one = _asked(text, *place, found, asks)
            if one is None:
                break
            yield one


def _asked(
    text: str, start: int, end: int, found: Sequence[Entity], asks: Sequence[Ask]
) -> Ask | None:
    """Return the request that a sentence without a verb is; None: it is none."""
    inside = [one for one in found if start <= one.start < end]
    names = [one for one in inside if one.kind in {"name", "quoted"}]
    named = {at for one in names for at in range(one.start, one.end)}
    words = [*WORD.finditer(text, start, end)]
    said = [one[0].casefold() for one in words]
    if not words or len(words) > _LONGEST or text[start:end].rstrip().endswith("?"):
        return None
    which = inside and is_id(inside[0]) and 0 <= inside[0].start - words[0].end() <= len(" #")
    if not is_english(frozenset(said)) or any(start <= one.place[0] < end for one in asks):
        return None
    if not _TELLS.isdisjoint(said) or any(
        _acts(one[0]) for one in words if one.start() not in named
    ):
        return None
    many = [*quantities(inside)]
    due = (
        any(one.kind in {"date", "time"} for one in inside)
        or _DUE.search(text, start, end) is not None
    )
    if not (many or due or _WANTS.search(text, start, end) or _BEGINS.match(text, start, end)):
        return None
    nouns = frozenset(
        name for one in words if not is_stop(one[0]) for name in noun_classes(stem(one[0]))
    )
    if _TABLE.search(text, start, end):
        nouns |= {"trip", "event"}
    if which or not (nouns or many or due):
        return None  # "Booking AB-3" says which, and books none
    return Ask(verb="", verbs=_BRINGS if nouns else _BOOKS, nouns=nouns, place=(start, end))


def _acts(word: str) -> bool:
    """Return whether a word tells what is done, or was: no noun as well."""
    one, folded = stem(word), word.casefold()
    if folded in PAST or (folded.endswith("ed") and len(folded) > 4):  # noqa: PLR2004
        return True
    if folded in {"new", "please", "set"} or noun_classes(one) or is_stop(word):
        return False
    return bool(verb_classes(one) - {"read"}) or is_other(one)
