"""Which day it is by what a result shows: of a clock, or in a field that says so by its name.

A world of its own, as a test or a rehearsal, has another day than the guard's clock. Only a trusted
field tells it, for who says which day it is says which Friday is meant. It decides nothing.
"""

from functools import lru_cache

from guard.provenance.result.segment import Segment
from guard.provenance.vocabulary.currencies import words_in

_DAYS = frozenset(
    {
        *(("today",), ("now",), ("current", "date"), ("current", "day"), ("current", "time")),
        *(("current", "datetime"), ("todays", "date"), ("today", "date"), ("date", "today")),
        *(("server", "time"), ("server", "date"), ("system", "date"), ("system", "time")),
    }
)
"""What a field is called that says which day it is."""
MOMENTS = frozenset({"date", "time", "datetime", "timestamp"})
"""Last words of what is called after a moment."""
_NOW = frozenset({"current", "today", "todays", "now", "clock"})
_IDLE = frozenset({"get", "fetch", "show", "tell", "read", "what", "is", "the", "it", "and", "utc"})
_IDLE |= frozenset({"local", "server", "system", "world"})


def day_shown(segment: Segment) -> str:
    """Return which day it is (YYYY-MM-DD) by a result; empty: it does not say, or says several."""
    if segment.write:
        return ""
    clock = is_clock(segment.action.rpartition("/")[2])
    days = {
        one.canonical
        for one in segment.seen
        if one.kind == "date" and one.trusted and "*" not in one.path
        if clock or words_in(one.path.rpartition(".")[2]) in _DAYS
    }
    return days.pop() if len(days) == 1 else ""


@lru_cache(maxsize=1024)
def is_clock(name: str) -> bool:
    """Return whether a tool of this name tells nothing but which moment it is.

    Both words are needed: `get_today` may as well tell what is on today, and who sent it.
    """
    words = frozenset(words_in(name))
    both = not words.isdisjoint(_NOW) and not words.isdisjoint(MOMENTS)
    return both and words <= _NOW | MOMENTS | _IDLE | {"day"}
