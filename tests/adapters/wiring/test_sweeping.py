"""A guard inside another program forgets what nobody uses, as `guard serve` does."""

import asyncio
import json

import pytest

from guard.errors import Refused
from guard.model.call import ToolCall, argument_bytes
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session
from guard.testing import RecordingTool
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.local import local
from guard_adapters.wiring.sweeping import lapse, swept
from tests.adapters.store.test_grants_contract import plan as proposal

CONFIG = """\
version: 1
guard: {policies: [all.cedar], state: state}
servers:
  docs:
    trust: trusted
    tools:
      read: {effect: [read], input_schema: {type: object, properties: {}}, confirmed: true}
"""
RULES = '@id("A-1") @reason("any") permit (principal, action in Guard::Action::"any", resource);'
WHO = Who(principal=Principal(issuer="local", subject="ana"), agent=Agent(id="bot"))
LONG_MS = 40 * 86_400_000
"""Longer ago than `sessions_idle_s`."""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    (tmp_path / "all.cedar").write_text(RULES)
    return tmp_path / "guard.yaml"


async def unused(wired):
    """Open a session that nobody has used for long, and one of now."""
    now_ms = wired.world.clock.now_ms()
    await wired.world.sessions.open(new_session("gs_old", WHO, now_ms=now_ms - LONG_MS))
    await wired.world.sessions.open(new_session("gs_new", WHO, now_ms=now_ms))


async def known(wired, name):
    try:
        await wired.world.sessions.get(name)
    except Refused:
        return False
    return True


async def test_a_guard_in_an_agents_process_forgets_between_its_calls(config):
    with local(config, person="ana", agent="bot") as made:
        await unused(made.wired)
        handle = await made.start("chat-1")
        call = ToolCall(
            id="c-1", session=handle, server="docs", tool="read", arguments=argument_bytes({})
        )

        await made.seat.call(call, RecordingTool(), hold_ms=0)

        assert not await known(made.wired, "gs_old")
        assert await known(made.wired, "gs_new")


@pytest.mark.parametrize("told", [True, False])
async def test_tidying_that_fails_takes_no_result_away_and_is_said(
    config, monkeypatch, caplog, told
):
    async def denied(*_):
        raise Refused("Somebody else was faster.", code="session_ended")

    said = []
    more = {"fault": said.append} if told else {}
    with local(config, person="ana", agent="bot", **more) as made:
        handle = await made.start("chat-1")
        call = ToolCall(
            id="c-1", session=handle, server="docs", tool="read", arguments=argument_bytes({})
        )
        monkeypatch.setattr(made.wired.world.sessions, "live", denied)

        result = await made.seat.call(call, RecordingTool(), hold_ms=0)

        assert result.value == "done"
    logged = [one.getMessage() for one in caplog.records if one.name == "guardcall"]
    assert (said, logged)[:: 1 if told else -1] == (
        ["Nothing that is over ends (session_ended)."], [],
    )  # fmt: skip


async def test_it_looks_again_only_after_a_while(config):
    with local(config, person="ana", agent="bot") as made:
        handle = await made.start("chat-1")
        for number in range(2):
            call = ToolCall(
                id=f"c-{number}",
                session=handle,
                server="docs",
                tool="read",
                arguments=argument_bytes({}),
            )
            await made.seat.call(call, RecordingTool(), hold_ms=0)
            if not number:
                await unused(made.wired)

        assert await known(made.wired, "gs_old")


async def test_a_bug_in_one_sweep_is_said_once_and_ends_none_that_follows(config):
    wired, said = build(load(config)), []
    wired.faults.tell = said.append
    sweep, tried = wired.world.approvals.sweep, []

    async def broken(now_ms):
        tried.append(now_ms)
        if len(tried) == 1:
            raise KeyError("very-secret-7")
        return await sweep(now_ms)

    wired.store.approvals.sweep = broken
    async with swept(wired):
        async with asyncio.timeout(5):
            while len(tried) < 2 or wired.faults.standing():
                await asyncio.sleep(0.01)
    wired.close()
    assert said == ["Late questions do not end (KeyError)."]


async def test_a_plan_whose_time_is_over_ends_in_its_row_and_in_the_log(config):
    wired = build(load(config))
    late_ms = wired.world.clock.now_ms() - 1
    plan = proposal(pending_until_ms=late_ms)
    await wired.world.grants.propose(plan, [])
    await lapse(wired.world)
    assert await wired.world.grants.plans(open_only=True) == []
    row = await wired.world.grants.plan(plan.id)
    assert (row.status.value, row.reason_code) == ("expired", "no_answer")
    wired.close()
    kinds = [json.loads(leaf) for _, leaf in read_log(config.parent / "state/guard.sqlite").leaves]
    assert [(one["plan"], one["why"]) for one in kinds if one["kind"] == "plan_ended"] == [
        (plan.id, "no_answer")
    ]


async def test_the_guard_of_one_pipe_forgets_while_it_runs(config):
    wired = build(load(config))
    await unused(wired)
    async with swept(wired):
        async with asyncio.timeout(5):
            while await known(wired, "gs_old"):
                await asyncio.sleep(0.01)

        assert await known(wired, "gs_new")
    wired.close()
