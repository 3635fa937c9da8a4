"""The audit log in the same file: leaves in order, tree nodes, signed checkpoints, side rows.

Appending happens inside the transaction of whatever it records, in the one thread that writes, so
that leaf numbers have no gap and no record is without its event. Side rows can be erased; leaves
cannot be changed without breaking every later checkpoint.
"""

import sqlite3
from collections.abc import Sequence

from guard.audit.event import Event
from guard.audit.tree import Tree, tree_of
from guard_adapters.store.log import SIGN_EVERY_MS, LogKey, by_leaf
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS audit_leaves (
    seq INTEGER PRIMARY KEY, call TEXT NOT NULL, session TEXT NOT NULL, leaf BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_by_call ON audit_leaves (call);
CREATE TABLE IF NOT EXISTS audit_side (seq INTEGER PRIMARY KEY, side TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS audit_nodes (
    level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_checkpoints (
    size INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, note TEXT NOT NULL
)
"""


class Journal:
    """Appends events to the log. Call it only inside a transaction of the store's thread.

    Args:
        log_key: signs the checkpoints.
        checkpoint_every_ms: longest time between two checkpoints while events come in.
    """

    def __init__(self, log_key: LogKey, *, checkpoint_every_ms: int = SIGN_EVERY_MS) -> None:
        self._log_key = log_key
        self._every_ms = checkpoint_every_ms
        self._signed_at_ms = 0
        self._tree = Tree()  # as of the last append; its size says whether it still holds

    def append(self, db: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Append these events and, when it is time, a checkpoint."""
        if not events:
            return
        tree = self._now(db)
        for call, session, leaf, side in by_leaf(events):
            db.execute(
                "INSERT INTO audit_leaves VALUES (?, ?, ?, ?)", (tree.size, call, session, leaf)
            )
            if side is not None:
                db.execute("INSERT INTO audit_side VALUES (?, ?)", (tree.size, side))
            tree, nodes = tree.appended(leaf)
            db.executemany("INSERT INTO audit_nodes VALUES (?, ?, ?)", nodes)
        self._tree = tree
        if events[-1].at_ms - self._signed_at_ms >= self._every_ms:
            self.checkpoint(db, events[-1].at_ms, tree)

    def _now(self, db: sqlite3.Connection) -> Tree:
        """Return the tree of the log: the one at hand, unless the file has another size.

        An append that was rolled back leaves one that is too large, and each append looks.
        """
        size: int = db.execute("SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaves").fetchone()[0]
        return self._tree if self._tree.size == size else _tree(db, size)

    def checkpoint(self, db: sqlite3.Connection, at_ms: int, tree: Tree | None = None) -> None:
        """Sign what the log holds now; nothing new, nothing signed."""
        tree = tree or self._now(db)
        if tree.size == 0:
            return
        db.execute(
            "INSERT INTO audit_checkpoints VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING",
            (tree.size, at_ms, self._log_key.note(tree)),
        )
        self._signed_at_ms = at_ms


class SqliteSink:
    """The `Sink` port on one file: returns only when the events are durable."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def write(self, events: Sequence[Event]) -> None:
        """Append these events.

        Raises:
            Unavailable: `store_unavailable`: nothing may run then.
        """
        await self._database.run(lambda db: self._journal.append(db, events))


def _tree(db: sqlite3.Connection, size: int) -> Tree:
    def node(level: int, place: int) -> bytes:
        found: tuple[bytes] = db.execute(
            "SELECT hash FROM audit_nodes WHERE level = ? AND place = ?", (level, place)
        ).fetchone()
        return found[0]

    return tree_of(size, node)
