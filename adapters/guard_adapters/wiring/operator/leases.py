"""What an operator may see of leases and do to them: look, and take back."""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.errors import Refused
from guard.grant.lease import Lease
from guard.lease.revoking import Revoking
from guard.ports import World

MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseDesk:
    """The leases of one guard as its operator may change them."""

    world: World

    async def leases(self, *, open_only: bool) -> Sequence[Lease]:
        """Return the last 1,000 leases, or those of which something may still live."""
        if open_only:
            rows = await self.world.leases.unsettled()
            return sorted(rows, key=lambda row: -row.changed_ms)
        return await self.world.leases.recent(MOST)

    async def lease(self, lease_id: str) -> Lease:
        """Return one lease.

        Raises:
            Refused: `lease_unknown`.
        """
        row = await self.world.leases.lease(lease_id)
        if row is None:
            raise Refused(f"There is no lease {lease_id!r}.", code="lease_unknown")
        return row

    async def revoke_lease(self, lease_id: str) -> Lease:
        """Take a lease back at its target; the row says how far that came.

        Raises:
            Refused: `lease_unknown`.
        """
        return await Revoking(world=self.world).take_back(await self.lease(lease_id), "operator")
