"""Whether a moment of a call is one that the person named, in whichever zone it is written.

Who names no zone means their own: that of the house, where it has one. Where nobody knows it, a
moment is compared as it is written, and one that is put at another offset is nobody's.
"""

from collections.abc import Iterable, Iterator, Sequence

from guard.provenance.quantity.zones import Moment, same_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.source.value import Value

_PARTS = frozenset({"date", "time"})
"""Kinds of which a moment has two."""


def named(task: Task, value: Value) -> bool:
    """Return whether day and time of a value are both named."""
    for date, time in _read(task, value):
        if (not date or task.dated(date)) and (not time or task.timed(time)):
            return True
    return False


def whole(known: Known, value: Value, places: Sequence[Place]) -> Sequence[Place]:
    """Return the places where all of a moment stood: on its day another hour is another moment.

    Day and time may stand in two fields of one record.
    """
    date, time = value.moment
    if not (places and date and time):
        return places
    timed = {_where(place) for place in known.places("time", time)}
    # The hour alone, of another day, is no evidence: the day counts where both stood.
    return [
        place
        for place in places
        if place.seen.kind not in _PARTS or (place.seen.kind == "date" and _where(place) in timed)
    ]


def _where(place: Place) -> tuple[int, int | str]:
    return place.step, place.record or place.seen.path


def contradicts(task: Task, value: Value) -> bool:
    """Return whether a moment is at odds with the days and times that the person named."""
    if not any(value.moment):
        return task.when
    for date, time in _read(task, value):
        if (not date or not task.days or task.dated(date)) and (
            not time or not task.hours or task.timed(time)
        ):
            return False
    return True


def _read(task: Task, value: Value) -> Iterable[Moment]:
    """Return what a moment is in each zone in which the person named a time."""
    zone, (date, time) = value.zoned.zone, value.moment
    return _moved(task, value) if zone and date and time and task.zones else (value.moment,)


def _moved(task: Task, value: Value) -> Iterator[Moment]:
    zone, here = value.zoned
    for time, zones in task.zones.items():
        for said in zones:
            found = same_in(value.moment, zone, said) if said else here
            if found is not None and found[1] == time:
                yield found
    if here is not None and here[1] in task.clocks:  # said in words, and with no zone
        yield here
