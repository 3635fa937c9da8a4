"""Sessions and endings: held in memory, written through to the file in order.

A change is applied in memory and queued in the same step of the event loop, so that 100 parallel
calls lose none and the end of a call can be handed over without an await. Whatever is written
later, the decision of the call included, is committed after it. A row whose version is not the
expected one means that somebody else wrote: nothing more is accepted.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from threading import RLock

from guard.errors import Refused
from guard.ports import Change, Ending
from guard.provenance.known import Known
from guard.session.state import Session
from guard.session.stored import from_json, to_json
from guard_adapters.store.folding import Indexes, folded
from guard_adapters.store.recorded import Recorded
from guard_adapters.store.sqlite import observations
from guard_adapters.store.sqlite.approval_rows import settle as settle_approval
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.leases import settle as settle_lease

KEPT = 4096
"""Sessions held in memory; older idle ones are read back from the file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, head TEXT NOT NULL
) WITHOUT ROWID
"""


class SqliteSessions:
    """The `Sessions` and `Outcomes` ports on one file."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._held: OrderedDict[str, Session] = OrderedDict()
        self._indexes = Indexes()
        # Plain functions are guarded from threads of their own: memory and queue change together.
        self._turn = RLock()

    async def open(self, session: Session) -> Session:
        """Insert a session, or return the one that is already there."""
        if session.id in self._held:
            return self._held[session.id]
        row = await self._database.run(lambda db: _insert(db, session))
        with self._turn:
            # Two first calls may come at once: the one in memory may have gone on already.
            return self._held.get(session.id) or self._hold(row)

    async def get(self, session_id: str) -> Session:
        """Return a session by its handle.

        Raises:
            Refused: `session_unknown`.
        """
        held = self._held.get(session_id)
        if held is not None:
            return held
        row = await self._database.run(lambda db: _read(db, session_id))
        if row is None:
            raise Refused(
                "This session is not known.",
                code="session_unknown",
                next_step="Open a session, or call without a handle.",
            )
        with self._turn:
            # Another call may have loaded it while this one waited: the one in memory is newer.
            return self._held.get(session_id) or self._hold(row)

    async def update(self, session_id: str, change: Change) -> Session:
        """Apply a pure change and return what is stored."""
        await self.get(session_id)  # from here on it is in memory
        with self._turn:
            head = self._applied(self._held[session_id], change)
            self._database.later(lambda db: _write(db, head))
        return head

    async def all(self) -> Sequence[Session]:
        """Return every session, the latest version of each."""
        rows = await self._database.run(_all)
        return [self._held.get(row.id, row) for row in rows]

    async def known(self, session_id: str) -> Known:
        """Return what the session's endings left behind.

        Raises:
            Refused: `session_unknown`.
            Unavailable: `state_corrupt`.
        """
        held = self._indexes.get(session_id)
        if held is not None:
            return held
        while True:
            session = await self.get(session_id)
            lines = await self._database.run(lambda db: observations.lines_of(db, session_id))
            with self._turn:
                # An ending may have come while this waited: its line is read in the next turn.
                if self._held.get(session_id, session).observed == session.observed:
                    return self._indexes.keep(session_id, folded(session, lines))

    def close(self, ending: Ending) -> Awaitable[None]:
        """Hand over the end of a call; what is returned waits until it is durable."""
        head: Session | None = None

        def work(db: sqlite3.Connection) -> None:
            if head is not None:
                _write(db, head)
                if ending.segment is not None:
                    observations.append(db, head, ending.segment)
            if ending.approval:
                settle_approval(db, ending.approval, ending.consume_id, ending.outcome)
            if ending.lease_change is not None:
                settle_lease(db, ending.lease, ending.lease_change)
            self._journal.append(db, ending.events)

        with self._turn:
            held = self._held.get(ending.session)
            head = None if held is None else self._applied(held, ending.change)
            if head is not None and ending.segment is not None:
                self._indexes.learn(head.id, ending.segment)
            written = self._database.submit(work, vital=True)
        return Recorded(self._database.settled, written)

    def _applied(self, session: Session, change: Change) -> Session:
        changed = change(session)
        return self._hold(replace(changed, version=session.version + 1))

    def _hold(self, session: Session) -> Session:
        with self._turn:
            self._held[session.id] = session
            self._held.move_to_end(session.id)
            if len(self._held) > KEPT:
                idle = next((s.id for s in self._held.values() if not _busy(s)), session.id)
                if idle != session.id:
                    del self._held[idle]
        return session


def _busy(session: Session) -> bool:
    return bool(session.steps)


def _insert(db: sqlite3.Connection, session: Session) -> Session:
    db.execute(
        "INSERT INTO sessions VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (session.id, session.version, to_json(session)),
    )
    found = _read(db, session.id)
    return session if found is None else found


def _read(db: sqlite3.Connection, session_id: str) -> Session | None:
    row = db.execute("SELECT version, head FROM sessions WHERE id = ?", (session_id,)).fetchone()
    return None if row is None else replace(from_json(row[1]), version=row[0])


def _all(db: sqlite3.Connection) -> list[Session]:
    rows = db.execute("SELECT version, head FROM sessions ORDER BY id").fetchall()
    return [replace(from_json(head), version=version) for version, head in rows]


def _write(db: sqlite3.Connection, session: Session) -> None:
    done = db.execute(
        "UPDATE sessions SET version = ?, head = ? WHERE id = ? AND version = ?",
        (session.version, to_json(session), session.id, session.version - 1),
    )
    if done.rowcount != 1:
        raise sqlite3.IntegrityError(f"session {session.id!r} is not at {session.version - 1}")
