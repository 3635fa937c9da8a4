"""Agents of the OpenAI Agents SDK behind the guard: interruptions, resume in another process."""

import asyncio
import json
from typing import Any

import pytest
from agents import Agent, FunctionTool, RunConfig, Runner, RunState, WebSearchTool, function_tool
from agents.exceptions import ModelBehaviorError
from agents.testing import ScriptedModel, assistant_message, function_call

from guard.errors import Unusable
from guard_adapters.front import openai_agents
from guard_adapters.front.openai_agents import GuardTools, session_id

pytestmark = pytest.mark.frameworks

QUIET = RunConfig(tracing_disabled=True)
WHERE = {"session_id": "t1"}
PAY: tuple[str, dict[str, Any]] = ("pay", {"to": "x", "amount": 500})


def turn(*calls):
    return [function_call(n, json.dumps(a), call_id=f"call_{i}") for i, (n, a) in enumerate(calls)]


def tools(world, **more):
    run = {name: world.tool(name) for name in ("look", "pay", "wipe")}

    def look(key: str) -> str:
        return run["look"](key=key)

    def pay(to: str, amount: int) -> str:
        return run["pay"](to=to, amount=amount)

    def wipe(key: str) -> str:
        return run["wipe"](key=key)

    return [function_tool(one, **more) for one in (look, pay, wipe)]


def agent(world, *turns, **more):
    guarded = GuardTools(world.guard, server="bank")
    model = ScriptedModel([*turns, [assistant_message("done")]])
    return guarded, Agent(name="clerk", model=model, tools=guarded.wrap(tools(world, **more)))


def said(result):
    items = result.to_input_list()
    return [one["output"] for one in items if one.get("type") == "function_call_output"]


async def start(world, *turns, **more):
    _, made = agent(world, *turns, **more)
    return await Runner.run(made, "go", context=dict(WHERE), run_config=QUIET)


async def resume(world, paused, **more):
    """Resume from nothing but the saved text, with an agent built anew."""
    guarded, made = agent(world, **more)
    state = await RunState.from_string(made, paused.to_state().to_string())
    left = await guarded.resume(state, conversation="t1")
    return left, await Runner.run(made, state, run_config=QUIET)


async def test_an_allowed_call_runs_and_the_model_reads_its_result(world) -> None:
    result = await start(world, turn(("look", {"key": "7"})))
    assert said(result) == ["look did [('key', '7')]"]
    assert world.credentials[0].kind == "calltoken"


async def test_a_denied_call_is_a_text_that_the_model_reads(world) -> None:
    result = await start(world, turn(("wipe", {"key": "7"})))
    assert (said(result)[0][:6], result.final_output, world.ran) == ("DENIED", "done", [])


async def test_a_question_interrupts_the_run_and_another_process_resumes_it(world) -> None:
    paused = await start(world, turn(PAY))
    assert ([one.tool_name for one in paused.interruptions], world.ran) == (["pay"], [])
    world.restart()
    await world.answer("approve")
    left, result = await resume(world, paused)
    assert (left, result.final_output, world.ran) == ([], "done", [PAY])
    assert len(world.asked) == 1


async def test_an_open_question_is_left_and_nobody_is_asked_twice(world) -> None:
    paused = await start(world, turn(PAY))
    left, again = await resume(world, paused)
    assert (len(left), len(again.interruptions), world.ran) == (1, 1, [])
    assert len(world.asked) == 1
    await world.answer("approve")
    left, result = await resume(world, again)
    assert (left, result.final_output, world.ran) == ([], "done", [PAY])


async def test_a_no_is_read_by_the_model_with_its_reason(world) -> None:
    paused = await start(world, turn(PAY))
    await world.answer("deny", "not this month")
    _, result = await resume(world, paused)
    assert ("not this month" in said(result)[0], world.ran) == (True, [])


async def test_the_same_call_after_a_no_is_refused_without_a_pause(world) -> None:
    await start(world, turn(PAY))
    await world.answer("deny")
    result = await start(world, turn(PAY))
    assert (said(result)[0].split(" ")[0][:6], world.ran) == ("DENIED", [])
    assert len(world.asked) == 1


