"""Somebody takes over a session: from another place, another process, in a burst, piece by piece."""

from dataclasses import replace

import pytest

from guard.detect.numbers import Detectors
from guard.detect.watch import Watch
from guard.errors import Refused
from guard.model.identity import Agent, Place, Principal, Who, Workload
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CONFIG = """\
version: 1
guard: {policies: ["starter:mcp-proxy"], state: state}
servers:
  notes:
    trust: trusted
    tools:
      read: {effect: [read], confirmed: true, input_schema: {type: object, properties: {}}}
"""
PLACE = Place(lat_e4=481_374, lon_e4=115_755, radius_km=25, source="edge", at_ms=0)
POD = Workload(id="spiffe://corp.example/clerk", attested=True)
ANA = Caller("idp", "ana", "clerk", workload=POD)


@pytest.fixture
def wired(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    made = build(load(tmp_path / "guard.yaml"))
    yield made
    made.close()


async def found(wired, session):
    return [one.kind for one in (await wired.world.sessions.get(session)).signals]


async def test_the_same_session_from_another_continent_is_found_before_its_call_is_judged(wired):
    desk = Desk(wired)
    now_ms = desk.now_ms()
    session = await desk.session(replace(ANA, place=replace(PLACE, at_ms=now_ms)), "", b"")
    away = replace(PLACE, lat_e4=407_128, lon_e4=-740_060, at_ms=now_ms + 60_000)
    assert await desk.session(replace(ANA, place=away), "", b"") == session
    assert await found(wired, session) == ["impossible_travel"]
    # Leaving the place out does not take it back, and does not move the person home.
    await desk.session(ANA, "", b"")
    assert (await wired.world.sessions.get(session)).place == away


async def test_a_thief_without_the_workloads_identity_is_found(wired):
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    await desk.session(replace(ANA, workload=Workload()), "", b"")
    assert await found(wired, session) == ["workload_moved"]


async def test_a_new_session_for_each_call_is_found(wired):
    who = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
    wired.watch = Watch(numbers=Detectors(sessions_an_hour=3))
    sessions = [await Desk(wired).open_session(who, None) for _ in range(5)]
    assert [await found(wired, one) for one in sessions] == [[], [], [], ["fan_out"], ["fan_out"]]


async def test_what_belongs_to_one_approved_call_shown_with_another_is_found(wired):
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    await desk.shown(ANA, "", "approval_elsewhere")
    assert await found(wired, session) == ["approval_reuse"]


async def test_a_token_shown_twice_ends_the_session(wired):
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    await desk.shown(ANA, "", "replayed")
    assert (await wired.world.sessions.get(session)).ended_at_ms
    await desk.shown(ANA, "", "expired")  # what a stranger can cause is no finding
    assert await found(wired, session) == ["token_reuse"]


async def test_nobody_moves_the_risk_of_a_session_that_is_not_theirs(wired):
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    with pytest.raises(Refused, match="session_unknown"):
        await desk.shown(Caller("idp", "eve", "clerk"), session, "replayed")
    assert await found(wired, session) == []
