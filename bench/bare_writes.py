"""What SQLite alone takes: the statements of measured calls, run again with nothing around them.

One thread, no queue, no event loop, no text to build: the floor under any guard that commits each
decision with an fsync. The file is made anew, with the settings of the store.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from guard_adapters.store.sqlite.opening import opened

Statement = tuple[str, tuple[Any, ...]]
MARK = "INSERT INTO audit_leaves"
"""What a transaction holds that records a decision."""


class _Recording(sqlite3.Connection):
    said: list[Statement]

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.said.append((sql, values))
        return super().execute(sql, *values)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        kept = list(rows)
        self.said += [(sql, (row,)) for row in kept]
        return super().executemany(sql, kept)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Record what stores that are opened inside execute."""
    said: list[Statement] = []
    made = type("_One", (_Recording,), {"said": said})
    with patch("sqlite3.connect", partial(sqlite3.connect, factory=made)):
        yield said


def again(
    said: list[Statement], path: Path, clock: Callable[[], int] = time.process_time_ns
) -> list[int]:
    """Run these statements on a new file; return the nanoseconds of each decision's transaction."""
    took: list[int] = []
    with closing(opened(path)) as db:
        started, decides = 0, False
        for sql, values in said:
            if sql.startswith("PRAGMA"):
                continue
            if sql.startswith("BEGIN"):
                started, decides = clock(), False
            decides = decides or sql.startswith(MARK)
            db.execute(sql, *values).fetchall()
            if sql == "COMMIT" and decides:
                took.append(clock() - started)
    return took
