"""What a request does its deed to, where nobody said what an argument is: "delete branch x".

The name beside the argument's own word, or beside what the tool acts on; and a name that nothing
frames where the request says of nobody where it goes; and a file in the folder in which the request
says that it lies. An address is none of this sort. It decides nothing.
"""

import re
from collections.abc import Iterable

from guard.provenance.argument.phrases import TOLD, phrased, reaches
from guard.provenance.argument.uttered import uttered
from guard.provenance.argument.worded import worded
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import Piece, asking, sort_of
from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.slot import Slot
from guard.provenance.source.paths import lies_where_said
from guard.provenance.source.value import Value
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.lexicon import Capability, stem

_NAMES = frozenset({"name", "quoted", "object_id", "filename"})
_PLACES = frozenset({"path", "source"})
_AIMS = frozenset({"dest", "unknown"})
"""Frames of where something goes, and of what nothing is said of."""
_ASIDE = re.compile(
    TOLD.pattern
    + r"|\b(?:what|whatever|whoever|how|why|whether|until|once|unless|after|before|than"
    r"|like|near|next|beside|behind|i|we|he|she|they|you|it|is|are|was|were|has|had|have)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"[,;\u2014\u2013]|\b(?:and|or|plus)\b", re.IGNORECASE)
_IDLE = frozenset(
    {"and", "or", "also", "to", "from", "on", "ip", "address", "the", "network", "subnet", "host"}
)
"""What may stand between a request's "and" and the address that goes on with it."""
_ADDRESSES = re.compile(r"[\w.:/]*[.:][\w.:/]*\d[\w.:/]*")
_FAR = 24
"""How far (characters) a word may stand from the name that it is beside."""


def done_to(task: Task, able: Capability, slot: Slot, value: Value) -> bool:
    """Return whether a request for a tool says of a value that this is done to it."""
    if value.role in _PLACES:
        return lies_where_said(task, able, value.text, value.role)
    if value.role == "when":
        return not any(value.moment) and uttered(task, able, value.text)
    if ("ip", value.text) in task.frames and _is_aim(task, able, value):
        return True
    if value.role == "recipient" and not slot.open:
        return reaches(task, able, value)
    if slot.named and (phrased(task, able, value) or is_object(task, able, value)):
        return True
    return slot.loose and worded(task, able, value)


def _is_aim(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a request for a tool says of a machine's address that something goes there."""
    return any(
        one.canonical == value.text and one.frame in _AIMS and _is_plain(task.wanted, piece, one)
        for piece in asking(task.pieces, able)
        for one in piece.held
        if one.kind == "ip"
    )


def _is_plain(text: str, piece: Piece, one: Entity) -> bool:
    """Return whether a request comes to an address without going on to something else before it.

    "Allow the office, we blocked 203.0.113.8" allows none.
    """
    start = max((ask.place[0] for ask in piece.asks if ask.place[0] < one.start), default=-1)
    before = text[max(start, piece.start) : one.start]
    joints = [*_JOINT.finditer(before)]
    tail = before[joints[-1].end() :] if joints else ""
    return not _ASIDE.search(before) and all(
        word[0].casefold() in _IDLE for word in WORD.finditer(_ADDRESSES.sub(" ", tail))
    )


def is_object(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a value is what a request for a tool acts on, by the words around it.

    Args:
        task: what the person said.
        able: what the tool does.
        value: an argument of which nobody said what it is.
    """
    if len(value.kinds) != 1:
        return False
    own, name = asking(task.pieces, able), kin_of(value.path.rpartition(".")[2])
    for piece in own:
        for one in _held(piece, value):
            if _beside(task.wanted, one, value.kin) or (one.frame == "unknown" and _is_free(piece)):
                return True
    before = [
        one for piece in own if piece.refers for one in task.pieces if one.start < piece.start
    ]
    return any(_beside(task.wanted, one, name) for piece in before for one in _held(piece, value))


def _held(piece: Piece, value: Value) -> Iterable[Entity]:
    """Yield the names of a request that are a value of the call."""
    for one in piece.held:
        if one.kind in _NAMES and not {*keys_of(one)}.isdisjoint(value.kinds):
            yield one


def _is_free(piece: Piece) -> bool:
    """Return whether a request names nobody and nothing where something goes."""
    return all(sort_of(one) != "somebody" for one in piece.held)


def _beside(text: str, one: Entity, words: frozenset[str]) -> bool:
    """Return whether one of these words stands right before a name, or right after it."""
    before = [word[0] for word in WORD.finditer(text, max(one.start - _FAR, 0), one.start)]
    after = WORD.search(text, one.end, one.end + _FAR)
    near = [*before[-1:], *([after[0]] if after else ())]
    return not words.isdisjoint(map(stem, near))