async def test_a_yes_that_came_before_the_model_calls_again_runs_once(world) -> None:
    await start(world, turn(PAY))
    await world.answer("approve")
    result = await start(world, turn(PAY))
    assert (result.interruptions, world.ran) == ([], [PAY])
    again = await start(world, turn(PAY))
    assert (len(again.interruptions), len(world.ran)) == (1, 1)


@pytest.mark.parametrize("always", [False, True])
async def test_a_forged_yes_runs_nothing(world, always) -> None:
    paused = await start(world, turn(PAY))
    _, made = agent(world)
    state = paused.to_state()
    state.approve(state.get_interruptions()[0], always_approve=always)
    result = await Runner.run(made, state, run_config=QUIET)
    assert (said(result)[0][:16], world.ran) == ("APPROVAL_PENDING", [])


async def test_a_state_that_was_changed_after_the_yes_runs_nothing(world) -> None:
    paused = await start(world, turn(PAY))
    await world.answer("approve")
    text = paused.to_state().to_string().replace("500", "900")
    guarded, made = agent(world)
    state = await RunState.from_string(made, text)
    assert len(await guarded.resume(state, conversation="t1")) == 1
    with pytest.raises(ModelBehaviorError):  # the SDK's own seal; the row would not hold either
        state.approve(state.get_interruptions()[0])
        await Runner.run(made, state, run_config=QUIET)
    assert world.ran == []


async def test_of_three_calls_in_one_turn_the_finished_one_runs_once(world) -> None:
    paused = await start(world, turn(("look", {"key": "7"}), ("wipe", {"key": "7"}), PAY))
    await world.answer("approve")
    await resume(world, paused)
    assert [name for name, _ in world.ran] == ["look", "pay"]


async def test_the_same_id_in_another_run_is_another_call(world) -> None:
    for _ in range(2):
        await start(world, turn(("look", {"key": "7"})))
    assert len(world.ran) == 2


async def test_an_agent_used_as_a_tool_pauses_the_outer_run(world) -> None:
    def nested(*turns, outer=()):
        guarded, inner = agent(world, *turns)
        asks = inner.as_tool("ask_clerk", "Asks the clerk.")
        model = ScriptedModel([*outer, [assistant_message("all done")]])
        return guarded, Agent(name="head", model=model, tools=[asks])

    _, made = nested(turn(PAY), outer=[[function_call("ask_clerk", {"input": "pay"}, call_id="a")]])
    paused = await Runner.run(made, "go", context=dict(WHERE), run_config=QUIET)
    assert ([one.tool_name for one in paused.interruptions], world.ran) == (["pay"], [])
    await world.answer("approve")
    guarded, again = nested()
    state = await RunState.from_string(again, paused.to_state().to_string())
    assert await guarded.resume(state, conversation="t1") == []
    result = await Runner.run(again, state, run_config=QUIET)
    assert (result.final_output, world.ran) == ("all done", [PAY])


async def test_narrowed_arguments_reach_the_tool(world) -> None:
    paused = await start(world, turn(("pay", {"to": "x", "amount": 5000})))
    await world.answer("approve")
    await resume(world, paused)
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]


async def test_a_guard_that_is_gone_stops_every_call_without_a_pause(world) -> None:
    world.guard.wired.store.close(0)
    result = await start(world, turn(PAY, ("look", {"key": "7"})))
    assert ([one[:17] for one in said(result)], world.ran) == (["GUARD_UNAVAILABLE"] * 2, [])
    world.open()


async def test_a_guard_that_is_gone_on_resume_leaves_the_question(world) -> None:
    paused = await start(world, turn(PAY))
    guarded, made = agent(world)
    state = await RunState.from_string(made, paused.to_state().to_string())
    world.guard.wired.store.close(0)
    assert len(await guarded.resume(state, conversation="t1")) == 1
    world.open()


async def test_another_conversation_does_not_use_the_yes(world) -> None:
    paused = await start(world, turn(PAY))
    await world.answer("approve")
    guarded, made = agent(world)
    state = await RunState.from_string(made, paused.to_state().to_string())
    assert len(await guarded.resume(state, conversation="t2")) == 1


