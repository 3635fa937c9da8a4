"""Remembers shown tokens in a database, for several servers that take the same tokens.

One row a token, durable before the tool runs. Servers of one audience that each kept a memory of
their own would each take a token once.
"""

from typing import Final

from guard.errors import GuardError
from guard.grant.replay import SWEEP_MS, ReplayUnavailable
from guard_adapters.store.postgres.database import FAILED, Address, Connection, Database

WAIT_MS: Final = 1_000
"""Longest wait for the database. It passes: the call is refused."""

PREPARING: Final = 0x67_75_61_72_64_02
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS shown (key text PRIMARY KEY, until_ms bigint NOT NULL);
CREATE INDEX IF NOT EXISTS shown_until ON shown (until_ms);
CREATE TABLE IF NOT EXISTS memory (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), start_ms bigint NOT NULL,
    forgotten_ms bigint NOT NULL
);
"""


class PostgresReplay:
    """A durable memory of shown tokens; fulfils `guard.grant.replay.Replay`.

    Args:
        address: the database; its tables are made where there are none.
        now_ms: Unix milliseconds. A new memory knows of nothing before.

    Raises:
        ReplayUnavailable: the database cannot be used.
    """

    def __init__(self, address: Address, *, now_ms: int) -> None:
        async def prepare(db: Connection) -> None:
            await db.execute("SELECT pg_advisory_xact_lock($1)", PREPARING)
            await db.execute(SCHEMA)
            await db.execute(
                "INSERT INTO memory VALUES (true, $1, $1) ON CONFLICT DO NOTHING", now_ms
            )

        async def start(db: Connection) -> int:
            found: int = await db.fetchval("SELECT start_ms FROM memory")
            return found

        try:
            self._database = Database(address, prepare=prepare, timeout_ms=WAIT_MS)
            self._start_ms = self._database.hand(self._database.transacted(start)).result(
                2 * WAIT_MS / 1000
            )
        except (GuardError, *FAILED) as wrong:
            raise ReplayUnavailable(f"the database answers {type(wrong).__name__}") from None

    @property
    def start_ms(self) -> int:
        """Return when the memory was made: it outlives this process."""
        return self._start_ms

    def first(self, key: str, until_ms: int, now_ms: int) -> bool:
        """Remember the key; return whether nobody had shown it before.

        Raises:
            ReplayUnavailable: the database fails or takes too long.
        """

        async def work(db: Connection) -> bool:
            # A shared lock: a sweep that is under way ends first, and what it forgot counts.
            forgotten_ms = await db.fetchval("SELECT forgotten_ms FROM memory FOR SHARE")
            if now_ms - forgotten_ms >= SWEEP_MS:
                forgotten_ms = await _forget(db, now_ms)
            if until_ms <= forgotten_ms:
                return False
            new = await db.fetchval(
                "INSERT INTO shown VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
                key,
                until_ms,
            )
            return bool(new)

        try:
            return self._database.hand(self._database.transacted(work)).result(WAIT_MS / 1000)
        except (GuardError, *FAILED) as wrong:
            raise ReplayUnavailable(f"the database answers {type(wrong).__name__}") from None

    def close(self) -> None:
        """Give the connections back; from now on every token is refused."""
        self._database.close(_nothing())


async def _forget(db: Connection, now_ms: int) -> int:
    """Forget what is over, unless another server is at it; return until when was forgotten."""
    taken = await db.fetchval(
        "SELECT forgotten_ms FROM memory WHERE pg_try_advisory_xact_lock($1)", PREPARING
    )
    if taken is None:
        found: int = await db.fetchval("SELECT forgotten_ms FROM memory")
        return found
    await db.execute("UPDATE memory SET forgotten_ms = $1", now_ms)
    await db.execute("DELETE FROM shown WHERE until_ms <= $1", now_ms)
    return now_ms


async def _nothing() -> None:
    return
