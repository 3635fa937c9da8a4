"""The tables, and the one clock that counts: the database's own.

Prepared under a lock, so that guards which start at once do not meet. A database of another log,
or of a newer guard, is refused.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from guard.audit.check import vkey
from guard.errors import Unusable
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Connection, Work

FORMAT: Final = 1
PREPARING: Final = 0x67_75_61_72_64_01
"""Advisory lock: one guard at a time makes the tables."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS guard_meta (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS replicas (id text PRIMARY KEY, seen_ms bigint NOT NULL);
CREATE TABLE IF NOT EXISTS done (key text PRIMARY KEY, at_ms bigint NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    id text PRIMARY KEY, version bigint NOT NULL, head text NOT NULL,
    flights jsonb NOT NULL DEFAULT '{}'
);
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS ended boolean NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS names text[] NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS opened_ms bigint;
ALTER TABLE sessions ALTER COLUMN opened_ms
    SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
CREATE INDEX IF NOT EXISTS sessions_opened ON sessions (opened_ms, id);
UPDATE sessions SET opened_ms =
    coalesce(substring(head FROM '"opened":([0-9]{1,15}),')::bigint, 0) WHERE opened_ms IS NULL;
CREATE INDEX IF NOT EXISTS sessions_live ON sessions (id) WHERE NOT ended;
CREATE INDEX IF NOT EXISTS sessions_named ON sessions USING gin (names) WHERE NOT ended;
CREATE INDEX IF NOT EXISTS sessions_unnamed ON sessions (id) WHERE NOT ended AND names = '{}';
CREATE INDEX IF NOT EXISTS sessions_in_flight ON sessions (id) WHERE flights <> '{}';
CREATE TABLE IF NOT EXISTS observations (
    session text NOT NULL, n bigint NOT NULL, segment bytea NOT NULL, PRIMARY KEY (session, n)
);
CREATE TABLE IF NOT EXISTS approvals (
    id text PRIMARY KEY, binding text NOT NULL, status text NOT NULL, created_ms bigint NOT NULL,
    outcome text, due_ms bigint NOT NULL, session text NOT NULL, requester text NOT NULL,
    grant_id text NOT NULL DEFAULT '', action text NOT NULL DEFAULT '',
    holder text NOT NULL DEFAULT '', timeline text NOT NULL,
    row text NOT NULL
);
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS asked text[];
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON approvals (binding)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_by_age ON approvals (created_ms);
CREATE INDEX IF NOT EXISTS approvals_of_session ON approvals (session)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_of_requester ON approvals (requester)
    WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS approvals_unknown ON approvals (created_ms) WHERE outcome = 'unknown';
CREATE INDEX IF NOT EXISTS approvals_by_grant ON approvals (grant_id)
    WHERE status IN ('pending', 'approved') AND grant_id <> '';
DROP INDEX IF EXISTS approvals_used;
CREATE INDEX IF NOT EXISTS approvals_due ON approvals (due_ms)
    WHERE status IN ('pending', 'approved') OR outcome = 'running';
CREATE TABLE IF NOT EXISTS cooldowns (key text PRIMARY KEY, until_ms bigint NOT NULL);
CREATE TABLE IF NOT EXISTS leases (
    id text PRIMARY KEY, call_id text NOT NULL, state text NOT NULL, changed_ms bigint NOT NULL,
    holder text NOT NULL DEFAULT '', row text NOT NULL
);
ALTER TABLE leases ADD COLUMN IF NOT EXISTS session text NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS leases_of_session ON leases (session)
    WHERE state NOT IN ('consumed', 'expired', 'revoked');
CREATE INDEX IF NOT EXISTS leases_by_state ON leases (state);
CREATE INDEX IF NOT EXISTS leases_by_change ON leases (changed_ms);
CREATE TABLE IF NOT EXISTS audit_queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call text NOT NULL, session text NOT NULL, leaf bytea NOT NULL, side text
);
CREATE TABLE IF NOT EXISTS audit_leaves (
    seq bigint PRIMARY KEY, call text NOT NULL, session text NOT NULL, leaf bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_by_call ON audit_leaves (call);
CREATE TABLE IF NOT EXISTS audit_side (seq bigint PRIMARY KEY, side text NOT NULL);
CREATE TABLE IF NOT EXISTS audit_nodes (
    level integer NOT NULL, place bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, place)
);
CREATE TABLE IF NOT EXISTS audit_checkpoints (
    size bigint PRIMARY KEY, at_ms bigint NOT NULL, note text NOT NULL
);
CREATE TABLE IF NOT EXISTS audit_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL,
    signed_ms bigint NOT NULL
);
INSERT INTO audit_state (size, signed_ms) VALUES (0, 0) ON CONFLICT DO NOTHING;
"""

# `clock_timestamp`, not `now`: that is when the transaction began, and it may have waited since.
CLOCK: Final = """
CREATE FUNCTION guard_now_ms() RETURNS bigint LANGUAGE sql VOLATILE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$
"""


def prepared(log_key: LogKey, tables: Sequence[str]) -> Work[None]:
    """Return what makes the tables of a guard that signs with this key, and these others.

    Raises:
        Unusable: `store_unusable`: a newer format; `store_of_another_log`: another name or key.
    """
    mine = vkey(log_key.origin, log_key.key.public_key())

    async def prepare(db: Connection) -> None:
        await db.execute("SELECT pg_advisory_xact_lock($1)", PREPARING)
        await make(db, (TABLES, *tables))
        found = await _meta(db, "format", str(FORMAT))
        if int(found) > FORMAT:
            raise Unusable(
                f"The database has format {found}, this guard knows {FORMAT}.",
                code="store_unusable",
                next_step="Use the guard that made it, or a newer one.",
            )
        if await _meta(db, "log", mine) != mine:
            raise Unusable(
                "The log in this database was begun under another name or key.",
                code="store_of_another_log",
                next_step="Give every guard on one database the same guard.name and the same keys.",
            )

    return prepare


async def make(db: Connection, tables: Sequence[str]) -> None:
    """Make these tables and the clock, unless the same were made here last.

    A guard that starts beside others would else wait for their transactions, and they for it: to
    alter a table locks it, also where nothing is left to alter.
    """
    digest = sha256("".join((*tables, CLOCK)).encode()).hexdigest()
    if await db.fetchval("SELECT to_regclass('guard_meta') IS NOT NULL"):
        made = await db.fetchval("SELECT value FROM guard_meta WHERE name = 'tables'")
        if made == digest:
            return
    for some in tables:
        await db.execute(some)
    if not await db.fetchval("SELECT to_regproc('guard_now_ms') IS NOT NULL"):
        await db.execute(CLOCK)
    await db.execute(
        "INSERT INTO guard_meta VALUES ('tables', $1)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        digest,
    )


async def _meta(db: Connection, name: str, value: str) -> str:
    """Return what is noted under a name, noting this value where there is nothing."""
    await db.execute("INSERT INTO guard_meta VALUES ($1, $2) ON CONFLICT DO NOTHING", name, value)
    found: str = await db.fetchval("SELECT value FROM guard_meta WHERE name = $1", name)
    return found


async def later_ms(db: Connection, said_ms: int) -> int:
    """Return the database's time, or what a caller says if that is later."""
    return max(said_ms, await now_ms(db))


async def now_ms(db: Connection) -> int:
    """Return the database's time, in Unix milliseconds."""
    found: int = await db.fetchval("SELECT guard_now_ms()")
    return found
