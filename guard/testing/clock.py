"""Time that stands still and ids that count: for tests, and for nothing else."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class FrozenClock:
    """Stands still until it is told to go on. Monday, 2026-01-05, 10:00 UTC."""

    ms: int = 1_767_607_200_000

    def now_ms(self) -> int:
        """Return the moment that was set."""
        return self.ms

    def advance(self, ms: int) -> None:
        """Go on by so many milliseconds."""
        self.ms += ms


@dataclass(slots=True)
class CountedIds:
    """Not random: counts. Good for tests that compare, and for nothing else."""

    count: int = 0

    def token(self, size: int) -> bytes:
        """Return the next number as `size` bytes."""
        self.count += 1
        return self.count.to_bytes(size, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleWaiter:
    """Nobody ever wakes it: waiting only lets the clock go on."""

    clock: FrozenClock

    async def wait(self, timeout_ms: int) -> bool:
        """Let the time pass (milliseconds) and return False."""
        self.clock.advance(timeout_ms)
        return False
