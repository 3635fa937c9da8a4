"""What the end of a call writes beside its session: in one transaction, and once.

It knows no session's row; whoever calls it has changed that before.
"""

from guard.ports import Ending
from guard.session.state import Session
from guard_adapters.store.postgres.approval_rows import settle as settle_approval
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection
from guard_adapters.store.postgres.leases import settle as settle_lease


async def is_first(db: Connection, key: str) -> bool:
    """Return whether nobody wrote under this key before; from now on somebody has."""
    first = await db.fetchval(
        "INSERT INTO done VALUES ($1, guard_now_ms()) ON CONFLICT DO NOTHING RETURNING key", key
    )
    return first is not None


async def left_behind(db: Connection, ending: Ending, session: Session | None) -> None:
    """Write what a call leaves behind; without a session it was refused before it had one."""
    if session is not None and ending.segment is not None:
        await db.execute(
            "INSERT INTO observations VALUES ($1, $2, $3)",
            session.id,
            session.observed,
            ending.segment.body,
        )
    if ending.approval:
        await settle_approval(db, ending)
    if ending.lease_change is not None:
        await settle_lease(db, ending.lease, ending.lease_change)
    await append(db, ending.events)
