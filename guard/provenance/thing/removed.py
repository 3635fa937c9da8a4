"""What a request takes away, and from what: "remove Tom from the crew" removes no crew.

Only what the verb governs is taken away: its direct object. What stands behind a small word ("of",
"from", "on") or owns it ("its note", "the crew's note", "the crew note") is the place. The surface
of English, for tools that take something away; where nothing is seen to be the place, all stays as
it is. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.model.origin import LINKED
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record, plainly
from guard.provenance.schema.kin import own_kin, things_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD, is_english
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import OWNED, OWNING, PAST
from guard.provenance.vocabulary.idioms import covered, idioms
from guard.provenance.vocabulary.lexicon import Capability, is_stop, noun_classes, stem
from guard.provenance.vocabulary.phrasal import PARTICLES
from guard.provenance.vocabulary.words import BOUNDS, FORMAL, set_of

Values = Sequence[tuple[Value, Worth]]

_TAKING = frozenset({"delete", "cancel", "remove_member"})
_ENDING = frozenset(
    map(stem, ("archive", "close", "terminate", "deactivate", "disable", "suspend", "block"))
)
"""Verbs in no class that take something away all the same."""
_PLACING = set_of("of from off on to for in at with by under out inside against about")
"""Words behind which stands no direct object."""
_ENDS = set_of("that which who whose because since if when while unless until before after as via")
"""Words with which something is told of the object, or of the act."""
_JOINT = re.compile(r"[,;:]")
_JOINS = frozenset({"and", "or", "plus"})
_BACK = frozenset({"it", "them", "there"})
_VAGUE = set_of("one ones everything thing things rest others record records item items")
"""Words that may stand for anything."""
_IDLE = PARTICLES | set_of(
    "right entirely forever altogether completely tonight asap id no nr number named called"
)
_PARTLY = set_of("one two three all both each any some either most rest last first")
"""Words behind which "of" says of which ones something is one."""
_TARGETS = frozenset({"target", "dest"})
_NOTHING: frozenset[str] = frozenset()


class _Taken(NamedTuple):
    """What one request takes away.

    Args:
        objects: its direct objects, each as its words of content.
        places: stems of what stands where a place is told.
        refers: whether what was named before owns the object, or is the place: "its note".
    """

    objects: tuple[tuple[str, ...], ...]
    places: frozenset[str]
    refers: bool


def takes(able: Capability) -> bool:
    """Return whether a tool takes something away, and does not say itself from what."""
    ends = not able.verbs and not _ENDING.isdisjoint(able.own)
    # "remove_from_album" says itself what is the place
    return (ends or not _TAKING.isdisjoint(able.verbs)) and BOUNDS.isdisjoint(able.stems)


def removed(task: Task, known: Known, able: Capability, values: Values) -> Iterator[int]:
    """Yield the places of what a call takes away where its request takes something else, from it.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does, which takes something away.
        values: the arguments of the call, with their worth.
    """
    weighed = [at for at, (value, _) in enumerate(values) if value.level in _TARGETS]
    taken = _taken(task, able) if weighed else ()
    if not taken or not all(one.objects for one in taken):
        return  # it takes away nothing, or nobody can tell what
    things = things_of(able.stems)
    for at in weighed:
        value, its = values[at]
        if its.source < LINKED or (len(weighed) > 1 and own_kin(value.path).isdisjoint(things)):
            continue
        record = _record(known, value, its)
        called = _called(value, record)
        beside = {plainly(values[n][0].text) for n in weighed if n != at and values[n][0].text}
        own = _Own(called, own_kin(value.path) | things, _fields(record), beside)
        meant = any(own.is_meant(task, able, one) for each in taken for one in each.objects)
        if not meant and any(own.is_place(able, one) for one in taken):
            yield at


class _Own(NamedTuple):
    """By what one value of a call is told.

    Args:
        called: stems of itself, and of the names of its record.
        sort: stems of what sort of thing the tool and the argument say that it is.
        fields: stems of the fields of its record.
        beside: the other values of the call.
    """

    called: frozenset[str]
    sort: frozenset[str]
    fields: frozenset[str]
    beside: set[str]

    def is_meant(self, task: Task, able: Capability, phrase: tuple[str, ...]) -> bool:
        """Return whether an object of a request may be this."""
        if phrase[-1].casefold() == "due" and len(phrase) > 1:
            phrase = phrase[:-1]  # "all bills due before May" are bills
        head = phrase[-1]
        if (
            head.casefold() in _VAGUE
            or {*map(stem, plainly(head).split())} <= self.called | self.sort
        ):
            return True
        said = f" {plainly(' '.join(phrase))} "
        if any(f" {one} " in said for one in self.beside):
            return True  # a member, that the call holds as well
        # A word of the same sort stands for the tool's, unless that one is said as well.
        alike = not noun_classes(stem(head)).isdisjoint(able.nouns)
        return alike and self.sort.isdisjoint(task.words.stems)

    def is_place(self, able: Capability, one: _Taken) -> bool:
        """Return whether a request names this only as that from which it takes something."""
        if one.refers or not one.places.isdisjoint(self.called):
            return True
        return any(self.is_part(able, phrase) for phrase in one.objects)

    def is_part(self, able: Capability, phrase: tuple[str, ...]) -> bool:
        """Return whether an object is a part that this gives its name: "the Ida note"."""
        *before, head = map(stem, phrase)
        classes = noun_classes(head)
        part = head in self.fields or bool(classes and classes.isdisjoint(able.nouns))
        return part and not (self.called | self.sort).isdisjoint(before)


def _record(known: Known, value: Value, its: Worth) -> Record:
    """Return the record in which a value stands; an empty one: in none."""
    place = its.place or next(iter(known.seen(value.kinds)), None)
    return known.record(place.record if place is not None else 0)


def _called(value: Value, record: Record) -> frozenset[str]:
    """Return the stems of what a value may be called: itself, and its record by its own names."""
    named = record.called or record.own or record.titles
    texts = (value.text, *(one for one in named if "@" not in one), *record.states.values())
    return frozenset(stem(one) for text in texts for one in plainly(text).split())


def _fields(record: Record) -> frozenset[str]:
    """Return the stems of what the fields of a record are called."""
    names = (path.rstrip(".*").rpartition(".")[2] for path in record.keys)
    return frozenset(stem(word) for name in names for word in words_in(name))


@lru_cache(maxsize=1024)  # a tool is called again and again for one task
def _taken(task: Task, able: Capability) -> tuple[_Taken, ...]:
    """Return what each request for a tool takes away."""
    own = [one for one in task.pieces if one.fits(able)]
    own = own or [one for one in task.pieces if any(able.verbs & ask.verbs for ask in one.asks)]
    return tuple(_read(task, piece, able) for piece in own or asking(task.pieces, able))


def _read(task: Task, piece: Piece, able: Capability) -> _Taken:
    """Return what one request takes away; no object: it cannot be told."""
    words = [*WORD.finditer(task.wanted, piece.start, piece.end)]
    own = [one[0] for one in words]
    verbs = {one.verb for one in piece.asks} | able.own | able.stems - things_of(able.stems)
    meant = dict(idioms(own))
    at = next((n for n, one in enumerate(own) if stem(one) in verbs or n in meant), None)
    if at is None or not is_english(frozenset(map(str.casefold, own))):
        return _Taken((), _NOTHING, refers=False)
    more, last = covered(own), words[at].end()
    while at + 1 in more and at + 1 < len(words):  # "get rid of"
        at += 1
    rest = words[at + 1 :]
    objects, places, phrase = list[tuple[str, ...]](), list[str](), list[str]()
    for n, one in enumerate(rest):
        word = one[0].casefold()
        if word in _JOINS or _JOINT.search(task.wanted, last, one.start()):
            objects += _content(phrase, places)
            phrase = []
        last = one.end()
        if word == "of" and phrase and _is_partly(phrase[-1]):
            continue  # "the older of the two boats"
        if word in _PLACING or word in _ENDS:
            later = [two[0] for two in rest[n + 1 :]]
            places += [two for two in later if two.casefold() not in _PLACING]  # "that is in"
            break
        phrase.append(one[0])
    objects += _content(phrase, places)
    stems = frozenset(stem(one) for text in places for one in plainly(text).split())
    refers = any(one[0].casefold() in OWNING for one in rest[:1])
    refers = refers or not _BACK.isdisjoint(map(str.casefold, places))
    return _Taken(tuple(objects), stems, refers=refers)


def _content(words: Sequence[str], places: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words by which an object is told, if there are any; its owner is a place."""
    owner = max((at + 1 for at, one in enumerate(words) if OWNED.search(one)), default=0)
    kept = [one for one in words[owner:] if not _is_idle(one)]
    while len(kept) > 1 and _is_trailing(kept[-1]):
        kept.pop()
    if kept:
        places += (OWNED.sub("", one) for one in words[:owner])
        yield tuple(kept)


def _is_partly(word: str) -> bool:
    return word.casefold() in _PARTLY or word.endswith(("er", "est"))


def _is_trailing(word: str) -> bool:
    return word.endswith(("ly", "ed")) or word.isdigit() or word.casefold() in PAST


def _is_idle(word: str) -> bool:
    plain = word.casefold()
    return (is_stop(plain) and plain not in _VAGUE) or plain in _IDLE or plain in FORMAL
