"""One thing after another: how far each declared sequence has come, in constant work an event.

`marks[i]` is the latest moment at which a run began that has come as far as step i; a run that took
longer than `within` is over. One event never takes two steps. A clock that steps back ends nothing.
Where steps are tied by a value, there is one run for each value, and marks carry its digest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from guard.model.ledger import SequenceEvent


class Take(NamedTuple):
    """One step that a call of this tool can be.

    Args:
        event: what has to happen.
        label: which label, for `label`; empty = any.
        step: the number of the step.
        ties: the values that it is about: digests, known when the call is admitted.
        result: where in the result that value is instead: its path, and the role of that path.
    """

    event: str
    label: str
    step: int
    ties: tuple[str, ...] = ()
    result: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One sequence as one tool takes part in it.

    Args:
        within_ms: how long a run may take (milliseconds); 0 = as long as the session.
        last: the number of the last step, counted from 0.
        takes: what a call of this tool can be.
        unless: the event that ends all runs; empty = none does.
        tied: whether steps are tied by a value.
    """

    within_ms: int
    last: int
    takes: tuple[Take, ...]
    unless: str = ""
    tied: bool = False


class Happened(NamedTuple):
    """One event of a call.

    Args:
        kind: what happened.
        at_ms: when.
        labels: what the result brought, for a `label` event.
        found: digests of what the result says, by path and by role.
    """

    kind: SequenceEvent
    at_ms: int
    labels: Iterable[str] = ()
    found: Mapping[str, str] = MappingProxyType({})


def after(marks: Mapping[str, int], track: Track, event: Happened) -> dict[str, int]:
    """Return how far the sequence has come after one event.

    Args:
        marks: how far it had come: step, and the digest that ties it, -> when its run began (ms).
        track: the sequence.
        event: what happened.
    """
    if event.kind == track.unless:
        return {}
    out = dict(marks)
    hit = sorted(_hit(track, event), reverse=True)
    for step, tie in hit:  # from the back: one event never takes two steps
        if step == 0:
            out[_mark(0, tie)] = max(event.at_ms, out.get(_mark(0, tie), event.at_ms))
            continue
        began = out.get(_mark(step - 1, tie))
        if began is not None and _in_time(track, began, event.at_ms):
            out[_mark(step, tie)] = began
    return out


def would(marks: Mapping[str, int], track: Track, at_ms: int) -> bool | None:
    """Return whether a request of this tool now would be the last step of a run.

    None: it is about several values, and they do not all say the same.
    """
    last = [one for one in track.takes if (one.event, one.step) == ("request", track.last)]
    ties = [tie for one in last for tie in (one.ties if track.tied else ("",))]
    ends = {_ends(marks.get(_mark(track.last - 1, tie)), track, at_ms) for tie in ties}
    return None if len(ends) > 1 else True in ends


def _ends(began_ms: int | None, track: Track, at_ms: int) -> bool:
    return began_ms is not None and _in_time(track, began_ms, at_ms)


def _hit(track: Track, event: Happened) -> set[tuple[int, str]]:
    labels = frozenset(event.labels)
    return {
        (take.step, tie)
        for take in track.takes
        if take.event == event.kind and (not take.label or take.label in labels)
        for tie in (_ties(take, event.found) if track.tied else ("",))
    }


def _ties(take: Take, found: Mapping[str, str]) -> Sequence[str]:
    path, role = take.result
    if not path:
        return take.ties
    value = found.get(path, found.get(role))
    return () if value is None else (value,)


def _mark(step: int, tie: str) -> str:
    return f"{step}:{tie}" if tie else str(step)


def _in_time(track: Track, began_ms: int, at_ms: int) -> bool:
    return not track.within_ms or at_ms - began_ms <= track.within_ms
