"""What the objects of further frameworks run and lead to; see `frameworks`."""

from typing import Any, Final

from guard_adapters.front.coverage.bodies import is_ours
from guard_adapters.front.coverage.frameworks import Found, elsewhere, hosted, is_one_of_ours, tool
from guard_adapters.front.coverage.inspect_ai import inspect_ai
from guard_adapters.front.coverage.reach import Kind, ToolAt, Way, is_a
from guard_adapters.front.coverage.servers import claude_sdk, mcp_servers

ADK_AGENT: Final = "google.adk.agents.base_agent.BaseAgent"


def google_adk(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know apps and runners with their plugins, and agents that belong to none."""
    if is_a(thing, "google.adk.apps.app.App"):
        return _adk_agent(thing.root_agent, guarded=_has_ours(thing.plugins))
    if is_a(thing, "google.adk.runners.Runner"):
        return _adk_agent(thing.agent, guarded=_has_ours(thing.plugin_manager.plugins))
    return _adk_agent(thing, guarded=False) if is_a(thing, ADK_AGENT) else None


def _adk_agent(agent: Any, *, guarded: bool) -> Found:  # noqa: ANN401  an agent
    for one in getattr(agent, "tools", ()):
        name = str(getattr(one, "name", "") or getattr(one, "__name__", type(one).__name__))
        runs = getattr(type(one), "run_async", None)
        if runs is not None and runs.__qualname__ == "BaseTool.run_async":
            yield hosted(name)  # nothing to run here: the model's own
            continue
        yield tool(name, one, guarded=guarded)
        if is_a(one, "google.adk.tools.agent_tool.AgentTool"):
            yield from _adk_agent(one.agent, guarded=guarded and one.include_plugins)
    if getattr(agent, "code_executor", None) is not None:
        yield elsewhere("code_executor", "code that the model wrote is no tool call")
    for one in getattr(agent, "sub_agents", ()):
        yield from _adk_agent(one, guarded=guarded)


def agent_framework(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents of the Microsoft Agent Framework with their middleware."""
    if not is_a(thing, "agent_framework._agents.BaseAgent"):
        return None
    return _framework_agent(thing)


def _framework_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    behind = [*(agent.middleware or ()), *(getattr(agent, "agent_middleware", None) or ())]
    guarded = _has_ours(behind)
    for one in agent.default_options.get("tools") or ():
        if is_a(one, "agent_framework._tools.FunctionTool"):
            yield tool(one.name, one, guarded=guarded)
            yield from _in_a_tool(one)
        else:
            yield hosted(str(one.get("type", one) if isinstance(one, dict) else one))
    for one in getattr(agent, "mcp_tools", ()):
        yield tool(f"mcp:{getattr(one, 'name', '')}", None, guarded=guarded)


def _in_a_tool(found: Any) -> Found:  # noqa: ANN401  a tool
    """Return the agent that `Agent.as_tool` has put into a function of the framework's own."""
    for cell in getattr(found.func, "__closure__", None) or ():
        if is_a(cell.cell_contents, "agent_framework._agents.BaseAgent"):
            yield Way(f"agent as a tool {found.name}", cell.cell_contents)


def crewai(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know crews and agents with their tools."""
    if is_a(thing, "crewai.crew.Crew"):
        return (Way(f"agent {one.role}", one) for one in thing.agents)
    if not is_a(thing, "crewai.agents.agent_builder.base_agent.BaseAgent"):
        return None
    return _crew_agent(thing)


def _crew_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    for one in agent.tools or ():
        held = vars(one)
        yield tool(one.name, one, guarded=is_ours(held.get("func") or held.get("_run")))
    for name in ("mcps", "apps"):
        for one in getattr(agent, name, None) or ():
            yield tool(f"{name}:{one}", None, guarded=False)


def smolagents(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents with their tools and the agents that they manage."""
    if not is_a(thing, "smolagents.agents.MultiStepAgent"):
        return None
    return _smol_agent(thing)


def _smol_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    for name, one in agent.tools.items():
        if name != "final_answer":  # ends the run, and does nothing
            yield tool(name, one, guarded=is_one_of_ours(vars(one).get("forward")))
    if is_a(agent, "smolagents.agents.CodeAgent"):
        yield elsewhere("python", "code that the model wrote is no tool call")
    for name, one in agent.managed_agents.items():
        yield Way(f"managed agent {name}", one)


def strands(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents with their tools and the middleware around them."""
    return _strands_agent(thing) if is_a(thing, "strands.agent.agent.Agent") else None


def _strands_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    stages = agent._middleware_registry._handlers  # noqa: SLF001  no public way
    chain = [one for stage, held in stages.items() if stage.name == "executeTool" for one in held]
    wraps = [one.handler for one in chain if one.phase == "wrap"]
    ours = bool(wraps) and is_one_of_ours(wraps[-1])
    late = any(is_one_of_ours(one) for one in wraps) and not ours
    for name, one in agent.tool_registry.registry.items():
        if late:
            why = "other middleware stands behind the guard"
            yield ToolAt(name=name, thing=one, state="unguarded", why=why)
        else:
            yield tool(name, one, guarded=ours)


def llama_index(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents and workflows of agents with their tools."""
    home = "llama_index.core.agent.workflow"
    if is_a(thing, f"{home}.multi_agent_workflow.AgentWorkflow"):
        return (Way(f"agent {name}", one) for name, one in thing.agents.items())
    if not is_a(thing, f"{home}.base_agent.BaseWorkflowAgent"):
        return None
    return _llama_agent(thing)


def _llama_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    for one in agent.tools or ():
        name = str(one.metadata.name if hasattr(one, "metadata") else getattr(one, "__name__", one))
        held = getattr(one, "__dict__", {})
        yield tool(name, one, guarded=is_one_of_ours(held.get("acall")))


def _has_ours(chain: Any) -> bool:  # noqa: ANN401  plugins or middleware
    """Return whether the last of a chain that could change a call is ours."""
    return bool(chain) and is_one_of_ours(list(chain)[-1])


MORE: Final[tuple[Kind, ...]] = (
    google_adk,
    agent_framework,
    crewai,
    smolagents,
    strands,
    llama_index,
    inspect_ai,
    claude_sdk,
    mcp_servers,
)
