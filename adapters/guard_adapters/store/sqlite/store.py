"""The whole embedded store: opens the file, makes its tables, gives out the ports."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from guard.grant.approval import Approval
from guard.grant.lease import Lease
from guard_adapters._faults import Faults
from guard_adapters.store.changes import Changes
from guard_adapters.store.clock import Machine, SystemClock
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite import (
    approval_rows,
    audit,
    board,
    grants,
    kills,
    leases,
    observations,
    outbox,
    people,
    reruns,
    session_rows,
    tallies,
    transmit,
)
from guard_adapters.store.sqlite.approvals import SqliteApprovals
from guard_adapters.store.sqlite.asked import SqliteAsked
from guard_adapters.store.sqlite.audit import Journal, SqliteSink
from guard_adapters.store.sqlite.board import SqliteBoard
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.grants import SqliteGrants
from guard_adapters.store.sqlite.kills import SqliteKills
from guard_adapters.store.sqlite.leases import SqliteLeases
from guard_adapters.store.sqlite.outbox import SqliteOutbox
from guard_adapters.store.sqlite.people import SqliteReviewers
from guard_adapters.store.sqlite.reading import SqliteLog
from guard_adapters.store.sqlite.reruns import SqliteReruns
from guard_adapters.store.sqlite.sessions import SqliteSessions
from guard_adapters.store.sqlite.tallies import SqliteTallies
from guard_adapters.store.sqlite.time import KeptClock
from guard_adapters.store.sqlite.transmit import SqliteTransmissions
from guard_adapters.store.tasks_sqlite import SqliteOwners

FORMAT = 3
"""The layout of the file; a newer one is refused, an older one is brought up to it."""

OWNERS = "tasks.sqlite"
"""The file beside it, which standalone relays on one machine share."""

ROOMS = (
    audit,
    session_rows,
    tallies,
    observations,
    approval_rows,
    board,
    grants,
    kills,
    leases,
    outbox,
    people,
    reruns,
    transmit,
)
"""What has tables in the file."""


class SqliteStore:
    """Sessions, approvals, leases, outcomes and audit in one file.

    Args:
        path: the database file.
        log_key: signs the audit log's checkpoints.
        timeout_ms: longest wait for a transaction (milliseconds).
        cooldown_ms: how long a person's no refuses the same call (milliseconds).
        machine: whose time counts; None is this one's.
        channels: names of the channels that are told of each question.

    Raises:
        Unusable: `store_locked` or `store_unusable`.
    """

    shared = False
    """Whether other guards may work on the same rows."""

    def __init__(
        self,
        path: Path,
        log_key: LogKey,
        *,
        timeout_ms: int,
        cooldown_ms: int,
        machine: Machine | None = None,
        channels: Sequence[str] = (),
    ) -> None:
        kept = KeptClock(machine)

        def prepare(db: sqlite3.Connection) -> None:
            _prepare(db)
            kept.prepare(db)

        self._database = Database(path, timeout_ms=timeout_ms, prepare=prepare, stamp=kept.keep)
        self._clock = kept.clock
        self._journal = Journal(log_key)
        self.approvals = SqliteApprovals(self._database, self._journal, cooldown_ms=cooldown_ms)
        self.approvals.channels = tuple(channels)
        self.outbox = SqliteOutbox(self._database)
        self.owners = SqliteOwners(path.parent / OWNERS)
        self.asked = SqliteAsked(self._database)
        self.board = SqliteBoard(self._database)
        self.grants = SqliteGrants(self._database, self._journal, self.approvals)
        self.changes = Changes()
        self.kills = SqliteKills(self._database, self._journal)
        self.leases = SqliteLeases(self._database, self._journal)
        self.faults = Faults()
        self.sessions = SqliteSessions(self._database, self._journal, self.faults)
        self.tallies = SqliteTallies(self._database, self.sessions.pools)
        self.reviewers = SqliteReviewers(self._database, self._journal)
        self.sink = SqliteSink(self._database, self._journal)
        self.log = SqliteLog(self._database)
        self.reruns = SqliteReruns(self._database)
        self.transmissions = SqliteTransmissions(self._database)

    @property
    def clock(self) -> SystemClock:
        """Return the clock that goes on from process to process."""
        return self._clock

    async def lost_calls(self) -> Mapping[str, frozenset[str]]:
        """Return the calls that earlier processes left in flight, by session.

        Ask before the first call of this process: afterwards its own are among them.
        """
        return {
            session.id: calls
            for session in await self.sessions.all()
            if (calls := frozenset(step.call for step in session.steps))
        }

    async def lost_leases(self) -> Sequence[Lease]:
        """Return the leases that earlier processes left; ask before the first call."""
        return await self.leases.unsettled()

    async def lose_runs(self, now_ms: int) -> Sequence[Approval]:
        """Turn the runs that earlier processes left into unknown ones; ask before the first call.

        Where the clock lost count, end every yes that is not used, standing ones too; where it is
        also behind what was reached, every question, too.
        """
        if self._clock.lost_count:
            await self.grants.lost_count(now_ms)
        return await self.approvals.restarted(
            now_ms, yeses=self._clock.lost_count, questions=self._clock.behind
        )

    def close(self, now_ms: int) -> None:
        """Sign a last checkpoint, finish what is queued and close the file."""
        self.owners.close()
        self._database.submit(lambda db: self._journal.checkpoint(db, now_ms))
        self._database.close()


def _prepare(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise sqlite3.DatabaseError(f"the file has format {found}, this guard knows {FORMAT}")
    if found == 1:
        approval_rows.upgraded(db)
    approval_rows.widened(db)
    session_rows.widened(db)
    for room in ROOMS:
        for statement in room.SCHEMA.split(";"):
            db.execute(statement)
    approval_rows.filled(db)
    session_rows.filled(db)
    db.execute(f"PRAGMA user_version = {FORMAT}")
