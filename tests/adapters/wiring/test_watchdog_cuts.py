"""A live SQL session past its deadline, at a real PostgreSQL: the watchdog cuts it, and nobody else."""

import asyncio
import time
from dataclasses import replace

import pytest

from guard.grant.lease import LeaseState
from guard.ports import World
from guard.testing import CountedIds, FrozenClock, MemoryApprovals, MemoryStore
from guard_adapters.issuer.postgres_role import PostgresRole, PostgresRoleIssuer
from guard_adapters.store.clock import Heartbeat, SystemClock
from guard_adapters.wiring.watchdog import watched
from tests.adapters.issuer.leased import issued, maker
from tests.peers.postgres import Postgres, connected, is_cut

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


async def test_a_session_is_cut_at_its_deadline_and_not_before(postgres):
    issuer = PostgresRoleIssuer(PostgresRole(**postgres.settings()), maker(postgres.home))
    clock, store = SystemClock(), MemoryStore()
    world = World(
        clock=clock, ids=CountedIds(), sessions=store, approvals=MemoryApprovals(clock=FrozenClock(), sessions=store.held),
        leases=store, outcomes=store, sink=store, issuers={"it": issuer}, guard_id="tester",
    )  # fmt: skip
    short, first = await issued(issuer, ttl_s=30)
    long, second = await issued(issuer, ttl_s=30)
    deadline_ms = clock.now_ms() + 700
    await store.reserve(
        replace(short, deadline_ms=deadline_ms, state=LeaseState.DELIVERED, server="a", tool="t"),
        [],
    )
    await store.reserve(replace(long, state=LeaseState.DELIVERED, server="a", tool="t"), [])
    live, other = await connected(first.parts), await connected(second.parts)
    async with asyncio.timeout(10), watched(world, Heartbeat(clock)):
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            await live.fetchval("SELECT pg_sleep(9)")
        assert int(time.time() * 1000) >= deadline_ms
        assert await other.fetchval("SELECT 1") == 1
        while (await store.lease(short.id)).state is not LeaseState.REVOKED:
            await asyncio.sleep(0.05)
        assert await issuer.sweep() == [long.handle]
        await issuer.revoke(long, "test")
        assert await is_cut(other)
        live.terminate()
