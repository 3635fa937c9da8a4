"""What `guard doctor` says of the store: its URL, and with --connect the database behind it."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from guard.errors import Unusable
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.state.rows_at import address

if TYPE_CHECKING:
    from guard_adapters.store.postgres.database import Address

CONNECT_MS = 2_000

_ASKED = """
SELECT current_setting('server_version_num')::int / 10000 AS major,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS whole_pages,
    (SELECT count(*) FROM pg_stat_replication) AS standbys,
    current_setting('synchronous_standby_names') AS synchronous,
    has_schema_privilege(current_schema(), 'CREATE') AS makes_tables
"""


def store(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say if the store's URL cannot be read; it is not shown."""
    try:
        address(loaded.installation, loaded.file.parent)
    except Unusable as error:
        yield error.code, f"{error.message} {error.next_step}"


def reached_store(loaded: Loaded) -> list[tuple[str, str]]:
    """Say what is wrong with the database, if there is one."""
    try:
        found = address(loaded.installation, loaded.file.parent)
    except Unusable:
        return []  # said already
    return [] if found is None else asyncio.run(_asked(found))


async def _asked(found: "Address") -> list[tuple[str, str]]:
    from guard_adapters.store.postgres.database import (  # noqa: PLC0415  the driver is an extra
        FAILED,
        unusable,
    )

    try:
        async with asyncio.timeout(2 * CONNECT_MS / 1000):
            db = await found.connect(timeout_ms=CONNECT_MS)
            try:
                return list(_said(await db.fetchrow(_ASKED)))
            finally:
                await db.close()
    except (*FAILED, ValueError) as error:
        wrong = unusable(error)
        return [("store_unusable", f"{wrong.message} {wrong.next_step}")]


def _said(row: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  the driver ships no types
    from guard_adapters.store.postgres.database import OLDEST  # noqa: PLC0415

    if row["major"] < OLDEST:
        text = f"The database is PostgreSQL {row['major']}, the guard needs {OLDEST} or newer."
        yield "store_unusable", text
    if "off" in {row["fsync"], row["whole_pages"]}:
        text = "fsync or full_page_writes is off: a used approval may be usable after a crash."
        yield "store_forgets", f"{text} Turn both on."
    if not row["makes_tables"] or row["makes_tables"] is None:
        text = "The database role may not make tables in its schema."
        yield "store_unusable", f"{text} Let it own one of its own."
    if row["standbys"] and not row["synchronous"]:
        text = "The standbys are asynchronous: after a failover every unused approval is void."
        yield "note", text
