"""Velocity: more calls, or more calls of one changing tool, than this work ever needs in a minute.

A bucket holds so many calls and empties evenly within a minute; what overflows is a finding. A
burst fills it at once, so that in the worst minute two buckets pass unseen, and never more.
Calls of a mandate are not counted: it has ceilings of its own, and nobody is there to slow it down.
"""

from dataclasses import replace
from typing import Final

from guard.detect.bucket import poured
from guard.detect.finding import Finding
from guard.detect.numbers import Detectors
from guard.model.call import ToolSpec
from guard.session.trail import WRITES, Trail

MINUTE_MS: Final = 60_000
_CHANGES: Final = frozenset({"write", "irreversible", "privileged"})


def paced(
    trail: Trail, spec: ToolSpec, now_ms: int, numbers: Detectors
) -> tuple[Trail, Finding | None]:
    """Return the trail with one more call, and a finding if that is too many."""
    calls_ms, over = poured(trail.calls_ms, now_ms, numbers.calls_a_minute, MINUTE_MS)
    said = f"Faster than {numbers.calls_a_minute} calls a minute." if over else ""
    writes = trail.writes_ms
    if spec.effect & _CHANGES:
        kept = {action: full for action, full in writes if full > now_ms and action != spec.action}
        was_ms = dict(writes).get(spec.action, 0)
        full_ms, over = poured(was_ms, now_ms, numbers.writes_a_minute, MINUTE_MS)
        writes = (*list(kept.items())[-(WRITES - 1) :], (spec.action, full_ms))
        if over:
            said = f"Faster than {numbers.writes_a_minute} calls of {spec.action} a minute."
    found = Finding(kind="velocity", said=said) if said else None
    return replace(trail, calls_ms=calls_ms, writes_ms=writes), found
