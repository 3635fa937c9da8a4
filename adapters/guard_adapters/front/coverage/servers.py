"""What MCP servers in this process run, and the options of Claude's SDK that may hold some."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from guard_adapters.front.coverage.bodies import is_ours
from guard_adapters.front.coverage.frameworks import (
    BESIDE,
    Found,
    elsewhere,
    is_one_of_ours,
    tool,
    within,
)
from guard_adapters.front.coverage.reach import State, ToolAt, is_a

REFERENCES: Final = "fastmcp.server.middleware.dereference.DereferenceRefsMiddleware"
"""Rewrites schemas in lists, and no call."""

SDK_TOOL: Final = "claude_agent_sdk.SdkMcpTool"
FAST_TOOL: Final = "fastmcp.tools.base.Tool", "fastmcp.tools.tool.Tool"
FAST_SERVER: Final = "fastmcp.server.server.FastMCP"
MCP_SERVER: Final = "mcp.server.mcpserver.server.MCPServer"


def claude_sdk(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know the options of the Claude Agent SDK: hooks, servers, and tools of the application."""
    return _claude(thing) if is_a(thing, "claude_agent_sdk.types.ClaudeAgentOptions") else None


def _claude(options: Any) -> Found:  # noqa: ANN401  options
    matchers = (options.hooks or {}).get("PreToolUse", ())
    ours = [one for one in matchers if any(map(is_ours, one.hooks))]
    whole = [one for one in ours if one.matcher in {None, "", "*"} and one.on_failure == "block"]
    yield tool("built-in tools", None, guarded=bool(whole))
    proxied: set[str] = set()
    for one in whole:
        proxied |= set().union(*(hook.__self__.proxied for hook in one.hooks if is_ours(hook)))
    for name, server in _servers(options):
        if name in proxied:
            yield elsewhere(f"mcp:{name}", "another front is said to judge it")
        else:
            yield from _claude_server(name, server, guarded=bool(whole))


def _servers(options: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  options
    """Return the servers of an agent and of its sub-agents, which the same hooks see."""
    listed = options.mcp_servers
    yield from listed.items() if isinstance(listed, dict) else ((str(listed), None),) * bool(listed)
    for agent in (options.agents or {}).values():
        for one in getattr(agent, "mcpServers", None) or ():
            yield from one.items() if isinstance(one, dict) else ()


def _claude_server(name: str, server: Any, *, guarded: bool) -> Found:  # noqa: ANN401  settings of one
    instance = server.get("instance") if isinstance(server, Mapping) else None
    made = within(instance, lambda one: is_a(one, SDK_TOOL)) if instance is not None else []
    for one in made:
        yield tool(f"mcp__{name}__{one.name}", one, guarded=guarded)
    if not made:
        yield tool(f"mcp:{name}", instance, guarded=guarded)


def mcp_servers(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know MCP servers of the SDK and of FastMCP: their tools, and what stands before those."""
    if is_a(thing, FAST_SERVER):
        return _served(thing, within(thing.providers, lambda one: is_a(one, *FAST_TOOL)))
    if is_a(thing, MCP_SERVER):
        return _served(thing, thing._tool_manager.list_tools())  # noqa: SLF001  no public way
    return None


def _served(server: Any, tools: Iterable[Any]) -> Found:  # noqa: ANN401  a server and its tools
    state, why = _before(list(server.middleware))
    yield ToolAt(name=f"mcp:{server.name}", thing=None, state=state, why=why)
    for one in tools:
        yield ToolAt(name=str(one.name), thing=one, state=state, why=why)


def _before(chain: list[object]) -> tuple[State, str]:
    """Return whether our front is the last of a server's middleware, and why not."""
    ours = [is_one_of_ours(one) for one in chain]
    if not any(ours):
        return "unguarded", BESIDE
    if not (ours[-1] or is_a(chain[-1], REFERENCES)):
        return "unguarded", f"{type(chain[-1]).__name__} stands behind the guard"
    return "guarded", ""
