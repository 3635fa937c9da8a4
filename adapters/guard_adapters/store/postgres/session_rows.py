"""The rows of sessions and of what they were shown: read and written on one connection."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from guard.audit.event import Event
from guard.errors import GuardError
from guard.model.secevent import Subject, names_of
from guard.ports import Lost, Noted
from guard.session.judged import still
from guard.session.state import Session
from guard.session.stored import from_json, to_json
from guard_adapters._faults import Faults
from guard_adapters.store.damaged import left_out
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection
from guard_adapters.store.postgres.replicas import LIVING
from guard_adapters.store.rows import spelled

Told = tuple[Session, str]
"""A session, and who runs which of its calls in flight."""

LESSENS: Final = ("ended_at_ms", "suspended_at_ms", "signals", "narrowings", "intent", "who")
"""What may take something away from calls that run."""

AT_ONCE: Final = 1000
"""Sessions that one look for idle ones drops: nobody waits long behind it."""

MOVED: Final = "guard_sessions"
"""Where other guards hear that calls of a session are to be judged again."""


def names(session: Session) -> list[str]:
    """Return under which names a row is found."""
    return sorted(map(spelled, names_of(session.who, session.id)))


async def inserted(db: Connection, session: Session) -> None:
    """Insert a session, unless it is there already."""
    await db.execute(
        "INSERT INTO sessions (id, version, head, names, opened_ms) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO NOTHING",
        session.id,
        session.version,
        to_json(session),
        names(session),
        session.opened_at_ms,
    )


async def swapped(db: Connection, session: Session, flights: str, before: Session) -> bool:
    """Write a session over the version before it; return whether that one was there."""
    done = await db.execute(
        "UPDATE sessions SET version = $2, head = $3, flights = $4, ended = $6, names = $7"
        " WHERE id = $1 AND version = $5",
        session.id,
        session.version,
        to_json(session),
        flights,
        session.version - 1,
        bool(session.ended_at_ms),
        names(session),
    )
    if done != "UPDATE 1":
        return False
    if _lessened(before, session):
        await db.execute(f"SELECT pg_notify('{MOVED}', $1)", session.id)
    return True


def _lessened(before: Session, after: Session) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in LESSENS)


async def told(
    db: Connection, about: Subject, change: Noted, lost: Lost, faults: Faults
) -> list[Told]:
    """Change every live session that a subject fits, and write what is noted; return them all.

    A row without names is of an older guard: it is looked at, too. A damaged one is passed over,
    and that is noted.
    """
    if not about.named:
        return []
    rows = await db.fetch(
        "SELECT id, version, head, flights FROM sessions"
        " WHERE NOT ended AND (names @> ARRAY[$1::text] OR names = '{}') ORDER BY id FOR UPDATE",
        spelled(about.name),
    )
    live: list[tuple[Session, str]] = []
    noted: list[Event] = []
    for row in rows:
        try:
            live.append((session_from(row), str(row["flights"])))
        except GuardError as error:
            left_out(faults, row["id"], error)
            noted += lost(row["id"], error.code)
    fit = [(one, flights) for one, flights in live if about.fits(one.who, one.id)]
    made = [(one, flights, *change(one)) for one, flights in fit]
    new = [
        (before, replace(after, version=before.version + 1))
        for before, _, after, _ in made
        if after != before
    ]
    await _overwritten(db, new)
    await append(db, [*noted, *(event for *_, of_one in made for event in of_one)])
    after = {one.id: one for _, one in new}
    return [(after.get(one.id, one), flights) for one, flights, *_ in made]


async def _overwritten(db: Connection, pairs: Sequence[tuple[Session, Session]]) -> None:
    """Write sessions whose rows are locked, (before, after) each, with one statement."""
    if not pairs:
        return
    await db.execute(
        "UPDATE sessions SET version = one.version, head = one.head, ended = one.ended"
        " FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[])"
        " AS one (id, version, head, ended) WHERE sessions.id = one.id",
        [one.id for _, one in pairs],
        [one.version for _, one in pairs],
        [to_json(one) for _, one in pairs],
        [bool(one.ended_at_ms) for _, one in pairs],
    )
    less = [after.id for before, after in pairs if _lessened(before, after)]
    if less:
        await db.execute("SELECT pg_notify($1, one) FROM unnest($2::text[]) AS one", MOVED, less)


def session_from(row: Any) -> Session:  # noqa: ANN401  the driver ships no types
    """Return the session that a row with its head and version holds."""
    return replace(from_json(row["head"]), version=row["version"])


def _readable(row: Any, faults: Faults) -> Session | None:  # noqa: ANN401  as above
    """Return the session that a row holds; None: the row is damaged."""
    try:
        return session_from(row)
    except GuardError as error:
        left_out(faults, row["id"], error)
        return None


async def everything(db: Connection, faults: Faults) -> list[Session]:
    """Return all sessions, those that have ended, too, without damaged ones."""
    rows = await db.fetch("SELECT id, version, head FROM sessions ORDER BY id")
    return [one for row in rows if (one := _readable(row, faults)) is not None]


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


async def living(db: Connection, held: Mapping[str, Session], faults: Faults) -> list[Session]:
    """Return the sessions that have not ended; heads are read where a held one is not the row's.

    A damaged one is left out: no call can be made of it, and a stop has to reach the others.
    """
    rows = await db.fetch("SELECT id, version FROM sessions WHERE NOT ended ORDER BY id")
    known = {
        row["id"]: held[row["id"]]
        for row in rows
        if row["id"] in held and held[row["id"]].version == row["version"]
    }
    others = [row["id"] for row in rows if row["id"] not in known]
    heads = await db.fetch("SELECT id, version, head FROM sessions WHERE id = ANY($1)", others)
    known |= {row["id"]: one for row in heads if (one := _readable(row, faults)) is not None}
    return [known[row["id"]] for row in rows if row["id"] in known]
