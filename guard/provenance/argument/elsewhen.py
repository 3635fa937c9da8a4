"""Whether a call is at a moment that the person named for another request: "cancel Thursday's".

Where the requests for what a tool does name days, or times of day, of their own, those of another
request are not theirs. It looks at the person's own words, and decides nothing.
"""

from datetime import date

from guard.provenance.quantity.weekdays import whose_days
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import Capability

_DATE = len("2026-03-10")


def elsewhen(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a moment is that of another request.

    Args:
        task: what the person said, on its days.
        able: what the tool does.
        value: an argument that says when.
    """
    if len(task.pieces) <= 1 and not task.off:  # nothing else was asked for, and nothing left
        return False
    day, time = value.moment
    return (bool(day) and _strays(task, able, day, task.on, task.off)) or (
        bool(time) and _strays(task, able, time, task.at)
    )


def _strays(
    task: Task, able: Capability, moment: str, named: tuple[frozenset[str], ...],
    left: frozenset[str] = frozenset(),
) -> bool:  # fmt: skip
    """Return whether every request for the tool names other moments, and another one names this."""
    if moment not in left and not any(moment in one for one in named):
        return False
    own = asking(task.pieces, able)
    found = [one for piece, one in zip(task.pieces, named, strict=True) if _is_of(piece, own)]
    if any(moment in one for one in found):
        return False
    if len(moment) == _DATE and own:
        weekday = date.fromisoformat(moment).weekday()
        whose = [whose_days(task.wanted[one.start : one.end]) for one in own]
        if all(days and weekday not in days for days in whose):
            return True
    return bool(found) and all(found)


def _is_of(piece: Piece, own: tuple[Piece, ...]) -> bool:
    return any(one is piece for one in own)
