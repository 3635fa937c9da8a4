"""Time and randomness of this machine."""

import os
import time

from guard.clock import Clock


class SystemClock:
    """Unix milliseconds that never run backwards in this process.

    The wall clock is read once; from then on the boot clock counts, so that setting the clock back
    lengthens nothing. A forward jump of the wall clock is taken: it can only shorten.
    """

    def __init__(self) -> None:
        self._high_ms = 0
        self._offset_ms = _wall_ms() - _boot_ms()

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        counted = max(self._offset_ms + _boot_ms(), _wall_ms())
        self._high_ms = max(self._high_ms, counted)
        return self._high_ms


class SystemIds:
    """The operating system's randomness."""

    def token(self, size: int) -> bytes:
        """Return `size` random bytes."""
        return os.urandom(size)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class Heartbeat:
    """When the watchdog last looked; fulfils `guard.ports.Watchdog`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beat_ms = 0

    def beat_ms(self) -> int:
        """Return Unix milliseconds, 0 before the first look."""
        return self._beat_ms

    def beat(self) -> None:
        """Leave a mark: everything that was late a moment ago is being cut."""
        self._beat_ms = self._clock.now_ms()
