"""Agents of the OpenAI Agents SDK with a scripted model; the run's state as text."""

import json
from typing import Any

from agents import Agent, RunConfig, Runner, RunState, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call

from guard_adapters.front.openai_agents import GuardTools
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"
QUIET = RunConfig(tracing_disabled=True)


def _items(number: int, turn: Any) -> list[Any]:
    # The SDK itself refuses an id that comes again.
    return [
        function_call(name, json.dumps(given), call_id=f"call_{number}_{i}")
        for i, (name, given) in enumerate(turn)
    ]


def _agent(world: Any, turns: Any) -> tuple[GuardTools, Any]:
    guarded = GuardTools(world.guard, server="bank")
    model = ScriptedModel(
        [*(_items(*one) for one in enumerate(turns)), [assistant_message("done")]]
    )
    tools = guarded.wrap([function_tool(one) for one in functions(world)])
    return guarded, Agent(name="clerk", model=model, tools=tools)


def _played(world: Any, result: Any) -> Played:
    items = result.to_input_list()
    # In a process that only resumes, nothing was asked: the question is open since before.
    asked = [{"approval_id": one.id, "tool": one.action} for one in world.asked[-1:]] or [{}]
    kept = result.to_state().to_string()
    return Played(
        read=[str(one["output"]) for one in items if one.get("type") == "function_call_output"],
        view=asked[0] if result.interruptions else None,
        kept=kept,
        state=kept,
    )


async def start(world: Any, *turns: Any) -> Played:
    _, agent = _agent(world, turns)
    context = {"session_id": "t1"}
    return _played(world, await Runner.run(agent, world.says, context=context, run_config=QUIET))


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    guarded, agent = _agent(world, turns)
    state = await RunState.from_string(agent, played.state)
    await guarded.resume(state, conversation="t1")
    return _played(world, await Runner.run(agent, state, run_config=QUIET))
