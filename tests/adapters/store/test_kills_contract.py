"""The contract of the hole for stops and epochs, kept by both stores and by the public fake."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.model.kill import FOREVER_MS, Epoch, Kill
from guard.testing.kills import MemoryKills
from guard_adapters.store.changes import Stops
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.store import PostgresStore
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.postgres import POSTGRES

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOW = 1_767_607_200_000
TOOL = Kill(scope="tool", name="bank/pay", why="odd", by="operator", at_ms=NOW)
STOPPED = Event(kind="stopped", at_ms=NOW, session="", leaf={})


@pytest.fixture(params=["sqlite", "memory", POSTGRES])
async def kills(request, tmp_path):
    if request.param == "memory":
        yield MemoryKills()
        return
    if request.param == "postgres":
        store = postgres.store(KEY)
    else:
        store = SqliteStore(tmp_path / "g.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1)
    yield store.kills
    store.close(NOW)


async def test_a_stop_stands_until_it_is_lifted(kills):
    await kills.stop(TOOL, TOOL.epochs(), [STOPPED])
    assert tuple(kills.standing()) == (TOOL,)
    assert await kills.lift("tool", "bank/pay", [])
    assert tuple(kills.standing()) == ()
    assert not await kills.lift("tool", "bank/pay", [])


async def test_an_epoch_never_moves_back_and_is_told_once_more_when_it_moves(kills):
    await kills.void([Epoch(kind="session", name="gs_1", at_ms=NOW)])
    (first,) = await kills.epochs(0)
    assert (first.kind, first.name, first.at_ms) == ("session", "gs_1", NOW)
    assert await kills.epochs(first.seq) == []
    await kills.void([Epoch(kind="session", name="gs_1", at_ms=NOW - 5)])
    (again,) = await kills.epochs(first.seq)
    assert (again.at_ms, again.seq > first.seq) == (NOW, True)


async def test_old_epochs_are_forgotten_and_no_number_is_given_twice(kills):
    old = [Epoch(kind="jti", name=f"t{n}", at_ms=NOW) for n in range(3)]
    key = Epoch(kind="kid", name="k", at_ms=FOREVER_MS)
    await kills.void([old[0], key, *old[1:]])
    last = (await kills.epochs(0))[-1]
    assert await kills.prune(NOW) == 0
    assert await kills.prune(NOW + 1) == 2
    kept = await kills.epochs(0)
    assert [(one.kind, one.name) for one in kept] == [("kid", "k"), ("jti", "t2")]
    await kills.void([Epoch(kind="jti", name="t3", at_ms=NOW + 2)])
    (fresh,) = await kills.epochs(last.seq)  # who follows misses nothing
    assert fresh.name == "t3"
    assert await kills.prune(NOW + 1) == 1
    assert [one.name for one in await kills.epochs(0)] == ["k", "t3"]


def test_a_stop_survives_a_restart(tmp_path):
    def opened():
        return SqliteStore(tmp_path / "g.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1)

    store = opened()
    asyncio.run(store.kills.stop(TOOL, [], []))
    store.close(NOW)
    store = opened()
    assert tuple(store.kills.standing()) == (TOOL,)
    store.close(NOW)


def test_a_look_that_began_before_the_stop_does_not_lift_it():
    stops = Stops(())
    stops.add(TOOL)
    for _ in range(5):
        stops.become(())  # it could not be written: it holds all the same
    assert stops.standing == (TOOL,)
    stops.written(TOOL)
    stops.become(())
    assert stops.standing == (TOOL,)
    stops.become((TOOL,))
    stops.become(())  # somebody else lifted it
    assert stops.standing == ()


@pytest.mark.peer
def test_another_guard_on_the_same_rows_follows_a_stop_and_its_end():
    url = postgres.fresh(own_clock=False)
    one, two = (PostgresStore(Address(url), KEY, timeout_ms=5_000, cooldown_ms=1) for _ in range(2))

    async def until(held):
        async with asyncio.timeout(5):
            while tuple(two.kills.standing()) != held:
                await asyncio.sleep(0.005)

    async def followed():
        await one.kills.stop(TOOL, [], [])
        await until((TOOL,))
        await one.kills.lift("tool", "bank/pay", [])
        await until(())

    asyncio.run(followed())
    one.close(NOW)
    two.close(NOW)
