"""Looks back at what people were asked and said. It reads and changes nothing."""

import json
from collections.abc import Sequence
from typing import Final

from guard.grant.approval import MAX_PENDING_S, Approval
from guard.ports.asked import MOST_ROWS
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.rows import approval_from

_FIRST: Final = "SELECT leaf FROM audit_leaves WHERE seq = $1"
STRETCH: Final = 20_000
"""Leaves that are counted in one statement, so that it stays within its bound."""

# Looked for in the text: a leaf may hold U+0000, which the server's JSON functions refuse. Quotes
# inside of strings are escaped, so these are names of the leaf's own.
_ENDED: Final = (
    "SELECT count(DISTINCT call) FROM {rows}, convert_from(leaf, 'UTF8') AS said"
    """ WHERE position('"kind":"outcome"' IN said) > 0"""
    """ AND substring(said FROM '"at_ms":([0-9]{{1,15}})')::bigint >= $1"""
)
_NUMBERED: Final = _ENDED.format(rows="audit_leaves") + " AND seq BETWEEN $2 AND $3"
_QUEUED: Final = _ENDED.format(rows="audit_queue")


class PostgresAsked:
    """The `Asked` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def denied(self, requester: str, agent: str, since_ms: int) -> Sequence[Approval]:
        """Return the questions of one person and agent that were denied since then."""

        async def work(db: Connection) -> list[Approval]:
            rows = await db.fetch(
                "SELECT row FROM approvals WHERE status IN ('denied', 'revoked')"
                " AND created_ms >= $1 AND requester = $2 ORDER BY created_ms, id",
                since_ms - MAX_PENDING_S * 1000,
                requester,
            )
            found = [approval_from(row[0]) for row in rows]
            return [
                one
                for one in found
                if one.decided_ms >= since_ms
                and (one.reason_code, one.agent, one.canary) == ("denied", agent, False)
            ]

        return await self._database.run(work, again=True)

    async def since(self, since_ms: int) -> Sequence[Approval]:
        """Return what was asked since then, oldest first."""

        async def work(db: Connection) -> list[str]:
            rows = await db.fetch(
                "SELECT row FROM approvals WHERE created_ms >= $1"
                " ORDER BY created_ms DESC, id DESC LIMIT $2",
                since_ms,
                MOST_ROWS,
            )
            return [row[0] for row in reversed(rows)]

        return [approval_from(text) for text in await self._database.run(work, again=True)]

    async def calls(self, since_ms: int) -> int:
        """Return how many tool calls were decided since then."""

        def counted(start: int) -> "Counted":
            return Counted(_NUMBERED, since_ms, start, min(start + STRETCH, size) - 1)

        # One statement sees one moment: what is numbered meanwhile counts once, as queued.
        query = f"SELECT (SELECT size FROM audit_state), ({_QUEUED})"  # noqa: S608  constants
        both = await self._database.run(lambda db: db.fetchrow(query, since_ms), again=True)
        size, total = int(both[0]), int(both[1])
        for start in reversed(range(0, size, STRETCH)):
            total += await self._database.run(counted(start), again=True)
            first = await self._database.run(
                lambda db, seq=start: db.fetchval(_FIRST, seq),  # type: ignore[misc]
                again=True,
            )
            if json.loads(first)["at_ms"] < since_ms:  # leaves stand in the order of time
                break
        return total


class Counted:
    """One statement that counts."""

    def __init__(self, query: str, *given: int) -> None:
        self._query = query
        self._given = given

    async def __call__(self, db: Connection) -> int:
        """Return the number."""
        found: int = await db.fetchval(self._query, *self._given)
        return found
