"""The table of what each session's results have shown: lines that are only appended."""

import sqlite3

from guard.provenance.result.segment import Segment
from guard.session.state import Session

SCHEMA = """
CREATE TABLE IF NOT EXISTS observations (
    session TEXT NOT NULL, n INTEGER NOT NULL, segment BLOB NOT NULL, PRIMARY KEY (session, n)
) WITHOUT ROWID
"""


def append(db: sqlite3.Connection, session: Session, segment: Segment) -> None:
    """Write the line that the head already counts."""
    db.execute(
        "INSERT INTO observations VALUES (?, ?, ?)", (session.id, session.observed, segment.body)
    )


def lines_of(db: sqlite3.Connection, session_id: str) -> list[bytes]:
    """Return a session's lines, oldest first."""
    rows = db.execute(
        "SELECT segment FROM observations WHERE session = ? ORDER BY n", (session_id,)
    )
    return [row[0] for row in rows.fetchall()]
