"""What else a tool is called: `create_loan` lends, and `create_transaction` pays.

Where a name says no more than that something is made, set or placed, people use the verb of the
matter. Such a reading asks for that very verb in a request; what it does is judged as if the tool
bore its name. It compares words and decides nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.derivation import verbs_from
from guard.provenance.vocabulary.grammar import SUPPORT, is_plural
from guard.provenance.vocabulary.lexicon import (
    Capability,
    capability,
    is_other,
    noun_classes,
    stem,
    verb_classes,
    verbal_classes,
)
from guard.provenance.vocabulary.words import BOUNDS, set_of

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_SERVICE = re.compile(r"[./:]|__")
_MAKES = set_of(
    """
add arrange book cast create do enter execute file generate initiate issue leave log make new open
perform place post process record register request run schedule set start submit trigger write
"""
)
"""Verbs of names that leave it to their noun to say what is done."""
_STATES = frozenset({"set"})
_WAYS = frozenset({"open", "leave", "enter", "file"})
"""Verbs that do something of their own to a thing: whoever locks a gate opens no lock."""
_IDLE = SUPPORT | _MAKES | set_of("time work point part line form match back hand head state test")
"""Nouns that are a verb of something else: "place it there" adds no place."""
_PERSONS = ("er", "or", "ee", "ist", "ness", "ity", "ant")
_MEASURES = frozenset({"grade", "label", "mark", "price", "rank", "rate", "rating", "score", "tag"})
"""What is set on a thing; what else is set may stand for ever: `set_forwarding`."""
_PAYS = frozenset({"transaction", "payout", "remittance", "disbursement", "withdrawal"})
_OUT = frozenset(map(stem, ("payouttome",)))
"""The verb of whoever has money paid out to themselves, and to nobody else."""
_WITHDRAWS = frozenset({"withdraw", "withdrawal"})
_FUNDS = frozenset({"funds", "fund", "money", "cash", "balance", "crypto", "amount"})
_WIDER = frozenset(
    map(
        stem,
        (
            *("recurring", "recurrent", "standing", "scheduled", "automatic", "auto", "permanent"),
            *("default", "bulk", "batch", "mass", "public", "global", "all", "admin", "every"),
            *("anonymous", "forced", "force", "hidden", "secret", "external", "express", "bonus"),
        ),
    )
)
"""Words before a noun that make more of it than its verb says; who wants that says so."""
_SENT = {"bill": "bill invoice", "invoice": "bill invoice", "fax": "fax"}
"""What is sent, and the verbs by which people have it sent: `send_bill` bills."""
_UNTIL = frozenset({"expiry", "expiration", "deadline"})
"""Moments that people only ever put off: `set_expiry` extends, and so does `extend_expiry`."""
_DELIVERED = (["delivery"], ["shipping"])
"""What an address is for to which people have things delivered."""
_SETS_ANEW = frozenset({"set", "change", "update", "switch"})
_TIERS = frozenset(
    {"plan", "tier", "subscription", "membership", "package", "class", "fare", "room", "edition"}
)
TIERED = frozenset(map(stem, ("upgrade", "downgrade")))
"""Verbs by which people change what they are subscribed to; to what, they have to say."""
_DIRECT = frozenset({"direct", "private", "personal", "instant"})
_MESSAGES = frozenset({"message", "mail", "email", "chat"})
_SENDING, _SAID = frozenset({"send"}), frozenset({"message", "mail"})
_PAYING, _MONEY = frozenset({"pay"}), frozenset({"money"})
_TIMED = frozenset(
    {"log", "track", "record", "add", "create", "time", "hours", "work", "entry", "worklog"}
)
_HOURS = frozenset(map(stem, ("time", "hours", "work", "worklog")))
_LOGS = frozenset(map(stem, ("logtime",)))
"""The verb of whoever puts down how long something took: "record two hours on it"."""
_KEPT_IN = {
    "queue": "queue",
    "favorite": "favorite favourite star",
    "favourite": "favorite favourite star",
    "bookmark": "bookmark",
    "watchlist": "watch follow",
}
"""What something is added to, and the verbs by which people do it: `add_to_queue` queues."""
REMOVING = frozenset({"remove_member"})
_AWAY = frozenset(
    (
        *(("leave",), ("vacation",), ("holiday",), ("absence",), ("time", "off"), ("pto",)),
        *(("timeoff",), ("sick", "leave"), ("leave", "request"), ("time", "off", "request")),
    )
)
_ASKS_AWAY = frozenset({"request", "create", "add", "submit", "file", "book", "enter"})
_AWAY_BY = frozenset(map(stem, ("takeleave",)))
"""The verb of whoever takes time off, and of nobody who takes anything else."""
_MOVING, _INTO = frozenset({"move"}), ("to", "into", "onto")
_LINKS = frozenset(map(stem, ("link", "relate")))
_LEAST = 3
_GIVES = stem("give")
_NONE: frozenset[str] = frozenset()


_ORDERS = frozenset({"request", "order"})
_HANDS_OUT = frozenset({"create", "issue", "make", "generate", "new"})
_PAPERS = frozenset({"invoice", "bill", "quote", "receipt", "estimate"})
"""What is made out to somebody: they are sent one."""
_EXPORTS = "export"
SENDS = frozenset(map(stem, ("send", "mail", "email", "e-mail", "forward")))
"""Verbs by which people want what is exported to get to somebody."""
HANDED = frozenset(map(stem, ("send", "give", "issue", "take", "order", "request", "arrange")))
"""Verbs by which people want somebody to get a thing that is first to be made for them."""


class Reading(NamedTuple):
    """What a tool does by another name: and the words of it that a request has to say as well.

    `thing`: the stem of the noun that such a verb has to have as its object; empty: any or none.
    `there`: whether that is something which is there: "the guests", and not "a pass".
    """

    able: Capability
    more: frozenset[str]
    thing: str = ""
    there: bool = False


@lru_cache(maxsize=4096)
def readings(name: str) -> tuple[Reading, ...]:
    """Return what else a tool of this name does, as people would call it.

    Args:
        name: the tool's name, without its service's words.
    """
    parts = [one.casefold() for one in _PART.findall(name)]
    last = [one.casefold() for one in _PART.findall(_SERVICE.split(name)[-1])]
    parts = last if len(last) > 1 else parts  # request_payout of `billing.request_payout`
    if len(parts) < 2 and parts[:1] != ["withdraw"]:  # noqa: PLR2004  a verb and a noun
        return ()
    made = parts[-1] in _MAKES and parts[0] not in _MAKES
    verb, *rest = [parts[-1], *parts[:-1]] if made else parts
    things = [*takewhile(lambda one: one not in BOUNDS, rest)]
    able, more = capability(name), frozenset(map(stem, things)) & _WIDER
    found = [Reading(one, more) for one in _by_phrase(able, verb, parts, things)]
    if _moves_money(verb, things):
        paying = Capability(_PAYING, _MONEY, able.stems, wide=able.wide)
        found.append(Reading(paying, more))
    if parts[0] == "add" and "to" in parts[2:-1]:  # add_tasks_to_list: who moves them there
        moving = Capability(_MOVING, able.nouns, able.stems, frozenset(map(stem, parts[-1:])))
        found += (Reading(moving, more | {way}) for way in _INTO)
    if own := _by_noun(verb, things):
        against = phrasal.against(own)
        doing = Capability(_NONE, able.nouns, able.stems | own, own, against, wide=able.wide)
        found.append(Reading(doing, more))
    if (made or verb == parts[0]) and (others := _of_object(verb, things)):
        doing = Capability(_NONE, able.nouns, able.stems | others, others, wide=able.wide)
        said = frozenset(map(stem, things))
        found.append(Reading(doing, said, stem(things[-1]), verb == _EXPORTS))
    return tuple(found)


def _by_phrase(
    able: Capability, verb: str, parts: list[str], things: list[str]
) -> Iterator[Capability]:
    """Yield what a tool does for which people have a phrase of their own."""
    last = things[-1] if things else ""
    own = _NONE
    if "unshare" in parts:  # who is removed from a file sees it no more
        yield Capability(REMOVING, able.nouns, able.stems, wide=able.wide)
    if len(parts) == 2 and verb in _DIRECT and last in _MESSAGES:  # noqa: PLR2004
        yield Capability(_SENDING, _SAID, able.stems, wide=able.wide)
    if _TIMED.issuperset({verb, last}) and able.stems & _HOURS:
        own |= _LOGS
    if last == "link" and verb in _HANDS_OUT and "ticket" in _classes_of(things[:-1]):
        own |= _LINKS  # of two of them; any other link is for somebody to open
    if parts[:2] == ["add", "to"]:
        own |= frozenset(map(stem, _KEPT_IN.get(parts[-1].removesuffix("s"), "").split()))
    if verb in _ASKS_AWAY and tuple(things) in _AWAY:
        own |= _AWAY_BY
    if last == "payout" and verb in _MAKES - _STATES:
        own |= _OUT
    if own:
        yield Capability(_NONE, able.nouns, able.stems | own, own, wide=able.wide)


def _classes_of(words: list[str]) -> frozenset[str]:
    return frozenset().union(*(noun_classes(stem(one)) for one in words))


def _of_object(verb: str, things: list[str]) -> frozenset[str]:
    """Return the stems of the verbs that ask for a tool where they have its noun as their object.

    "Order a refill", for `request_refill`, "send a pass to Ann", for `create_pass`, and "mail the
    guests to Ann", for `export_guests`.
    """
    noun = stem(things[-1]) if things else ""
    if len(noun) < _LEAST or "pay" in verbal_classes(noun):
        return _NONE
    if verb in _ORDERS:
        return frozenset(map(stem, _ORDERS))
    if verb == _EXPORTS:
        return SENDS
    if is_plural(things[-1]):
        return _NONE
    handed = _is_strange(things) or things[-1] in _PAPERS
    return HANDED if verb in _HANDS_OUT and handed else _NONE


def _is_strange(things: list[str]) -> bool:
    """Return whether no class of the lexicon has the last of some words, so that it is itself."""
    noun = stem(things[-1])
    return not (noun_classes(noun) or verb_classes(noun) or verbal_classes(noun))


def _by_noun(verb: str, things: list[str]) -> frozenset[str]:
    """Return the stems of the verbs that say what a name leaves to its noun."""
    if verb == "send" and things:
        return frozenset(map(stem, _SENT.get(things[-1], "").split()))
    if verb in _SETS_ANEW | {"extend"} and things and things[-1] in _UNTIL:
        return frozenset({stem("extend"), stem("prolong")})
    if verb in _SETS_ANEW and things[-1:] == ["address"] and things[-2:-1] in _DELIVERED:
        return frozenset({stem("deliver")})
    if verb in _SETS_ANEW and things and things[-1] in _TIERS:
        return TIERED
    if verb not in _MAKES or not things or (verb in _STATES and things[-1] not in _MEASURES):
        return _NONE
    found = verbs_from(things[-1])
    if len(things) == 1 and verb not in _STATES | _WAYS and _is_act(things):
        found |= {stem(things[0])}  # add_redirect redirects, create_survey surveys
    return frozenset(one for one in found if one == _GIVES or "pay" not in verb_classes(one))


def _is_act(things: list[str]) -> bool:
    """Return whether a noun may be a verb as it is: no word for somebody, nor for what one is."""
    if is_other(stem(things[0])):
        return True
    idle = things[0] in _IDLE or len(things[0]) <= _LEAST or things[0].endswith(_PERSONS)
    return _is_strange(things) and not idle


def _moves_money(verb: str, things: list[str]) -> bool:
    """Return whether a name says that money goes somewhere, in a word that nobody asks by."""
    if verb in _WITHDRAWS:
        return _FUNDS.issuperset(things)
    return verb in _MAKES - _STATES and bool(things) and things[-1] in _PAYS
