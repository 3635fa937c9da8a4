"""The lease journal in memory. It keeps everything and shares it with nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.lease import ENDED, STUCK, UNSETTLED, Lease, LeaseChange
from guard.lease.quarantine import refuse_quarantined


@dataclass(slots=True, kw_only=True)
class MemoryLeases:
    """The `Leases` port, with every event in `events`."""

    events: list[Event] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None:
        """Journal a new lease; `tool_quarantined` while one of its tool is irrevocable."""
        refuse_quarantined(self.leases.values(), lease.server, lease.tool)
        self.leases[lease.id] = lease
        self.events.extend(events)

    async def advance(self, lease_id: str, change: LeaseChange, events: Sequence[Event]) -> Lease:
        """Change one row; `lease_unknown` otherwise."""
        row = self.leases.get(lease_id)
        if row is None:
            raise Refused("There is no such lease.", code="lease_unknown")
        changed = change(row)
        if changed != row:
            self.leases[lease_id] = changed
            self.events.extend(events)
        return changed

    async def lease(self, lease_id: str) -> Lease | None:
        """Return one row."""
        return self.leases.get(lease_id)

    async def unsettled(self) -> Sequence[Lease]:
        """Return leases of which something may live."""
        return [lease for lease in self.leases.values() if lease.state in UNSETTLED]

    async def unsettled_of(self, session_id: str) -> Sequence[Lease]:
        """Return those of one session."""
        return [lease for lease in await self.unsettled() if lease.session == session_id]

    async def irrevocable(self) -> Sequence[Lease]:
        """Return those that were given up."""
        return [one for one in self.leases.values() if one.state in STUCK]

    async def recent(self, limit: int) -> Sequence[Lease]:
        """Return the newest rows."""
        return list(reversed(self.leases.values()))[:limit]

    async def prune(self, before_ms: int, kept: int, most: int) -> int:
        """Forget ended rows but the newest."""
        row = sorted(self.leases.values(), key=lambda one: -one.changed_ms)
        oldest_ms = min(before_ms, row[kept - 1].changed_ms if len(row) >= kept else 0)
        gone = [one for one in reversed(row) if one.state in ENDED and one.changed_ms < oldest_ms]
        for one in gone[:most]:
            del self.leases[one.id]
        return len(gone[:most])
