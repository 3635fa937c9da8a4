"""The words by which people ask for things, in classes: what a prompt asks, what a tool does.

Plain data and a small stemmer; English first, some German and French. A word that is missing asks
for nothing, so an unknown language gets more questions and never fewer checks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.grammar import SUPPORT, is_plural, things_in
from guard.provenance.vocabulary.idioms import idioms
from guard.provenance.vocabulary.parted import in_ascii, parted
from guard.provenance.vocabulary.prepared import prepared
from guard.provenance.vocabulary.tongues import abroad
from guard.provenance.vocabulary.words import (
    BOUNDS,
    FORMAL,
    GENERIC,
    NOUNS,
    OTHER_VERBS,
    STOP,
    VERBAL,
    VERBS,
)

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SERVICE = re.compile(r"[./:]|__")
"""What stands between a service and what it does."""
_SHORT = 4


class Words(NamedTuple):
    """What a text asks for: stems, and classes of verbs and of nouns."""

    stems: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()  # verbs that it says are not to be done
    acts: frozenset[str] = frozenset()  # stems of the words by which it asks


class Capability(NamedTuple):
    """What a tool does: classes of verbs and of nouns, and the stems of its own words.

    `own`: words that no class stands for; whoever asks for the tool uses one of them. `against`:
    stems of the verbs by which people ask for the opposite. `must`: classes of verbs that whoever
    asks for the tool uses. `wide`: whether its name says that it reaches all there are.
    """

    verbs: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    against: frozenset[str] = frozenset()
    must: frozenset[str] = frozenset()
    wide: bool = False


@lru_cache(maxsize=8192)  # most words are the same few thousand
def stem(word: str) -> str:
    """Return a word without its commonest endings."""
    word = word.casefold().replace("\u2019", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004
        return word[:-3] + "y"
    word = word[:-1] if word.endswith("ees") else word  # employees, fees
    word = word[:-1] if word.endswith("ings") and len(word) > 6 else word  # noqa: PLR2004  bookings
    for ending in ("ing", "ed", "es", "s"):
        cut = word.removesuffix(ending)
        if cut != word and len(cut) >= 3 and not (ending == "s" and cut.endswith("s")):  # noqa: PLR2004
            if (
                ending in {"ing", "ed"}
                and len(cut) >= _SHORT
                and cut[-1] == cut[-2]
                and cut[-1] not in "ls"
            ):
                cut = cut[:-1]
            return cut.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word  # noqa: PLR2004


def _table(words: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, listed in words.items():
        for one in listed:
            for spelled in (one, in_ascii(one)):
                found.setdefault(stem(spelled), set()).add(name)
    return {one: frozenset(names) for one, names in found.items()}


_VERB_OF = _table(VERBS)
_NOUN_OF = _table(NOUNS)
_DONE_BY = _table(VERBAL)


def verb_classes(one: str) -> frozenset[str]:
    """Return the classes of verbs that a stem is in."""
    return _VERB_OF.get(one, _NONE)


def verbal_classes(one: str) -> frozenset[str]:
    """Return the classes of verbs that a noun's stem stands for: payment, cancellation."""
    return _DONE_BY.get(one, _NONE)


def is_other(one: str) -> bool:
    """Return whether a stem is a verb of tool names that is in no class."""
    return one in _OTHER


def noun_classes(one: str) -> frozenset[str]:
    """Return the classes of nouns that a stem is in."""
    return _NOUN_OF.get(one, _NONE)


_NONE: frozenset[str] = frozenset()
_OTHER = frozenset(map(stem, OTHER_VERBS))
_DOES = frozenset(
    map(stem, (SUPPORT - {"request", "require", "need", "want"}) | {"new", "schedule"})
)
_MADE = frozenset(map(stem, ("anlegen", "erstellen", "ausführen", "ausfuehren", "create", "make")))
_PUTS, _PAYING = frozenset({"create", "send", "share", "publish"}), frozenset({"pay"})
_POST, _TALKS = frozenset({"post"}), frozenset({"message", "channel"})
_REACHES = frozenset(map(stem, ("all", "everyone", "everybody", "public", "broadcast")))
_PAYS = frozenset(map(stem, ("pay", "refund", "reimburse", "donate", "settle", "tip", "wire")))
_BILLS, _ADDS = frozenset({"invoic", "bill"}), frozenset({"add_member", "create"})
_JOINED = frozenset({"and", "or", "then"})
# What methods of HTTP do with a collection: RFC 9110, section 9.3.
_OF_MANY = {"post": frozenset({"create"}), "put": frozenset({"change"})}
_FINDS = (parted, idioms, abroad)
_IDLE = STOP | GENERIC | FORMAL


