"""Who is only spoken of where somebody else is told: "notify me when ann@x has paid".

Where every request for a call only wants the person to be told something, who is spoken of in it
is nobody to whom the call goes. Nor is whose thing it is, or of whom it tells, where a request says
who gets it: "mail Ann's report to Bob"; nor for whom somebody else is added: "add Tom to the crew
for Eve". It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.origin import MEANT
from guard.provenance.request.naming import keys_of, naming_of
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity, clause_before, tells_me, to_me
from guard.provenance.vocabulary.lexicon import noun_classes, stem, verb_classes

_PEOPLE = frozenset({"name", "email", "phone", "iban"})
_SENDS = re.compile(r"\b(?:e?-?mail|send|forward|share)\s+\Z", re.IGNORECASE)
_OWNED = re.compile(r"['\u2019]s\s+(?P<what>[^\W\d_]+(?:\s+[^\W\d_]+)?)")
_OBJECT = re.compile(
    r"(?P<verb>[^\W\d_]+)\s+(?:(?:the|our|my)\s+)?(?:(?-i:(?P<sort>[a-z]+))\s+)?\Z", re.IGNORECASE
)
"""A verb, and what says of which sort its object is."""
_FOR = re.compile(
    r"\b(?:for|on\s+behalf\s+of|(?:as\s+)?(?:asked|requested|told)\s+by)\s+(?:(?:the|our|my)\s+)?(?:[a-z]+\s+)?\Z",
    re.IGNORECASE,
)
"""What stands before whom something is done for."""
_ADDRESSED = frozenset({"profile", "mail", "channel"})
"""Classes of nouns by which somebody is reached: "mail Ann's inbox"."""


def beside_others(
    task: Task, known: Known, own: tuple[Piece, ...], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of those who are only spoken of where somebody else is told, or added.

    Args:
        task: what the person said.
        known: what the session has seen.
        own: the requests for what the tool does.
        values: the arguments with their worth.
    """
    yield from _told_of(task, own, values)
    yield from _spoken_of(task, known, own, values)
    yield from _served(task, known, own, values)


def _told_of(
    task: Task, own: Sequence[Piece], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of receivers of whom the person only wants to be told something."""
    if not own or not to_me(task.wanted):
        return  # nearly always
    going = [at for at, (one, its) in enumerate(values) if one.level == "dest" and its.why in MEANT]
    if not going or not all(to_me(task.wanted[one.start : one.end]) for one in own):
        return
    for at in going:
        kinds = values[at][0].kinds
        named = [one for one in task.entities if not {*keys_of(one)}.isdisjoint(kinds)]
        if named and all(
            one.frame == "mention"
            and tells_me(clause_before(task.text, one.start), task.text[one.end :])
            for one in named
        ):
            yield at


def _spoken_of(
    task: Task, known: Known, own: Sequence[Piece], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of receivers whom every request only speaks of, and says who gets it.

    Whoever's report is to be mailed is not told by whom it is to be read.
    """
    for at, (value, its) in enumerate(values if own else ()):
        if value.role == "recipient" and its.why == "linked_record" and its.place is not None:
            record = known.record(its.place.record)
            if its.place.seen.path.endswith(".*"):
                continue  # who stands in a list of it does not bear its name
            if all(_speaks(task.text, one, record) for one in own):
                yield at


def _speaks(text: str, piece: Piece, record: Record) -> bool:
    """Return whether a request names somebody only as whose a thing is, or of whom it tells."""
    people = [one for one in piece.held if one.kind in _PEOPLE]
    named = [one for one in people if _is_named(one, record)]
    if not named or any(one.frame != "mention" for one in named):
        return False
    others = any(one.frame == "dest" for one in people if one not in named)
    return others or all(_is_sent(text, one) for one in named)


def _is_sent(text: str, one: Entity) -> bool:
    """Return whether what is to be sent is somebody's: "mail Ann's report", not "Ann's inbox"."""
    owned = _OWNED.match(text, one.end)
    before = clause_before(text, one.start)
    if owned is None or not _SENDS.search(before):
        return False
    words = owned["what"].split()
    return not any(noun_classes(stem(word)) & _ADDRESSED for word in words)


def _is_named(one: Entity, record: Record) -> bool:
    """Return whether a name or an address is somebody's, be it a part of their name."""
    if naming_of(one.literal, [one]).means(record):
        return True
    words = {*one.literal.casefold().split()}
    return one.kind == "name" and any(words <= {*title.split()} for title in record.titles)


def _served(
    task: Task, known: Known, own: tuple[Piece, ...], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of those for whom every request does something with others.

    A call that takes these as well says for whom it is.
    """
    if not own or not _served_in(task.text, own):
        return  # nearly always
    objects = [[one for one in each.held if _is_object(task.text, known, one)] for each in own]
    if not all(objects):
        return
    weighed = [(at, value, its) for at, (value, its) in enumerate(values) if its.why in MEANT]
    if any(_is(known, one, *pair) for many in objects for one in many for pair in values):
        return
    for at, value, its in weighed:
        named = [one for each in own for one in each.held if _is(known, one, value, its)]
        if (
            value.level in {"dest", "target"}
            and named
            and all(_is_served(task.text, one) for one in named)
        ):
            yield at


@lru_cache(maxsize=1024)
def _served_in(text: str, own: tuple[Piece, ...]) -> bool:
    """Return whether some requests tell for whom they are."""
    return any(_is_served(text, one) for each in own for one in each.held)


def _is(known: Known, one: Entity, value: Value, its: Worth) -> bool:
    """Return whether a value of a call is what a person names, or the key of its record."""
    if not {*keys_of(one)}.isdisjoint(value.kinds):
        return True
    place = its.place if its.why == "linked_record" else None
    return place is not None and _is_named(one, known.record(place.record))


def _is_object(text: str, known: Known, one: Entity) -> bool:
    """Return whether somebody stands right behind a verb: "add the user Tom", no "vacation"."""
    found = _OBJECT.search(clause_before(text, one.start)) if one.kind in _PEOPLE else None
    if found is None or _OWNED.match(text, one.end):
        return False
    sort, plain = found["sort"], one.kind == "name" and one.literal[:1].islower()
    if plain and not sort and not known.seen(tuple(keys_of(one))):
        return False
    return bool(verb_classes(stem(found["verb"]))) and (
        not sort or "person" in noun_classes(stem(sort))
    )


def _is_served(text: str, one: Entity) -> bool:
    return bool(_FOR.search(clause_before(text, one.start)) or _OWNED.match(text, one.end))
