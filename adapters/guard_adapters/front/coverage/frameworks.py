"""What the objects of each framework run and lead to, for whoever walks through them."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from guard_adapters.front.coverage.bodies import MOST, function_of, is_ours, of_application, parts
from guard_adapters.front.coverage.reach import Kind, State, ToolAt, Way, is_a

NODE: Final = "langgraph.prebuilt.tool_node.ToolNode"
TOOL: Final = "langchain_core.tools.base.BaseTool"
GRAPH: Final = "langgraph.pregel.main.Pregel"

BESIDE: Final = "no guard stands before it"

Found = Iterator[ToolAt | Way]


def langchain(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know graphs with their nodes, and tools that a model's provider runs."""
    if is_a(thing, NODE):
        return _tool_node(thing)
    return _graph(thing) if is_a(thing, GRAPH) else None


def _graph(graph: Any) -> Found:  # noqa: ANN401  a graph
    # Tool nodes first: a model's node holds them as well, and names the way to them worse.
    nodes = sorted(graph.nodes.items(), key=lambda one: not is_a(one[1].bound, NODE, GRAPH))
    for name, node in nodes:
        for one in within(node, _of_graph):
            yield Way(name, one)
    for one in within(list(graph.nodes.values()), _is_hosted):
        yield hosted(one["type"])


def _of_graph(one: object) -> bool:
    return is_a(one, NODE, GRAPH) or (function_of(one) is not None and of_application(one))


def _is_hosted(one: object) -> bool:
    """Return whether it is a tool as a provider takes it: a plain dict that names its type."""
    kind = one.get("type") if isinstance(one, dict) else None
    return isinstance(kind, str) and kind != "function" and not {"content", "properties"} & set(one)  # type: ignore[call-overload]  # a dict, or `kind` is None


def within(thing: object, wanted: Callable[[object], bool]) -> list[Any]:
    """Return the nearest objects of a sort that an object holds, those in tools left out."""
    found, seen, waiting = [], {id(thing): thing}, deque([thing])
    while waiting and len(seen) < MOST:
        for _, part in parts(waiting.popleft()):
            if id(part) in seen or is_a(part, TOOL):  # a model's node holds tools as well
                continue
            seen[id(part)] = part
            if wanted(part):
                found.append(part)
            else:
                waiting.append(part)
    return found


def _tool_node(node: Any) -> Found:  # noqa: ANN401  a ToolNode
    state, why = _middleware(node)
    for name, one in node.tools_by_name.items():
        yield ToolAt(name=name, thing=one, state=state, why=why)


def _middleware(node: Any) -> tuple[State, str]:  # noqa: ANN401  a ToolNode
    for wrapper in (node._wrap_tool_call, node._awrap_tool_call):  # noqa: SLF001  no public way
        state, why = _last_of(list(_chain(wrapper)), "langchain", "its node has no GuardMiddleware")
        if state != "guarded":
            return state, why
    return "guarded", ""


def _last_of(chain: Sequence[object], front: str, none: str) -> tuple[State, str]:
    """Return whether our front is the last of a chain, and why not; `none`: it is not in there."""
    ours = [type(one).__module__ == f"guard_adapters.front.{front}" for one in chain]
    if not any(ours):
        return "unguarded", none
    if not ours[-1]:
        return "unguarded", f"{type(chain[-1]).__name__} stands behind the guard"
    return "guarded", ""


def _chain(wrapper: object) -> Iterator[object]:
    """Return the middleware behind a node's wrapper, the outermost first."""
    closed = dict(parts(wrapper)) if function_of(wrapper) is not None else {}
    if {"outer", "inner"} <= set(closed):
        yield from _chain(closed["outer"])
        yield from _chain(closed["inner"])
        return
    while (inner := getattr(wrapper, "__wrapped__", None)) is not None:  # decorators
        wrapper = inner
    yield getattr(wrapper, "__self__", wrapper)


