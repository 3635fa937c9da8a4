"""Looks back at what people were asked and said. It reads and changes nothing."""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Final

from guard.grant.approval import MAX_PENDING_S, Approval
from guard.ports.asked import MOST_ROWS
from guard_adapters.store.rows import approval_from
from guard_adapters.store.sqlite.database import Database

STRETCH: Final = 20_000
"""Leaves that are counted in one transaction: writers wait for no more than these."""


class SqliteAsked:
    """The `Asked` port on one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def denied(self, requester: str, agent: str, since_ms: int) -> Sequence[Approval]:
        """Return the questions of one person and agent that were denied since then."""

        def work(db: sqlite3.Connection) -> list[Approval]:
            rows = db.execute(
                # A question may wait for days before its no: the index goes by when it was asked.
                "SELECT row FROM approvals WHERE status IN ('denied', 'revoked')"
                " AND created_ms >= ? AND json_extract(row, '$.decided_ms') >= ?"
                " AND json_extract(row, '$.reason_code') = 'denied'"
                " AND json_extract(row, '$.requester') = ? AND json_extract(row, '$.agent') = ?"
                " AND json_extract(row, '$.canary') = 0 ORDER BY created_ms",
                (since_ms - MAX_PENDING_S * 1000, since_ms, requester, agent),
            ).fetchall()
            return [approval_from(row[0]) for row in rows]

        return await self._database.run(work)

    async def since(self, since_ms: int) -> Sequence[Approval]:
        """Return what was asked since then, oldest first."""

        def work(db: sqlite3.Connection) -> list[str]:
            rows = db.execute(
                "SELECT row FROM approvals WHERE created_ms >= ? ORDER BY created_ms DESC LIMIT ?",
                (since_ms, MOST_ROWS),
            ).fetchall()
            return [row[0] for row in reversed(rows)]

        return [approval_from(text) for text in await self._database.run(work)]

    async def calls(self, since_ms: int) -> int:
        """Return how many tool calls were decided since then."""

        def size(db: sqlite3.Connection) -> int:
            found = db.execute("SELECT max(seq) FROM audit_leaves").fetchone()[0]
            return -1 if found is None else int(found)

        def counted(db: sqlite3.Connection, start: int) -> tuple[int, int]:
            found = db.execute(
                "SELECT count(DISTINCT call) FROM audit_leaves WHERE seq BETWEEN ? AND ?"
                " AND json_extract(CAST(leaf AS TEXT), '$.kind') = 'outcome'"
                " AND json_extract(CAST(leaf AS TEXT), '$.at_ms') >= ?",
                (start, start + STRETCH - 1, since_ms),
            ).fetchone()[0]
            first = db.execute("SELECT leaf FROM audit_leaves WHERE seq = ?", (start,)).fetchone()
            return int(found), int(json.loads(first[0])["at_ms"])

        last, total = await self._database.run(size), 0
        for start in reversed(range(0, last + 1, STRETCH)):
            found, oldest_ms = await self._database.run(partial(counted, start=start))
            total += found
            if oldest_ms < since_ms:  # leaves stand in the order of time: older ones are before
                break
        return total
