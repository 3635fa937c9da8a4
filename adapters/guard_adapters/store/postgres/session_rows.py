"""The rows of sessions and of what they were shown: read and written on one connection."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from guard.session.judged import still
from guard.session.state import Session
from guard.session.stored import from_json, to_json
from guard_adapters.store.postgres.database import Connection
from guard_adapters.store.postgres.replicas import LIVING

LESSENS: Final = ("ended_at_ms", "suspended_at_ms", "signals", "narrowings", "intent")
"""What may take something away from calls that run."""

AT_ONCE: Final = 1000
"""Sessions that one look for idle ones drops: nobody waits long behind it."""

MOVED: Final = "guard_sessions"
"""Where other guards hear that calls of a session are to be judged again."""


async def swapped(db: Connection, session: Session, flights: str, before: Session) -> bool:
    """Write a session over the version before it; return whether that one was there."""
    done = await db.execute(
        "UPDATE sessions SET version = $2, head = $3, flights = $4, ended = $6"
        " WHERE id = $1 AND version = $5",
        session.id,
        session.version,
        to_json(session),
        flights,
        session.version - 1,
        bool(session.ended_at_ms),
    )
    if done != "UPDATE 1":
        return False
    if any(getattr(before, name) != getattr(session, name) for name in LESSENS):
        await db.execute(f"SELECT pg_notify('{MOVED}', $1)", session.id)
    return True


def session_from(row: Any) -> Session:  # noqa: ANN401  the driver ships no types
    """Return the session that a row with its head and version holds."""
    return replace(from_json(row["head"]), version=row["version"])


async def unmoved(db: Connection, judged: Session) -> bool:
    """Return whether a judgement holds for its session as the row has it.

    Nobody changes the row before this transaction ends.
    """
    row = await db.fetchrow(
        "SELECT version, CASE WHEN version = $2 THEN '' ELSE head END AS head"
        " FROM sessions WHERE id = $1 FOR SHARE",
        judged.id,
        judged.version,
    )
    if row is None:
        return False
    same: bool = row["version"] == judged.version
    return same or still(judged, session_from(row))


async def lines_of(db: Connection, session_id: str, after: int, upto: int) -> list[bytes]:
    """Return what a session was shown, from line `after` (excluded) to `upto`."""
    rows = await db.fetch(
        "SELECT segment FROM observations WHERE session = $1 AND n > $2 AND n <= $3 ORDER BY n",
        session_id,
        after,
        upto,
    )
    return [bytes(row[0]) for row in rows]


async def lost_calls(db: Connection) -> dict[str, frozenset[str]]:
    """Return the calls in flight whose guard is gone, by session."""
    living = {row[0] for row in await db.fetch(LIVING)}
    rows = await db.fetch("SELECT id, flights FROM sessions WHERE flights <> '{}'")
    found = {
        row["id"]: frozenset(
            call for call, by in json.loads(row["flights"]).items() if by not in living
        )
        for row in rows
    }
    return {session: calls for session, calls in found.items() if calls}


async def dropped(db: Connection, idle_before_ms: int) -> list[str]:
    """Drop sessions without a call in flight that nobody has used since; return which."""
    rows = await db.fetch(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE flights = '{}' AND"
        " greatest((head::json ->> 'opened')::bigint, coalesce((head::json ->> 'used')::bigint, 0))"
        " < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        idle_before_ms,
        AT_ONCE,
    )
    gone = [row[0] for row in rows]
    await db.execute("DELETE FROM observations WHERE session = ANY($1::text[])", gone)
    return gone


async def living(db: Connection, held: Mapping[str, Session]) -> list[Session]:
    """Return the sessions that have not ended; heads are read where a held one is not the row's."""
    rows = await db.fetch("SELECT id, version FROM sessions WHERE NOT ended ORDER BY id")
    known = {
        row["id"]: held[row["id"]]
        for row in rows
        if row["id"] in held and held[row["id"]].version == row["version"]
    }
    others = [row["id"] for row in rows if row["id"] not in known]
    heads = await db.fetch("SELECT id, version, head FROM sessions WHERE id = ANY($1)", others)
    known |= {row["id"]: session_from(row) for row in heads}
    return [known[row["id"]] for row in rows if row["id"] in known]