def openai_agents(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents with their function tools, hosted tools, MCP servers and handoffs."""
    return _openai_agent(thing) if is_a(thing, "agents.agent.AgentBase") else None


def _openai_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    for one in agent.tools:
        if not is_a(one, "agents.tool.FunctionTool"):
            yield hosted(one.name)
        else:
            yield tool(one.name, one, guarded=is_ours(one.on_invoke_tool))
        if (behind := getattr(one, "_agent_instance", None)) is not None:
            yield Way(f"tool {one.name}", behind)
    for server in agent.mcp_servers:
        session = getattr(server, "session", None)
        guarded = session is not None and is_ours(vars(session).get("call_tool"))
        yield tool(f"mcp:{getattr(server, 'name', '')}", None, guarded=guarded)
    for one in getattr(agent, "handoffs", ()):
        reference = getattr(one, "_agent_ref", None)
        target = one if reference is None else reference()
        yield Way(f"handoff {getattr(target, 'name', '')}", target)


def pydantic_ai(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know agents with their toolsets, capabilities and native tools."""
    return _pydantic_agent(thing) if is_a(thing, "pydantic_ai.agent.Agent") else None


def _pydantic_agent(agent: Any) -> Found:  # noqa: ANN401  an agent
    state, why = _capabilities(agent)
    for toolset in agent.toolsets:
        named = getattr(toolset, "tools", None)
        if not isinstance(named, Mapping):  # its tools are known once it runs
            named = {f"toolset:{type(toolset).__name__}": toolset}
        for name, one in named.items():
            yield ToolAt(name=str(name), thing=one, state=state, why=why)
    for native in agent._cap_native_tools:  # noqa: SLF001  no public way
        if native.kind != "tool_search":  # finds tools of this agent, runs none
            yield hosted(native.kind)


def _capabilities(agent: Any) -> tuple[State, str]:  # noqa: ANN401  an agent
    all_of_them = agent._root_capability.capabilities  # noqa: SLF001  no public way
    wrapping = [one for one in all_of_them if _wraps(one)]
    none = "the agent has no GuardTools among its capabilities"
    return _last_of(wrapping, "pydantic_ai", none)


def _wraps(capability: Any) -> bool:  # noqa: ANN401  a capability
    made_in: str = capability.get_wrapper_toolset.__module__
    return made_in != "pydantic_ai.capabilities.abstract"


def mcp_sessions(thing: object) -> Found | None:
    """Know client sessions of MCP: all tools of a server at once."""
    if not is_a(thing, "mcp.client.session.ClientSession"):
        return None
    guarded = is_ours(vars(thing).get("call_tool"))
    return iter((tool("mcp:session", None, guarded=guarded),))


class Table(dict[str, object]):
    """Functions by the names under which a loop of the application calls them."""


def functions(thing: object) -> Found | None:
    """Know the table of functions that is the agent itself."""
    if not isinstance(thing, Table):
        return None
    return (tool(name, one, guarded=is_ours(one)) for name, one in thing.items())


def tool(name: str, thing: object, *, guarded: bool) -> ToolAt:
    """Return a tool that the guard stands before, or nothing does."""
    if guarded:
        return ToolAt(name=name, thing=thing, state="guarded")
    return ToolAt(name=name, thing=thing, state="unguarded", why=BESIDE)


def hosted(name: str) -> ToolAt:
    """Return a tool that the model's provider runs."""
    why = "the model's provider runs it"
    return ToolAt(name=name, thing=None, state="provider-side", why=why)


def elsewhere(name: str, why: str) -> ToolAt:
    """Return a tool that nobody in here sees run."""
    return ToolAt(name=name, thing=None, state="outside-process", why=why)


def is_one_of_ours(thing: object) -> bool:
    """Return whether one of our fronts made it: a function, or what stands in a tool's place."""
    return is_ours(thing) or type(thing).__module__.startswith("guard_adapters.front.")


FIRST: Final[tuple[Kind, ...]] = (langchain, openai_agents, pydantic_ai, mcp_sessions, functions)
