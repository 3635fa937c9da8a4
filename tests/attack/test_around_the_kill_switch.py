"""An agent that was stopped tries under another name, with a token from before, or all at once."""

import asyncio

import pytest

from guard.access.killing import Killing
from guard.errors import Refused
from guard.grant.verify import CallRefused, verify_call
from guard.model.kill import Kill, epoch_id
from guard.testing.kills import MemoryKills
from tests.flow.conftest import WHO, bundle, flow  # noqa: F401  the fixtures
from tests.guard.grant.tokens import ARGS, NOW_MS, TOOL, settings, token


async def stop(flow, scope, name):  # noqa: F811
    flow.but(kills=MemoryKills(events=flow.store.events))
    killing = Killing(world=flow.world, policy=lambda: flow.bundle)
    await killing.follow(await killing.stop(scope, name, why="", by="operator"))


async def test_a_new_session_a_sub_agent_or_many_calls_at_once_are_stopped_too(flow):  # noqa: F811
    await stop(flow, "agent", "clerk")
    await flow.open("gs_new", WHO)
    calls = [
        flow.call("note", text=str(n), session=s) for n in range(20) for s in ("gs_1", "gs_new")
    ]
    ends = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 5)
    assert {one.code for one in ends if isinstance(one, Refused)} == {"stopped_by_operator"}
    assert len(ends) == 40
    assert flow.tool.runs == []


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("everything", ""),
        ("agent", "agent:books"),
        ("principal", "idp|alice"),
        ("tool", f"bank/{TOOL}"),
    ],
)
def test_a_token_from_before_the_stop_is_void_where_it_is_shown(scope, name):
    kill = Kill(scope=scope, name=name, why="", by="", at_ms=NOW_MS)
    epochs = {(one.kind, one.id): one.at_ms for one in kill.epochs()}
    with pytest.raises(CallRefused) as no:
        verify_call(token(), TOOL, ARGS, **settings(epochs=epochs))
    assert no.value.code == "revoked"


def test_a_token_that_is_newer_than_the_stop_is_good():
    epochs = {("session", epoch_id("ses_1")): NOW_MS - 60_000}
    assert verify_call(token(), TOOL, ARGS, **settings(epochs=epochs)).session == "ses_1"