@lru_cache(maxsize=256)
def words_of(text: str) -> Words:
    """Return what a text asks for."""
    stems = stems_of([one[0] for one in _WORD.finditer(text)])
    acts = stems - things_in(text)
    verbs, nouns = _classes(acts, _VERB_OF) | _classes(stems, _DONE_BY), _classes(stems, _NOUN_OF)
    return Words(stems, posting(verbs, nouns), nouns)


def posting(verbs: frozenset[str], nouns: frozenset[str]) -> frozenset[str]:
    """Return what is asked for by verbs: whoever shares a story, or writes one, posts it.

    And who posts something may have it sent: whoever gets it is compared by itself.
    """
    if "post" in nouns and not _PUTS.isdisjoint(verbs):
        verbs |= _POST
    return verbs | {"send"} if "publish" in verbs else verbs


def stems_of(words: Sequence[str]) -> frozenset[str]:
    """Return the stems of words as they are written, verbs with their little word as one too.

    And as names of tools spell them: réserve is reserve there, and the créneau a creneau.
    """
    found = frozenset(phrasal.spoken(words, [stem(one) for one in words]))
    more = [
        *(one for find in _FINDS for _, many in find(words) for one in many.split()),
        *(in_ascii(one) for one in words if not one.isascii()),
    ]
    return found.union(map(stem, more))


@lru_cache(maxsize=4096)
def capability(name: str, words: tuple[str, ...] = ()) -> Capability:
    """Return what a tool does by its name; words of the catalogue win over the name.

    Args:
        name: the tool's name, in snake, kebab or camel case.
        words: how people ask for it, as the catalogue says.
    """
    written = _CAMEL.findall(name)
    parts = words or tuple(_named(written))
    stems = [stem(part) for one in parts for part in one.split()]
    acting = stems if words else _verbs_in(name, parts)
    verbs, nouns = _classes(acting, _VERB_OF), _classes(stems, _NOUN_OF)
    if not words and written[1:] and written[-1].endswith("s"):
        verbs |= _OF_MANY.get(written[0].casefold(), _NONE)
    done = _NONE if words else _done(stems, acting)
    if done:
        # Who is asked to write something makes no payment of it.
        verbs, acting = (done if done >= _PAYING else verbs | done), acting or stems[:1]
        verbs |= {"schedule"} if "schedul" in acting else _NONE
    things = _classes((one for one in stems if one not in acting), _NOUN_OF)
    if "money" in things:  # "schedule payment" is about the payment, and plans no meeting
        nouns = things
    paying = words or not _PAYS.isdisjoint(acting) or done
    if nouns and not paying and ("money" not in nouns or not _BILLS.isdisjoint(stems)):
        verbs -= _PAYING  # whoever sends a mail, or a bill, pays nobody
    if nouns and verbs >= _ADDS:  # whoever adds people makes no people
        verbs -= {"create"} if "person" in nouns else {"add_member"}
    own = _NONE if words else _own(name, parts, written, acting)
    if "post" in verbs and "post" not in things and not _TALKS.isdisjoint(things):
        verbs |= {"send"}  # to post a message is to send it
    puts = not words and "post" in things and "change" not in verbs
    must = _POST if puts and "post" in posting(verbs, things) else _NONE
    verbs, nouns, own = prepared(frozenset(() if words else stems), verbs, nouns, own)
    own = own if verbs else phrasal.alike(own or frozenset(stems))
    against, wide = phrasal.against(acting), not _REACHES.isdisjoint(stems) and not words
    return Capability(verbs | must, nouns, frozenset(stems), own, against, must, wide)


def _service(name: str) -> int:
    """Return where the last part of a name begins: scale of `Cluster.scale`, `crm__scale`."""
    return max((one.end() for one in _SERVICE.finditer(name)), default=0)


