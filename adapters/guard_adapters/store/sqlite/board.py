"""What people look through, read from the embedded store. It changes nothing.

Each answer is bounded: a page costs the same over ten rows and over a hundred thousand.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from guard.audit.tree import inclusion_proof
from guard.grant.approval import Approval
from guard.grant.plan import Plan
from guard.grant.scoped import Grant
from guard.grant.written import grant_from, plan_from
from guard.session.state import Session
from guard_adapters.store.board import Part, Proven, Row, halves_of, page_of, readable
from guard_adapters.store.rows import approval_from
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.session_rows import session_from

T = TypeVar("T")
SCHEMA = """
CREATE INDEX IF NOT EXISTS approvals_used ON approvals (
    json_extract(row, '$.action'), json_extract(row, '$.requester'),
    json_extract(row, '$.consumed_ms')
) WHERE status = 'consumed';
CREATE INDEX IF NOT EXISTS approvals_same ON approvals (
    json_extract(row, '$.cooldown_key'), json_extract(row, '$.consumed_ms')
) WHERE status = 'consumed';
CREATE INDEX IF NOT EXISTS approvals_answered ON approvals (created_ms, id, status)
    WHERE status <> 'pending';
CREATE INDEX IF NOT EXISTS audit_by_session ON audit_leaves (session) WHERE session <> ''
"""

# Who is asked is read from the index, and weighed once for all questions that ask the same.
WAITING = page_of(
    "approvals",
    """
    SELECT id FROM approvals INDEXED BY approvals_asked
    WHERE status = 'pending' AND (?4 = '' OR action = ?4)
    ORDER BY NOT (
        asked IN (
            SELECT asked FROM (
                SELECT DISTINCT asked FROM approvals INDEXED BY approvals_asked
                WHERE status = 'pending'
            ) WHERE EXISTS (
                SELECT 1 FROM json_each(asked)
                WHERE value IN (SELECT value FROM json_each(?2))
            )
        ) OR requester = ?1 AND asked = '[]'
    ), due_ms, id LIMIT ?3 OFFSET ?5
    """,
)
SESSIONS = page_of(
    "sessions",
    "SELECT id FROM sessions ORDER BY opened_ms DESC, id DESC LIMIT ? OFFSET ?",
    "version, head",
)
ANSWERED = page_of(
    "approvals",
    """
    SELECT id FROM approvals INDEXED BY approvals_answered
    WHERE status <> 'pending' ORDER BY created_ms DESC, id DESC LIMIT ? OFFSET ?
    """,
)
PLANS = halves_of(
    "plans", "status = 'pending'", "status <> 'pending'", "created_ms", ("?1", "?2", "max")
)
GRANTS = halves_of(
    "scoped_grants",
    "usable = 1 AND until_ms > ?1",
    "NOT (usable = 1 AND until_ms > ?1)",
    "granted_ms",
    ("?2", "?3", "max"),
)


class SqliteBoard:
    """Reads one file through the store's own connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, part: Part) -> tuple[Sequence[Approval], int]:
        """Return pending questions, those that ask this person first, and how many there are."""
        groups = json.dumps(sorted(part.groups))
        asked = (part.principal, groups, part.limit, part.action, part.skip)

        def work(db: sqlite3.Connection) -> tuple[list[str], int]:
            rows = db.execute(WAITING, asked).fetchall()
            total = db.execute("SELECT count(*) FROM approvals WHERE status = 'pending'")
            return [row[0] for row in rows], int(total.fetchone()[0])

        texts, total = await self._database.run(work)
        return [approval_from(text) for text in texts], total

    async def unknown(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return approvals whose call has an outcome that nobody knows, newest first."""
        return await self._read(
            "SELECT row FROM approvals WHERE outcome = 'unknown'"
            " ORDER BY created_ms DESC, id DESC LIMIT ? OFFSET ?",
            (limit, skip),
            approval_from,
        )

    async def answered(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return questions that no longer wait, newest first."""
        return await self._read(ANSWERED, (limit, skip), approval_from)

    async def of_session(self, session_id: str, limit: int, below: int = 2**53) -> Sequence[Row]:
        """Return the newest leaves of a session below a number, oldest first."""

        def work(db: sqlite3.Connection) -> list[Row]:
            rows = db.execute(
                "SELECT seq, leaf, COALESCE(side, '') FROM audit_leaves LEFT JOIN audit_side"
                " USING (seq) WHERE session = ? AND session <> '' AND seq < ?"
                " ORDER BY seq DESC LIMIT ?",
                (session_id, below, limit),
            ).fetchall()
            return [Row(int(seq), bytes(leaf), str(side)) for seq, leaf, side in reversed(rows)]

        return await self._database.run(work)

    async def later(self, session_id: str, limit: int, since: int) -> Sequence[Row]:
        """Return the leaves of a session from a number on, oldest first."""

        def work(db: sqlite3.Connection) -> list[Row]:
            rows = db.execute(
                "SELECT seq, leaf FROM audit_leaves WHERE session = ? AND session <> ''"
                " AND seq >= ? ORDER BY seq LIMIT ?",
                (session_id, since, limit),
            ).fetchall()
            return [Row(int(seq), bytes(leaf), "") for seq, leaf in rows]

        return await self._database.run(work)

    async def leaves(self, before: int, limit: int) -> tuple[Sequence[Row], int]:
        """Return the newest leaves below a number, newest first, and how many the log has."""

        def work(db: sqlite3.Connection) -> tuple[list[Row], int]:
            rows = db.execute(
                "SELECT seq, leaf, '' FROM audit_leaves WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                (before, limit),
            ).fetchall()
            size = db.execute("SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaves").fetchone()[0]
            return [Row(int(seq), bytes(leaf), "") for seq, leaf, _ in rows], int(size)

        return await self._database.run(work)

    async def proof(self, seq: int) -> Proven | None:
        """Return the proof of one leaf; None: there is none, or no checkpoint covers it yet."""

        def work(db: sqlite3.Connection) -> Proven | None:
            leaf = db.execute("SELECT leaf FROM audit_leaves WHERE seq = ?", (seq,)).fetchone()
            note = db.execute(
                "SELECT size, note FROM audit_checkpoints WHERE size > ?"
                " ORDER BY size DESC LIMIT 1",
                (seq,),
            ).fetchone()
            if leaf is None or note is None:
                return None

            def node(level: int, place: int) -> bytes:
                found: tuple[bytes] = db.execute(
                    "SELECT hash FROM audit_nodes WHERE level = ? AND place = ?", (level, place)
                ).fetchone()
                return found[0]

            size = int(note[0])
            return Proven(bytes(leaf[0]), size, inclusion_proof(seq, size, node), str(note[1]))

        return await self._database.run(work)

    async def sessions(self, limit: int, skip: int = 0) -> Sequence[Session | None]:
        """Return sessions, newest first; what was changed in memory before is in their rows."""

        def work(db: sqlite3.Connection) -> list[tuple[int, str]]:
            return db.execute(SESSIONS, (limit, skip)).fetchall()

        rows = await self._database.run(work)
        return [readable(partial(session_from, *row)) for row in rows]

    async def plans(self, limit: int, skip: int = 0) -> Sequence[Plan]:
        """Return plans: those that wait, then the others, newest first in each half."""
        return await self._read(PLANS, (limit, skip), plan_from)

    async def grants(self, now_ms: int, limit: int, skip: int = 0) -> Sequence[Grant]:
        """Return grants: those that may still be used, then the others, newest first."""
        return await self._read(GRANTS, (now_ms, limit, skip), grant_from)

    async def _read(
        self, statement: str, given: tuple[int, ...], made: Callable[[str], T]
    ) -> Sequence[T]:
        def work(db: sqlite3.Connection) -> list[str]:
            return [row[0] for row in db.execute(statement, given).fetchall()]

        return [made(text) for text in await self._database.run(work)]


def last_used(db: sqlite3.Connection, action: str, requester: str) -> Approval | None:
    """Return the approval that this person's last approved call of a tool used."""
    row = db.execute(
        "SELECT row FROM approvals WHERE status = 'consumed'"
        " AND json_extract(row, '$.action') = ? AND json_extract(row, '$.requester') = ?"
        " ORDER BY json_extract(row, '$.consumed_ms') DESC LIMIT 1",
        (action, requester),
    ).fetchone()
    return None if row is None else approval_from(row[0])


def last_same(db: sqlite3.Connection, cooldown_key: str) -> Approval | None:
    """Return the approval that the same call used last."""
    row = db.execute(
        "SELECT row FROM approvals WHERE status = 'consumed'"
        " AND json_extract(row, '$.cooldown_key') = ?"
        " ORDER BY json_extract(row, '$.consumed_ms') DESC LIMIT 1",
        (cooldown_key,),
    ).fetchone()
    return None if row is None else approval_from(row[0])
