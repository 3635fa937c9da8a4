"""Agents of every framework with holes in them, for `guard coverage` to find.

Where a framework takes plain functions as tools, they are plain functions here. Claude's SDK and
Inspect want tools of another form, and what a batch tool then calls past the guard has that form.
"""

import importlib
from typing import Any


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


def asking(expert: Any) -> Any:
    """Return a tool that runs another agent."""

    def ask(question: str) -> str:
        """Ask the expert.

        Args:
            question: what to ask.
        """
        return str(expert.run(question))

    return ask


def sdk_tools(play: Any, functions: list[Any]) -> list[Any]:
    """Return tools of Claude's SDK; one that pays twice runs the handler of another."""

    def of(function: Any) -> Any:
        async def run(arguments: Any) -> Any:
            return function(**arguments)

        return run

    def twice(payment: Any) -> Any:
        async def run(arguments: Any) -> Any:
            return await payment.handler(arguments)

        return run

    made: dict[str, Any] = {}
    for one in functions:
        body = twice(made["pay"]) if one is both else of(one)
        made[one.__name__] = play.tool(one.__name__, "A tool.", {"to": str})(body)
    return list(made.values())


def inspect_tools(functions: list[Any]) -> list[Any]:
    """Return tools of Inspect; one that pays twice runs another tool."""

    def of(function: Any) -> Any:
        async def execute(to: str) -> str:
            """Do it.

            Args:
                to: whom.
            """
            return str(function(to))

        return execute

    def twice(payment: Any) -> Any:
        async def execute(to: str) -> str:
            """Do it twice.

            Args:
                to: whom.
            """
            return str(await payment(to))

        return execute

    tool, made = importlib.import_module("inspect_ai.tool").tool, {}
    for one in functions:
        body = twice(made["pay"]) if one is both else of(one)
        made[one.__name__] = tool(name=one.__name__)(lambda body=body: body)()
    return list(made.values())


def wrapped(world: Any, play: Any, tools: list[Any], guarded: bool) -> list[Any]:
    return play.GuardTools(world.guard, server="bank").wrap(tools) if guarded else tools


def agent_of(world: Any, play: Any, name: str, tools: list[Any], guarded: bool = True) -> Any:
    """Return an agent or a server of a framework with these functions as its tools."""
    match name:
        case "langchain":
            judge = [play.GuardMiddleware(world.guard, server="bank")] if guarded else []
            return play.create_agent(play.Scripted(messages=iter([])), tools, middleware=judge)
        case "openai_agents":
            made = [play.function_tool(one) if callable(one) else one for one in tools]
            if guarded:
                guard = play.GuardTools(world.guard, server="bank")
                made = guard.wrap(made, accepted=("web_search",))
            return play.Agent(name=f"a{guarded}", tools=made)
        case "pydantic_ai":
            judge = [play.GuardTools(world.guard, server="bank")] if guarded else []
            model = play.FunctionModel(lambda _messages, _info: None)
            return play.Agent(model, tools=tools, capabilities=judge)
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
        case "claude_sdk":
            return claude_options(world, play, sdk_tools(play, tools), guarded)
        case "inspect_ai":
            made = wrapped(world, play, inspect_tools(tools), guarded)
            react = importlib.import_module("inspect_ai.agent").react
            return react(name=f"a{guarded}", description="an agent", tools=made)
        case "fastmcp":
            judge = [play.GuardMiddleware(world.guard, server="bank")] if guarded else []
            server = play.FastMCP("bank", middleware=judge)
            for one in tools:
                server.tool(one)
            return server
        case "mcp_server":
            judge = [play.GuardServer(world.guard, server="bank")] if guarded else []
            server = play.MCPServer("bank", middleware=judge)
            for one in tools:
                server.tool()(one)
            return server
    raise AssertionError(name)


def claude_options(world: Any, play: Any, tools: list[Any], guarded: bool) -> Any:
    hooks = play.GuardHooks(world.guard)
    made = hooks.wrap(tools, server="bank") if guarded else tools
    server = play.create_sdk_mcp_server("bank", tools=made)
    kept = hooks.hooks() if guarded else {}
    return play.ClaudeAgentOptions(hooks=kept, mcp_servers={"bank": server})


def batch(world: Any, play: Any, name: str) -> Any:
    return agent_of(world, play, name, [pay, both])


def sub_agent_in_a_tool(world: Any, play: Any, name: str) -> Any:
    expert = agent_of(world, play, name, [pay], guarded=False)
    return agent_of(world, play, name, [look, asking(expert)])


