"""The lease journal in memory. It keeps everything and shares it with nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.lease import UNSETTLED, Lease, LeaseChange, LeaseState


@dataclass(slots=True, kw_only=True)
class MemoryLeases:
    """The `Leases` port, with every event in `events`."""

    events: list[Event] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None:
        """Journal a new lease; `tool_quarantined` while one of its tool is irrevocable."""
        for row in self.leases.values():
            same = (row.server, row.tool) == (lease.server, lease.tool)
            if same and row.state is LeaseState.IRREVOCABLE:
                raise Refused("A credential could not be revoked.", code="tool_quarantined")
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

    async def recent(self, limit: int) -> Sequence[Lease]:
        """Return the newest rows."""
        return list(reversed(self.leases.values()))[:limit]
