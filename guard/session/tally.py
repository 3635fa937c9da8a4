"""One number over a window, or one set of remembered values: bounded, and never too small.

A count is never below the exact one: a bucket counts until all of it is outside the window, and a
clock that steps back forgets nothing. Values are remembered up to a limit, in the order of time, so
that what is old goes without a search; what had to go before its time is reported.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

BUCKETS = 60
LARGEST = 2**63 - 1  # sums saturate here: it is what policy can compare
MARKS = 1024  # remembered values of one ledger
EQUAL = 512  # the calls that `repeated` remembers, each as often as it has to
DIFFERENT = 256  # values that `distinct` tells apart: more are "too many", whatever the cap
NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One kept number (`total` in `buckets`) or one set of remembered values (`marks`)."""

    window_ms: int = 0
    total: int = 0
    buckets: tuple[tuple[int, int], ...] = ()  # (bucket number, amount), oldest first
    marks: Mapping[str, int] = field(default_factory=dict)  # name -> last seen (ms), oldest first;
    # of `deeds`: name -> how many
    lost_at_ms: int = NEVER  # when a mark had to go before its time
    row: str = field(default="", init=False, repr=False, compare=False)  # as a store has it, once

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

    def marked(self, names: Iterable[str], now_ms: int, most: int = MARKS) -> "Tally":
        """Return the tally that remembers these names, too; the oldest go if there are too many."""
        marks = dict(self.marks)
        new = {name: max(now_ms, marks.pop(name, now_ms)) for name in names}
        return self._with(marks, new, now_ms, most)

    def again(self, name: str, keep: int, now_ms: int) -> "Tally":
        """Return the tally that remembers when this name came last, `keep` times back."""
        marks = dict(self.marks)
        was = [marks.pop(one) for one in _places(name, keep) if one in marks]
        moments = sorted([max([now_ms, *was]), *was], reverse=True)
        new = dict(zip(_places(name, keep), moments, strict=False))
        return self._with(marks, new, now_ms, EQUAL)

    def adding(self, name: str, amount: int) -> "Tally":
        """Return the tally in which a name has so much more; names that are too many are lost."""
        had = self.marks.get(name, 0)
        if not had and len(self.marks) >= MARKS:
            return Tally(window_ms=self.window_ms, marks=self.marks, lost_at_ms=0)
        marks = {**self.marks, name: min(LARGEST, had + amount)}
        return Tally(window_ms=self.window_ms, marks=marks, lost_at_ms=self.lost_at_ms)

    def holding(self, marks: Mapping[str, int], now_ms: int) -> "Tally":
        """Return the tally with these marks and no others; the oldest go if there are too many."""
        return self._with({}, marks, now_ms, MARKS)

    def times(self, name: str, keep: int, now_ms: int) -> int:
        """Return how often this name came inside the window, as far as `keep` tells."""
        return sum(self.has(one, now_ms) for one in _places(name, keep))

    def _with(
        self, marks: dict[str, int], new: Mapping[str, int], now_ms: int, most: int
    ) -> "Tally":
        """Return the tally with new marks: in the order of time, so that the oldest stand first."""
        newest = next(reversed(marks.values())) if marks else NEVER
        marks |= dict(sorted(new.items(), key=_moment)) if len(new) > 1 else new
        if new and min(new.values()) < newest:  # the clock stepped back
            marks = dict(sorted(marks.items(), key=_moment))
        lost, gone = self.lost_at_ms, self._gone(marks, now_ms)
        over = len(marks) - gone - most
        if over > 0:
            gone, lost = gone + over, max(lost, now_ms)
        marks = dict(islice(marks.items(), gone, None)) if gone else marks
        return Tally(window_ms=self.window_ms, marks=marks, lost_at_ms=lost)

    def _gone(self, marks: Mapping[str, int], now_ms: int) -> int:
        """Return how many of these marks, oldest first, are outside the window."""
        start = now_ms - self.window_ms
        if not self.window_ms or not marks or next(iter(marks.values())) >= start:
            return 0
        return bisect_left([*marks.values()], start)

    def live(self, now_ms: int) -> frozenset[str]:
        """Return the names remembered inside the window."""
        return frozenset(islice(self.marks, self._gone(self.marks, now_ms), None))

    def different(self, names: Iterable[str], now_ms: int) -> int:
        """Return how many names are remembered inside the window, counting these as well.

        Where some had to go before their time, that is more than anything can be compared with.
        """
        if self.overflown(now_ms):
            return LARGEST
        new = sum(not self.has(name, now_ms) for name in set(names))
        return len(self.marks) - self._gone(self.marks, now_ms) + new

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


def _moment(mark: tuple[str, int]) -> int:
    return mark[1]


def _width(window_ms: int) -> int:
    return -(-window_ms // BUCKETS)
