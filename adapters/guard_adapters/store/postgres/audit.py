"""The audit log on PostgreSQL: events commit unnumbered with what they record, one guard numbers.

An event is durable before anything follows from it. Its number comes later, in one place: whoever
holds the row of `audit_state` moves what is queued into the tree, in one transaction, and signs. A
number that was drawn while inserting could commit after a higher one was signed, and leave a gap
when it was rolled back. A guard that stands still while it holds the row is ended by the server,
and its transaction with it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from guard.audit.event import Event
from guard.audit.tree import Tree, tree_of
from guard.errors import Unavailable
from guard_adapters.store.log import PAGE, SIGN_EVERY_MS, LogKey, LogRows, by_leaf
from guard_adapters.store.postgres.database import FAILED, Connection, Database
from guard_adapters.store.postgres.reading import checkpoint_text, numbered
from guard_adapters.store.postgres.schema import now_ms

NUMBER_S: Final = 0.2
"""Pause between two looks for events without a number (seconds)."""

GROUP: Final = 2_000
"""Most events that get their number in one transaction."""


async def append(db: Connection, events: Sequence[Event]) -> None:
    """Queue these events, in order, in the transaction of what they record."""
    if not events:
        return
    columns = zip(*by_leaf(events), strict=True)
    await db.execute(
        "INSERT INTO audit_queue (call, session, leaf, side)"
        " SELECT call, session, leaf, side"
        " FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[])"
        " WITH ORDINALITY AS one (call, session, leaf, side, n) ORDER BY n",
        *map(list, columns),
    )


class PostgresSink:
    """The `Sink` port: returns only when the events are durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, events: Sequence[Event]) -> None:
        """Queue these events.

        Raises:
            Unavailable: `store_unavailable`: nothing may run then.
        """

        async def work(db: Connection) -> None:
            await append(db, events)
            if not events:  # asked whether the store answers
                await db.fetchval("SELECT 1")

        await self._database.run(work)


class Sequencer:
    """Numbers what is queued, and signs. Every guard has one; one at a time works."""

    def __init__(self, database: Database, log_key: LogKey) -> None:
        self._database = database
        self._log_key = log_key

    async def for_ever(self) -> None:
        """Number what is queued, again and again; a database that fails is tried again."""
        while True:
            with suppress(*FAILED, Unavailable):
                await self._database.transacted(self._unless_busy)
            await asyncio.sleep(NUMBER_S)

    async def all_now(self, *, sign: bool = False) -> None:
        """Number everything that is queued now, after whoever is at it."""

        async def work(db: Connection) -> None:
            size = await db.fetchval("SELECT size FROM audit_state FOR UPDATE")
            await self._number(db, size, sign=sign)

        await self._database.transacted(work)

    async def _unless_busy(self, db: Connection) -> None:
        size = await db.fetchval("SELECT size FROM audit_state FOR UPDATE SKIP LOCKED")
        if size is not None:
            await self._number(db, size, sign=False)

    async def _number(self, db: Connection, size: int, *, sign: bool) -> None:
        tree = await _tree(db, size)
        while rows := await db.fetch(
            "SELECT id, call, session, leaf, side FROM audit_queue ORDER BY id LIMIT $1", GROUP
        ):
            tree = await _moved(db, tree, rows)
        await self._sign(db, size, tree, sign=sign)

    async def _sign(self, db: Connection, was: int, tree: Tree, *, sign: bool) -> None:
        if tree.size == 0:
            return
        signed = await db.fetchrow(
            "SELECT signed_ms, COALESCE((SELECT max(size) FROM audit_checkpoints), 0) AS size"
            " FROM audit_state"
        )
        at_ms = await now_ms(db)
        due = sign or at_ms - signed["signed_ms"] >= SIGN_EVERY_MS
        if due and signed["size"] < tree.size:
            note = self._log_key.note(tree)
            await db.execute(
                "INSERT INTO audit_checkpoints VALUES ($1, $2, $3)", tree.size, at_ms, note
            )
            await db.execute("UPDATE audit_state SET signed_ms = $1", at_ms)
        if tree.size == was:
            return
        # The fence: nobody can have numbered anything since the size was read.
        done = await db.execute("UPDATE audit_state SET size = $1 WHERE size = $2", tree.size, was)
        if done != "UPDATE 1":
            raise Unavailable("Another guard numbered the log meanwhile.", code="state_conflict")


class PostgresLog:
    """Reads the log of a running store."""

    def __init__(self, database: Database, sequencer: Sequencer) -> None:
        self._database = database
        self._sequencer = sequencer

    async def page(self, start: int) -> LogRows:
        """Return up to `PAGE` leaves from number `start` on, and the checkpoints over them.

        Raises:
            Unavailable: `store_unavailable`.
        """
        await self._database.settled(self._database.hand(self._sequencer.all_now()))
        return await self._database.run(lambda db: numbered(db, start, start + PAGE), again=True)

    async def tail(self, start: int) -> Sequence[tuple[int, bytes]]:
        """Return up to `PAGE` leaves from number `start` on that have their number by now.

        Raises:
            Unavailable: `store_unavailable`.
        """

        async def work(db: Connection) -> list[tuple[int, bytes]]:
            asked = "SELECT seq, leaf FROM audit_leaves WHERE seq >= $1 ORDER BY seq LIMIT $2"
            return [(row["seq"], bytes(row["leaf"])) for row in await db.fetch(asked, start, PAGE)]

        return await self._database.run(work, again=True)

    async def end(self) -> int:
        """Return the number that the next leaf will have, as far as leaves are numbered."""

        async def work(db: Connection) -> int:
            found: int = await db.fetchval("SELECT size FROM audit_state")
            return found

        return await self._database.run(work, again=True)

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint, or nothing where nothing was signed yet."""
        return await self._database.run(checkpoint_text, again=True)


async def _tree(db: Connection, size: int) -> Tree:
    places: list[tuple[int, int]] = []

    def asked(level: int, place: int) -> bytes:
        places.append((level, place))
        return b""

    tree_of(size, asked)
    rows = await db.fetch(
        "SELECT level, place, hash FROM audit_nodes JOIN unnest($1::int[], $2::bigint[])"
        " AS asked (level, place) USING (level, place)",
        [level for level, _ in places],
        [place for _, place in places],
    )
    found = {(row["level"], row["place"]): bytes(row["hash"]) for row in rows}
    return tree_of(size, lambda level, place: found[level, place])


async def _moved(db: Connection, tree: Tree, rows: Sequence[Connection]) -> Tree:
    """Move these rows out of the queue and into the tree, in this order."""
    first = tree.size
    nodes: list[tuple[int, int, bytes]] = []
    for row in rows:
        tree, more = tree.appended(bytes(row["leaf"]))
        nodes.extend(more)
    seqs = range(first, tree.size)
    await db.executemany(
        "INSERT INTO audit_leaves VALUES ($1, $2, $3, $4)",
        [(n, r["call"], r["session"], r["leaf"]) for n, r in zip(seqs, rows, strict=True)],
    )
    sides = [(n, r["side"]) for n, r in zip(seqs, rows, strict=True) if r["side"] is not None]
    await db.executemany("INSERT INTO audit_side VALUES ($1, $2)", sides)
    await db.executemany("INSERT INTO audit_nodes VALUES ($1, $2, $3)", nodes)
    await db.execute("DELETE FROM audit_queue WHERE id = ANY($1)", [row["id"] for row in rows])
    return tree
