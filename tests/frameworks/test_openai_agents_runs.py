"""The OpenAI Agents SDK behind the guard: streamed runs, equal calls at once, the SDK's time limit."""

import asyncio
import json
from typing import Any

import pytest
from agents import Agent, Runner, function_tool
from agents.testing import ScriptedModel, assistant_message

from guard_adapters.front.openai_agents import GuardTools
from tests.frameworks.test_openai_agents import PAY, QUIET, WHERE, agent, resume, said, start, turn

pytestmark = pytest.mark.frameworks


async def test_of_two_same_payments_in_one_turn_one_yes_runs_one(world) -> None:
    paused = await start(world, turn(PAY, PAY))
    assert (len(paused.interruptions), len(world.asked)) == (2, 1)
    await world.answer("approve")
    _, result = await resume(world, paused)
    assert (world.ran, len(said(result))) == ([PAY], 2)
    assert any(one.split(" ")[0] in {"APPROVAL_PENDING", "REVOKED"} for one in said(result))


async def test_a_streamed_run_pauses_and_resumes_the_same_way(world) -> None:
    guarded, made = agent(world, turn(PAY))
    paused = Runner.run_streamed(made, "go", context=dict(WHERE), run_config=QUIET)
    assert [event async for event in paused.stream_events()]
    assert (len(paused.interruptions), world.ran) == (1, [])
    await world.answer("approve")
    state = paused.to_state()
    assert await guarded.resume(state, conversation="t1") == []
    result = Runner.run_streamed(made, state, run_config=QUIET)
    assert [event async for event in result.stream_events()]
    assert (result.final_output, world.ran) == ("done", [PAY])


async def test_a_tool_that_runs_too_long_for_the_sdk_is_recorded_as_unknown(world) -> None:
    async def look(key: str) -> str:
        world.ran.append(("look", {"key": key}))
        await asyncio.Event().wait()
        return ""

    slow = function_tool(look, timeout=0.5)
    model = ScriptedModel([turn(("look", {"key": "7"})), [assistant_message("done")]])
    tools = GuardTools(world.guard, server="bank").wrap([slow])
    made: Any = Agent(name="clerk", model=model, tools=tools)
    result = await Runner.run(made, "go", context=dict(WHERE), run_config=QUIET)
    assert ("timed out" in said(result)[0], len(world.ran)) == (True, 1)
    page = await world.guard.wired.store.log.page(0)
    ends = [json.loads(leaf) for _, leaf in page.leaves if b'"outcome"' in leaf]
    assert ends[-1]["outcome"] == "unknown"
