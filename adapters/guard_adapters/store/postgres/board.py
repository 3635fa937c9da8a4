"""What people look through, read from PostgreSQL. It changes nothing."""

from guard.grant.approval import Approval
from guard_adapters.store.postgres.database import Connection
from guard_adapters.store.rows import approval_from


async def last_used(db: Connection, action: str, requester: str) -> Approval | None:
    """Return the approval that this person's last approved call of a tool used."""
    text = await db.fetchval(
        "SELECT row FROM approvals WHERE status = 'consumed' AND action = $1 AND requester = $2"
        " ORDER BY (row::json ->> 'consumed_ms')::bigint DESC LIMIT 1",
        action,
        requester,
    )
    return None if text is None else approval_from(text)
