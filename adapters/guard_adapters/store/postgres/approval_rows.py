"""The rows of approvals: read and written on one connection, each change hinted at."""

from collections.abc import Callable, Collection
from typing import Final

from guard.audit.asked import approvals_ended
from guard.grant.approval import Approval
from guard.ports import Ending
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection
from guard_adapters.store.postgres.hints import CHANNEL
from guard_adapters.store.postgres.replicas import LIVING
from guard_adapters.store.postgres.schema import later_ms
from guard_adapters.store.rows import OPEN, approval_from, approval_text, asked, due_ms, storable

TIMELINE: Final = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
"""Changes when a standby takes over: what was used just before may look unused there."""

LISTED: Final = 500
SWEPT: Final = 500
"""Most rows of one sweep: the rest waits for the next one."""

SAVE = f"""
INSERT INTO approvals AS kept (id, binding, status, created_ms, outcome, due_ms, session,
    requester, row, grant_id, action, holder, asked, timeline)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, {TIMELINE})
ON CONFLICT (id) DO UPDATE SET status = excluded.status, outcome = excluded.outcome,
    due_ms = excluded.due_ms, row = excluded.row,
    holder = CASE WHEN excluded.holder = '' THEN kept.holder ELSE excluded.holder END,
    timeline = CASE WHEN kept.status = 'pending' THEN excluded.timeline ELSE kept.timeline END
"""  # noqa: S608  constants
INSERT = SAVE.partition("ON CONFLICT")[0] + "ON CONFLICT DO NOTHING RETURNING id"
LATE = f"""
SELECT row FROM approvals
WHERE ({OPEN} OR outcome = 'running') AND due_ms <= $1
   OR outcome = 'running' AND holder <> '' AND holder NOT IN ({LIVING})
ORDER BY due_ms LIMIT {SWEPT} FOR UPDATE SKIP LOCKED
"""  # noqa: S608  constants


async def settle(db: Connection, ending: Ending) -> None:
    """Write the outcome of the call that used an approval; a failed mint counts as an error."""
    row = await locked(db, ending.approval)
    if row is None:
        return
    ended = row.ended_by(ending.consume_id, ending.outcome, ending.told_ms)
    if ended != row:
        await save(db, ended)


async def note(
    db: Connection, approval_id: str, now_ms: int, change: Callable[[Approval, int], Approval]
) -> None:
    """Write what `change` notes on a row, if it notes anything."""
    row = await locked(db, approval_id)
    at_ms = await later_ms(db, now_ms)
    if row is not None and (noted := change(row, at_ms)) is not row:
        await save(db, noted)


async def row_of(db: Connection, approval_id: str) -> Approval | None:
    """Return one row."""
    if not storable(approval_id):
        return None
    text = await db.fetchval("SELECT row FROM approvals WHERE id = $1", approval_id)
    return None if text is None else approval_from(text)


async def locked(db: Connection, approval_id: str) -> Approval | None:
    """Return one row, and lock it until the transaction ends."""
    if not storable(approval_id):
        return None
    text = await db.fetchval("SELECT row FROM approvals WHERE id = $1 FOR UPDATE", approval_id)
    return None if text is None else approval_from(text)


def values(one: Approval, holder: str) -> tuple[object, ...]:
    """Return what `INSERT` takes for one row."""
    return (
        one.id, one.binding, one.status.value, one.created_ms,
        one.outcome.value if one.outcome else None, due_ms(one), one.session, one.requester,
        approval_text(one), one.grant, one.action, holder, asked(one),
    )  # fmt: skip


async def save(db: Connection, approval: Approval, holder: str = "") -> None:
    """Write a row under its lock, and hint at it once the transaction is kept."""
    await db.execute(SAVE, *values(approval, holder))
    await db.execute(f"SELECT pg_notify('{CHANNEL}', $1)", approval.id)


async def put(db: Connection, row: Approval, now_ms: int) -> None:
    """Write a row, and the record of its end where it ended unused."""
    await save(db, row)
    await append(db, approvals_ended([row], now_ms))


async def standing(db: Connection, binding: str) -> Approval | None:
    """Return the open row of this binding, and lock it."""
    text = await db.fetchval(
        f"SELECT row FROM approvals WHERE binding = $1 AND {OPEN} FOR UPDATE",  # noqa: S608
        binding,
    )
    return None if text is None else approval_from(text)


async def left_by(db: Connection, grants: Collection[str]) -> list[Approval]:
    """Return the open rows that uses of these grants left, and lock them."""
    rows = await db.fetch(
        f"SELECT row FROM approvals WHERE grant_id = ANY($1) AND {OPEN}"  # noqa: S608
        " ORDER BY id FOR UPDATE",
        list(grants),
    )
    return [approval_from(row[0]) for row in rows]
