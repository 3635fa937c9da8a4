"""One thing after another: how far each declared sequence has come, in constant work an event.

`marks[i]` is the latest moment at which a run began that has come as far as step i; a run that took
longer than `within` is over. One event never takes two steps. A clock that steps back ends nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guard.model.ledger import SequenceEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One sequence as one tool takes part in it.

    Args:
        within_ms: how long a run may take (milliseconds); 0 = as long as the session.
        last: the number of the last step, counted from 0.
        takes: (event, label, step): what a call of this tool can be; no label = any.
        unless: the event that ends all runs; empty = none does.
    """

    within_ms: int
    last: int
    takes: tuple[tuple[str, str, int], ...]
    unless: str = ""


def after(
    marks: Mapping[str, int], track: Track, kind: SequenceEvent, labels: Iterable[str], at_ms: int
) -> dict[str, int]:
    """Return how far the sequence has come after one event.

    Args:
        marks: how far it had come: step -> when its run began (ms).
        track: the sequence.
        kind: what happened.
        labels: what the result brought, for a `label` event.
        at_ms: when.
    """
    if kind == track.unless:
        return {}
    out = dict(marks)
    hit = _hit(track, kind, frozenset(labels))
    for step in sorted(hit, reverse=True):  # from the back: one event never takes two steps
        if step == 0:
            out["0"] = max(at_ms, out.get("0", at_ms))
            continue
        began = out.get(str(step - 1))
        if began is not None and _in_time(track, began, at_ms):
            out[str(step)] = began
    return out


def would(marks: Mapping[str, int], track: Track, at_ms: int) -> bool:
    """Return whether a request of this tool now would be the last step of a run."""
    began = marks.get(str(track.last - 1))
    last = any(kind == "request" and step == track.last for kind, _, step in track.takes)
    return last and began is not None and _in_time(track, began, at_ms)


def _hit(track: Track, kind: SequenceEvent, labels: frozenset[str]) -> set[int]:
    return {
        step
        for event, label, step in track.takes
        if event == kind and (not label or label in labels)
    }


def _in_time(track: Track, began_ms: int, at_ms: int) -> bool:
    return not track.within_ms or at_ms - began_ms <= track.within_ms
