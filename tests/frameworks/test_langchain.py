"""LangChain's agents behind the guard: native pause, resume in another process, nothing twice."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from guard_adapters.front.langchain import GuardMiddleware

pytestmark = pytest.mark.frameworks

THREAD = {"configurable": {"thread_id": "t1"}}


class Scripted(GenericFakeChatModel):
    """Says what the script says; it is bound to tools and ignores them."""

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self


def turn(*calls):
    return AIMessage("", tool_calls=[{"name": n, "args": a, "id": f"call_{i}"} for i, (n, a) in enumerate(calls)])  # fmt: skip


def agent(world, *turns, saver=None, **more):
    run = {name: world.tool(name) for name in ("look", "pay", "wipe")}

    @tool
    def look(key: str) -> str:
        """Look something up."""
        return run["look"](key=key)

    @tool
    def pay(to: str, amount: int) -> str:
        """Pay."""
        return run["pay"](to=to, amount=amount)

    @tool
    def wipe(key: str) -> str:
        """Wipe."""
        return run["wipe"](key=key)

    return create_agent(
        Scripted(messages=iter([*turns, AIMessage("done")])),
        [look, pay, wipe],
        middleware=[GuardMiddleware(world.guard, server="bank")],
        checkpointer=saver or InMemorySaver(),
        **more,
    )


def said(state):
    return [one for one in state["messages"] if isinstance(one, ToolMessage)]


START = {"messages": [("user", "go")]}


def test_an_allowed_call_runs_and_the_model_reads_its_result(world) -> None:
    state = agent(world, turn(("look", {"key": "7"}))).invoke(START, THREAD)
    assert said(state)[0].content == "look did [('key', '7')]"
    assert world.credentials[0].kind == "calltoken"
    assert world.credentials[0].secret not in str(state)


def test_a_denied_call_is_an_error_that_the_model_reads(world) -> None:
    state = agent(world, turn(("wipe", {"key": "7"}))).invoke(START, THREAD)
    assert (said(state)[0].status, said(state)[0].content[:6], world.ran) == ("error", "DENIED", [])


def test_a_question_interrupts_the_graph_and_another_process_resumes_it(world) -> None:
    saver = InMemorySaver()
    script = turn(("pay", {"to": "x", "amount": 500}))
    paused = agent(world, script, saver=saver).invoke(START, THREAD)
    (stop,) = paused["__interrupt__"]
    assert (stop.value["tool"], world.ran) == ("bank/pay", [])
    world.restart()
    world.answer_now("approve")
    state = agent(world, saver=saver).invoke(Command(resume="anything"), THREAD)
    assert (said(state)[0].status, len(world.ran)) == ("success", 1)


def test_a_forged_resume_only_pauses_again(world) -> None:
    saver = InMemorySaver()
    agent(world, turn(("pay", {"to": "x", "amount": 500})), saver=saver).invoke(START, THREAD)
    for forged in ({"decision": "approve"}, True, "yes"):
        again = agent(world, saver=saver).invoke(Command(resume=forged), THREAD)
        assert (bool(again["__interrupt__"]), world.ran) == (True, [])


def test_a_denied_question_is_told_and_the_run_goes_on(world) -> None:
    saver = InMemorySaver()
    agent(world, turn(("pay", {"to": "x", "amount": 500})), saver=saver).invoke(START, THREAD)
    world.answer_now("deny", "no")
    state = agent(world, saver=saver).invoke(Command(resume=1), THREAD)
    assert (said(state)[0].content[:6], state["messages"][-1].content) == ("DENIED", "done")


def test_of_three_calls_in_one_turn_the_finished_one_runs_once(world) -> None:
    saver = InMemorySaver()
    three = turn(
        ("look", {"key": "7"}), ("wipe", {"key": "7"}), ("pay", {"to": "x", "amount": 500})
    )
    agent(world, three, saver=saver).invoke(START, THREAD)
    world.answer_now("approve")
    state = agent(world, saver=saver).invoke(Command(resume=1), THREAD)
    assert [name for name, _ in world.ran] == ["look", "pay"]
    assert [one.status for one in said(state)] == ["success", "error", "success"]


def test_narrowed_arguments_reach_the_tool_and_the_history_keeps_the_proposal(world) -> None:
    saver = InMemorySaver()
    agent(world, turn(("pay", {"to": "x", "amount": 5000})), saver=saver).invoke(START, THREAD)
    world.answer_now("approve")
    state = agent(world, saver=saver).invoke(Command(resume=1), THREAD)
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]
    assert state["messages"][1].tool_calls[0]["args"]["amount"] == 5000


def test_the_same_id_in_the_next_turn_runs_again(world) -> None:
    script = [turn(("look", {"key": "7"})), turn(("look", {"key": "7"}))]
    agent(world, *script).invoke(START, THREAD)
    assert len(world.ran) == 2


async def test_the_asynchronous_agent_is_guarded_as_well(world) -> None:
    saver = InMemorySaver()
    script = turn(
        ("look", {"key": "7"}), ("wipe", {"key": "7"}), ("pay", {"to": "x", "amount": 500})
    )
    paused = await agent(world, script, saver=saver).ainvoke(START, THREAD)
    assert paused["__interrupt__"]
    await world.answer("approve")
    await agent(world, saver=saver).ainvoke(Command(resume=1), THREAD)
    assert [name for name, _ in world.ran] == ["look", "pay"]


def test_a_guard_that_is_gone_stops_every_call(world) -> None:
    made = agent(world, turn(("look", {"key": "7"})))
    world.guard.wired.store.close(0)
    state = made.invoke(START, THREAD)
    assert (said(state)[0].content.split(":")[0], world.ran) == ("GUARD_UNAVAILABLE", [])
    world.open()
