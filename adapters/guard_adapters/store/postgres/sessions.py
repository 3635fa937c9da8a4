"""Sessions and endings for several guards: a version decides who wrote first.

A change is tried on the row as this guard saw it last, as one statement; if another guard wrote
meanwhile, the row is locked, read and changed. Changes of one session in one guard wait for each
other, so that the end of a call, handed over without an await, is written before whatever comes
after it. An ending is tried again until it is written or its guard ends: it happened.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from secrets import token_hex
from threading import RLock
from typing import Any, Final

from guard.errors import Refused, Unavailable
from guard.model.altered import altered
from guard.model.secevent import Subject
from guard.ports import Change, Ending, Lost, Noted, unnoted
from guard.provenance.result.known import Known
from guard.session.calls import Wanted, lent, nothing_wanted, pools_of, without_pools
from guard.session.shared import changed
from guard.session.state import Session, idle_since_ms
from guard_adapters._faults import Faults
from guard_adapters.store.folding import Indexes, folded, taught
from guard_adapters.store.postgres import tallies
from guard_adapters.store.postgres.database import LOST, UNDONE, Connection, Database
from guard_adapters.store.postgres.endings import is_first, left_behind
from guard_adapters.store.postgres.replicas import Replica
from guard_adapters.store.postgres.session_rows import (
    dropped,
    everything,
    inserted,
    lines_of,
    living,
    lost_calls,
    session_from,
    swapped,
    told,
)
from guard_adapters.store.postgres.turns import Turns
from guard_adapters.store.recorded import Recorded
from guard_adapters.store.rows import storable

KEPT: Final = 4096
"""Sessions held in memory, to be compared with their rows."""

ENDING_S: Final = 60.0
"""How long an ending is tried again (seconds): later its call is recorded as unknown."""

PAUSE_S: Final = 0.2


class PostgresSessions:
    """The `Sessions` and `Outcomes` ports on one database."""

    def __init__(self, database: Database, replica: Replica, faults: Faults) -> None:
        self._faults = faults
        self._database = database
        self._replica = replica
        self._held: OrderedDict[str, tuple[Session, str]] = OrderedDict()
        self._indexes = Indexes()
        self._turns = Turns()
        self._folding = RLock()

    async def open(self, session: Session) -> Session:
        """Insert a session, or return the one that is already there."""

        async def work(db: Connection) -> Session:
            await inserted(db, session)
            return await self._read(db, session.id) or session

        return await self._in_turn(session.id, work)

    async def get(self, session_id: str, wanted: Wanted = nothing_wanted) -> Session:
        """Return a session by its handle, with the pools that are wanted of it.

        Raises:
            Refused: `session_unknown`.
        """
        if not storable(session_id):
            raise unknown()

        async def work(db: Connection) -> Session:
            found = await self._read(db, session_id)
            if found is None:
                raise unknown()
            return lent(found, await tallies.read(db, pools_of(found) | wanted(found)))

        return await self._in_turn(session_id, work)

    async def update(
        self, session_id: str, change: Change, wanted: Wanted = nothing_wanted
    ) -> Session:
        """Apply a pure change and return what is stored."""
        if not storable(session_id):
            raise unknown()
        return await self._in_turn(
            session_id, lambda db: self._change(db, session_id, change, wanted)
        )

    async def tell(self, about: Subject, change: Noted, lost: Lost = unnoted) -> Sequence[Session]:
        """Change every live session that this is about; whoever has its turn may come later."""

        async def work() -> list[Session]:
            rows = await self._database.transacted(
                lambda db: told(db, about, change, lost, self._faults)
            )
            return [self._hold(session, flights) for session, flights in rows]

        return await self._database.settled(self._database.hand(work()))

    async def all(self) -> Sequence[Session]:
        """Return every session."""
        return await self._database.run(lambda db: everything(db, self._faults), again=True)

    async def live(self) -> Sequence[Session]:
        """Return every session that has not ended; heads are read where another guard wrote."""
        held = {name: one for name, (one, _) in list(self._held.items())}

        found = await self._database.run(lambda db: living(db, held, self._faults), again=True)
        return [one for one in found if not one.ended_at_ms]

    async def forget(self, idle_before_ms: int) -> int:
        """Drop sessions that nobody has used since, and what their results showed."""
        for name, (session, _) in list(self._held.items()):
            if 0 < idle_since_ms(session) < idle_before_ms:
                self._held.pop(name, None)
        gone = await self._database.run(lambda db: dropped(db, idle_before_ms), again=True)
        with self._folding:
            for name in gone:
                self._indexes.drop(name)
        return len(gone)

    async def known(self, session_id: str) -> Known:
        """Return what the session's endings left behind.

        Raises:
            Refused: `session_unknown`.
            Unavailable: `state_corrupt`.
        """
        session = await self.get(session_id)
        with self._folding:
            held = self._indexes.get(session_id)
            learned = held.learned if held is not None else 0
        lines = await self._database.run(
            lambda db: lines_of(db, session_id, learned, session.observed), again=True
        )
        with self._folding:
            held = self._indexes.get(session_id)
            if held is not None and held.learned >= session.observed:
                return held  # another call of the session learned the same meanwhile
            if held is not None and held.learned == learned and taught(session, held, lines):
                return held
        whole = await self._database.run(
            lambda db: lines_of(db, session_id, 0, session.observed), again=True
        )
        with self._folding:
            return self._indexes.keep(session_id, folded(session, whole))

    def close(self, ending: Ending) -> Awaitable[None]:
        """Hand over the end of a call; what is returned waits until it is durable."""
        return Recorded(self._database.settled, self._database.hand(self._ended(ending)))

    async def lost(self) -> Mapping[str, frozenset[str]]:
        """Return the calls in flight whose guard is gone, by session."""
        return await self._database.run(lost_calls, again=True)

    async def _in_turn(self, session_id: str, work: Any) -> Session:  # noqa: ANN401  a coroutine function
        async def waited() -> Session:
            async with self._turns.of(session_id), self._database.connection() as db:
                found: Session = await work(db)
                return found

        return await self._database.settled(self._database.hand(waited()))

    async def _change(
        self, db: Connection, session_id: str, change: Change, wanted: Wanted
    ) -> Session:
        held = self._held.pop(session_id, None)  # whatever happens now, the row is asked afterwards
        if held is not None and not pools_of(held[0]) | wanted(held[0]):
            session = _next(held[0], change)
            changed(held[0].shared, session.shared)  # refuses pools that nobody wanted
            flights = self._flights(session, held[1])
            if await swapped(db, session, flights, held[0]):
                return self._hold(session, flights)
        while True:
            with suppress(*UNDONE):
                async with db.transaction():
                    session, flights = await self._change_locked(
                        db, session_id, change, wanted, held
                    )
                self._hold(without_pools(session), flights)
                return session

    async def _change_locked(
        self,
        db: Connection,
        session_id: str,
        change: Change,
        wanted: Wanted = nothing_wanted,
        held: tuple[Session, str] | None = None,
    ) -> tuple[Session, str]:
        row = await db.fetchrow(
            "SELECT version, CASE WHEN version = $2 THEN NULL ELSE head END AS head, flights"
            " FROM sessions WHERE id = $1 FOR UPDATE",
            session_id,
            held[0].version if held else -1,
        )
        if row is None:
            raise unknown()
        before = held[0] if held and row["head"] is None else session_from(row)
        before = lent(before, await tallies.locked(db, pools_of(before) | wanted(before)))
        session = _next(before, change)
        flights = self._flights(session, row["flights"])
        if not await swapped(db, session, flights, before):
            raise Unavailable("The session changed under its lock.", code="state_conflict")
        await tallies.write(db, changed(before.shared, session.shared))
        return session, flights

    async def _read(self, db: Connection, session_id: str) -> Session | None:
        held = self._held.get(session_id)
        row = await db.fetchrow(
            "SELECT version, CASE WHEN version = $2 THEN NULL ELSE head END AS head, flights"
            " FROM sessions WHERE id = $1",
            session_id,
            held[0].version if held else -1,
        )
        if row is None:
            return None
        if held is not None and row["head"] is None:
            return held[0]
        return self._hold(session_from(row), row["flights"])

    async def _ended(self, ending: Ending) -> None:
        key, loop = token_hex(16), asyncio.get_running_loop()
        until = loop.time() + ENDING_S
        async with self._turns.of(ending.session):
            while True:
                self._held.pop(ending.session, None)
                try:
                    return await self._database.transacted(
                        lambda db: self._write_ending(db, ending, key)
                    )
                except LOST:
                    if loop.time() >= until:
                        raise
                await asyncio.sleep(PAUSE_S)

    async def _write_ending(self, db: Connection, ending: Ending, key: str) -> None:
        if not await is_first(db, key):
            return  # written by the try whose commit nobody heard of
        try:
            session, _ = await self._change_locked(db, ending.session, ending.change)
        except Refused:
            session = None  # refused before it had a session
        await left_behind(db, ending, session)

    def _flights(self, session: Session, before: str) -> str:
        """Return who runs which call in flight: those that came with this change are ours."""
        known = json.loads(before)
        return json.dumps({s.call: known.get(s.call, self._replica.id) for s in session.steps})

    def _hold(self, session: Session, flights: str) -> Session:
        self._held[session.id] = (session, flights)
        self._held.move_to_end(session.id)
        if len(self._held) > KEPT:
            self._held.popitem(last=False)
        return session


def unknown() -> Refused:
    """Return what is said of a handle that is not there."""
    return Refused(
        "This session is not known.",
        code="session_unknown",
        next_step="Open a session, or call without a handle.",
    )


def _next(session: Session, change: Change) -> Session:
    return altered(change(session), version=session.version + 1)
