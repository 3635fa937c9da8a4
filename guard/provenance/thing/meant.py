"""Whether a request means the thing of an id by words of it: "cancel my dentist appointment".

For ids of which no whole name was said, and names of what has no id. All that the request says of
its thing has to stand in the short fields of one record of a list that came back whole, or was
looked for by nothing but those words; a second record with the same words makes it a question. "All
my loans" and "both lamps" mean each one of such a list. Who can write into a list may add to it, so
that what strangers may have written is good for no payment, no message, no sharing and no approval.
It decides nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import ToolSpec
from guard.model.origin import LINKED, Why
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import fields_of, numbers_of, told_of, words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id
from guard.provenance.schema.kin import kin_of, own_kin
from guard.provenance.source.kinds import is_its_own
from guard.provenance.source.pointers import points
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.speech.unasked import without
from guard.provenance.thing.alike import Days, apart, days_of, is_surely_another, like, pointed
from guard.provenance.thing.bounded import ANY, lies_within, stands_otherwise
from guard.provenance.thing.described import Said, behind_place, is_dated, said_of, topic_of
from guard.provenance.thing.listed import is_sought, listing_of, rivals
from guard.provenance.thing.lone import is_lone
from guard.provenance.thing.sides import behind, side_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem
from guard.provenance.vocabulary.prepared import KEEPERS
from guard.provenance.vocabulary.reaching import REACHING

_GRAVE = REACHING | {"run"}
"""Classes of verbs for which a record of a stranger's is never meant by its words."""
GRANTING = frozenset(
    map(
        stem,
        (
            *("approve", "accept", "allow", "permit", "confirm", "merge", "grant", "unlock"),
            *("redeem", "release", "authorize", "sign", "purchase", "buy", "install", "restore"),
        ),
    )
)
"""Stems of verbs by which somebody gets something: the same."""
LONGEST = 200
"""Characters of an argument whose words are compared."""
NOTHING: frozenset[str] = frozenset()


class Around(NamedTuple):
    """What the rest of a call says of its thing, and of what is done to it.

    Args:
        within: the things, in small letters, within which all of it lies: an account, a zone.
        pieces: the requests that it carries out by what it chooses: `decide` with "approved".
        sets: all else that it holds, in small letters.
        grants: whether what it chooses gives somebody something, as "approved" does.
    """

    within: frozenset[str] = frozenset()
    pieces: tuple[Piece, ...] = ()
    sets: frozenset[str] = frozenset()
    grants: bool = False


ALONE = Around()
_LEAST = 2
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|wo|can|isn|ist|sind|war|hat|wird|est|sont|a|sera)\b",
    re.IGNORECASE,
)
"""Words of who tells how things are."""
_WHOSE = re.compile(
    r"\b(?:his|hers?|their|theirs|its|ihre[mnrs]?|seine[mnrs]?|ses|leurs?)\b", re.IGNORECASE
)
""""All her lessons": of somebody whom the words name elsewhere."""


def meant(
    task: Task, known: Known, spec: ToolSpec, able: Capability, value: Value,
    beside: Iterable[str], around: Around = ALONE,
) -> Worth | None:  # fmt: skip
    """Return what an id is worth whose record a request for what a tool does means by its words.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does.
        value: the id.
        beside: the other values of the call: what is done is no part of what it is done to.
        around: what the rest of the call says of its thing, and of what is done.
    """
    if known.full or not task.pieces:
        return None
    covered = stems_in(text[:LONGEST] for text in beside)
    covered |= own_kin(value.path)
    pieces = asking(task.pieces, able) or around.pieces
    grave = around.grants or is_grave(spec, able)
    lone = not grave and "irreversible" not in spec.effect
    for place in known.seen(value.kinds):
        if not (place.record and place.seen.whole and _is_key(known, value, place)):
            continue
        if not is_its_own(known, value, place) or (not place.seen.trusted and grave):
            continue
        if points(task, known, value, place, known.record(place.record)):
            continue
        for piece in pieces:
            for said in said_of(_told(task.wanted, piece, value, around.within), able, covered):
                if lone and is_lone(task, known, value, place, piece, said):
                    return Worth(LINKED, "linked_record", place)
                if many := _fits(task, known, spec, place, said, piece, grave=grave, around=around):
                    one = many == 1 and not said.bounds.since  # the day said is no name of it
                    why: Why = "linked_record" if one else "selected"
                    return Worth(LINKED, why, place, many)
    return None


def _told(text: str, piece: Piece, value: Value, within: frozenset[str]) -> str:
    """Return where a request says what an argument is: behind "from", or what "it" is about."""
    own = text[piece.start : piece.end]
    own = behind_place(own, within) if within else own
    if side := side_of(value.path):
        return behind(side, own)
    topic = topic_of(text, piece.start) if piece.refers else ""
    return f"take {topic}" if topic else own


def is_grave(spec: ToolSpec, able: Capability) -> bool:
    """Return whether a tool gives somebody something, or takes what it gets out of the house."""
    words = frozenset(map(stem, words_in(spec.named)))
    buys = "schedule" not in able.verbs and able.stems.isdisjoint(KEEPERS)
    paying = {"buy"} if buys else frozenset[str]()
    return not able.verbs.isdisjoint(_GRAVE | paying) or not words.isdisjoint(GRANTING)


