"""The fake of the hole for messages: a queue in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from guard.ports.outbox import About, Note, note_of


@dataclass(slots=True, kw_only=True)
class MemoryOutbox:
    """Notes in memory; give `noted` to `MemoryApprovals`, so that opening writes them.

    Plans are noted through the approvals beside them.
    """

    channels: tuple[str, ...] = ()
    notes: dict[str, Note] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def noted(self, row: About) -> None:
        """Write one note for each channel."""
        for channel in self.channels:
            one = note_of(row, channel)
            self.notes[one.id] = one

    async def take(self, now_ms: int, lease_ms: int) -> Sequence[Note]:
        """Return what is due."""
        due = [one for one in self._open() if one.next_ms <= now_ms]
        for one in due:
            self.notes[one.id] = replace(one, next_ms=now_ms + lease_ms)
        return sorted(due, key=lambda one: (one.next_ms, one.id))

    async def done(self, note_id: str, how: str) -> None:
        """Take a note out of the queue for good."""
        self.ended.setdefault(note_id, how)

    async def later(self, note_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""
        one = self.notes[note_id]
        self.notes[note_id] = replace(one, tries=one.tries + 1, next_ms=next_ms)

    async def reopened(self) -> None:
        """Make everything due."""
        for one in self._open():
            self.notes[one.id] = replace(one, next_ms=0)

    def _open(self) -> list[Note]:
        return [one for one in self.notes.values() if one.id not in self.ended]
