"""What people look through, read from PostgreSQL. It changes nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from guard.audit.tree import inclusion_proof
from guard.grant.approval import Approval
from guard.grant.plan import Plan
from guard.grant.scoped import Grant
from guard.grant.written import grant_from, plan_from
from guard.session.state import Session
from guard_adapters.store.board import Part, Proven, Row, halves_of, nodes_needed, page_of, readable
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.session_rows import session_from
from guard_adapters.store.rows import approval_from, storable

T = TypeVar("T")
SCHEMA = """
CREATE INDEX IF NOT EXISTS approvals_answered ON approvals (created_ms, id)
    WHERE status <> 'pending';
CREATE INDEX IF NOT EXISTS approvals_last_used
    ON approvals (action, requester, ((row::json ->> 'consumed_ms')::bigint))
    WHERE status = 'consumed';
CREATE INDEX IF NOT EXISTS approvals_same
    ON approvals ((row::json ->> 'cooldown_key'), ((row::json ->> 'consumed_ms')::bigint))
    WHERE status = 'consumed';
CREATE INDEX IF NOT EXISTS approvals_pending ON approvals (created_ms) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS audit_by_session ON audit_leaves (session, seq) WHERE session <> ''
"""


# Guards before this column left it empty: then the row says who is asked.
_ASKED = """COALESCE(asked, ARRAY(
    SELECT named.value FROM json_array_elements(row::json -> 'requirements') AS one (what),
    json_array_elements_text(what -> 'groups') AS named (value)
))"""
WAITING = page_of(
    "approvals",
    f"""
    SELECT id FROM approvals
    WHERE status = 'pending' AND ($4 = '' OR action = $4)
    ORDER BY NOT (
        {_ASKED} && $2::text[] OR requester = $1 AND {_ASKED} = '{{}}'
    ), due_ms, id LIMIT $3 OFFSET $5
    """,  # noqa: S608  constants
)
SESSIONS = page_of(
    "sessions",
    "SELECT id FROM sessions ORDER BY opened_ms DESC, id DESC LIMIT $1 OFFSET $2",
    "version, head",
)
PLANS = halves_of(
    "plans", "status = 'pending'", "status <> 'pending'", "created_ms", ("$1", "$2", "greatest")
)
GRANTS = halves_of(
    "scoped_grants",
    "usable AND until_ms > $1",
    "NOT (usable AND until_ms > $1)",
    "granted_ms",
    ("$2", "$3", "greatest"),
)


class PostgresBoard:
    """Reads one database through the store's own connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, part: Part) -> tuple[Sequence[Approval], int]:
        """Return pending questions, those that ask this person first, and how many there are."""

        async def work(db: Connection) -> tuple[list[str], int]:
            rows = await db.fetch(
                WAITING,
                part.principal,
                sorted(part.groups),
                part.limit,
                part.action,
                part.skip,
            )
            total = await db.fetchval("SELECT count(*) FROM approvals WHERE status = 'pending'")
            return [row[0] for row in rows], int(total)

        texts, total = await self._database.run(work, again=True)
        return [approval_from(text) for text in texts], total

    async def unknown(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return approvals whose call has an outcome that nobody knows, newest first."""
        return await self._read(
            "SELECT row FROM approvals WHERE outcome = 'unknown'"
            " ORDER BY created_ms DESC, id DESC LIMIT $1 OFFSET $2",
            (limit, skip),
            approval_from,
        )

    async def answered(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return questions that no longer wait, newest first."""
        return await self._read(
            "SELECT row FROM approvals WHERE status <> 'pending'"
            " ORDER BY created_ms DESC, id DESC LIMIT $1 OFFSET $2",
            (limit, skip),
            approval_from,
        )

    async def of_session(self, session_id: str, limit: int, below: int = 2**53) -> Sequence[Row]:
        """Return the newest leaves of a session below a number, oldest first."""
        if not storable(session_id):
            return []

        async def work(db: Connection) -> list[Row]:
            rows = await db.fetch(
                "SELECT seq, leaf, COALESCE(side, '') AS side FROM audit_leaves"
                " LEFT JOIN audit_side USING (seq)"
                " WHERE session = $1 AND session <> '' AND seq < $2 ORDER BY seq DESC LIMIT $3",
                session_id,
                below,
                limit,
            )
            return [Row(one["seq"], bytes(one["leaf"]), one["side"]) for one in reversed(rows)]

        return await self._database.run(work, again=True)

    async def later(self, session_id: str, limit: int, since: int) -> Sequence[Row]:
        """Return the leaves of a session from a number on, oldest first."""
        if not storable(session_id):
            return []

        async def work(db: Connection) -> list[Row]:
            rows = await db.fetch(
                "SELECT seq, leaf FROM audit_leaves WHERE session = $1 AND session <> ''"
                " AND seq >= $2 ORDER BY seq LIMIT $3",
                session_id,
                since,
                limit,
            )
            return [Row(one["seq"], bytes(one["leaf"]), "") for one in rows]

        return await self._database.run(work, again=True)

    async def leaves(self, before: int, limit: int) -> tuple[Sequence[Row], int]:
        """Return the newest leaves below a number, newest first, and how many the log has."""

        async def work(db: Connection) -> tuple[list[Row], int]:
            rows = await db.fetch(
                "SELECT seq, leaf FROM audit_leaves WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
                before,
                limit,
            )
            size = await db.fetchval("SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaves")
            return [Row(one["seq"], bytes(one["leaf"]), "") for one in rows], int(size)

        return await self._database.run(work, again=True)

    async def proof(self, seq: int) -> Proven | None:
        """Return the proof of one leaf; None: there is none, or no checkpoint covers it yet."""

        async def work(db: Connection) -> Proven | None:
            leaf = await db.fetchval("SELECT leaf FROM audit_leaves WHERE seq = $1", seq)
            note = await db.fetchrow(
                "SELECT size, note FROM audit_checkpoints WHERE size > $1"
                " ORDER BY size DESC LIMIT 1",
                seq,
            )
            if leaf is None or note is None:
                return None
            size = int(note["size"])
            wanted = nodes_needed(seq, size)
            found = await db.fetch(
                "SELECT level, place, hash FROM audit_nodes"
                " JOIN unnest($1::int[], $2::bigint[]) AS wanted (level, place)"
                " USING (level, place)",
                [level for level, _ in wanted],
                [place for _, place in wanted],
            )
            nodes = {(one["level"], one["place"]): bytes(one["hash"]) for one in found}
            path = inclusion_proof(seq, size, lambda level, place: nodes[level, place])
            return Proven(bytes(leaf), size, path, note["note"])

        return await self._database.run(work, again=True)

    async def sessions(self, limit: int, skip: int = 0) -> Sequence[Session | None]:
        """Return sessions, newest first; None stands for one whose row is damaged."""

        async def work(db: Connection) -> list[Session | None]:
            rows = await db.fetch(SESSIONS, limit, skip)
            return [readable(partial(session_from, row)) for row in rows]

        return await self._database.run(work, again=True)

    async def plans(self, limit: int, skip: int = 0) -> Sequence[Plan]:
        """Return plans: those that wait, then the others, newest first in each half."""
        return await self._read(PLANS, (limit, skip), plan_from)

    async def grants(self, now_ms: int, limit: int, skip: int = 0) -> Sequence[Grant]:
        """Return grants: those that may still be used, then the others, newest first."""
        return await self._read(GRANTS, (now_ms, limit, skip), grant_from)

    async def _read(
        self, statement: str, given: tuple[int, ...], made: Callable[[str], T]
    ) -> Sequence[T]:
        async def work(db: Connection) -> list[str]:
            return [row[0] for row in await db.fetch(statement, *given)]

        return [made(text) for text in await self._database.run(work, again=True)]


async def last_used(db: Connection, action: str, requester: str) -> Approval | None:
    """Return the approval that this person's last approved call of a tool used."""
    text = await db.fetchval(
        "SELECT row FROM approvals WHERE status = 'consumed' AND action = $1 AND requester = $2"
        " ORDER BY (row::json ->> 'consumed_ms')::bigint DESC LIMIT 1",
        action,
        requester,
    )
    return None if text is None else approval_from(text)


async def last_same(db: Connection, cooldown_key: str) -> Approval | None:
    """Return the approval that the same call used last."""
    text = await db.fetchval(
        "SELECT row FROM approvals WHERE status = 'consumed' AND row::json ->> 'cooldown_key' = $1"
        " ORDER BY (row::json ->> 'consumed_ms')::bigint DESC LIMIT 1",
        cooldown_key,
    )
    return None if text is None else approval_from(text)
