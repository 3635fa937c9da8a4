"""What the tasks, solvers and agents of Inspect run: it marks its tools, wherever they are kept."""

from typing import Any, Final

from guard_adapters.front.coverage.bodies import is_ours, parts
from guard_adapters.front.coverage.frameworks import Found, hosted, tool
from guard_adapters.front.coverage.reach import ToolAt, Way, is_a

MARK: Final = "__registry_info__"
TAGGED: Final = "__registry_params__"
"""What a tool has and its factory has not."""

DEFINITION: Final = "inspect_ai.tool._tool_def.ToolDef"
SOURCE: Final = "inspect_ai.tool._tool.ToolSource"
REMOTE: Final = "inspect_ai.tool._mcp._remote.MCPServerRemote"
HANDOFF: Final = "inspect_ai.agent._handoff.AgentTool"
HARMLESS: Final = "react.<locals>.default_submit_tool.<locals>.execute"
"""Ends the run, and does nothing."""

NATIVE: Final = frozenset({"web_search", "code_execution"})
"""Tools that the provider of a model runs in their place, where their options name it."""

MADE_LATE: Final = "it is made while the agent runs: make it before"


def inspect_ai(thing: Any) -> Found | None:  # noqa: ANN401  anything
    """Know tools, what makes them, sources of them, and agents that are tools."""
    if is_a(thing, HANDOFF):
        return iter((Way(f"handoff {thing.name or ''}".rstrip(), thing.agent),))
    if is_a(thing, DEFINITION):
        return _tool(thing.name, thing.tool, thing.options)
    if is_a(thing, SOURCE):
        return _source(thing)
    mark = _held(thing, MARK)
    if getattr(mark, "type", "") != "tool":
        return None
    name = str(mark.name).rpartition("/")[2]
    if _held(thing, TAGGED) is None:
        return iter((ToolAt(name=name, thing=thing, state="unguarded", why=MADE_LATE),))
    return _tool(name, thing, mark.metadata.get("options"))


def _held(thing: object, name: str) -> Any:  # noqa: ANN401  the framework's own
    """Return what Inspect wrote on an object; None of any other, without asking it anything."""
    return getattr(thing, "__dict__", {}).get(name)


def _source(source: Any) -> Found:  # noqa: ANN401  a source of tools
    name = str(getattr(source, "_name", "") or type(source).__name__)
    if is_a(source, REMOTE):
        yield hosted(f"mcp:{name}")
    else:
        yield tool(f"mcp:{name}", None, guarded=False)


def _tool(name: str, found: Any, options: object) -> Found:  # noqa: ANN401  a tool
    guarded = is_ours(found)
    inner = dict(parts(found))["inner"] if guarded else found
    if getattr(inner, "__qualname__", "") == HARMLESS:
        return
    held = dict(parts(inner))
    if {"agent", "agent_kwargs"} <= set(held):  # `as_tool`
        yield Way(f"agent as a tool {name}", held["agent"])
    if options and name in NATIVE:
        yield hosted(name)
    else:
        yield tool(name, inner, guarded=guarded)