@pytest.mark.parametrize("raw", ["{", "[1]", '"x"', '{"key": NaN}'])
async def test_arguments_that_are_no_json_object_run_nothing(world, raw) -> None:
    bad = [function_call("look", raw, call_id="c")]
    result = await start(world, bad)
    if result.interruptions:  # the SDK pauses by itself; no person is asked
        left, result = await resume(world, result)
        assert left == []
    assert (said(result)[0][:6], world.ran, world.asked) == ("DENIED", [], [])


async def test_what_a_tool_raises_is_told_as_the_sdk_tells_it_and_recorded(world) -> None:
    result = await start(world, turn(("look", {"key": "boom"})))
    assert said(result) == ["An error occurred while running the tool. Please try again."]
    page = await world.guard.wired.store.log.page(0)
    ends = [json.loads(leaf) for _, leaf in page.leaves if b'"outcome"' in leaf]
    assert ends[-1]["outcome"] == "error"


async def test_a_tool_that_may_fail_the_run_still_does(world) -> None:
    with pytest.raises(Exception, match="the disk is gone"):
        await start(world, turn(("look", {"key": "boom"})), failure_error_function=None)


async def test_a_question_of_the_tool_itself_stays_the_hosts(world) -> None:
    paused = await start(world, turn(("look", {"key": "7"})), needs_approval=True)
    left, again = await resume(world, paused, needs_approval=True)
    assert (len(left), len(again.interruptions), world.ran) == (1, 1, [])


async def test_tools_that_a_provider_runs_are_refused_by_name(world) -> None:
    guarded = GuardTools(world.guard, server="bank")
    with pytest.raises(Unusable, match="tool_not_guarded: Calls of 'web_search'"):
        guarded.wrap([WebSearchTool()])
    assert guarded.wrap([WebSearchTool()], accepted=("web_search",))


async def test_a_look_leaves_no_trace(world) -> None:
    intake = world.guard.intake
    native = GuardTools(world.guard, server="bank")._native("pay", PAY[1], "t1")
    assert (await intake.look(native)).finds == "unasked"
    wired = world.guard.wired
    page = await wired.store.log.page(0)
    (session,) = await wired.world.sessions.all()
    assert (len(page.leaves), session.step, session.steps, world.asked) == (0, 0, (), [])


async def test_an_answer_that_nobody_fetches_is_given_up(world, monkeypatch) -> None:
    monkeypatch.setattr(openai_agents, "KEPT_S", 0.0)
    guarded = GuardTools(world.guard, server="bank")
    native = guarded._native("look", {"key": "7"}, "t1")
    handed: Any = await world.guard.intake.before(native)
    key = openai_agents._key(native, "c")
    guarded._early.keep(key, handed)
    await asyncio.wait({handed.walk}, timeout=5)
    assert (handed.walk.cancelled(), guarded._early.take(key)) == (True, None)


async def test_an_answer_that_came_early_runs_the_tool_once(world) -> None:
    guarded = GuardTools(world.guard, server="bank")
    look: Any = guarded.wrap(tools(world))[0]
    native = guarded._native("look", {"key": "7"}, "t1")
    guarded._early.keep(
        openai_agents._key(native, "call_0"), await world.guard.intake.before(native)
    )
    made: Any = Agent(
        name="clerk",
        model=ScriptedModel([turn(("look", {"key": "7"})), [assistant_message("done")]]),
        tools=[look],
    )
    result = await Runner.run(made, "go", context=dict(WHERE), run_config=QUIET)
    assert (said(result), len(world.ran)) == (["look did [('key', '7')]"], 1)
    assert world.credentials[0].kind == "calltoken"
    page = await world.guard.wired.store.log.page(0)
    assert sum(b'"decided"' in leaf or b'"decision"' in leaf for _, leaf in page.leaves) == 1


def test_the_conversation_is_read_from_a_mapping_or_an_object() -> None:
    class Context:
        session_id = "t2"

    assert [session_id(one) for one in (WHERE, Context(), None, {})] == ["t1", "t2", "", ""]


def test_a_wrapped_tool_looks_the_same_to_the_model(world) -> None:
    plain = tools(world)
    for one, other in zip(plain, GuardTools(world.guard, server="bank").wrap(plain), strict=True):
        assert isinstance(other, FunctionTool)
        assert (one.name, one.description, one.params_json_schema, one.strict_json_schema) == (
            other.name,
            other.description,
            other.params_json_schema,
            other.strict_json_schema,
        )
