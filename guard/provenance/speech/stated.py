"""Requests that only state what somebody wants: "the score should be 84", "the old jug has to go".

And such as name the act by its noun alone: "loan of the jug please", "new loan: the jug". Only what
a turn begins with, and only for a tool of which the noun is said. "The score is 84" asks for
nothing. Surface English, and nothing deeper.
"""

import re
from collections.abc import Iterator, Sequence

from guard.model.late import late
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.deeds import verbs_of
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.speech.turns import turns
from guard.provenance.vocabulary.grammar import CALENDAR, NUMBERS, is_plural
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem, verbal_classes
from guard.provenance.vocabulary.words import set_of

_PLEASE = r"(?:,?\s*(?:please|pls|thanks|thank you|now|today|asap))*"
_ENDS = rf"{_PLEASE}\s*[.!]?\s*$"
_THING = r"(?P<thing>[^.,;:!?]{2,80}?)"
_MUST = r"(?:should|must|shall|has\s+to|have\s+to|needs?\s+to|ought\s+to)"
_VALUE = r"(?P<value>\d[\d.,]*\d?|\d)\s*(?:%|[^\W\d_]+(?:\s+[^\W\d_]+)?)?"
_SETS = (
    late(
        rf"^\s*(?:please\s+)?(?:the\s+|my\s+|our\s+)?{_THING}\s+{_MUST}\s+(?:be|become|get|read)\s+"
        rf"(?:at\s+|set\s+to\s+)?{_VALUE}{_ENDS}",
        re.IGNORECASE,
    ),
    late(
        rf"^\s*(?:the\s+)?{_THING}\s+{_MUST}\s+(?:have|get)\s+(?:an?\s+|the\s+)?[^\W\d_]+\s+of\s+"
        rf"{_VALUE}{_ENDS}",
        re.IGNORECASE,
    ),
    late(
        rf"^\s*(?:I|we)(?:\s+(?:need|want)|(?:['\u2019]d|\s+would)\s+like)\s+(?:the\s+|my\s+|our\s+)?{_THING}"
        rf"\s+(?:at|to\s+be|set\s+to)\s+{_VALUE}{_ENDS}",
        re.IGNORECASE,
    ),
    late(rf"^\s*(?:the\s+|my\s+|our\s+)?{_THING}\s+to\s+{_VALUE}{_ENDS}", re.IGNORECASE),
)
"""How a value is wanted for something that a thing has."""
_GOES = (
    late(
        rf"^\s*(?P<article>(?:the|that|this|my|our)\s+)?{_THING}\s+(?:needs|has|must|have|need|can)"
        rf"(?:\s+to)?\s+go{_ENDS}",
        re.IGNORECASE,
    ),
    late(
        r"^\s*(?:I|we)(?:\s+(?:need|want)|(?:['\u2019]d|\s+would)\s+like)\s+"
        rf"(?P<article>(?:the|that|this|my|our)\s+)?{_THING}\s+gone{_ENDS}",
        re.IGNORECASE,
    ),
)
"""How something is wanted to be gone."""
_WANTS = (
    r"(?:(?:I|we)(?:\s+(?:need|want)|(?:['\u2019]d|\s+would)\s+like)"
    r"|(?:can|could|may)\s+(?:I|we)\s+(?:get|have))"
)
_NOUN = r"(?P<noun>[^\W\d_]{3,})"
_NAMED = (
    late(
        rf"^\s*(?:an?\s+|one\s+|another\s+|new\s+)?{_NOUN}\s+(?:of|for)\s+[^?]*?\bplease\s*[.!]?\s*$",
        re.IGNORECASE,
    ),
    late(rf"^\s*(?:please\s+)?new\s+{_NOUN}\s*:\s*[^?]+$", re.IGNORECASE),
    late(
        rf"^\s*{_WANTS}\s+(?:an?|another|one)\s+(?:new\s+)?{_NOUN}\s+(?:of|for)\s+[^?]+\??\s*$",
        re.IGNORECASE,
    ),
)
"""How the noun of an act asks for it."""
_BOOKED = late(
    rf"^\s*{_WANTS}\s+(?:(?:an?|another|one|some|two|three|\d+)\s+)?(?:(?!the\b)[a-z-]+\s+)??{_NOUN}"
    r"(?:\s+(?:to|from|for|in|on|at|near|with|by)\b|\s+(?-i:[A-Z])|,|\s*[.!?]*$)",
    re.IGNORECASE,
)
"""How something that is booked is wanted: "I'd like a taxi to the station"."""
_BOOKS = frozenset({"buy", "schedule"})
_LOOKS = late(
    r"\b(?:show|list|find|search|compare|look|check|see|tell|suggest\w*|recommend\w*|options?|ideas?"
    r"|which|what|how|advice|kidding|joking|forget|ignore|whether|wait|approv\w*|maybe|perhaps)\b",
    re.IGNORECASE,
)
"""Words of who wants to see some first, or does not mean it."""
_TO_WHERE = re.compile(r"\b(?:to|from|near|at)\s+(?:the|my|our)\s+[a-z-]+")
_ANY_OF_IT = re.compile(r",\s*(?:the|an?)\s+one\s[^,]*")
_SMALL = re.compile(r"(?<![\w-])[a-z][\w'\u2019-]*")
_OF_TRIPS = (
    CALENDAR
    | NUMBERS.keys()
    | set_of(
        "to from for in on at near with by and the a an one me us my our please today tomorrow "
        "tonight next this morning afternoon evening noon night nights day days week weeks people "
        "persons adults guests economy business class return via around am pm seats"
    )
)
"""What may follow something that is booked beside names: any other word may say what it is for."""
_MONEY = late(
    r"^\s*(?:[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[$€£]|(?-i:[A-Z]{3})\b|euros?|dollars?|pounds?))\s+"
    r"(?:to|for)\s+[^?.,;:]{2,60},?\s+please\s*[.!]?\s*$",
    re.IGNORECASE,
)
"""How money is asked to go to somebody."""
_TELLS = late(
    r"\b(?:already|by now|was|were|is|are|been|if|unless|until|because|why|instead|from|not|never"
    r"|went|rose|fell|came|grew|up\s+to|down\s+to|close\s+to|no|n['\u2019]t|check|verify|said|says|thinks?|think|believe|suppose|guess|wonder|hope)\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells, supposes or asks."""
_BRINGS = frozenset({"create", "buy", "schedule"})
_BACK = frozenset({"refund", "reimbursement"})
_IDLE = frozenset(map(stem, ("need", "want", "like", "should", "must", "have", "please")))


def stated(text: str, wanted: str, found: Sequence[Entity], asks: Sequence[Ask]) -> Iterator[Ask]:
    """Yield the requests that the turns of a text only state.

    Args:
        text: what the person wrote.
        wanted: the same with blanks where it asks for nothing.
        found: the typed values in it.
        asks: the requests that have a verb.
    """
    quoted = [one.start for one in found if one.kind == "quoted"]
    for first, last in turns(text):
        for start, end in sentences(text[first:last]):
            place = first + start, first + end
            said = text[slice(*place)]
            if not said.strip():
                continue
            plain = said == wanted[slice(*place)] and not _TELLS.search(said)
            rest = text[first : place[0]] + text[place[1] : last]
            if not plain or "?" in rest or any(place[0] <= at < place[1] for at in quoted):
                break
            own = [one for one in asks if place[0] <= one.place[0] < place[1]]
            one = _read(said, place, own)
            if one is None or (one.verbs == _BOOKS and _LOOKS.search(text[first:last])):
                break
            yield one


def _is_booked(said: str, booked: re.Match[str]) -> bool:
    """Return whether a trip is wanted, and nothing of it: not "a flight to Rome in a table"."""
    if "trip" not in noun_classes(stem(booked["noun"])) or (
        "?" in said and is_plural(booked["noun"])
    ):
        return False
    rest = _TO_WHERE.sub(" ", _ANY_OF_IT.sub(" ", said[booked.end("noun") :]))
    return all(one[0] in _OF_TRIPS for one in _SMALL.finditer(rest))


def _read(said: str, place: tuple[int, int], own: Sequence[Ask]) -> Ask | None:
    """Return the request that a sentence states; None: it states none."""
    if any(one.search(said) for one in _SETS) and not own:
        return Ask("", frozenset({"change"}), place=place, heads=_heads(said))
    for pattern in _GOES:
        gone = pattern.search(said)
        if gone and not own and (gone["article"] or not gone["thing"].strip().isalpha()):
            return Ask("delet", verbs_of("delete"), place=place)
    for pattern in _NAMED:
        named = pattern.search(said)
        if named and not is_stop(named["noun"]):
            noun = named["noun"].casefold()
            done = verbal_classes(stem(noun)) if noun in _BACK else _BRINGS
            return Ask("", done | _BRINGS, place=place, heads=frozenset({stem(noun)}))
    booked = _BOOKED.search(said)
    if booked and not own and _is_booked(said, booked):
        return Ask("", _BOOKS, place=place, heads=frozenset({stem(booked["noun"])}))
    if _MONEY.search(said) and not own:
        return Ask("", frozenset({"pay"}), nouns=frozenset({"money"}), place=place)
    return None


def _heads(said: str) -> frozenset[str]:
    """Return the stems of the words of a sentence that may be what a value is of."""
    words = (one[0] for one in WORD.finditer(said))
    return frozenset(stem(one) for one in words if one.isalpha() and not is_stop(one)) - _IDLE
