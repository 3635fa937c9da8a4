"""Whether a moment of a call lies as far from another one as the person said.

From a moment that they named, or from a trusted one of the record that the call acts on or, where
it acts on none, of one that they name. It decides nothing.
"""

from collections.abc import Collection, Sequence

from guard.model.origin import LINKED, PROMPT
from guard.provenance.argument.conditional import carried_out, newest
from guard.provenance.argument.lasting import ends, expires
from guard.provenance.quantity.counts import things_at
from guard.provenance.quantity.dates import spelled_apart
from guard.provenance.quantity.shifts import origins, shifts_in
from guard.provenance.quantity.zones import Moment
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record, field_name
from guard.provenance.result.select import BEGUN, DUE, TOUCHED
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem

_PAST = frozenset(map(stem, (BEGUN | TOUCHED) - {"start", "date", "time"}))
_OLD = frozenset({"old", "original", "previous", "current", "from", "before"})
_BEGINS = frozenset({"start", "starts", "begin", "begins", "from"})
_MIDNIGHT = "00:00"


def shifted(
    task: Task, known: Known, able: Capability, value: Value, its: Worth,
    values: Sequence[tuple[Value, Worth]],
) -> bool | None:  # fmt: skip
    """Return whether a moment is as far from another one as was said; None: nobody said how far.

    Args:
        task: what the person said, on its days.
        known: what the session has seen.
        able: what the tool does.
        value: an argument that says when.
        its: its worth.
        values: all arguments of the call, with their worth.
    """
    if not (shifts := shifts_in(task.wanted)) or not any(value.moment):  # nearly always
        return None
    own = carried_out(task, known, able, values)
    said = [
        one
        for one in shifts
        if not own or any(piece.start <= one.place < piece.end for piece in own)
    ]
    if not said:
        return None
    if its.source is PROMPT or _stays(value, its):
        return True
    acted = [one for one, _ in values if one.level == "target"]
    bases = {number for one in acted for number in newest(one, known)}
    return any(
        _is_said(task, one) or _is_shown(task, known, value, one, bases if acted else None)
        for shift in said
        for one in origins(value.moment, shift)
    )


def _stays(value: Value, its: Worth) -> bool:
    """Return whether a moment is the one that its record has under this name, or the old one."""
    words = words_in(value.path.rpartition(".")[2])
    if its.place is None or its.source < LINKED:
        return False
    return words == words_in(its.place.seen.path.rpartition(".")[2]) or not _OLD.isdisjoint(words)


def _is_said(task: Task, moment: Moment) -> bool:
    day, time = moment
    dated = not day or task.dated(day) or spelled_apart(task.wanted, day)
    return dated and (not time or task.timed(time))


def _is_shown(
    task: Task, known: Known, value: Value, moment: Moment, bases: Collection[int] | None
) -> bool:
    """Return whether a record has a moment in a field from which an argument may be counted.

    `bases`: the records that the call acts on; None: it acts on none, so the person named it.
    """
    day, time = moment
    dated, timed = _places(known, "date", day), _places(known, "time", time)
    for number, field in dated if day else timed:
        record = known.record(number)
        if number not in bases if bases is not None else not task.naming.links_to(record):
            continue
        whole = not day or time in {"", _MIDNIGHT} or (number, field) in timed
        if whole and field in _fields(task, value, record):
            return True
    return False


def _places(known: Known, kind: str, said: str) -> set[tuple[int, str]]:
    """Return in which record and field a trusted day or time of day stood."""
    return {
        (one.record, field_name(one.seen.path))
        for one in (known.places(kind, said) if said else ())
        if one.record and one.seen.trusted
    }


def _fields(task: Task, value: Value, record: Record) -> frozenset[str]:
    """Return the fields of a record that may be what an argument is to be counted from."""
    every = [name for name, one in record.measures.items() if isinstance(one, str)]
    words = words_in(value.path.rpartition(".")[2])
    same = [one for one in every if words_in(one) == words]
    if same or len(every) < 2:  # noqa: PLR2004  one is no choice
        return frozenset(same or every)
    fits = every
    if (ending := ends(value.path) or expires(value.path)) or not _BEGINS.isdisjoint(words):
        fits = [one for one in every if _ends(one) is ending] or every
    fits = [one for one in fits if _PAST.isdisjoint(things_at(one))] or fits
    said = task.words.stems | value.kin
    near = {one: len(things_at(one) & said) for one in fits}
    return frozenset(one for one in fits if near[one] == max(near.values()))


def _ends(field: str) -> bool:
    return ends(field) or expires(field) or not DUE.isdisjoint(words_in(field))
