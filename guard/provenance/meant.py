"""Whether a request means the thing of an id by words of it: "cancel my dentist appointment".

For ids of which no whole name was said. All that the request says of its thing has to stand in the
short fields of one record of a list that came back whole, or was looked for by nothing but those
words; a second record with the same words makes it a question. "All my loans" and "both lamps" mean
each one of such a list. Who can write into a list may add to it, so that what strangers may have
written is good for no payment, no message, no sharing and no approval. It decides nothing.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import ToolSpec
from guard.model.origin import Source, Why
from guard.provenance.canonical import typed
from guard.provenance.currencies import words_in
from guard.provenance.dates import speaks_of_dates
from guard.provenance.days import dates
from guard.provenance.grammar import ASKING, CALENDAR, NUMBERS
from guard.provenance.kin import holds, own_kin
from guard.provenance.known import Known, Place
from guard.provenance.lexicon import Capability, is_stop, noun_classes, stem, verb_classes
from guard.provenance.listings import Listing
from guard.provenance.pieces import asking
from guard.provenance.pointers import points
from guard.provenance.prepared import KEEPERS
from guard.provenance.records import Record, is_id, plainly
from guard.provenance.sentences import WORD
from guard.provenance.soon import near_in
from guard.provenance.task import Task
from guard.provenance.value import Value
from guard.provenance.words import BOUNDS, GENERIC
from guard.provenance.worth import Worth

_GRAVE = frozenset({"pay", "share", "send", "publish", "post", "run", "add_member"})
"""Classes of verbs for which a record of a stranger's is never meant by its words."""
_GRANTING = frozenset(
    map(
        stem,
        (
            *("approve", "accept", "allow", "permit", "confirm", "merge", "grant", "unlock"),
            *("redeem", "release", "authorize", "sign", "purchase", "buy", "install", "restore"),
        ),
    )
)
"""Stems of verbs by which somebody gets something: the same."""
_END = re.compile(
    r"[,;:(!?\u2013\u2014]|\.(?:\s|$)|\b(?:that|which|who|whom|whose|where|when|because|if|since"
    r"|while|saying|instead|not|but|except|without|as|so|before|after|until|till|unless|besides)\b",
    re.IGNORECASE,
)
"""Where what a request says of its thing ends."""
_TO = re.compile(r"\s(?:to|into|onto)\s", re.IGNORECASE)
_EACH = re.compile(r"\b(?:all|every|each|both)\b", re.IGNORECASE)
_COUNT = re.compile(
    rf"\b(both|\d{{1,2}}|{'|'.join(one for one in NUMBERS if one != 'twice')})\b"
    r"(?=\s+(?:of\s)?(?:[^\W\d_]+\s+){0,3}?[^\W\d_]{2,}s\b)",
    re.IGNORECASE,
)
_AFTER = frozenset({"please", "pls", "thanks", "thank", "you", "now", "asap"})
_MOST = 512
"""Records of one tool that are compared."""
NOTHING: frozenset[str] = frozenset()
_LEAST, _LETTERS = 2, 3


class Said(NamedTuple):
    """What one request says of its thing, or things.

    Args:
        words: stems that have to stand in its record.
        nouns: the same, where only a plain noun tells it from others.
        many: of how many it speaks; 0: of each there is; 1: of one.
        dated: whether it tells them by when they are: "all meetings on Friday".
    """

    words: frozenset[str]
    nouns: frozenset[str]
    many: int = 1
    dated: bool = False


def meant(
    task: Task, known: Known, spec: ToolSpec, able: Capability, value: Value, beside: Iterable[str]
) -> Worth | None:
    """Return what an id is worth whose record a request for what a tool does means by its words.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does.
        value: the id.
        beside: the other values of the call: what is done is no part of what it is done to.
    """
    if known.full or not task.pieces:
        return None
    covered = frozenset(stem(one[0]) for text in beside for one in WORD.finditer(text))
    for place in known.seen(value.kinds):
        if not (place.record and place.seen.whole and is_id(place.seen.path)):
            continue
        if not _is_its_own(value, place) or (not place.seen.trusted and _is_grave(spec, able)):
            continue
        if points(task, known, value, place, known.record(place.record)):
            continue
        for piece in asking(task.pieces, able):
            text = task.wanted[piece.start : piece.end]
            for said in said_of(text, able, covered):
                if many := _fits(task, known, spec, place, said):
                    why: Why = "linked_record" if many == 1 else "selected"
                    return Worth(Source.LINKED, why, place, many)
    return None


def _is_grave(spec: ToolSpec, able: Capability) -> bool:
    """Return whether a tool gives somebody something, or takes what it gets out of the house."""
    words = frozenset(map(stem, words_in(spec.named)))
    buys = "schedule" not in able.verbs and able.stems.isdisjoint(KEEPERS)
    paying = {"buy"} if buys else frozenset[str]()
    return not able.verbs.isdisjoint(_GRAVE | paying) or not words.isdisjoint(_GRANTING)


