"""Reads the audit log of a database, whether a guard runs on it or not. It never writes."""

import asyncio

from guard_adapters.store.log import LogRows
from guard_adapters.store.postgres.database import FAILED, Address, Connection, unusable

READ_MS = 600_000
"""Longest statement of a whole log (milliseconds)."""


def read_log(address: Address) -> LogRows:
    """Return the whole log as it stands at one moment.

    What waits for its number comes last, numbered as the next guard will: signed by nobody yet.

    Raises:
        Unusable: `store_unusable`: it cannot be reached, or holds no guard's tables.
    """
    try:
        return asyncio.run(_whole(address))
    except (*FAILED, ValueError) as error:
        raise unusable(error) from None


async def _whole(address: Address) -> LogRows:
    db = await address.connect(timeout_ms=READ_MS)
    try:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            rows = await numbered(db, 0, None)
            queued = await db.fetch("SELECT leaf, side FROM audit_queue ORDER BY id")
    finally:
        await db.close()
    more = list(enumerate(queued, start=len(rows.leaves)))
    return LogRows(
        leaves=(*rows.leaves, *((n, bytes(row["leaf"])) for n, row in more)),
        sides={**rows.sides, **{n: row["side"] for n, row in more if row["side"] is not None}},
        notes=rows.notes,
        size=rows.size + len(more),
    )


async def numbered(db: Connection, start: int, end: int | None) -> LogRows:
    """Return the numbered rows from `start` up to `end`."""
    span = (start, 2**62 if end is None else end)
    leaves = await db.fetch(
        "SELECT seq, leaf FROM audit_leaves WHERE seq >= $1 AND seq < $2 ORDER BY seq", *span
    )
    sides = await db.fetch("SELECT seq, side FROM audit_side WHERE seq >= $1 AND seq < $2", *span)
    notes = await db.fetch(
        "SELECT note FROM audit_checkpoints WHERE size > $1 AND size <= $2 ORDER BY size", *span
    )
    return LogRows(
        leaves=tuple((row["seq"], bytes(row["leaf"])) for row in leaves),
        sides={row["seq"]: row["side"] for row in sides},
        notes=tuple(row["note"] for row in notes),
        size=await db.fetchval("SELECT count(*) FROM audit_leaves"),
    )


async def checkpoint_text(db: Connection) -> str:
    """Return the newest signed checkpoint, or nothing."""
    found = await db.fetchval("SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")
    return found or ""