def sub_agent_of_the_framework(world: Any, play: Any, name: str) -> Any:
    inner, outer = agent_of(world, play, name, [pay], False), agent_of(world, play, name, [look])
    match name:
        case "openai_agents":
            outer.handoffs = [inner]
            return outer
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
            return agent_of(world, play, name, [look, expert])
        case "agent_framework":
            return agent_of(world, play, name, [look, inner.as_tool(name="ask")])
        case "inspect_ai":
            home = importlib.import_module("inspect_ai.agent")
            return home.react(tools=[home.handoff(inner), *wrapped(world, play, inspect_tools([look]), True)])  # fmt: skip
    raise AssertionError(name)


def built_in(world: Any, play: Any, name: str) -> Any:
    match name:
        case "langchain":
            return agent_of(world, play, name, [look, {"type": "web_search_2026"}])
        case "openai_agents":
            search = importlib.import_module("agents").WebSearchTool()
            return agent_of(world, play, name, [look, search])
        case "pydantic_ai":
            native = importlib.import_module("pydantic_ai.capabilities").NativeTool
            search = importlib.import_module("pydantic_ai.native_tools").WebSearchTool
            judge = play.GuardTools(world.guard, server="bank")
            model = play.FunctionModel(lambda _messages, _info: None)
            return play.Agent(model, tools=[look], capabilities=[native(search()), judge])
        case "google_adk":
            tools = importlib.import_module("google.adk.tools")
            return agent_of(world, play, name, [look, tools.google_search])
        case "agent_framework":
            return agent_of(world, play, name, [look, {"type": "web_search"}])
        case "crewai":
            agent = agent_of(world, play, name, [look])
            agent.mcps = ["https://tools.example/mcp"]
            return agent
        case "smolagents":
            code = importlib.import_module("smolagents").CodeAgent
            return code(tools=[], model=play.Scripted([]))
        case "claude_sdk":
            options = agent_of(world, play, name, [look])
            options.hooks["PreToolUse"][0].matcher = "mcp__bank__.*"
            return options
        case "inspect_ai":
            tools = wrapped(world, play, inspect_tools([look]), True)
            shell = importlib.import_module("inspect_ai.tool").bash()
            return importlib.import_module("inspect_ai.agent").react(tools=[shell, *tools])
    raise AssertionError(name)


SUB_AGENTS = {"openai_agents", "crewai", "smolagents", "llama_index", "google_adk", "agent_framework", "inspect_ai"}  # fmt: skip
"""Elsewhere an agent as a tool is a function; or the guard stands before sub-agents as well."""

BUILT_IN = {"langchain", "openai_agents", "pydantic_ai", "google_adk", "agent_framework", "crewai", "smolagents", "claude_sdk", "inspect_ai"}  # fmt: skip
"""The others have none."""


def holes_of(name: str) -> list[Any]:
    """Return what can be seeded in a framework."""
    found: list[Any] = [batch, sub_agent_in_a_tool]
    found += [sub_agent_of_the_framework] if name in SUB_AGENTS else []
    return found + ([built_in] if name in BUILT_IN else [])


CLAUDE = """
from claude_agent_sdk import tool
@tool("look", "Look.", {"key": str})
async def look(arguments): return {}
@tool("pay", "Pay.", {"to": str})
async def pay(arguments): return {}
"""
INSPECT = '''
from inspect_ai.tool import tool
@tool
def look():
    async def execute(key: str) -> str:
        """Look.

        Args:
            key: what.
        """
        return key
    return execute
@tool
def pay():
    async def execute(to: str) -> str:
        """Pay.

        Args:
            to: whom.
        """
        return to
    return execute
'''
PLAIN = '''
def look(key: str) -> str:
    """Look something up.

    Args:
        key: what to look up.
    """
    return key
def pay(to: str) -> str:
    """Pay somebody.

    Args:
        to: whom.
    """
    return to
'''
CALLS = {"claude_sdk": "pay.handler({'to': 'x'})", "inspect_ai": "pay()(to='x')"}
"""How a module that has a tool calls it past the guard; elsewhere it is a function."""


def source_of(name: str) -> str:
    """Return a module with two tools in the form that a framework wants."""
    return {"claude_sdk": CLAUDE, "inspect_ai": INSPECT}.get(name, PLAIN)


def agent_of_module(world: Any, play: Any, name: str, module: Any) -> Any:
    """Return an agent with the tools of a module, all of them judged."""
    match name:
        case "claude_sdk":
            return claude_options(world, play, [module.look, module.pay], True)
        case "inspect_ai":
            tools = wrapped(world, play, [module.look(), module.pay()], True)
            return importlib.import_module("inspect_ai.agent").react(tools=tools)
    return agent_of(world, play, name, [module.look, module.pay])
