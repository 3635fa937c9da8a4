"""Whether a request says another value by the noun of an argument: "fix it on a branch fix/typo".

Then no branch is meant that only a record shows, nor one of another request that says no noun, as
"and open one against main". A name of the record's own, or of what the call holds for another
argument of that noun, says nothing else. It compares words and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.origin import MEANT
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import KEYS, Record, plainly
from guard.provenance.schema.kin import kin_of, own_kin
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.thing.referred import is_apart
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import stem

_WEIGHED = frozenset({"target", "dest"})
_NAMES = frozenset({"name", "quoted", "object_id", "filename", "literal"})
_BEFORE = re.compile(
    r"(?P<noun>[^\W\d_]+)(?:\s+(?:called|named|titled|namens))?(?:\s*[:=])?\s*[\"'`\u2018\u201c\u201e#]*\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"[\"'`\u2019\u201d]*\s+(?P<noun>[^\W\d_]+)")
_CALLED = re.compile(
    r"(?:\b(?:called|named|titled|namens)\s+|[^\W\d_]\s*[:=]\s*)[\"'`]?(?P<name>[\w./-]*\w)",
    re.IGNORECASE,
)
_REFERS = frozenset({"ref", "reference"})
_NEAR = 40
_NONE = Record()


def nouned(
    task: Task, known: Known, own: Sequence[Piece], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of values where every request that says the argument's noun says another.

    Args:
        task: what the person said.
        known: what the session has seen.
        own: the requests for what the tool does.
        values: the arguments with their worth.
    """
    for at, (value, its) in enumerate(values if own else ()):
        if its.why not in MEANT or value.level not in _WEIGHED:
            continue
        place = its.place if its.why == "linked_record" else None
        if place:
            its_own = _is_its_own(place.seen.path, place.action)
        else:
            its_own = any(not one.keys.isdisjoint(value.kinds) for one in own)
        if its_own:  # nearly always
            continue
        text, kin = f" {plainly(value.text)} ", own_kin(value.path)
        by = [] if place else [one for one in own if text in one.naming.said]
        record = known.record(place.record) if place else _NONE
        if not (place or by):
            continue
        said = [
            one
            for piece in own
            if piece not in by
            for one in (*piece.held, *_called(task.wanted, piece.start, piece.end))
            if one.kind in _NAMES and _is_of(task.wanted, one, kin)
        ]
        pairs = [one for n, (one, _) in enumerate(values) if n != at]
        held = [one for one in pairs if not kin.isdisjoint(own_kin(one.path))]
        if said and all(is_apart(known, one, value, record, held) for one in said):
            yield at


@lru_cache(maxsize=4096)
def _is_its_own(path: str, action: str) -> bool:
    """Return whether a record is known by a field, and does not only refer to it, as by `ref`."""
    words = words_in(path.rstrip(".*").rpartition(".")[2])
    base = frozenset(stem(one) for one in words if one not in KEYS)
    return base <= kin_of(action.rpartition("/")[2]) and _REFERS.isdisjoint(words)


@lru_cache(maxsize=512)
def _called(text: str, start: int, end: int) -> tuple[Entity, ...]:
    """Return what a request says that something is called, be it no name by itself."""
    found = _CALLED.finditer(text, start, end)
    return tuple(
        Entity("name", one["name"].casefold(), one["name"], *one.span("name")) for one in found
    )


def _is_of(text: str, one: Entity, kin: frozenset[str]) -> bool:
    """Return whether a noun of some names a value: "branch x", "folder called x", "the x list"."""
    if one.literal.casefold() in KEYS:
        return False  # "my booking ID" says none
    before = _BEFORE.search(text, max(one.start - _NEAR, 0), one.start)
    found = before, _BEHIND.match(text, one.end)
    return any(each and stem(each["noun"]) in kin for each in found)
