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


def both(to: str) -> str:
    """Pay twice.

    Args:
        to: whom.
    """
    return pay(to, 1) + pay(to, 2)


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


def asking(expert: Any) -> Any:
    """Return a tool that runs another agent."""

    def ask(question: str) -> str:
        """Ask the expert.

        Args:
            question: what to ask.
        """
        return str(expert.run(question))

    return ask


def one_of(world: Any, play: Any, name: str, tools: list[Any], guarded: bool = True) -> Any:
    """Return an agent of a framework with these functions as its tools."""
    match name:
        case "google_adk":
            agent = play.LlmAgent(name="a", model="m", tools=tools)
            plugins = [play.GuardPlugin(world.guard, server="bank")] if guarded else []
            return play.App(name="bank", root_agent=agent, plugins=plugins)
        case "agent_framework":
            judge = [play.GuardMiddleware(world.guard, server="bank")] if guarded else []
            return play.Agent(client=play.Scripted([]), tools=tools, middleware=judge)
        case "strands":
            made = [play.tool(one) for one in tools]
            agent = play.Agent(model=play.Scripted([]), tools=made, callback_handler=None)
            return play.guard_agent(agent, world.guard, server="bank") if guarded else agent
        case "crewai":
            made = wrapped(world, play, [play.tool(one) for one in tools], guarded)
            model = play.Scripted(model="scripted", turns=[], heard=[])
            return play.Agent(role=f"r{guarded}", goal="g", backstory="b", llm=model, tools=made)
        case "smolagents":
            made = wrapped(world, play, [play.tool(one) for one in tools], guarded)
            kept = {"name": f"a{guarded}", "description": "an agent"}
            return play.ToolCallingAgent(tools=made, model=play.Scripted([]), **kept)
        case "llama_index":
            made = [play.FunctionTool.from_defaults(one) for one in tools]
            made = wrapped(world, play, made, guarded)
            kept = {"name": f"a{guarded}", "description": "an agent"}
            return play.FunctionAgent(tools=made, llm=play.Scripted(turns=[]), **kept)
    raise AssertionError(name)


def batch(world: Any, play: Any, name: str) -> Any:
    return one_of(world, play, name, [pay, both])


def sub_agent_in_a_tool(world: Any, play: Any, name: str) -> Any:
    expert = one_of(world, play, name, [pay], guarded=False)
    return one_of(world, play, name, [look, asking(expert)])


def sub_agent_of_the_framework(world: Any, play: Any, name: str) -> Any:
    inner, outer = one_of(world, play, name, [pay], False), one_of(world, play, name, [look])
    match name:
        case "crewai":
            task = play.Task(description="d", expected_output="o", agent=outer)
            return play.Crew(agents=[outer, inner], tasks=[task])
        case "smolagents":
            outer.managed_agents = {inner.name: inner}
            return outer
        case "llama_index":
            home = importlib.import_module("llama_index.core.agent.workflow")
            return home.AgentWorkflow(agents=[outer, inner], root_agent=outer.name)
        case "google_adk":
            tools = importlib.import_module("google.adk.tools.agent_tool")
            expert = tools.AgentTool(agent=inner.root_agent, include_plugins=False)
            return one_of(world, play, name, [look, expert])
        case "agent_framework":
            return one_of(world, play, name, [look, inner.as_tool(name="ask")])
    return sub_agent_in_a_tool(world, play, name)  # Strands: an agent as a tool is a function


def built_in(world: Any, play: Any, name: str) -> Any:
    match name:
        case "google_adk":
            tools = importlib.import_module("google.adk.tools")
            return one_of(world, play, name, [look, tools.google_search])
        case "agent_framework":
            return one_of(world, play, name, [look, {"type": "web_search"}])
        case "crewai":
            agent = one_of(world, play, name, [look])
            agent.mcps = ["https://tools.example/mcp"]
            return agent
        case "smolagents":
            code = importlib.import_module("smolagents").CodeAgent
            return code(tools=[], model=play.Scripted([]))
    return pytest.skip("the framework has none")


HOLES = (batch, sub_agent_in_a_tool, sub_agent_of_the_framework, built_in)
AGENTS = ("google_adk", "agent_framework", "strands", "crewai", "smolagents", "llama_index")


@pytest.mark.parametrize("hole", HOLES)
@pytest.mark.parametrize("name", [one for one in AGENTS if one in LANE])
def test_a_hole_is_found_in_each_framework_and_the_rest_stays_guarded(
    world: Any, name: str, hole: Any
) -> None:
    play = importlib.import_module(f"{HOME}.{name}")
    found = Walk((*FIRST, *MORE)).run(hole(world, play, name), "a")
    left = {one.tool for one in found if one.state != "guarded"}
    assert left, found
    assert "look" not in left
    if hole is not built_in:
        assert left >= {"pay"}
