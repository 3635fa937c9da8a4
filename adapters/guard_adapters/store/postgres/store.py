"""The whole store for several guards: opens the database, makes its tables, gives out the ports."""

from collections.abc import Mapping, Sequence

from guard.grant.approval import Approval
from guard.grant.lease import Lease
from guard_adapters._faults import Faults
from guard_adapters.store.changes import Changes
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres import (
    board,
    grants,
    kills,
    outbox,
    owners,
    people,
    reruns,
    tallies,
    transmit,
)
from guard_adapters.store.postgres.approvals import PostgresApprovals
from guard_adapters.store.postgres.asked import PostgresAsked
from guard_adapters.store.postgres.audit import PostgresLog, PostgresSink, Sequencer
from guard_adapters.store.postgres.board import PostgresBoard
from guard_adapters.store.postgres.clock import DatabaseClock
from guard_adapters.store.postgres.database import Address, Database
from guard_adapters.store.postgres.grants import PostgresGrants
from guard_adapters.store.postgres.hints import Hints
from guard_adapters.store.postgres.kills import PostgresKills
from guard_adapters.store.postgres.leases import PostgresLeases
from guard_adapters.store.postgres.outbox import PostgresOutbox
from guard_adapters.store.postgres.owners import PostgresOwners
from guard_adapters.store.postgres.people import PostgresReviewers
from guard_adapters.store.postgres.replicas import Replica
from guard_adapters.store.postgres.reruns import PostgresReruns
from guard_adapters.store.postgres.schema import prepared
from guard_adapters.store.postgres.session_rows import MOVED
from guard_adapters.store.postgres.sessions import PostgresSessions
from guard_adapters.store.postgres.tallies import PostgresTallies
from guard_adapters.store.postgres.transmit import PostgresTransmissions

ROOMS = (board, grants, kills, outbox, owners, people, reruns, tallies, transmit)
TABLES = tuple(room.SCHEMA for room in ROOMS)


class PostgresStore:
    """Sessions, approvals, leases, outcomes and audit in one database, for several guards.

    Args:
        address: where the database is.
        log_key: signs the audit log's checkpoints; the same for every guard on it.
        timeout_ms: longest wait for a transaction (milliseconds).
        cooldown_ms: how long a person's no refuses the same call (milliseconds).
        channels: names of the channels that are told of each question.

    Raises:
        Unusable: `store_unusable` or `store_of_another_log`.
    """

    shared = True
    """Whether other guards may work on the same rows."""

    def __init__(
        self,
        address: Address,
        log_key: LogKey,
        *,
        timeout_ms: int,
        cooldown_ms: int,
        channels: Sequence[str] = (),
    ) -> None:
        self._database = Database(address, prepare=prepared(log_key, TABLES), timeout_ms=timeout_ms)
        self._replica = Replica(self._database)
        self._database.hand(self._database.transacted(self._replica.mark)).result()
        self._sequencer = Sequencer(self._database, log_key)
        self.hints = Hints(self._database)
        self.changes = Changes()
        self.approvals = PostgresApprovals(
            self._database, self.hints, self._replica, cooldown_ms=cooldown_ms
        )
        self.approvals.channels = tuple(channels)
        self.outbox = PostgresOutbox(self._database)
        self.owners = PostgresOwners(self._database)
        self.leases = PostgresLeases(self._database, self._replica)
        self.faults = Faults()
        self.sessions = PostgresSessions(self._database, self._replica, self.faults)
        self.hints.also(MOVED, self._moved)
        self.tallies = PostgresTallies(self._database)
        self.grants = PostgresGrants(self._database, self.approvals)
        self.kills = PostgresKills(self._database, self.hints, self.changes)
        self.reviewers = PostgresReviewers(self._database)
        self.reruns = PostgresReruns(self._database)
        self.transmissions = PostgresTransmissions(self._database)
        self.asked = PostgresAsked(self._database)
        self.board = PostgresBoard(self._database)
        self.sink = PostgresSink(self._database)
        self.log = PostgresLog(self._database, self._sequencer)
        self._database.keep(self._replica.for_ever)
        self._database.keep(self._sequencer.for_ever)
        self.hints.start()

    async def _moved(self, session_id: str) -> None:
        """Pass on that a session can do less; "": that a hint of it may be lost."""
        self.changes.tell("session", session_id)

    @property
    def clock(self) -> DatabaseClock:
        """Return the database's clock, as this guard follows it."""
        return self._replica.clock

    async def lost_calls(self) -> Mapping[str, frozenset[str]]:
        """Return the calls in flight whose guard is gone, by session."""
        return await self.sessions.lost()

    async def lost_leases(self) -> Sequence[Lease]:
        """Return the leases whose guard is gone."""
        return await self.leases.lost()

    async def lose_runs(self, now_ms: int) -> Sequence[Approval]:
        """Turn the runs whose guard is gone into unknown ones, and expire what is late."""
        return await self.approvals.sweep(now_ms)

    def close(self, now_ms: int) -> None:  # noqa: ARG002  the database has its own time
        """Finish what is queued, sign a last checkpoint and give the connections back."""
        self._database.close(self._last())

    async def _last(self) -> None:
        await self._sequencer.all_now(sign=True)
        await self._replica.leave()
