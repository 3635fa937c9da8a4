"""The verbs from which the nouns of tools' names come: a loan is lent, a shipment is shipped.

By the ending where a rule holds, and a small table where none does. A verb that is made up so and
is none costs nothing, for nobody says it.
"""

from functools import lru_cache
from types import MappingProxyType

from guard.provenance.vocabulary.lexicon import stem, verb_classes
from guard.provenance.vocabulary.words import set_of

_ENDINGS = (
    ("ation", 4), ("ition", 4), ("ment", 3), ("ing", 3), ("ion", 4), ("al", 5), ("ance", 5),
    ("sure", 3), ("ery", 4), ("iry", 4),
)  # fmt: skip
"""Endings of nouns for what is done, and how many letters have to be left."""
_KEPT = {"ery": "er", "iry": "ir", "sure": "s"}
_IRREGULAR = MappingProxyType(
    {
        noun: frozenset(map(stem, verbs.split()))
        for noun, verbs in {
            "loan": "lend loan borrow",
            "sale": "sell",
            "purchase": "buy purchase",
            "gift": "give gift",
            "complaint": "complain",
            "choice": "choose",
            "decision": "decide",
            "response": "respond reply answer",
            "reply": "reply respond answer",
            "answer": "answer reply respond",
            "registration": "register",
            "subscription": "subscribe",
            "application": "apply",
            "submission": "submit",
            "admission": "admit",
            "prescription": "prescribe",
            "enrolment": "enrol enroll",
            "enrollment": "enrol enroll",
            "reservation": "reserve book",
            "booking": "book reserve",
            "hold": "reserve hold",
            "fulfillment": "fulfil fulfill ship",
            "fulfilment": "fulfil fulfill ship",
            "reminder": "remind",
            "denial": "deny",
            "lease": "lease",
            "bid": "bid",
            "diagnosis": "diagnose",
            "rating": "rate give",
            "favorite": "favorite favourite star",
            "favourite": "favorite favourite star",
            "score": "score give",
            "grade": "grade mark give",
            "stars": "rate star give",
            "points": "give award",
        }.items()
    }
)
"""Nouns that no rule leads to their verb, and measures that are given to something."""
_SAME = set_of(
    """
audit backup bid bookmark charge claim comment credit estimate export favorite favourite fine flag
grade hold import invoice label lease log mark offer order pin pledge price quote rank rate refund
rent report request review score ship star tag tip vote
"""
)
"""Nouns that are the verb as well, in the way in which people use it for such a thing."""
_PARTICIPLES = MappingProxyType(
    {
        stem(been): stem(verb)
        for verb, been in {
            "freeze": "frozen", "hide": "hidden", "pay": "paid", "send": "sent", "write": "written",
            "sell": "sold", "lend": "lent", "hold": "held", "lose": "lost", "win": "won",
            "break": "broken", "choose": "chosen", "buy": "bought", "withdraw": "withdrawn",
            "steal": "stolen", "take": "taken", "give": "given", "do": "done",
        }.items()
    }
)  # fmt: skip
"""What something is that a verb was done to, where no ending tells."""


def spoken_as(word: str) -> frozenset[str]:
    """Return the stems by which people ask that a thing be so: freeze it, for `frozen`."""
    own = stem(word)
    return frozenset({own, _PARTICIPLES.get(own, own)})


@lru_cache(maxsize=1024)
def verbs_from(noun: str) -> frozenset[str]:
    """Return the stems of the verbs by which people ask for what a noun says, without such as read.

    Args:
        noun: in small letters, as a tool's name spells it.
    """
    if noun in _IRREGULAR:
        return _IRREGULAR[noun] | ({stem(noun)} if noun in _SAME else frozenset())
    if noun in _SAME:
        return frozenset({stem(noun)})
    found: set[str] = set()
    for ending, least in _ENDINGS:
        cut = noun.removesuffix(ending) if noun.endswith(ending) else ""
        if len(cut) < least:
            continue
        cut += _KEPT.get(ending, "")
        found |= {stem(cut), stem(f"{cut}e")}  # shipment, appraisal
        if cut[-1:] == cut[-2:-1]:
            found.add(stem(cut[:-1]))  # referral, shipping
    return frozenset(one for one in found if "read" not in verb_classes(one))
