"""When a task may be worked on: not before a moment, on these weekdays, in these hours.

Hours and weekdays are those of the catalogue's zone, as policy reads them. It keeps no clock.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from guard.model.call import Json
from guard.model.facts import ClockFacts

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)  # Monday = 0
HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a task holds. `not_before` in Unix seconds; no weekdays or no hours: all of them."""

    not_before: int = 0
    weekdays: frozenset[Weekday] = frozenset()
    hours: frozenset[int] = frozenset()  # 0 to 23: 2 is from 02:00 until 03:00

    def holds(self, clock: ClockFacts) -> bool:
        """Return whether the task may be worked on at this moment."""
        if clock.at_ms < self.not_before * 1000:
            return False
        if self.weekdays and WEEKDAYS[clock.weekday] not in self.weekdays:
            return False
        return not self.hours or clock.hour in self.hours

    def as_json(self) -> dict[str, Json]:
        """Return what is bounded, sets in their order."""
        some: dict[str, Json] = {
            "not_before": self.not_before,
            "weekdays": [one for one in WEEKDAYS if one in self.weekdays],
            "hours": [*sorted(self.hours)],
        }
        return {name: bound for name, bound in some.items() if bound}


ALWAYS: Final = Schedule()
