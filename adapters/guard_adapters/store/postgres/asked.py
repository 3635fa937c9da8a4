"""Looks back at what people were asked and said. It reads and changes nothing."""

import json
from collections.abc import Sequence
from functools import partial
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
    "SELECT {what} FROM {rows}, convert_from(leaf, 'UTF8') AS said"
    """ WHERE position('"kind":"outcome"' IN said) > 0"""
    """ AND substring(said FROM '"at_ms":([0-9]{{1,15}})')::bigint >= $1"""
)
_NUMBERED: Final = (
    _ENDED.format(what="count(DISTINCT call)", rows="audit_leaves")
    + " AND seq BETWEEN $2 AND $3 AND call <> ALL($4::text[])"
)
# One statement sees one moment: what is numbered meanwhile counts once, as queued, and so does a
# call of which one event is numbered and another one is queued.
_CALLS: Final = _ENDED.format(what="array_agg(DISTINCT call)", rows="audit_queue")
_QUEUED: Final = f"SELECT (SELECT size FROM audit_state), ({_CALLS})"  # noqa: S608  constants


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

        async def counted(db: Connection, start: int) -> tuple[int, int]:
            end = min(start + STRETCH, size) - 1
            found = await db.fetchval(_NUMBERED, since_ms, start, end, queued)
            first = await db.fetchval(_FIRST, start)
            return int(found), int(json.loads(first)["at_ms"])

        both = await self._database.run(lambda db: db.fetchrow(_QUEUED, since_ms), again=True)
        size, queued = int(both[0]), list(both[1] or ())
        total = len(queued)
        for start in reversed(range(0, size, STRETCH)):
            found, oldest_ms = await self._database.run(partial(counted, start=start), again=True)
            total += found
            if oldest_ms < since_ms:  # leaves stand in the order of time: older ones are before
                break
        return total
