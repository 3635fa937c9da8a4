# ruff: noqa: PLC0415  each framework is imported where it is measured: not all fit into one place
"""One tool call in each framework, with the guard's front and without it, for bench/frameworks.py.

Each function takes whether the front is there and returns what plays one run of an agent with a
scripted model and one tool call. Agents are made before; only the run is measured. The guard behind
the front allows at once, so that what is left is the front's.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from allowing import CALL, GUARD, LOOK, Run, look
from fronts_mcp import fastmcp, mcp_client, mcp_server

from guard_adapters.front.native import Native


def own_loop(guarded: bool) -> Run:
    async def run(arguments: dict[str, Any]) -> str:
        return look(**arguments)

    native = Native(server="bank", tool="look", arguments=CALL, session="t", call_id="c")
    return (lambda: GUARD.intake.around(native, run)) if guarded else (lambda: run(CALL))


def langchain(guarded: bool) -> Run:
    from langchain.agents import create_agent
    from langchain_core.messages import AIMessage

    from guard_adapters.front.langchain import GuardMiddleware
    from tests.frameworks.worlds.langchain import Scripted

    said = AIMessage("", tool_calls=[{"name": "look", "args": CALL, "id": "c"}])
    model = Scripted(messages=iter([said, AIMessage("done")]))
    behind = [GuardMiddleware(GUARD, server="bank")] if guarded else []
    agent: Any = create_agent(model, [look], middleware=behind)
    return lambda: agent.ainvoke({"messages": [("user", "go")]})


def openai_agents(guarded: bool) -> Run:
    from agents import Agent, RunConfig, Runner, function_tool
    from agents.testing import ScriptedModel, assistant_message, function_call

    from guard_adapters.front.openai_agents import GuardTools

    said = function_call("look", json.dumps(CALL), call_id="c")
    tools: Any = [function_tool(look)]
    tools = GuardTools(GUARD, server="bank").wrap(tools) if guarded else tools
    model = ScriptedModel([[said], [assistant_message("done")]])
    agent, quiet = Agent(name="a", model=model, tools=tools), RunConfig(tracing_disabled=True)
    return lambda: Runner.run(agent, "go", run_config=quiet)


def pydantic_ai(guarded: bool) -> Run:
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    from guard_adapters.front.pydantic_ai import GuardTools

    script = iter([ModelResponse([ToolCallPart("look", CALL)]), ModelResponse([TextPart("done")])])
    kept = [GuardTools(GUARD, server="bank")] if guarded else []
    model = FunctionModel(lambda _messages, _info: next(script))
    agent: Any = Agent(model, tools=[look], capabilities=kept)
    return lambda: agent.run("go")


def agent_framework(guarded: bool) -> Run:
    from agent_framework import Agent, tool

    from guard_adapters.front.agent_framework import GuardMiddleware
    from tests.frameworks.worlds.agent_framework import Scripted

    own = GuardMiddleware(GUARD, server="bank")
    kept = [own.prompts, own] if guarded else []
    tools = [tool(look, approval_mode="never_require")]
    agent = Agent(client=Scripted([LOOK]), tools=tools, middleware=kept)
    return lambda: agent.run("go")


def google_adk(guarded: bool) -> Run:
    from google.adk.agents import LlmAgent
    from google.adk.apps import App
    from google.adk.runners import Runner
    from google.adk.sessions import InMemorySessionService
    from google.genai import types

    from guard_adapters.front.google_adk import GuardPlugin
    from tests.frameworks.worlds.google_adk import Scripted, _parts

    model = Scripted(model="scripted", turns=[_parts(LOOK)])
    plugins = [GuardPlugin(GUARD, server="bank")] if guarded else []
    app = App(
        name="bank", root_agent=LlmAgent(name="a", model=model, tools=[look]), plugins=plugins
    )
    runner = Runner(app=app, session_service=InMemorySessionService(), auto_create_session=True)
    said = types.Content(role="user", parts=[types.Part(text="go")])

    async def run() -> None:
        async for _ in runner.run_async(user_id="u", session_id="s", new_message=said):
            pass

    return run


def claude_sdk(guarded: bool) -> Run:
    from claude_agent_sdk import tool

    from guard_adapters.front.claude_sdk import GuardHooks

    @tool("look", "Looks.", {"key": str})
    async def looks(given: dict[str, Any]) -> dict[str, Any]:
        return {"content": [{"type": "text", "text": look(**given)}]}

    if not guarded:
        return lambda: looks.handler(dict(CALL))
    hooks = GuardHooks(GUARD)
    (kept,) = hooks.wrap([looks], server="bank")
    table: Any = hooks.hooks()
    event = {
        "session_id": "t",
        "prompt_id": "p",
        "tool_use_id": "c",
        "tool_name": "mcp__bank__look",
        "tool_input": dict(CALL),
    }

    async def told(kind: str, **more: Any) -> None:
        (hook,) = table[kind][0].hooks
        await hook({"hook_event_name": kind, **event, **more}, "c", None)

    async def run() -> None:
        await told("PreToolUse")
        await told("PostToolUse", tool_response=await kept.handler(dict(CALL)))

    return run


def strands(guarded: bool) -> Run:
    from strands import Agent, tool

    from guard_adapters.front.strands import guard_agent
    from tests.frameworks.worlds.strands import Scripted

    agent = Agent(model=Scripted([LOOK]), tools=[tool(look)], callback_handler=None)
    if guarded:
        guard_agent(agent, GUARD, server="bank", conversation="t")
    return lambda: agent.invoke_async("go")


def crewai(guarded: bool) -> Run:
    from crewai.tools import tool

    from guard_adapters.front.crewai import GuardTools

    found: Any = tool(look)
    if guarded:
        (found,) = GuardTools(GUARD, server="bank").wrap([found])

    async def run() -> None:  # a whole crew takes 30 ms, in which this would not be seen
        await asyncio.to_thread(found.run, **CALL)

    return run


def llama_index(guarded: bool) -> Run:
    from llama_index.core.agent.workflow import FunctionAgent
    from llama_index.core.tools import FunctionTool

    from guard_adapters.front.llama_index import GuardTools
    from tests.frameworks.worlds.llama_index import Scripted

    tools: Any = [FunctionTool.from_defaults(look)]
    tools = GuardTools(GUARD, server="bank").wrap(tools) if guarded else tools
    agent = FunctionAgent(tools=tools, llm=Scripted(turns=[LOOK]), streaming=False)

    async def run() -> None:
        await agent.run("go")

    return run


def smolagents(guarded: bool) -> Run:
    from smolagents import ToolCallingAgent, tool
    from smolagents.monitoring import LogLevel

    from guard_adapters.front.smolagents import GuardTools
    from tests.frameworks.worlds.smolagents import Scripted

    tools: Any = [tool(look)]
    tools = GuardTools(GUARD, server="bank").wrap(tools) if guarded else tools
    agent = ToolCallingAgent(tools=tools, model=Scripted([LOOK]), verbosity_level=LogLevel.OFF)
    return lambda: asyncio.to_thread(agent.run, "go")


def inspect_ai(guarded: bool) -> Run:
    from inspect_ai.model import ChatMessageAssistant, execute_tools
    from inspect_ai.tool import ToolCall

    from guard_adapters.front.inspect_ai import GuardTools
    from tests.frameworks.worlds.inspect_ai import _awaited

    tools: Any = [_awaited(look)]
    tools = GuardTools(GUARD, server="bank").wrap(tools) if guarded else tools
    said = ChatMessageAssistant(content="", tool_calls=[ToolCall("c", "look", dict(CALL))])
    return lambda: execute_tools([said], tools)


FRONTS: dict[str, tuple[str, Callable[[bool], Any]]] = {
    "own loop": ("", own_loop),
    "langchain": ("langchain", langchain),
    "openai-agents": ("openai-agents", openai_agents),
    "pydantic-ai": ("pydantic-ai-slim", pydantic_ai),
    "agent-framework": ("agent-framework-core", agent_framework),
    "google-adk": ("google-adk", google_adk),
    "claude-agent-sdk": ("claude-agent-sdk", claude_sdk),
    "strands": ("strands-agents", strands),
    "crewai": ("crewai", crewai),
    "llama-index": ("llama-index-core", llama_index),
    "smolagents": ("smolagents", smolagents),
    "inspect": ("inspect-ai", inspect_ai),
    "fastmcp": ("fastmcp", fastmcp),
    "mcp server": ("mcp", mcp_server),
    "mcp client": ("mcp", mcp_client),
}
"""Front -> the package that it needs, and what makes a run of it."""

ONCE = {"fastmcp", "mcp server", "mcp client", "claude-agent-sdk", "own loop", "crewai", "inspect"}
"""What plays any number of calls: made once, because connecting is no part of a call."""
