"""Whether a call takes what is only spoken of, or another request's, where its own names another.

"Is the vase ready? And cancel the jar" cancels no vase: what a request names is what it is done to,
and what stands beside it, or in another one, is that one's. A thing that another argument of the
call takes is no rival. It decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest

from guard.model.origin import MEANT
from guard.provenance.request.naming import SILENT, keys_of, naming_of
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record
from guard.provenance.source.pointers import series
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.speech.unasked import within, without
from guard.provenance.vocabulary.titles import content_words

_ALSO = frozenset(
    {
        *("and", "also", "too", "as", "well", "the", "my", "our", "your", "same", "for", "with"),
        *("likewise", "ditto", "plus", "then", "please", "or", "to"),
    }
)
"""Words of a sentence that only goes on with what was asked for: "the bowl, too"."""
_IT = re.compile(r"\b(?:it|(?:this|that)\s+[a-z]+)\b", re.IGNORECASE)
"""Words for one thing that was named before."""
_OTHER = re.compile(
    r"(?:^|[,;:]\s+|\b(?:and|then)\s+)(?:(?:please|and|then|just|also|now|you|can|could)\s+)*[a-z]+\s+(?:(?:up|down|off|out|on)\s+)?"
    r"(?:(?:(?:the|my|our|all|all\s+the|any|some)\s+)?others?\b|another\b|the\s+rest\b"
    r"|(?:any|every)thing\s+else\b)",
    re.IGNORECASE,
)
"""A request for what is not that which was named before it: "delete the other one"."""
_IDS = frozenset({"name", "object_id", "literal"})

Values = Sequence[tuple[Value, Worth]]


def beside(task: Task, known: Known, own: Sequence[Piece], values: Values) -> list[int]:
    """Return the places of what a call takes though its own requests mean another one.

    Args:
        task: what the person said.
        known: what the session has seen.
        own: the requests for what the tool does.
        values: the arguments with their worth.
    """
    apart = [apart_at(task.wanted, one.start, one.end) for one in own]
    close = any(one.refers or _is_one(task, one) for one in own)
    if not ("\n" in task.wanted or speaks(task) or close or max(apart) >= 0):
        return []
    found: list[int] = []
    for at, (value, its) in enumerate(values):
        if its.why not in MEANT or value.level not in {"target", "dest"}:
            continue
        place = its.place if its.why == "linked_record" else None
        record = known.record(place.record) if place else None
        if record is None and value.level == "dest":
            continue
        by = [one for one in task.pieces if is_named_in(one, value, record)]
        if any(
            one in by and (other < 0 or is_named_in(aside(task, other, one.end), value, record))
            for one, other in zip(own, apart, strict=True)
        ):
            continue
        if all(
            other >= 0
            or (not (by and one.refers) and has_rival(known, one, value, its, values))
            or _comes_between(task, known, one, at, values)
            for one, other in zip(own, apart, strict=True)
        ):
            found.append(at)
    return found


@lru_cache(maxsize=1024)
def apart_at(text: str, start: int, end: int) -> int:
    """Return where a request is for another thing than was named before it; -1: it is not.

    Args:
        text: what the person said.
        start: where the request begins.
        end: where it ends.
    """
    found = _OTHER.search(text[start:end])
    return start + found.start() if found else -1


@lru_cache(maxsize=256)
def speaks(task: Task) -> bool:
    """Return whether something is named outside of all requests, and not only added to them.

    Args:
        task: what the person said.
    """
    return any(
        content_words(task.wanted[one.start : one.end]) and not _only_adds(task, one)
        for one in asides_of(task)
    )


def _only_adds(task: Task, one: Piece) -> bool:
    """Return whether a sentence says nothing but names, and that they are meant as well."""
    bare = without(task.wanted, [(held.start, held.end) for held in task.entities])
    return {word[0].casefold() for word in WORD.finditer(bare, one.start, one.end)} <= _ALSO


@lru_cache(maxsize=256)
def asides_of(task: Task) -> tuple[Piece, ...]:
    """Return the sentences, or parts of one, that ask for nothing, as requests are.

    Args:
        task: what the person said.
    """
    asked = [(one.start, one.end) for one in task.pieces]
    rest = without(task.wanted, asked)
    found: list[Piece] = []
    for start, end in sentences(task.wanted):
        cuts = sorted({start, end, *(at for one in asked for at in one if start < at < end)})
        parts = ((first, last) for first, last in pairwise(cuts) if rest[first:last].strip())
        found += [aside(task, first, last) for first, last in parts]
    return tuple(found)


def aside(task: Task, start: int, end: int, but: tuple[tuple[int, int], ...] = ()) -> Piece:
    """Return a part of a text as a request is.

    Args:
        task: what the person said.
        start: where it begins.
        end: where it ends.
        but: places of which nothing counts.
    """
    near = (one for one in task.entities if start <= one.start < end)
    text = without(task.wanted, but)[start:end] if but else task.wanted[start:end]
    near = (one for one in near if not within(one.start, but))
    held = tuple(one for one in near if one.frame not in SILENT)
    return Piece(
        start=start,
        end=end,
        asks=(),
        stems=frozenset(),
        held=held,
        keys=frozenset(key for one in held for key in keys_of(one)),
        numbers=frozenset(),
        naming=naming_of(text, held),
        numbered=frozenset(),
        refers=False,
    )


def _comes_between(task: Task, known: Known, piece: Piece, at: int, values: Values) -> bool:
    """Return whether the last thing before a request for "it" is another one than a value.

    Of two that were named together either may be, or in two sentences that say the same. What
    stands before it in its line of a list is what it is for: "salt jar: cancel".
    """
    value, its = values[at]
    record = known.record(its.place.record) if its.why == "linked_record" and its.place else None
    line = _line(task, piece.start)
    before, single = [line] if line is not None else [], False
    if _is_one(task, piece):
        others = [one for one in (*task.pieces, *asides_of(task)) if one.start < piece.start]
        before += [piece, *sorted(others, key=lambda one: -one.start)]
        single = True
    for one, earlier in zip_longest(before, before[1:]):
        named = is_named_in(one, value, record)
        if (single or not named) and has_rival(known, one, value, its, values):
            return True
        if named:
            alike = single and earlier is not None and _is_alike(task, earlier, one, piece)
            return alike and has_rival(known, earlier, value, its, values)
    return False


def _is_alike(task: Task, one: Piece, other: Piece, piece: Piece) -> bool:
    """Return whether two parts of a text say the same of two things, before a request for "it".

    "Look at A. Look at B. Close it": either, and the second in "look at B and close it".
    """
    if any(one.start < a <= other.start <= piece.start < b for a, b in sentences(task.wanted)):
        return False
    if one.asks and other.asks and all(ask.verbs <= {"read"} for ask in one.asks + other.asks):
        return True
    bare = without(task.wanted, [(held.start, held.end) for held in task.entities])
    texts = (bare[each.start : each.end].casefold() for each in (one, other))
    return (
        len({tuple(two for two in WORD.findall(text) if two not in _ALSO) for text in texts}) == 1
    )


def _is_one(task: Task, piece: Piece) -> bool:
    """Return whether a request is for one thing that was named before it: "that jar"."""
    return _IT.search(task.wanted, piece.start, piece.end) is not None


@lru_cache(maxsize=1024)
def _line(task: Task, at: int) -> Piece | None:
    """Return what stands before a place in its line, where a text has several."""
    start = task.wanted.rfind("\n", 0, at) + 1
    several = "\n" in task.wanted.strip()
    return aside(task, start, at) if several and task.wanted[start:at].strip() else None


def is_named_in(piece: Piece, value: Value, record: Record | None) -> bool:
    """Return whether a part of a text names a value, or the record that stands behind it.

    Args:
        piece: the part, as a request is.
        value: an argument of a call.
        record: of which it is; None: the value itself is named.
    """
    if record is not None:
        return piece.naming.means(record)
    bare = value.text.strip().removeprefix("#").casefold()
    return not piece.keys.isdisjoint(value.kinds) or ("object_id", bare) in piece.keys


def has_rival(known: Known, piece: Piece, value: Value, its: Worth, values: Values) -> bool:
    """Return whether a request names another thing of a value's sort, which the call leaves out.

    Args:
        known: what the session has seen.
        piece: the request.
        value: an argument of the call.
        its: its worth.
        values: all of them.
    """
    taken = {one.text.casefold() for one, _ in values if one.path != value.path}
    if its.why != "linked_record" or its.place is None:
        sort, taken = series(value.text), taken | {value.text.strip("# ").casefold()}
        alike = (one.literal.strip("# ").casefold() for one in piece.held if _is_of(one, sort))
        return any(one not in taken for one in alike)
    own, action = known.record(its.place.record).identity, its.place.action
    places = (known.places(*key) for one in piece.held for key in keys_of(one))
    held = (one.record for many in places for one in many if one.action == action and one.record)
    return any(
        one.identity != own and taken.isdisjoint(_keys(one))
        for one in (*map(known.record, held), *filter(piece.naming.means, known.lists.of(action)))
    )


def _is_of(one: Entity, sort: str) -> bool:
    return bool(sort) and one.kind in _IDS and series(one.literal) == sort


def _keys(record: Record) -> set[str]:
    """Return by what a call can take a record: its ids, and its names."""
    ids = {one.partition(":")[2].casefold() for one in record.identity}
    return ids | {one.casefold() for one in (*record.own, *record.called)}
