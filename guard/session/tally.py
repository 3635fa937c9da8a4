"""One number over a window, or one set of remembered values: bounded, and never too small.

A count is never below the exact one: a bucket counts until all of it is outside the window, and a
clock that steps back forgets nothing. Values are remembered up to a limit; what had to go before
its time is reported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BUCKETS = 60
LARGEST = 2**63 - 1  # sums saturate here: it is what policy can compare
MARKS = 1024  # remembered values of one ledger
NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One kept number (`total` in `buckets`) or one set of remembered values (`marks`)."""

    window_ms: int = 0
    total: int = 0
    buckets: tuple[tuple[int, int], ...] = ()  # (bucket number, amount), oldest first
    marks: Mapping[str, int] = field(default_factory=dict)  # label or digest -> last seen, ms
    lost_at_ms: int = NEVER  # when a mark had to go before its time

    def value(self, now_ms: int) -> int:
        """Return the amount inside the window that ends now."""
        if not self.window_ms:
            return self.total
        kept = self._kept(now_ms)
        if self.total < LARGEST:
            return self.total - sum(one for _, one in self.buckets[:kept]) if kept else self.total
        return min(LARGEST, sum(one for _, one in self.buckets[kept:]))

    def _kept(self, now_ms: int) -> int:
        """Return the place of the first bucket that is not wholly outside the window."""
        width, start = _width(self.window_ms), now_ms - self.window_ms
        for number, (bucket, _) in enumerate(self.buckets):
            if (bucket + 1) * width > start:
                return number
        return len(self.buckets)

    def plus(self, amount: int, now_ms: int) -> "Tally":
        """Return the tally with an amount that counts from now on."""
        if not self.window_ms:
            return Tally(total=min(LARGEST, self.total + amount))
        kept = self._kept(now_ms)
        live = self.buckets[kept:] if kept else self.buckets
        total = self.value(now_ms)
        bucket = now_ms // _width(self.window_ms)
        if live and live[-1][0] >= bucket:
            live = (*live[:-1], (live[-1][0], min(LARGEST, live[-1][1] + amount)))
        else:
            live = (*live, (bucket, amount))
        return Tally(window_ms=self.window_ms, total=min(LARGEST, total + amount), buckets=live)

    def marked(self, names: Iterable[str], now_ms: int) -> "Tally":
        """Return the tally that remembers these names, too; the oldest go if there are too many."""
        marks, lost = dict(self.marks), self.lost_at_ms
        for name in names:
            marks[name] = max(now_ms, marks.pop(name, now_ms))
        return self._bounded(marks, lost, now_ms)

    def again(self, name: str, keep: int, now_ms: int) -> "Tally":
        """Return the tally that remembers when this name came last, `keep` times back."""
        marks = dict(self.marks)
        was = [marks.pop(one) for one in _places(name, keep) if one in marks]
        moments = sorted([max([now_ms, *was]), *was], reverse=True)
        marks.update(zip(_places(name, keep), moments, strict=False))
        return self._bounded(marks, self.lost_at_ms, now_ms)

    def times(self, name: str, keep: int, now_ms: int) -> int:
        """Return how often this name came inside the window, as far as `keep` tells."""
        return sum(self.has(one, now_ms) for one in _places(name, keep))

    def _bounded(self, marks: dict[str, int], lost: int, now_ms: int) -> "Tally":
        if len(marks) > MARKS:
            marks = {name: at for name, at in marks.items() if self._is_live(at, now_ms)}
        while len(marks) > MARKS:
            del marks[min(marks, key=marks.__getitem__)]
            lost = max(lost, now_ms)
        return Tally(window_ms=self.window_ms, marks=marks, lost_at_ms=lost)

    def live(self, now_ms: int) -> frozenset[str]:
        """Return the names remembered inside the window."""
        return frozenset(name for name, at in self.marks.items() if self._is_live(at, now_ms))

    def has(self, name: str, now_ms: int) -> bool:
        """Return whether this name is remembered inside the window."""
        at = self.marks.get(name, NEVER)
        return at != NEVER and self._is_live(at, now_ms)

    def overflown(self, now_ms: int) -> bool:
        """Return whether something was forgotten that would still count."""
        return self.lost_at_ms != NEVER and self._is_live(self.lost_at_ms, now_ms)

    def _is_live(self, at_ms: int, now_ms: int) -> bool:
        return not self.window_ms or at_ms >= now_ms - self.window_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """Every tally of a session. `full` = there was no room for one more, so some do not count."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    full: bool = False


EMPTY = Tally()


def _places(name: str, keep: int) -> list[str]:
    return [f"{name}:{back}" for back in range(keep)]


def _width(window_ms: int) -> int:
    return -(-window_ms // BUCKETS)
