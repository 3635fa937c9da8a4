"""Sessions and endings: held in memory, written through to the file in order.

A change is applied in memory and queued in the same step of the event loop, so that 100 parallel
calls lose none and the end of a call can be handed over without an await. Whatever is written
later, the decision of the call included, is committed after it. A row whose version is not the
expected one means that somebody else wrote: nothing more is accepted.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from threading import RLock

from guard.errors import GuardError, Refused
from guard.model.altered import altered
from guard.model.secevent import Subject
from guard.ports import Change, Ending, Lost, Noted, unnoted
from guard.provenance.result.known import Known
from guard.session.calls import Wanted, nothing_wanted, pools_of
from guard.session.pool_key import PoolKey
from guard.session.shared import Pool
from guard.session.state import Session, idle_since_ms
from guard_adapters._faults import Faults
from guard_adapters.store.damaged import Unreached, left_out
from guard_adapters.store.folding import Indexes, folded
from guard_adapters.store.recorded import Recorded
from guard_adapters.store.sqlite import observations, session_rows, tallies
from guard_adapters.store.sqlite.approval_rows import settle as settle_approval
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.leases import settle as settle_lease
from guard_adapters.store.sqlite.named import Named

KEPT = 4096
"""Sessions held in memory; older idle ones are read back from the file."""


class SqliteSessions:
    """The `Sessions` and `Outcomes` ports on one file."""

    def __init__(self, database: Database, journal: Journal, faults: Faults) -> None:
        self._damaged = partial(left_out, faults)
        self._unreached = Unreached(faults)
        self._database = database
        self._journal = journal
        self._held: OrderedDict[str, Session] = OrderedDict()
        self._going: frozenset[str] = frozenset()  # whose rows are on their way out
        self._indexes = Indexes()
        self._named = Named()
        # Plain functions are guarded from threads of their own: memory and queue change together.
        self._turn = RLock()
        self.pools = tallies.HeldPools(self._turn)

    async def open(self, session: Session) -> Session:
        """Insert a session, or return the one that is already there."""
        if session.id in self._held:
            return self._held[session.id]
        while True:
            with self._turn:  # others may speak of it from now on; if this is cancelled, too
                self._named.coming(session)
            row = await self._database.run(lambda db: session_rows.insert(db, session))
            with self._turn:
                if session.id not in self._going:
                    # Two first calls may come at once: the one in memory may have gone on already.
                    return self._held.get(session.id) or self._hold(row)

    async def get(self, session_id: str, wanted: Wanted = nothing_wanted) -> Session:
        """Return a session by its handle, with the pools that are wanted of it.

        Raises:
            Refused: `session_unknown`.
        """
        while True:
            session = self._held.get(session_id) or await self._loaded(session_id)
            keys = pools_of(session) | wanted(session)
            with self._turn:
                missing = self.pools.missing(keys)
                if not missing:
                    return self.pools.lend(session, keys)
            await self._read_pools(missing)

    async def _loaded(self, session_id: str) -> Session:
        while True:
            row = await self._database.run(lambda db: session_rows.read(db, session_id))
            if row is None:
                raise Refused(
                    "This session is not known.",
                    code="session_unknown",
                    next_step="Open a session, or call without a handle.",
                )
            with self._turn:
                if session_id not in self._going:
                    # Another call may have loaded it meanwhile: the one in memory is newer.
                    return self._held.get(session_id) or self._hold(row)

    async def _read_pools(self, missing: Sequence[PoolKey]) -> None:
        rows = await self._database.run(lambda db: tallies.read(db, missing))
        with self._turn:
            self.pools.take_in(rows)

    async def update(
        self, session_id: str, change: Change, wanted: Wanted = nothing_wanted
    ) -> Session:
        """Apply a pure change and return what is stored."""
        while True:
            head = self._change(session_id, change, wanted)
            if head is not None:
                return head
            await self.get(session_id, wanted)  # it goes on until it is in memory with its pools

    def _change(self, session_id: str, change: Change, wanted: Wanted) -> Session | None:
        """Apply a change now; None: the session or one of its pools must be read first."""
        with self._turn:
            held = self._held.get(session_id)
            if held is None:
                return None
            keys = pools_of(held) | wanted(held)
            if self.pools.missing(keys):
                return None
            head, kept, pools = self._applied(self.pools.lend(held, keys), change)
            self._database.later(lambda db: session_rows.write(db, kept, pools))
        return head

    async def tell(self, about: Subject, change: Noted, lost: Lost = unnoted) -> Sequence[Session]:
        """Change every live session that this is about; it holds before it is durable."""
        rows = [] if self._named.whole else await self._database.run(self._readable)
        with self._turn:
            self._named.fill(rows)
            left = self._named.meant(about)
        told: list[Session] = []
        while left:
            now, left = left[: session_rows.AT_ONCE], left[session_rows.AT_ONCE :]
            some, written = await self._told(now, about, change)
            await self._database.settled(written)
            told += some
        if events := self._unreached.taken(lost):
            work = partial(self._journal.append, events=events)
            await self._database.settled(self._database.submit(work, vital=True))
        return told

    def _readable(self, db: sqlite3.Connection) -> list[Session]:
        return session_rows.readable(db, self._unreached.met)

    async def _told(
        self, names: Sequence[str], about: Subject, change: Noted
    ) -> tuple[list[Session], "Future[None]"]:
        """Tell these sessions, all of them in one turn: first they are taken into memory."""
        gone: set[str] = set()
        while True:
            for name in names:
                if await self._there(name, self._unreached.met) is None:
                    gone.add(name)
            with self._turn:
                here = [name for name in names if name not in gone]
                if all(name in self._held for name in here):
                    known = [self._held[name] for name in here]
                    live = [one for one in known if not one.ended_at_ms]
                    return self._tell([one for one in live if about.fits(one.who, one.id)], change)

    def _tell(self, fit: Sequence[Session], change: Noted) -> tuple[list[Session], "Future[None]"]:
        """Apply a change to sessions in memory, all or none, and queue one transaction."""
        made = [(one, *change(one)) for one in fit]
        moved = {one.id: self._applied(one, _becomes(new))[1] for one, new, _ in made if new != one}
        events = [event for _, _, noted in made for event in noted]

        def work(db: sqlite3.Connection) -> None:
            for one in moved.values():
                session_rows.write(db, one)
            self._journal.append(db, events)

        written = self._database.submit(work, vital=True)
        return [moved.get(one.id, one) for one in fit], written

    async def all(self) -> Sequence[Session]:
        """Return every session, the latest version of each."""
        rows = await self._database.run(lambda db: session_rows.everything(db, self._damaged))
        with self._turn:
            self._named.fill(rows)
        return [self._held.get(row.id, row) for row in rows]

    async def live(self) -> Sequence[Session]:
        """Return every session that has not ended; rows of those in memory are not read.

        A damaged one is left out: no call can be made of it, and a stop has to reach the others.
        """
        names = await self._database.run(session_rows.living)
        found = [await self._there(name, self._damaged) for name in names]
        return [one for one in found if one is not None and not one.ended_at_ms]

    async def _there(self, session_id: str, damaged: session_rows.LeftOut) -> Session | None:
        """Return a session; None: it is damaged, or went because nobody used it for so long."""
        try:
            return self._held.get(session_id) or await self._loaded(session_id)
        except GuardError as error:
            if error.code != "session_unknown":
                damaged(session_id, error)
            return None

    async def forget(self, idle_before_ms: int) -> int:
        """Drop sessions that nobody has used since, and what their results showed.

        While rows go, nobody takes up what was read of them before.
        """
        found = await self._database.run(lambda db: session_rows.idle(db, idle_before_ms))
        with self._turn:
            held = {name: self._held[name] for name in found if name in self._held}
            used = {n for n, one in held.items() if not 0 < idle_since_ms(one) < idle_before_ms}
            going = frozenset(found) - used - self._going
            for name in going:
                self._held.pop(name, None)
                self._named.drop(name)
                self._indexes.drop(name)
            self._going |= going
            gone = self._database.submit(lambda db: session_rows.dropped(db, going))
        try:
            await self._database.settled(gone)
        finally:
            with self._turn:
                self._going -= going
        return len(going)

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
        pools: Mapping[PoolKey, Pool] = {}

        def work(db: sqlite3.Connection) -> None:
            if head is not None:
                session_rows.write(db, head, pools)
                if ending.segment is not None:
                    observations.append(db, head, ending.segment)
            if ending.approval:
                settle_approval(db, ending)
            if ending.lease_change is not None:
                settle_lease(db, ending.lease, ending.lease_change)
            self._journal.append(db, ending.events)

        with self._turn:
            held = self._held.get(ending.session)
            if held is not None:  # and the pools of its calls in flight: they are not let go
                _, head, pools = self._applied(self.pools.lend(held, pools_of(held)), ending.change)
            if head is not None and ending.segment is not None:
                self._indexes.learn(head.id, ending.segment)
            written = self._database.submit(work, vital=True)
        return Recorded(self._database.settled, written)

    def _applied(
        self, session: Session, change: Change
    ) -> tuple[Session, Session, Mapping[PoolKey, Pool]]:
        """Return a session after a change: as its caller sees it, as it is kept, and its pools."""
        new = altered(change(session), version=session.version + 1)
        kept, pools = self.pools.take_back(session, new)
        self._hold(kept)
        return new, kept, pools

    def _hold(self, session: Session) -> Session:
        with self._turn:
            self._held[session.id] = session
            self._named.note(session)
            self._held.move_to_end(session.id)
            if len(self._held) > KEPT:
                idle = next((s.id for s in self._held.values() if not _busy(s)), session.id)
                if idle != session.id:
                    del self._held[idle]
        return session


def _becomes(new: Session) -> Change:
    return lambda _: new


def _busy(session: Session) -> bool:
    return bool(session.steps)
