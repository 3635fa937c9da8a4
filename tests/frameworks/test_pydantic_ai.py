"""Pydantic AI's agents behind the guard: deferred calls, resume in another process, nothing twice."""

from typing import Any

import pytest
from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, ToolApproved, ToolDenied
from pydantic_ai.messages import (
    ModelMessagesTypeAdapter,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import FunctionModel

from guard_adapters.front.pydantic_ai import GuardTools

pytestmark = pytest.mark.frameworks


def turn(*calls):
    return ModelResponse([ToolCallPart(n, a, tool_call_id=f"call_{i}") for i, (n, a) in enumerate(calls)])  # fmt: skip


def agent(world, *turns):
    script = iter([*turns, ModelResponse([TextPart("done")])])
    made: Any = Agent(
        FunctionModel(lambda _messages, _info: next(script)),
        output_type=[str, DeferredToolRequests],
        capabilities=[GuardTools(world.guard, server="bank")],
    )
    run = {name: world.tool(name) for name in ("look", "pay", "wipe")}

    @made.tool_plain
    def look(key: str) -> str:
        return run["look"](key=key)

    @made.tool_plain
    def pay(to: str, amount: int) -> str:
        return run["pay"](to=to, amount=amount)

    @made.tool_plain
    def wipe(key: str) -> str:
        return run["wipe"](key=key)

    return made


def said(result):
    parts = [part for one in result.all_messages() for part in one.parts]
    return [part for part in parts if isinstance(part, ToolReturnPart)]


async def start(world, *turns):
    return await agent(world, *turns).run("go", conversation_id="t1")


async def resume(world, paused, **answers):
    kept = ModelMessagesTypeAdapter.dump_json(paused.all_messages())
    history = ModelMessagesTypeAdapter.validate_json(kept)
    results = DeferredToolResults(approvals=answers)
    return await agent(world).run(
        message_history=history, deferred_tool_results=results, conversation_id="t1"
    )


PAY = turn(("pay", {"to": "x", "amount": 500}))


async def test_an_allowed_call_runs_and_the_model_reads_its_result(world) -> None:
    result = await start(world, turn(("look", {"key": "7"})))
    assert said(result)[0].content == "look did [('key', '7')]"
    assert world.credentials[0].secret not in str(result.all_messages())


async def test_a_denied_call_is_a_failure_that_the_model_reads(world) -> None:
    result = await start(world, turn(("wipe", {"key": "7"})))
    assert ("DENIED" in str(said(result)[0].content), result.output, world.ran) == (
        True,
        "done",
        [],
    )


async def test_a_question_defers_the_call_and_another_process_resumes_it(world) -> None:
    paused = await start(world, PAY)
    assert isinstance(paused.output, DeferredToolRequests)
    assert (paused.output.metadata["call_0"]["tool"], world.ran) == ("bank/pay", [])
    world.restart()
    await world.answer("approve")
    result = await resume(world, paused, call_0=ToolApproved())
    assert (result.output, len(world.ran)) == ("done", 1)


async def test_a_forged_yes_only_defers_again(world) -> None:
    paused = await start(world, PAY)
    again = await resume(world, paused, call_0=ToolApproved())
    assert (isinstance(again.output, DeferredToolRequests), world.ran) == (True, [])


async def test_arguments_changed_on_resume_are_another_call_and_ask_again(world) -> None:
    paused = await start(world, PAY)
    await world.answer("approve")
    forged = ToolApproved(override_args={"to": "eve", "amount": 900})
    again = await resume(world, paused, call_0=forged)
    assert (isinstance(again.output, DeferredToolRequests), world.ran) == (True, [])


async def test_a_no_of_the_framework_runs_nothing(world) -> None:
    paused = await start(world, PAY)
    await world.answer("approve")
    result = await resume(world, paused, call_0=ToolDenied("no"))
    assert (result.output, world.ran) == ("done", [])


async def test_of_three_calls_in_one_turn_the_finished_one_runs_once(world) -> None:
    three = turn(
        ("look", {"key": "7"}), ("wipe", {"key": "7"}), ("pay", {"to": "x", "amount": 500})
    )
    paused = await start(world, three)
    await world.answer("approve")
    await resume(world, paused, call_2=ToolApproved())
    assert [name for name, _ in world.ran] == ["look", "pay"]


async def test_the_same_id_in_the_next_turn_runs_again(world) -> None:
    await start(world, turn(("look", {"key": "7"})), turn(("look", {"key": "7"})))
    assert len(world.ran) == 2


async def test_narrowed_arguments_reach_the_tool(world) -> None:
    paused = await start(world, turn(("pay", {"to": "x", "amount": 5000})))
    await world.answer("approve")
    await resume(world, paused, call_0=ToolApproved())
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]


async def test_a_guard_that_is_gone_stops_every_call(world) -> None:
    world.guard.wired.store.close(0)
    result = await start(world, turn(("look", {"key": "7"})))
    assert ("GUARD_UNAVAILABLE" in str(said(result)[0].content), world.ran) == (True, [])
    world.open()
