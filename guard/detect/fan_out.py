"""Session fan-out: one person's agent opens sessions faster than work begins.

Limits that count by session are worth nothing to somebody who opens a new one for each call. A
bucket for each person and agent holds so many sessions and empties evenly within the hour.
"""

from typing import Final

from guard.detect.bucket import poured
from guard.detect.finding import Finding
from guard.detect.numbers import Detectors

HOUR_MS: Final = 3_600_000


def opened(full_ms: int, now_ms: int, numbers: Detectors) -> tuple[int, Finding | None]:
    """Return when the bucket will be empty after one more session, and a finding if it overflows.

    Args:
        full_ms: when it would have been empty (Unix milliseconds); 0 = it is.
        now_ms: Unix milliseconds.
        numbers: the operator's.
    """
    most = numbers.sessions_an_hour
    full_ms, over = poured(full_ms, now_ms, most, HOUR_MS)
    if not over or "fan_out" in numbers.without:
        return full_ms, None
    return full_ms, Finding(kind="fan_out", said=f"Faster than {most} new sessions an hour.")