def _is_its_own(value: Value, place: Place) -> bool:
    tool = place.action.rpartition("/")[2]
    return holds(tool, place.seen.path, value.kin, own_kin(value.path))


@lru_cache(maxsize=1024)  # the same request is held against each id of a list
def said_of(text: str, able: Capability, covered: frozenset[str]) -> tuple[Said, ...]:
    """Return what a request may say of its thing: before "to", and all of it."""
    first = WORD.search(text)
    if first is None:
        return ()
    end = _END.search(text, first.end())
    phrase, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    found = list[Said]()
    if aim := _TO.search(phrase):
        head = _words(phrase[: aim.start()], able, covered)
        if head.words:
            found.append(head)
    if not found:
        found.append(_words(phrase, able, covered))
    quiet = {one[0].casefold() for one in WORD.finditer(rest)} <= _AFTER
    return tuple(one for one in found if one.many == 1 or quiet)


def _words(phrase: str, able: Capability, covered: frozenset[str]) -> Said:
    plain = able.stems | covered
    verb = next((stem(one[0]) for one in WORD.finditer(phrase)), "")
    said = [
        one
        for one in WORD.finditer(phrase)
        if not is_stop(one[0]) and one[0].casefold() not in ASKING | CALENDAR | BOUNDS
        if not one[0].isdigit() and one[0].casefold() not in NUMBERS
    ]
    stems = frozenset(
        own
        for one in said
        if len(one[0]) >= _LETTERS and one[0].casefold() not in GENERIC
        if (own := stem(one[0])) not in plain and own != verb and not verb_classes(own)
    )
    words = frozenset(one for one in stems if not noun_classes(one))
    count = _COUNT.search(phrase)
    number = 0
    if count is not None:
        one = count[1].casefold()
        number = 2 if one == "both" else int(one) if one.isdigit() else NUMBERS[one]
    many = number if number > 1 else 0 if _EACH.search(phrase) else 1
    dated = bool(near_in(phrase) or speaks_of_dates(phrase) or [*dates(phrase)])
    return Said(words, stems - words, many, dated)


def _fits(task: Task, known: Known, spec: ToolSpec, place: Place, said: Said) -> int:
    """Return of how many things the one of a place is one that a request means; 0: of none."""
    listing, record = _listing(known, place), known.record(place.record)
    alone = said.many == 1
    words = said.words or (said.nouns if alone else NOTHING)
    if listing is None or not listing.sought or (alone and not words):
        return 0
    if not alone and (task.wanted != task.text or said.dated):
        return 0  # something is left out, or they are told apart by more than words
    final = "irreversible" in spec.effect and not place.seen.trusted
    own = words_of(record.own if final and alone else record.told)
    if not words <= own or not _is_asked(task, listing, words, strict=final):
        return 0
    things = _like(known, place.action, record, words)
    if alone:
        return len(things) == 1
    return len(things) if said.many in {0, len(things)} and len(things) >= _LEAST else 0


def _like(
    known: Known, action: str, record: Record, words: frozenset[str]
) -> AbstractSet[frozenset[str]]:
    """Return the things of a tool's lists that bear these words; none if one id has two names."""
    every = _rivals(known, action, record)
    like = [one for one in every if words <= words_of(one.told)]
    same = [one for one in every if one.identity == record.identity]
    if len(every) > _MOST or any(one not in like for one in same):
        return frozenset()
    return {one.identity for one in like}


def _listing(known: Known, place: Place) -> Listing | None:
    """Return the list in which a place is."""
    return next(
        (
            one
            for one in known.lists.shown(place.action)
            if one.first < place.record <= one.first + one.many
        ),
        None,
    )


def _rivals(known: Known, action: str, record: Record) -> list[Record]:
    """Return the records that a tool has shown under an id of the same sort."""
    sort = {one.partition(":")[0] for one in record.identity}
    return [
        one
        for listing in known.lists.shown(action)
        for one in listing.records
        if any(mark.partition(":")[0] in sort for mark in one.identity)
    ]


def _is_asked(task: Task, listing: Listing, words: frozenset[str], *, strict: bool) -> bool:
    """Return whether a list holds all there is of what a thing is singled out by."""
    if listing.sought == ("",):
        return True
    if strict:
        return False
    return all(_issaid_of(task, one, words) for one in listing.sought)


def _issaid_of(task: Task, text: str, words: frozenset[str]) -> bool:
    """Return whether a search looks for nothing but these words, or for a day that was named."""
    day, time = typed(text).moment
    if day or time:
        return bool(day) and not time and task.dated(day)
    own = [stem(one[0]) for one in WORD.finditer(text) if not is_stop(one[0])]
    return bool(own) and words.issuperset(own)


@lru_cache(maxsize=8192)
def words_of(texts: Sequence[str]) -> frozenset[str]:
    """Return the stems of the words of a record's fields."""
    return frozenset(stem(one) for text in texts for one in plainly(text).split())
