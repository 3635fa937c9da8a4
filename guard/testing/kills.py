"""Stops and epochs in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from guard.audit.event import Event
from guard.model.kill import Epoch, Kill, Scope


@dataclass(slots=True, kw_only=True)
class MemoryKills:
    """The `Kills` port in memory; every event in `events`."""

    events: list[Event] = field(default_factory=list[Event])
    kills: dict[tuple[str, str], Kill] = field(default_factory=dict[tuple[str, str], Kill])
    voided: dict[tuple[str, str], Epoch] = field(default_factory=dict[tuple[str, str], Epoch])
    seq: int = 0

    def standing(self) -> Sequence[Kill]:
        """Return what is stopped."""
        return tuple(self.kills.values())

    async def stop(self, kill: Kill, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
        """Stop something."""
        self.kills[kill.scope, kill.name] = kill
        await self.void(epochs)
        self.events.extend(events)

    async def lift(self, scope: Scope, name: str, events: Sequence[Event]) -> bool:
        """Let it go on; False: it was not stopped."""
        if self.kills.pop((scope, name), None) is None:
            return False
        self.events.extend(events)
        return True

    async def void(self, epochs: Sequence[Epoch]) -> None:
        """Make tokens void; an epoch never moves back."""
        for one in epochs:
            known = self.voided.get((one.kind, one.name))
            self.seq += 1
            at_ms = max(one.at_ms, known.at_ms if known else 0)
            self.voided[one.kind, one.name] = replace(one, at_ms=at_ms, seq=self.seq)

    async def epochs(self, after: int) -> Sequence[Epoch]:
        """Return those of a later number."""
        later = [one for one in self.voided.values() if one.seq > after]
        return sorted(later, key=lambda one: one.seq)

    async def prune(self, before_ms: int) -> int:
        """Forget what is older, but for the last number."""
        old = [
            key for key, one in self.voided.items() if one.at_ms < before_ms and one.seq < self.seq
        ]
        for key in old:
            del self.voided[key]
        return len(old)
