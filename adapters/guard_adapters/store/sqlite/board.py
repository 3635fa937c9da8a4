"""What people look through, read from the embedded store. It changes nothing."""

import sqlite3

from guard.grant.approval import Approval
from guard_adapters.store.rows import approval_from

SCHEMA = """
CREATE INDEX IF NOT EXISTS approvals_used ON approvals (
    json_extract(row, '$.action'), json_extract(row, '$.requester'),
    json_extract(row, '$.consumed_ms')
) WHERE status = 'consumed'
"""


def last_used(db: sqlite3.Connection, action: str, requester: str) -> Approval | None:
    """Return the approval that this person's last approved call of a tool used."""
    row = db.execute(
        "SELECT row FROM approvals WHERE status = 'consumed'"
        " AND json_extract(row, '$.action') = ? AND json_extract(row, '$.requester') = ?"
        " ORDER BY json_extract(row, '$.consumed_ms') DESC LIMIT 1",
        (action, requester),
    ).fetchone()
    return None if row is None else approval_from(row[0])
