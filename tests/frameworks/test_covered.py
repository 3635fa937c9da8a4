"""What `guard coverage` says of the agents of each framework, with the guard and without it."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from guard_adapters.front.coverage.frameworks import FIRST
from guard_adapters.front.coverage.others import MORE
from guard_adapters.front.coverage.walk import Walk
from tests.frameworks.test_contract import HOME, LANE

pytestmark = pytest.mark.frameworks


def look(key: str) -> str:
    """Look something up.

    Args:
        key: what to look up.
    """
    return key


def pay(to: str, amount: int) -> str:
    """Pay somebody.

    Args:
        to: whom.
        amount: how much.
    """
    return f"{amount} to {to}"


TOOLS: list[Any] = [look, pay]


def google_adk(world: Any, play: Any, guarded: bool) -> Any:
    sub = play.LlmAgent(name="sub", model="m", tools=[pay])
    agent = play.LlmAgent(name="a", model="m", tools=[look], sub_agents=[sub])
    plugins = [play.GuardPlugin(world.guard, server="bank")] if guarded else []
    return play.App(name="bank", root_agent=agent, plugins=plugins)


def agent_framework(world: Any, play: Any, guarded: bool) -> Any:
    judge = [play.GuardMiddleware(world.guard, server="bank")] if guarded else []
    return play.Agent(client=play.Scripted([]), tools=TOOLS, middleware=judge)


def strands(world: Any, play: Any, guarded: bool) -> Any:
    tools = [play.tool(one) for one in TOOLS]
    agent = play.Agent(model=play.Scripted([]), tools=tools, callback_handler=None)
    return play.guard_agent(agent, world.guard, server="bank") if guarded else agent


def wrapped(world: Any, play: Any, tools: list[Any], guarded: bool) -> list[Any]:
    return play.GuardTools(world.guard, server="bank").wrap(tools) if guarded else tools


def crewai(world: Any, play: Any, guarded: bool) -> Any:
    tools = wrapped(world, play, [play.tool(one) for one in TOOLS], guarded)
    model = play.Scripted(model="scripted", turns=[], heard=[])
    return play.Agent(role="r", goal="g", backstory="b", llm=model, tools=tools)


def smolagents(world: Any, play: Any, guarded: bool) -> Any:
    tools = wrapped(world, play, [play.tool(one) for one in TOOLS], guarded)
    return play.ToolCallingAgent(tools=tools, model=play.Scripted([]))


def llama_index(world: Any, play: Any, guarded: bool) -> Any:
    tools = [play.FunctionTool.from_defaults(one) for one in TOOLS]
    return play.FunctionAgent(
        tools=wrapped(world, play, tools, guarded), llm=play.Scripted(turns=[])
    )


def claude_sdk(world: Any, play: Any, guarded: bool) -> Any:
    hooks = play.GuardHooks(world.guard).hooks() if guarded else {}
    return play.ClaudeAgentOptions(
        hooks=hooks, mcp_servers={"bank": {"type": "stdio", "command": "x"}}
    )


def fastmcp(world: Any, play: Any, guarded: bool) -> Any:
    judge = [play.GuardMiddleware(world.guard, server="bank")] if guarded else []
    return play.FastMCP("bank", middleware=judge)


def mcp_server(world: Any, play: Any, guarded: bool) -> Any:
    judge = [play.GuardServer(world.guard, server="bank")] if guarded else []
    return play.MCPServer("bank", middleware=judge)


BUILT: dict[str, Callable[[Any, Any, bool], Any]] = {
    one.__name__: one
    for one in (
        google_adk,
        agent_framework,
        strands,
        crewai,
        smolagents,
        llama_index,
        claude_sdk,
        fastmcp,
        mcp_server,
    )
}


@pytest.mark.parametrize("name", [one for one in BUILT if one in LANE])
def test_every_tool_is_guarded_with_the_guard_and_none_without_it(world, name: str) -> None:
    play = importlib.import_module(f"{HOME}.{name}")
    whole = Walk((*FIRST, *MORE)).run(BUILT[name](world, play, True), "a")
    bare = Walk((*FIRST, *MORE)).run(BUILT[name](world, play, False), "a")
    assert {one.state for one in whole} == {"guarded"}, whole
    assert {one.state for one in bare} == {"unguarded"}
    assert {one.tool for one in whole} == {one.tool for one in bare}
    tools = {"look", "pay"}
    assert {one.tool for one in bare} in (tools, {"built-in tools", "mcp:bank"}, {"mcp:bank"})
