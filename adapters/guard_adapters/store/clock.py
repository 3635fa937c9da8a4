"""Time and randomness of this machine."""

import os
import time


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