def _verbs_in(name: str, parts: Sequence[str]) -> list[str]:
    """Return the verbs of a name: no plural beside one, and behind its service the first word."""
    plain = [one for one in parts if not one.endswith("ed")]
    acts = [stem(one) for one in plain if not is_plural(one)]
    found = _acting(acts) or _acting(list(map(stem, plain)))
    rest = _CAMEL.findall(name[_service(name) :]) if _service(name) else []  # Pickups.book
    return found or [one for one in map(stem, rest[:1]) if one in _VERB_OF]


def _named(parts: Sequence[str]) -> list[str]:
    """Return the words of a name, verbs with their little word as one."""
    stems = [stem(one) for one in parts]
    known = (one for one in stems if one in _VERB_OF or one in _NOUN_OF)
    return phrasal.named(parts, stems, known)


def _acting(stems: list[str]) -> list[str]:
    """Return the verbs of a name: a word that is also a noun is one only at its beginning."""
    if len(stems) > 1 and stems[0] in phrasal.FIRST:
        return []
    plain = [one for one in stems if one in _VERB_OF and one not in _NOUN_OF]
    first = next((one for one in stems if one in _OTHER or one in plain), "")
    if first in plain:  # what follows the first one is done with it: "set auto forward"
        many = "read" in _VERB_OF[first] or not _JOINED.isdisjoint(stems)
        return plain if many else plain[:1]
    if first:
        return []
    return stems[:1] if stems and stems[0] in _VERB_OF else []


def _done(stems: list[str], acting: list[str]) -> frozenset[str]:
    """Return what a name leaves to its noun, as people do: "make payment", "place order"."""
    if len(stems) > 1 and stems[-1] in _MADE:  # ueberweisung_anlegen: to make a transfer
        return _classes(stems[-2:-1], _DONE_BY)
    at = next((at for at, one in enumerate(stems) if one in acting[:1] or one in _DOES), -1)
    if at < 0 or stems[at] not in _DOES:
        return _NONE
    things = list(takewhile(lambda one: one not in BOUNDS, stems[at + 1 :]))
    return _classes(things[-1:], _DONE_BY)


def _own(
    name: str, parts: Sequence[str], written: Sequence[str], acting: list[str]
) -> frozenset[str]:
    """Return the words of a name for which the lexicon has no class, as far as they matter.

    Where it does not know the verb, that is the verb. Else it is the thing acted on; of what is
    added, its last word, for "account" in "account delegate" does not say what is added to it. Who
    pays, pays: how much and to whom is compared, and not what for.
    """
    named = [(one.casefold(), stem(one)) for one in parts]
    if not acting:
        made, service = {*parts} - {*written}, len(_CAMEL.findall(name[: _service(name)]))
        first = {one for _, one in named[:1] if len(named) > 1} & phrasal.FIRST
        others = [one for _, one in named if one in _OTHER or one in first or one in made]
        does = [*named[service:], *named[:service]]
        return frozenset((others or [one for word, one in does if _strange(word, one)])[:1])
    if not _PAYS.isdisjoint(acting):
        return _NONE
    at = next(place for place, (_, one) in enumerate(named) if one in acting)
    things = named[at + 1 :] or named[:at]
    end = next((n for n, (word, _) in enumerate(things) if n and word in BOUNDS), len(things))
    said = [(word, one) for word, one in things[:end] if one in _NOUN_OF or _strange(word, one)]
    if any(one in _NOUN_OF for _, one in said):
        said = [] if _ADDS.isdisjoint(_classes(acting, _VERB_OF)) else said[-1:]
    return frozenset(one for word, one in said if _strange(word, one))


def _strange(word: str, one: str) -> bool:
    """Return whether a word says something, and no class of the lexicon has it."""
    idle = len(word) < 3 or word.isdigit() or word in _IDLE  # noqa: PLR2004
    return not (idle or one in _NOUN_OF or one in _VERB_OF)


def is_plain(word: str) -> bool:
    """Return whether a word is one of everyday's: a stop-word, a verb or noun of the lexicon."""
    one = stem(word)
    return word.casefold() in STOP or one in _VERB_OF or one in _NOUN_OF


def is_stop(word: str) -> bool:
    """Return whether a word joins others and names nothing."""
    return word.casefold() in STOP


def _classes(stems: Iterable[str], table: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(name for one in stems for name in table.get(one, ()))
