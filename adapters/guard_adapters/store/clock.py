"""Time and randomness of this machine."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from guard.clock import Clock

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Machine(Protocol):
    """What a machine knows of time. A test has one whose clocks it sets."""

    def wall_ms(self) -> int:
        """Return Unix time as the machine is set (milliseconds)."""
        ...

    def boot_ms(self) -> int:
        """Return the time since the machine started, sleep included (milliseconds)."""
        ...

    def boot_id(self) -> str:
        """Return what names this start of the machine; empty where nothing does."""
        ...


class ThisMachine:
    """The clocks of the machine that this process runs on."""

    def wall_ms(self) -> int:
        """Return Unix time as the machine is set (milliseconds)."""
        return time.time_ns() // 1_000_000

    def boot_ms(self) -> int:
        """Return the time since the machine started, sleep included (milliseconds)."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def boot_id(self) -> str:
        """Return what names this start of the machine; empty where nothing does."""
        try:
            return BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment as it is kept, so that a later process can tell how much time went by."""

    boot_id: str
    boot_ms: int
    high_ms: int


class SystemClock:
    """Unix milliseconds that never run backwards, also from one process to the next.

    The boot clock counts, so that setting the wall clock back lengthens nothing; a forward jump of
    the wall clock is taken, for it can only shorten. After a restart on the same boot the boot
    clock counts on from the moment that was kept. On another boot, or where the boot clock went
    back (a machine that was restored), nobody knows how much time went by: `lost_count` is set,
    and `behind` if the wall clock also shows less than was already reached.

    Args:
        machine: its clocks.
        kept: the last moment that an earlier process kept, if any.
    """

    def __init__(self, machine: Machine | None = None, kept: Moment | None = None) -> None:
        self._machine = machine or ThisMachine()
        self._boot_id = self._machine.boot_id()
        # The wall clock first: a process that had to wait between the two would be ahead of others,
        # and stay there.
        wall_ms, boot_ms = self._machine.wall_ms(), self._machine.boot_ms()
        same = kept is not None and bool(self._boot_id) and kept.boot_id == self._boot_id
        counts = same and kept is not None and boot_ms >= kept.boot_ms
        self.lost_count = kept is not None and not counts
        self.behind = self.lost_count and kept is not None and wall_ms < kept.high_ms
        high_ms = kept.high_ms if kept is not None else wall_ms
        gone_ms = boot_ms - kept.boot_ms if counts and kept is not None else 0
        self._offset_ms = max(high_ms + gone_ms, wall_ms) - boot_ms

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        return self.moment().high_ms

    def moment(self) -> Moment:
        """Return now, as a store keeps it."""
        wall_ms, boot_ms = self._machine.wall_ms(), self._machine.boot_ms()
        # Counted on from a jump, too: standing still until the boot clock has caught up would
        # lengthen what began after it.
        self._offset_ms = max(self._offset_ms, wall_ms - boot_ms)
        return Moment(boot_id=self._boot_id, boot_ms=boot_ms, high_ms=self._offset_ms + boot_ms)


class SystemIds:
    """The operating system's randomness."""

    def token(self, size: int) -> bytes:
        """Return `size` random bytes."""
        return os.urandom(size)


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
