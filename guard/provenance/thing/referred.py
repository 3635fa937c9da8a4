"""What a record refers to, where the request names another one: "sell the eel, drain tank Two".

The eel's record holds the id of its tank, and who names the eel did not name that tank. It is meant
where nothing else is named for its argument, or where the words say the relation: "its tank", "the
tank of the eel". Likewise an address that a record holds is none where the request says another
one. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import ADDRESSES, Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import KEYS, Record, is_id, plainly
from guard.provenance.schema.kin import HOLDERS, kin_of, own_kin
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import OWNED, OWNING
from guard.provenance.vocabulary.lexicon import Capability, is_plain, stem
from guard.provenance.vocabulary.words import GENERIC

Values = Sequence[tuple[Value, Worth]]

_WEIGHED = frozenset({"target", "dest"})
_NAMES = frozenset({"name", "quoted", "object_id", "filename"})
_OF = frozenset({"of", "for", "from", "in", "where", "which", "that", "whose", "who"})
"""Words behind a noun with which its relation to another thing is told."""
_LONGEST = 4
"""Words of a name that is looked for in a text."""
_GOES = re.compile(r"\b(?:to|for)\s+\Z", re.IGNORECASE)
"""What stands right before somebody who gets something."""


def referred(task: Task, known: Known, able: Capability, values: Values) -> Iterator[int]:
    """Yield the places of ids that a record refers to, and of which the request names another one.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    for at, (value, its) in enumerate(values):
        if its.why != "linked_record" or its.place is None or value.level not in _WEIGHED:
            continue
        place, own = its.place, asking(task.pieces, able)
        beside = own and not _owes(values, place)
        if beside and all(_is_beside(task.wanted, one, value, place) for one in own):
            yield at
        elif own and _refers(place.seen.path, place.action, known.record(place.record)):
            held = [one for n, (one, _) in enumerate(values) if n != at and one.level]
            if all(
                _is_another(known, one, task.wanted[one.start : one.end], value, place, held)
                for one in own
            ):
                yield at


def _owes(values: Values, place: Place) -> bool:
    """Return whether a call pays what a record says: "pay the bill, and 5 EUR to Tom"."""
    return any(
        value.role == "amount" and one.place is not None and one.place.record == place.record
        for value, one in values
        if one.why == "linked_record"
    )


@lru_cache(maxsize=4096)
def _base(path: str, action: str) -> frozenset[str]:
    """Return the stems of what a field says that its id is of, beside what the tool shows."""
    words = words_in(path.rstrip(".*").rpartition(".")[2])
    plain = KEYS | {"ids"}
    base = frozenset(stem(one) for one in words if one not in plain) - HOLDERS
    return base - kin_of(action.rpartition("/")[2])


def _refers(path: str, action: str, record: Record) -> bool:
    """Return whether a field holds the id of something else than its record, which has its own."""
    if not _base(path, action) or not is_id(path.rstrip(".*").removesuffix("s")):
        return False
    return any(one != path and is_id(one) and not _base(one, action) for one in record.keys)


def _is_another(
    known: Known, piece: Piece, text: str, value: Value, place: Place, held: Sequence[Value]
) -> bool:
    """Return whether a request names something else where a record refers to a value."""
    record = known.record(place.record)
    if _relates(text, own_kin(value.path) | _base(place.seen.path, ""), piece, record):
        return False
    if any(one.kind in _NAMES and is_apart(known, one, value, record, held) for one in piece.held):
        return True
    texts = {value.text, *(one.text for one in held)}
    return any(
        texts.isdisjoint(mark.partition(":")[2] for mark in its)
        for its in _named(known, piece.naming.said)
        if its != record.identity
    )


def _named(known: Known, said: str) -> Iterator[frozenset[str]]:
    """Yield the ids of each thing of which a text says a whole name of its own."""
    words = said.split()
    for at in range(len(words)):
        for stop in range(at + 1, min(at + _LONGEST, len(words)) + 1):
            run = words[at:stop]
            if all(is_plain(one) or one in GENERIC for one in run):
                continue
            yield from known.called_so(" ".join(run))


def _relates(text: str, kin: frozenset[str], piece: Piece, record: Record) -> bool:
    """Return whether a request says by a word of its kin how a thing belongs to the record's."""
    words = [one[0] for one in WORD.finditer(text)]
    for at, one in enumerate(words):
        if stem(one) not in kin:
            continue
        after = words[at + 1].casefold() if at + 1 < len(words) else ""
        before = words[at - 1] if at else ""
        if before.casefold() in OWNING or OWNED.search(before):
            return True
        if after in _OF and piece.naming.means(record):
            return True
    return False


def is_apart(
    known: Known, one: Entity, value: Value, record: Record, held: Sequence[Value]
) -> bool:
    """Return whether a name of a request is of neither the record nor what the call holds.

    Args:
        known: what the session has seen.
        one: the name.
        value: an argument of the call.
        record: of which that is.
        held: the others.
    """
    keys, said = {*keys_of(one)}, f" {plainly(one.literal)} "
    if any(said in f" {plainly(name)} " for name in (*record.names, *record.keys.values())):
        return False
    held = [value, *held]
    if any(
        not keys.isdisjoint(other.kinds) or said in f" {plainly(other.text)} " for other in held
    ):
        return False
    texts = {other.text for other in held}
    bearers = (known.record(place.record) for key in keys for place in known.places(*key))
    return not any(
        mark.partition(":")[2] in texts for bearer in bearers for mark in bearer.identity
    )


def _is_beside(text: str, piece: Piece, value: Value, place: Place) -> bool:
    """Return whether a request says another address, and not the relation of this one."""
    kinds = ADDRESSES.intersection([kind for kind, _ in value.kinds])
    if not kinds or not piece.keys.isdisjoint(value.kinds):
        return False
    if not kin_of(place.seen.path.rpartition(".")[2]).isdisjoint(piece.stems):
        return False  # "to the owner of it": a list of them is no such relation
    if any(one.kind in kinds for one in piece.held):
        return True
    # One of a list of addresses, where somebody is named who is not called so.
    local = {*plainly(value.text.partition("@")[0]).split()}
    return place.seen.path.endswith("*") and any(
        one.kind == "name"
        and _GOES.search(text, piece.start, one.start)
        and local.isdisjoint(plainly(one.literal).split())
        for one in piece.held
    )
