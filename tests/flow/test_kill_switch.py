"""The kill switch: what is stopped makes no further call, whoever calls and however it came so far."""

import asyncio
from dataclasses import replace

import pytest

from guard.access.killing import Killing
from guard.errors import Refused
from guard.model.identity import Agent, Device, Principal, Who
from guard.model.kill import SCOPES, Kill
from guard.testing.kills import MemoryKills
from guard_adapters.store.live import LiveCalls
from tests.flow.test_narrowing import Beating, Slow

OTHER = Who(principal=Principal(issuer="idp", subject="bob"), agent=Agent(id="robot"))


@pytest.fixture
def world(flow):
    kills = MemoryKills(events=flow.store.events)
    return flow.but(live=LiveCalls(), kills=kills)


def killing(world):
    return Killing(world=world.world, policy=lambda: world.bundle)


async def kill(world, scope, name=""):
    stopped = await killing(world).stop(scope, name, why="odd", by="operator")
    await killing(world).follow(stopped)


async def refused(work):
    with pytest.raises(Refused) as no:
        await asyncio.wait_for(work, 5)
    return no.value.code


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("everything", ""),
        ("server", "bank"),
        ("tool", "bank/note"),
        ("agent", "clerk"),
        ("principal", "idp|ana"),
        ("principal", "ana"),
    ],
)
async def test_what_is_stopped_makes_no_further_call_and_goes_on_when_it_is_lifted(
    world, scope, name
):
    await kill(world, scope, name)
    assert await refused(world.call("note", text="x")) == "stopped_by_operator"
    assert world.tool.runs == []
    await killing(world).lift(scope, name, by="operator")
    assert (await world.call("note", text="x")).value == "done"


@pytest.mark.parametrize(
    ("scope", "name"),
    [("server", "shop"), ("tool", "bank/pay"), ("agent", "robot"), ("principal", "bob"), ("device", "")],
)  # fmt: skip
async def test_nothing_else_is_stopped(world, scope, name):
    if name:
        await kill(world, scope, name)
    assert (await world.call("note", text="x")).value == "done"


def test_each_scope_stops_what_it_names_and_a_sub_agent_with_its_agent():
    sub = replace(OTHER, agent=OTHER.agent.acting(("helper",)), device=Device(id="d1"))
    names = {"everything": "", "server": "bank", "tool": "bank/pay", "agent": "robot", "principal": "bob", "device": "d1", "key": "k"}  # fmt: skip
    met = {
        scope: Kill(scope=scope, name=names[scope], why="", by="", at_ms=0).stops(
            "bank", "pay", sub
        )
        for scope in SCOPES
    }
    assert met == {**dict.fromkeys(SCOPES, True), "key": False}


async def test_a_call_that_runs_is_cut_and_its_credential_revoked(world, make_issuer):
    issuer = make_issuer(leaves_object=True)
    world.but(issuers={"calltoken": issuer}, watchdog=Beating(world.clock))
    tool = Slow(stoppable=True)
    running = asyncio.create_task(world.call("note", text="x", by=tool))
    await asyncio.wait_for(tool.began.wait(), 5)
    await kill(world, "agent", "clerk")
    assert await refused(running) == "call_cut"
    assert issuer.revoked
    assert world.outcomes() == [("unknown", "call_cut")]
    (followed,) = world.events("stop_followed")
    assert (followed.leaf["calls"], followed.leaf["leases"]) == (1, 1)


async def test_it_holds_before_it_is_written_and_is_written_before_anything_is_cut(world):
    seen = []

    class Watching(MemoryKills):
        async def stop(self, kill, epochs, events):
            await MemoryKills.stop(self, kill, epochs, events)
            seen.append([one.kind for one in events])

    world.but(kills=Watching(events=world.store.events))
    stopped = await killing(world).stop("everything", "", why="", by="operator")
    assert seen == [["stopped"]]
    assert await refused(world.call("note", text="x")) == "stopped_by_operator"
    await killing(world).follow(stopped)
    assert [one.kind for one in world.events("stopped", "stop_followed")] == ["stopped", "stop_followed"]  # fmt: skip


async def test_a_yes_that_was_given_before_is_not_used_after(world):
    world.approver.script = ["silence"]
    world.hold_ms = 0
    with pytest.raises(Refused):
        await world.call("pay", amount_minor=200, recipient="DE1")
    await kill(world, "principal", "ana")
    assert [row.open for row in world.approvals.rows.values()] == [False]


async def test_tokens_that_were_made_before_are_void_and_stay_so(world):
    await kill(world, "principal", "idp|ana")
    await killing(world).lift("principal", "idp|ana", by="operator")
    void = {(e.kind, e.name, e.at_ms) for e in await world.world.kills.epochs(0)}
    at_ms = world.clock.now_ms()
    # The name may also be a subject of its own, as the stop itself takes it.
    assert void == {("principal", "ana", at_ms), ("principal", "idp|ana", at_ms)}
    await world.reauthorizing.end("gs_1", "operator")
    assert ("session", "gs_1") in {(e.kind, e.name) for e in await world.world.kills.epochs(0)}


async def test_what_is_not_stopped_cannot_be_lifted(world):
    assert await refused(killing(world).lift("agent", "nobody", by="operator")) == "kill_unknown"
