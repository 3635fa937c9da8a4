"""Takes credentials back: at the end of a call, at a deadline, at a signal, after a crash.

Each try is one question to the target and one change of the journal's row. Two who try at once do
no harm: the row's own table decides what is written. It waits for nothing and keeps no clock.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from guard.audit.event import Event, Kind
from guard.errors import GuardError
from guard.grant.credential import CALL_TOKEN
from guard.grant.lease import ENDED, Fate, Lease, LeaseState, fated, lease_of, recalled
from guard.model.kill import Epoch
from guard.ports import Issuer, World

FATE: Final = "guard.revoke.fate"
"""Under which a trace notes what a target said of a credential that is to be gone."""

RECALL_MS: Final = 2_000
"""How long whoever sent a signal waits for the targets (milliseconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """Takes credentials back at their targets."""

    world: World

    async def take_back(self, lease: Lease, why: str) -> Lease:
        """Write down that the lease ends, ask its target once, and return the row.

        Raises:
            Unavailable: the journal failed. A target that fails is written down and tried again.
        """
        return await self._asked(await self.marked(lease, why), why)

    async def marked(self, lease: Lease, why: str) -> Lease:
        """Write down that the lease ends, and return the row; its target is asked by somebody else.

        Raises:
            Unavailable: the journal failed.
        """
        issuer = self.world.issuers.get(lease.issuer)
        leaves = issuer is None or issuer.leaves_object
        now_ms = self.world.clock.now_ms()

        def change(row: Lease) -> Lease:
            return recalled(row, now_ms, why, leaves=leaves)

        return await self.world.leases.advance(lease.id, change, [])

    async def marked_by_id(self, leases: Sequence[str], why: str) -> Sequence[Lease]:
        """Write down that these end; return the rows of those that the journal knows."""
        rows = [await self.world.leases.lease(one) for one in leases]
        return [await self.marked(row, why) for row in rows if row is not None]

    async def marked_in(self, session_id: str, why: str) -> Sequence[Lease]:
        """Write down that all ends that a session holds; return the rows."""
        held = await self.world.leases.unsettled_of(session_id)
        return [await self.marked(row, why) for row in held]

    async def tried_all(self, rows: Sequence[Lease]) -> None:
        """Ask the targets of rows that are to end, all at once and for `RECALL_MS` at most.

        What a target or the journal did not let happen by then is left to the watchdog, which
        sees the rows as they are.
        """
        each = {row.id: row for row in rows}
        works = [(one.issuer, partial(self.tried, one.id, one.reason)) for one in each.values()]
        await self.world.together.run(works, RECALL_MS)

    async def tried(self, lease_id: str, why: str) -> None:
        """Ask the target of a row that is to end; a journal that fails leaves it as it is."""
        with suppress(GuardError):
            row = await self.world.leases.lease(lease_id)
            if row is not None:
                await self._asked(row, why)

    async def _asked(self, row: Lease, why: str) -> Lease:
        if row.state not in {LeaseState.REVOKE_PENDING, LeaseState.IRREVOCABLE}:
            return row
        async with self.world.trace.revoking(row, why) as span:
            fate = await self._fate(row, why)
            span.note(FATE, fate.value)
        now_ms = self.world.clock.now_ms()
        after = fated(row, now_ms, fate)
        kind: Kind = "credential_revoked"
        events = [revoked(row, why, now_ms)] if after.state is LeaseState.REVOKED else []
        if after.state is LeaseState.IRREVOCABLE and after.state is not row.state:
            kind = "lease_irrevocable"
            events = [_event(kind, row, why, now_ms)]

        def change(one: Lease) -> Lease:
            # What was made after the target was asked is not gone: it is asked again.
            return fated(one, now_ms, fate) if one.token_sha256 == row.token_sha256 else one

        return await self.world.leases.advance(row.id, change, events)

    async def _fate(self, row: Lease, why: str) -> Fate:
        issuer = self.world.issuers.get(row.issuer)
        if issuer is None:  # no longer configured: somebody must look
            return Fate.STILL_THERE
        try:
            fate = await issuer.revoke(row, why)
            if fate is Fate.RUNS_OUT and row.kind == CALL_TOKEN:
                # Its name is the lease's: servers that follow epochs refuse it until it runs out.
                at_ms = self.world.clock.now_ms()
                await self.world.kills.void([Epoch(kind="jti", name=row.id, at_ms=at_ms)])
        except GuardError:
            return Fate.STILL_THERE
        return fate

    async def swept(self, name: str, issuer: Issuer) -> Sequence[str]:
        """Delete what lives at one issuer's target and in no open row; return those handles.

        Raises:
            Unavailable: the target or the journal failed.
        """
        unknown: list[str] = []
        for handle in await issuer.sweep():
            lease_id = lease_of(handle, self.world.guard_id)
            known = await self.world.leases.lease(lease_id) if lease_id else None
            if lease_id is None or (known is not None and known.state not in ENDED):
                continue
            stray = known or _stray(lease_id, handle, name, issuer.kind, self.world.guard_id)
            if await issuer.revoke(stray, "unknown_handle") is Fate.GONE:
                now_ms = self.world.clock.now_ms()
                await self.world.sink.write([revoked(stray, "unknown_handle", now_ms)])
                unknown.append(handle)
        return unknown


def _stray(lease_id: str, handle: str, issuer: str, kind: str, guard: str) -> Lease:
    return Lease(
        id=lease_id, call_id="", session="", kind=kind, deadline_ms=0, handle=handle,
        issuer=issuer, guard=guard,
    )  # fmt: skip


def revoked(lease: Lease, why: str, now_ms: int) -> Event:
    """Return the record that nothing is left of a lease at its target."""
    return _event("credential_revoked", lease, why, now_ms)


def _event(kind: Kind, lease: Lease, why: str, now_ms: int) -> Event:
    return Event(
        kind=kind,
        at_ms=now_ms,
        session=lease.session,
        call=lease.call_id,
        leaf={
            "lease": lease.id,
            "handle": lease.handle,
            "issuer": lease.issuer,
            "credential": lease.kind,
            "binding": lease.binding,
            "why": why,
        },
    )
