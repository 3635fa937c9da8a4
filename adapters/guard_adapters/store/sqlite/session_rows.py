"""The rows of sessions in the file: read, listed, dropped and written inside a transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from guard.errors import GuardError
from guard.session.judged import still
from guard.session.pool_key import PoolKey
from guard.session.shared import Pool
from guard.session.state import Session
from guard.session.stored import from_json, to_json
from guard_adapters.store.sqlite import tallies

AT_ONCE: Final = 1000
"""Sessions that one transaction drops or tells: nobody waits long behind it."""

LeftOut = Callable[[str, GuardError], None]
"""Is told of a session whose row cannot be read; it raises what is no damage."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, head TEXT NOT NULL, opened_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_live ON sessions (id) WHERE json_extract(head, '$.ended') = 0;
CREATE INDEX IF NOT EXISTS sessions_opened ON sessions (opened_ms, id)
"""


def widened(db: sqlite3.Connection) -> None:
    """Add the column by which sessions are listed, for files of older guards."""
    known = {row[1] for row in db.execute("PRAGMA table_info(sessions)").fetchall()}
    if known and "opened_ms" not in known:
        db.execute("ALTER TABLE sessions ADD COLUMN opened_ms INTEGER")


def filled(db: sqlite3.Connection) -> None:
    """Fill it in the rows that an older guard left; a damaged one is listed last."""
    db.execute(
        "UPDATE sessions SET opened_ms ="
        " CASE WHEN json_valid(head) THEN coalesce(json_extract(head, '$.opened'), 0) ELSE 0 END"
        " WHERE opened_ms IS NULL"
    )


def insert(db: sqlite3.Connection, session: Session) -> Session:
    """Insert a session, and return the row that is there now."""
    db.execute(
        "INSERT INTO sessions (id, version, head, opened_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (session.id, session.version, to_json(session), session.opened_at_ms),
    )
    found = read(db, session.id)
    return session if found is None else found


def read(db: sqlite3.Connection, session_id: str) -> Session | None:
    """Return a session, None where there is none."""
    row = db.execute("SELECT version, head FROM sessions WHERE id = ?", (session_id,)).fetchone()
    return None if row is None else session_from(*row)


def session_from(version: int, head: str) -> Session:
    """Return the session that a row holds."""
    return replace(from_json(head), version=version)


def unmoved(db: sqlite3.Connection, judged: Session) -> bool:
    """Return whether a judgement holds for its session as the file has it, in a transaction.

    Changes of sessions are written in their order: whatever came before is in the row.
    """
    row = db.execute("SELECT version, head FROM sessions WHERE id = ?", (judged.id,)).fetchone()
    if row is None:
        return False
    same: bool = row[0] == judged.version
    return same or still(judged, session_from(*row))


def idle(db: sqlite3.Connection, idle_before_ms: int) -> list[str]:
    """Return some sessions without a call in flight that nobody has used since."""
    rows = db.execute(
        "SELECT id FROM sessions WHERE json_array_length(head, '$.steps') = 0"
        " AND max(json_extract(head, '$.opened'), coalesce(json_extract(head, '$.used'), 0)) < ?"
        " LIMIT ?",
        (idle_before_ms, AT_ONCE),
    )
    return [row[0] for row in rows.fetchall()]


def dropped(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Drop sessions and what they were shown."""
    rows = [(name,) for name in names]
    db.executemany("DELETE FROM observations WHERE session = ?", rows)
    db.executemany("DELETE FROM sessions WHERE id = ?", rows)


def everything(db: sqlite3.Connection, damaged: LeftOut) -> list[Session]:
    """Return all sessions, those that have ended, too, without damaged ones."""
    return _read(db.execute("SELECT id, version, head FROM sessions ORDER BY id"), damaged)


def living(db: sqlite3.Connection) -> list[str]:
    """Return the handles of those that have not ended."""
    rows = db.execute("SELECT id FROM sessions WHERE json_extract(head, '$.ended') = 0 ORDER BY id")
    return [name for (name,) in rows]


def readable(db: sqlite3.Connection, damaged: LeftOut) -> list[Session]:
    """Return those that have not ended, without damaged ones: no call can be made of them."""
    rows = db.execute(
        "SELECT id, version, head FROM sessions WHERE json_extract(head, '$.ended') = 0 ORDER BY id"
    )
    return _read(rows, damaged)


def _read(rows: Iterable[tuple[str, int, str]], damaged: LeftOut) -> list[Session]:
    found: list[Session] = []
    for name, version, head in rows:
        try:
            found.append(session_from(version, head))
        except GuardError as error:
            damaged(name, error)
    return found


def write(
    db: sqlite3.Connection, session: Session, pools: Mapping[PoolKey, Pool] | None = None
) -> None:
    """Write a session over the version before it, and pools that changed with it."""
    done = db.execute(
        "UPDATE sessions SET version = ?, head = ? WHERE id = ? AND version = ?",
        (session.version, to_json(session), session.id, session.version - 1),
    )
    if done.rowcount != 1:
        raise sqlite3.IntegrityError(f"session {session.id!r} is not at {session.version - 1}")
    tallies.write(db, pools or {})