def _is_key(known: Known, value: Value, place: Place) -> bool:
    """Return whether a field is the id of its own record, no `twin_id`; without one its name."""
    record = known.record(place.record)
    if not record.identity and place.seen.canonical.casefold() in record.called:
        return True
    its = kin_of(place.action.rpartition("/")[2]) | own_kin(value.path) | value.kin
    return is_id(place.seen.path) and kin_of(place.seen.path.rpartition(".")[2]) <= its


def _fits(  # noqa: PLR0911  one line a doubt
    task: Task, known: Known, spec: ToolSpec, place: Place, said: Said, piece: Piece, *,
    grave: bool, around: Around,
) -> int:  # fmt: skip
    """Return of how many things the one of a place is one that a request means; 0: of none.

    `grave`: whether words that strangers may have written mean nothing. `around`: what the call
    says beside it.
    """
    listing, record = listing_of(known, place), known.record(place.record)
    alone = said.many == 1
    words = said.words or (said.nouns if alone and not said.dated else NOTHING)
    told = frozenset(map(str.casefold, _ADDRESS.findall(said.phrase)))
    if told:  # an address is one word, and no word of it tells anything
        words = (words - words_of(tuple(sorted(told)))) | told
    dated = alone and said.dated and not is_dated(task.wanted.replace(said.phrase, " ", 1))
    bound = said.bounds != ANY
    if listing is None or (alone and not (words or dated or bound)):
        return 0
    if not alone and (task.wanted != task.text or said.dated):
        return 0  # something is left out, or they are told apart by more than words
    final = "irreversible" in spec.effect and not place.seen.trusted
    own = words_of(record.own) if final and alone else told_of(record)
    own |= numbers_of(record)
    if not final and not words <= own:
        own |= pointed(known, record)
    spoken = words | said.words | said.nouns | words_of(tuple(sorted(said.bounds.states)))
    within, sets = around.within, around.sets
    if not is_sought(task, known, listing, spoken, strict=final, within=within, sets=sets):
        return 0
    words = apart(words, own)
    # What the list was looked for by need not stand in it: tasks of the garden, and the fence.
    words -= words_of(listing.sought) - own
    # "In the East hall" is "East", in a field that is called a hall.
    words -= fields_of(record) if words - own != words else NOTHING
    fits = words <= own and bool(words or bound or not alone or (dated and not final))
    days = days_of(task, said.phrase) if dated else None
    if not fits or _is_beyond(known, place, said, days):
        return 0
    if _is_doubtful(known, place, words, told, grave=grave):
        return 0
    many = len(like(known, place, words, days, said))
    if alone or not many:
        return many == 1
    every = rivals(known, place)
    if _is_anothers(task.wanted, task.pieces, piece, said.phrase, record, every):
        return 0
    fits = said.many in {0, many} and (many >= _LEAST or bool(words) or bound)
    return many if fits else 0


def _is_beyond(known: Known, place: Place, said: Said, days: Days | None) -> bool:
    """Return whether a thing is none of those days, or beyond what bounds all that are meant."""
    record = known.record(place.record)
    if days is not None and not any(map(days, record.days)):
        return True
    every = rivals(known, place)
    if said.bounds != ANY and not (place.seen.trusted and lies_within(record, said.bounds, every)):
        return True
    return stands_otherwise(said.phrase, record, every)


def _is_doubtful(
    known: Known, place: Place, words: frozenset[str], told: frozenset[str], *, grave: bool
) -> bool:
    """Return whether words that tell a trusted thing from others may be those of strangers.

    `told`: the addresses among them; `grave`: whether such words are good for nothing.
    """
    record = known.record(place.record)
    loose = words - words_of(record.sure) - numbers_of(record)
    loose |= {one for one in told if f"email:{one}" not in record.links}
    loose -= pointed(known, record) if loose else NOTHING
    return bool(loose) and place.seen.trusted and (grave or is_surely_another(known, place, loose))


def _is_anothers(
    text: str, pieces: Sequence[Piece], own: Piece, phrase: str, record: Record,
    every: Iterable[Record],
) -> bool:  # fmt: skip
    """Return whether a text tells of somebody's things before it asks for all of a list.

    "Ida is ill, cancel every planned lesson" and "all her lessons" mean hers, as far as the list
    tells whose each is.
    """
    told = words_of(record.told)
    beside = _outside(text, tuple(pieces))
    if not (beside & frozenset().union(*(words_of(one.told) for one in every))) <= told:
        return True
    if not _WHOSE.search(phrase):
        return False
    others = text[: own.start], text[own.end :], text[own.start : own.end].replace(phrase, " ", 1)
    return told.isdisjoint(_content(" ".join(others)))


@lru_cache(maxsize=256)
def _outside(text: str, pieces: tuple[Piece, ...]) -> frozenset[str]:
    """Return the stems of what a text says outside of its requests, or tells before them."""
    asked = [
        (one.start, one.end)
        for one in pieces
        if one.asks or not _TELLS.search(text, one.start, one.end)
    ]
    return _content(without(text, asked))


@lru_cache(maxsize=256)
def _content(text: str) -> frozenset[str]:
    return frozenset(stem(one[0]) for one in WORD.finditer(text) if not is_stop(one[0]))
