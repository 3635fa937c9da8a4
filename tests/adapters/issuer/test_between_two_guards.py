"""Two guards on one database: a token between calls that one holds is void once the other says so."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from guard.access.killing import Killing
from guard.model.access import Access, Level
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.leases import LeaseDesk
from guard_adapters.wiring.watchdog import watched
from tests import postgres
from tests.adapters.issuer.test_between import scene

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("authorization_server")]


@asynccontextmanager
async def another(folder, tmp_path):
    """A second guard on the same rows, with the same keys; it serves nobody and only gives orders."""
    shutil.copytree(folder, tmp_path / "other")
    wired = build(load(tmp_path / "other" / "guard.yaml"))
    try:
        yield wired
    finally:
        await wired.world.issuers["idp"].aclose()
        wired.close()


async def end(wired, session, lease):
    await wired.reauthorizing.end(session, "operator")


async def suspend(wired, session, lease):
    await wired.reauthorizing.suspend(session, "operator")


async def stop(wired, session, lease):
    killing = Killing(world=wired.world, policy=lambda: wired.bundle)
    await killing.follow(await killing.stop("agent", "a", why="", by="op"))


async def narrow(wired, session, lease):
    await wired.reauthorizing.narrow(session, Access(level=Level.STOPPED), "operator")


async def revoke(wired, session, lease):
    await LeaseDesk(world=wired.world).revoke_lease(lease)


@pytest.mark.parametrize("word", [end, suspend, stop, narrow, revoke])
async def test_what_another_guard_ended_is_void_at_the_server_at_once(
    authorization_server, tmp_path, monkeypatch, word
):
    idp = authorization_server
    monkeypatch.setenv("TEST_STORE", postgres.fresh())
    (tmp_path / "one").mkdir()
    more = {"path": "/opaque", "store": "  store: {url_env: TEST_STORE}\n"}
    async with (
        scene(idp, tmp_path / "one", **more) as it,
        it.client(mode="legacy") as client,
        another(tmp_path / "one", tmp_path) as other,
        watched(it.wired.world, it.wired.heart),
    ):
        await client.list_tools()
        token = it.door.seen[-1][2]
        assert idp.says_of(token)["active"]
        (row,) = await other.world.leases.recent(10)
        await word(other, row.session, row.id)
        async with asyncio.timeout(5):  # it would live for 90 s
            while idp.says_of(token)["active"]:
                await asyncio.sleep(0.05)
            while (row := await other.world.leases.lease(row.id)).open:
                await asyncio.sleep(0.05)
    assert row.state == "revoked"
