"""The whole embedded store: opens the file, makes its tables, gives out the ports."""

import sqlite3
from pathlib import Path

from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite import (
    approvals,
    audit,
    board,
    grants,
    leases,
    observations,
    people,
    reruns,
    sessions,
)
from guard_adapters.store.sqlite.approvals import SqliteApprovals
from guard_adapters.store.sqlite.asked import SqliteAsked
from guard_adapters.store.sqlite.audit import Journal, SqliteSink
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.grants import SqliteGrants
from guard_adapters.store.sqlite.leases import SqliteLeases
from guard_adapters.store.sqlite.people import SqliteReviewers
from guard_adapters.store.sqlite.reading import SqliteLog
from guard_adapters.store.sqlite.reruns import SqliteReruns
from guard_adapters.store.sqlite.sessions import SqliteSessions

FORMAT = 2
"""The layout of the file; a newer one is refused, an older one is brought up to it."""


class SqliteStore:
    """Sessions, approvals, leases, outcomes and audit in one file.

    Args:
        path: the database file.
        log_key: signs the audit log's checkpoints.
        timeout_ms: longest wait for a transaction (milliseconds).
        cooldown_ms: how long a person's no refuses the same call (milliseconds).

    Raises:
        Unusable: `store_locked` or `store_unusable`.
    """

    def __init__(self, path: Path, log_key: LogKey, *, timeout_ms: int, cooldown_ms: int) -> None:
        self._database = Database(path, timeout_ms=timeout_ms, prepare=_prepare)
        self._journal = Journal(log_key)
        self.approvals = SqliteApprovals(self._database, self._journal, cooldown_ms=cooldown_ms)
        self.asked = SqliteAsked(self._database)
        self.grants = SqliteGrants(self._database, self._journal, self.approvals)
        self.leases = SqliteLeases(self._database, self._journal)
        self.sessions = SqliteSessions(self._database, self._journal)
        self.reviewers = SqliteReviewers(self._database, self._journal)
        self.sink = SqliteSink(self._database, self._journal)
        self.log = SqliteLog(self._database)
        self.reruns = SqliteReruns(self._database)

    def close(self, now_ms: int) -> None:
        """Sign a last checkpoint, finish what is queued and close the file."""
        self._database.submit(lambda db: self._journal.checkpoint(db, now_ms))
        self._database.close()


def _prepare(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise sqlite3.DatabaseError(f"the file has format {found}, this guard knows {FORMAT}")
    if found == 1:
        approvals.upgraded(db)
    for room in (audit, sessions, observations, approvals, board, grants, leases, people, reruns):
        for statement in room.SCHEMA.split(";"):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {FORMAT}")
