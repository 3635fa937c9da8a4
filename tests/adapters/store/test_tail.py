"""The end of a log that goes on, read by whoever follows it: the same on both stores."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard_adapters.store.log import PAGE, LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.postgres import POSTGRES

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


@pytest.fixture(params=["sqlite", POSTGRES])
def store(request, tmp_path):
    if request.param == "postgres":
        made = postgres.store(KEY)
    else:
        made = SqliteStore(tmp_path / "guard.sqlite", KEY, timeout_ms=5_000, cooldown_ms=0)
    yield made
    made.close(20_000)


async def written(store, count):
    """Write so many events, and wait until each has its number."""
    end = await store.log.end() + count
    await store.sink.write([Event(kind="signal", at_ms=1, session=f"gs_{n}") for n in range(count)])
    async with asyncio.timeout(5):
        while await store.log.end() < end:
            await asyncio.sleep(0.02)


async def test_an_empty_log_has_no_end_yet(store):
    assert (await store.log.end(), [*await store.log.tail(0)]) == (0, [])


async def test_who_follows_reads_each_leaf_once_in_its_order(store):
    await written(store, 3)
    first = await store.log.tail(0)
    assert [seq for seq, _ in first] == [0, 1, 2]
    assert await store.log.end() == 3
    await written(store, 2)
    rest = await store.log.tail(3)
    assert [seq for seq, _ in rest] == [3, 4]
    assert (await store.log.page(0)).leaves == (*first, *rest)
    assert [*await store.log.tail(5)] == []


async def test_a_page_ends_where_the_next_begins(store):
    await written(store, PAGE + 1)
    assert len(await store.log.tail(0)) == PAGE
    assert [seq for seq, _ in await store.log.tail(PAGE)] == [PAGE]
