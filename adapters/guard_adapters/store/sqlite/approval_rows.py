"""The rows of approvals in the file: read, listed, swept and written inside a transaction."""

import json
import sqlite3

from guard.errors import Unavailable
from guard.grant.approval import Approval
from guard.model.call import Outcome
from guard.ports import Ending
from guard_adapters.store.rows import approval_from, approval_text, asked, due_ms, picked

LISTED = 500

SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (
    id TEXT PRIMARY KEY, binding TEXT NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL,
    row TEXT NOT NULL, outcome TEXT, due_ms INTEGER NOT NULL DEFAULT 0,
    session TEXT NOT NULL DEFAULT '', requester TEXT NOT NULL DEFAULT '', asked TEXT, action TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON approvals (binding)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_of_session ON approvals (session)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_of_requester ON approvals (requester)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_by_status ON approvals (status, created_ms);
CREATE INDEX IF NOT EXISTS approvals_due ON approvals (due_ms) WHERE due_ms > 0;
CREATE INDEX IF NOT EXISTS approvals_unknown ON approvals (created_ms) WHERE outcome = 'unknown';
CREATE INDEX IF NOT EXISTS approvals_asked
    ON approvals (asked, requester, action, due_ms, id, status) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS cooldowns (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL)
    WITHOUT ROWID
"""


def settle(db: sqlite3.Connection, ending: Ending) -> None:
    """Write the outcome of the call that used an approval; a failed mint counts as an error."""
    row = row_of(db, ending.approval)
    if row is None:
        return
    ended = row.ended_by(ending.consume_id, ending.outcome, ending.told_ms)
    if ended != row:
        save(db, ended)


def open_for(db: sqlite3.Connection, binding: str) -> Approval | None:
    """Return the open row of this binding."""
    row = db.execute(
        "SELECT row FROM approvals WHERE binding = ? AND status IN ('pending', 'approved')",
        (binding,),
    ).fetchone()
    return None if row is None else approval_from(row[0])


def row_of(db: sqlite3.Connection, approval_id: str) -> Approval | None:
    """Return one row."""
    row = db.execute("SELECT row FROM approvals WHERE id = ?", (approval_id,)).fetchone()
    return None if row is None else approval_from(row[0])


def listed_rows(
    db: sqlite3.Connection, session: str = "", requester: str = "", *, open_only: bool
) -> list[Approval]:
    """Return rows, oldest first: the open ones, or the last 500 of all."""
    clause, given = picked("?", session, requester, open_only=open_only)
    rows = db.execute(
        f"SELECT row FROM approvals WHERE {clause}"  # noqa: S608  fixed words
        f" ORDER BY created_ms DESC, id DESC LIMIT {-1 if open_only else LISTED}",
        given,
    ).fetchall()
    return [approval_from(row[0]) for row in reversed(rows)]


def running_rows(db: sqlite3.Connection) -> list[Approval]:
    """Return the rows whose call has no ending yet."""
    rows = db.execute("SELECT row FROM approvals WHERE due_ms > 0 AND outcome = 'running'")
    return [approval_from(text) for (text,) in rows.fetchall()]


def unknown_rows(db: sqlite3.Connection) -> list[Approval]:
    """Return the runs that nobody knows the end of, oldest first."""
    rows = db.execute(
        "SELECT row FROM approvals WHERE outcome = 'unknown' ORDER BY created_ms, id LIMIT ?",
        (LISTED,),
    )
    return [approval_from(text) for (text,) in rows.fetchall()]


def swept_rows(db: sqlite3.Connection, now_ms: int) -> list[Approval]:
    """Expire what is late; turn runs without an ending into unknown ones. Return both."""
    rows = db.execute(
        "SELECT row FROM approvals WHERE due_ms > 0 AND due_ms <= ? ORDER BY due_ms", (now_ms,)
    ).fetchall()
    swept = []
    for row in (approval_from(text) for (text,) in rows):
        lost = row.outcome is Outcome.RUNNING
        swept.append(row.settled(Outcome.UNKNOWN) if lost else row.at(now_ms))
        save(db, swept[-1])
    return swept


def save(db: sqlite3.Connection, approval: Approval) -> None:
    """Insert or replace one row; the state machine was asked before."""
    outcome = approval.outcome.value if approval.outcome else None
    try:
        db.execute(
            "INSERT INTO approvals (id, binding, status, created_ms, row, outcome, due_ms,"
            " session, requester, asked, action) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET status = excluded.status, row = excluded.row,"
            " outcome = excluded.outcome, due_ms = excluded.due_ms, session = excluded.session,"
            " requester = excluded.requester, asked = excluded.asked, action = excluded.action",
            (
                approval.id,
                approval.binding,
                approval.status.value,
                approval.created_ms,
                approval_text(approval),
                outcome,
                due_ms(approval),
                approval.session,
                approval.requester,
                json.dumps(asked(approval)),
                approval.action,
            ),
        )
    except sqlite3.IntegrityError as error:
        raise Unavailable("The same call is already open.", code="state_conflict") from error


def upgraded(db: sqlite3.Connection) -> None:
    """Give the rows of format 1 the columns that came with format 2."""
    for column in ("outcome TEXT", "due_ms INTEGER NOT NULL DEFAULT 0"):
        db.execute(f"ALTER TABLE approvals ADD COLUMN {column}")
    for column in ("session", "requester"):
        db.execute(f"ALTER TABLE approvals ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    widened(db)
    for (text,) in db.execute("SELECT row FROM approvals").fetchall():
        save(db, approval_from(text))


def widened(db: sqlite3.Connection) -> None:
    """Add the columns by which the queue is ordered: older guards of format 2 leave them out."""
    known = {row[1] for row in db.execute("PRAGMA table_info(approvals)").fetchall()}
    for column in ("asked", "action"):
        if known and column not in known:
            db.execute(f"ALTER TABLE approvals ADD COLUMN {column} TEXT")


def filled(db: sqlite3.Connection) -> None:
    """Fill these columns of the questions that an older guard left waiting."""
    rows = db.execute("SELECT row FROM approvals WHERE status = 'pending' AND asked IS NULL")
    for (text,) in rows.fetchall():
        save(db, approval_from(text))
