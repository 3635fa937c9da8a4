"""The lists that a session's tools have shown: what stood in each, and what it was asked for.

A list counts where all there is of what was asked for came back. It reads no request, and decides
nothing.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guard.provenance.result.records import Record
from guard.provenance.result.segment import Segment
from guard.provenance.result.select import Selection, is_extreme

_KEPT = 64
"""Results of one tool that are remembered as lists; the newest ones."""


class Listing(NamedTuple):
    """One result of a tool that looks things up.

    Args:
        first: the number of the record before its first one.
        records: in their order.
        sought: the texts by which they were looked for; none: there is no such list.
        many: the number of its last one in that result.
    """

    first: int
    records: tuple[Record, ...]
    sought: tuple[str, ...]
    many: int

    def holds(self, number: int) -> bool:
        """Return whether the record of a number is one of it."""
        return self.first < number <= self.first + self.many


class Listings:
    """The lists of one session. Mutable: `learn` is its only change."""

    def __init__(self) -> None:
        self._whole: dict[str, list[Record]] = {}  # the last whole list of each tool
        self._shown: dict[str, deque[Listing]] = {}

    def learn(self, segment: Segment, first: int, records: Mapping[int, Record]) -> None:
        """Take in what one more result showed.

        Args:
            segment: of the result.
            first: how many records the session had before.
            records: of the result, by their number in it.
        """
        if segment.write or not records:
            return
        every, action = [*records.values()], segment.action
        if segment.listed and not segment.truncated:
            self._whole[action] = every
        sought = () if segment.truncated else ("",) if segment.listed else segment.sought
        shown = self._shown.setdefault(action, deque(maxlen=_KEPT))
        shown.append(Listing(first, tuple(every), sought, max(records)))

    def of(self, action: str) -> Sequence[Record]:
        """Return the records of a tool's last whole list, in its order; empty: there is none."""
        return self._whole.get(action, ())

    def chosen(self, record: Record, selection: Selection) -> bool:
        """Return whether a record is the only one of its list that a choice means."""
        whole = ([one for one in each if one.identity] for each in self._whole.values())
        return any(
            is_extreme(record, listed, selection)
            for listed in whole
            if any(one.identity == record.identity for one in listed)
        )

    def actions(self) -> Sequence[str]:
        """Return the tools of which it has lists."""
        return [*self._shown]

    def shown(self, action: str) -> Sequence[Listing]:
        """Return the newest lists of a tool, oldest first."""
        return self._shown.get(action, ())
