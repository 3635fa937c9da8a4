"""The lease journal: a row is durable before its target is touched. Rows name secrets by digest."""

from collections.abc import Iterable, Sequence

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.lease import ENDED, STUCK, UNSETTLED, Lease, LeaseChange, LeaseState
from guard.lease.quarantine import refuse_quarantined
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection, Database, touched
from guard_adapters.store.postgres.replicas import LIVING, Replica
from guard_adapters.store.rows import LEASE_LIVES, lease_from, lease_text, storable

PRUNE = """
DELETE FROM leases WHERE id IN (
    SELECT id FROM leases WHERE state = ANY($1) AND changed_ms < least($2, coalesce(
        (SELECT changed_ms FROM leases ORDER BY changed_ms DESC LIMIT 1 OFFSET $3), 0
    )) ORDER BY changed_ms LIMIT $4 FOR UPDATE SKIP LOCKED
)
"""

OF_SESSION = f"""
SELECT row FROM leases WHERE session IN ($1, '') AND {LEASE_LIVES} ORDER BY id
"""  # noqa: S608  constants


class PostgresLeases:
    """The `Leases` port on one database."""

    def __init__(self, database: Database, replica: Replica) -> None:
        self._database = database
        self._replica = replica

    async def reserve(self, lease: Lease, events: Sequence[Event]) -> None:
        """Write a new lease down; return once it is durable.

        Raises:
            Refused: `tool_quarantined`: an earlier lease of this tool could not be revoked.
        """

        async def work(db: Connection) -> None:
            refuse_quarantined(await _in(db, STUCK), lease.server, lease.tool)
            await _save(db, lease, self._replica.id)
            await append(db, events)

        await self._database.run(work)

    async def advance(self, lease_id: str, change: LeaseChange, events: Sequence[Event]) -> Lease:
        """Change one row; return it as it stands once that is durable.

        Raises:
            Refused: `lease_unknown`.
        """

        async def work(db: Connection) -> Lease:
            row = await _read(db, lease_id, lock=True)
            if row is None:
                raise Refused(f"There is no lease {lease_id!r}.", code="lease_unknown")
            changed = change(row)
            if changed != row:
                await _save(db, changed, self._replica.id)
                await append(db, events)
            return changed

        return await self._database.run(work)

    async def lease(self, lease_id: str) -> Lease | None:
        """Return one row."""
        return await self._database.run(lambda db: _read(db, lease_id), again=True)

    async def unsettled(self) -> Sequence[Lease]:
        """Return the leases of which something may still live at a target."""
        return await self._database.run(lambda db: _in(db, UNSETTLED), again=True)

    async def unsettled_of(self, session_id: str) -> Sequence[Lease]:
        """Return those of one session."""

        async def work(db: Connection) -> list[Lease]:
            found = await db.fetch(OF_SESSION, _column(session_id))
            leases = [lease_from(one[0]) for one in found]
            return [one for one in leases if one.session == session_id]

        return await self._database.run(work, again=True)

    async def irrevocable(self) -> Sequence[Lease]:
        """Return the leases that were given up."""
        return await self._database.run(lambda db: _in(db, STUCK), again=True)

    async def lost(self) -> Sequence[Lease]:
        """Return those of them whose guard is gone."""
        more = f"AND holder NOT IN ({LIVING})"
        return await self._database.run(lambda db: _in(db, UNSETTLED, more), again=True)

    async def recent(self, limit: int) -> Sequence[Lease]:
        """Return leases of any state, the last changed first."""

        async def work(db: Connection) -> list[Lease]:
            rows = await db.fetch(
                "SELECT row FROM leases ORDER BY changed_ms DESC, id LIMIT $1", limit
            )
            return [lease_from(row[0]) for row in rows]

        return await self._database.run(work, again=True)

    async def prune(self, before_ms: int, kept: int, most: int) -> int:
        """Forget ended leases; return how many, `most` at once."""

        async def work(db: Connection) -> int:
            done = await db.execute(PRUNE, sorted(ENDED), before_ms, kept - 1, most)
            return touched(done)

        return await self._database.run(work)


async def settle(db: Connection, lease_id: str, change: LeaseChange) -> None:
    """Write what the end of a call does to its lease."""
    row = await _read(db, lease_id, lock=True)
    if row is not None and (changed := change(row)) != row:
        await _save(db, changed, "")


async def _save(db: Connection, lease: Lease, holder: str) -> None:
    """Insert or replace one row; the state machine was asked before."""
    await db.execute(
        "INSERT INTO leases AS kept VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE"
        " SET state = excluded.state, changed_ms = excluded.changed_ms, row = excluded.row,"
        " holder = CASE WHEN excluded.holder = '' THEN kept.holder ELSE excluded.holder END",
        lease.id,
        lease.call_id,
        lease.state.value,
        lease.changed_ms,
        holder,
        lease_text(lease),
        _column(lease.session),
    )


def _column(session_id: str) -> str:
    """Return what is kept beside the row; under "" are those whose session only the row says."""
    return session_id if storable(session_id) else ""


async def _read(db: Connection, lease_id: str, *, lock: bool = False) -> Lease | None:
    if not storable(lease_id):
        return None
    query = f"SELECT row FROM leases WHERE id = $1{' FOR UPDATE' if lock else ''}"  # noqa: S608
    text = await db.fetchval(query, lease_id)
    return None if text is None else lease_from(text)


async def _in(db: Connection, states: Iterable[LeaseState], more: str = "") -> list[Lease]:
    query = f"SELECT row FROM leases WHERE state = ANY($1) {more} ORDER BY id"  # noqa: S608  fixed
    return [lease_from(row[0]) for row in await db.fetch(query, [one.value for one in states])]
