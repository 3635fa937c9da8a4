"""Settings of coding agents and lists of MCP servers: what in them is judged, and what is not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from guard_adapters.front.coding.installed import (
    agent_of,
    flaw,
    hooks_of,
    lines_of,
    read,
    untrusted,
)
from guard_adapters.front.coding.settings import words_of
from guard_adapters.front.coverage.reach import Reach, State


def covered(files: list[Path], serve: str) -> list[Reach]:
    """Return what a coding agent reaches by these files of its settings, all of them together.

    Args:
        files: settings with hooks, and files that list MCP servers (`.mcp.json`, `config.toml`).
        serve: the address under which `guard serve` stands before MCP servers.

    Raises:
        Unusable: `settings_unreadable`.
    """
    found_in = {file: read(file) for file in files}
    hooks = [(file, found) for file, found in found_in.items() if _has_hooks(found)]
    seen = [_hooked(file, found, found_in) for file, found in hooks]
    judged = any(one.state == "guarded" for one in seen)
    proxied = {name for _, found in hooks for name in _proxied(found)}
    servers = [
        _server(file, name, entry, judged=judged and name not in proxied, serve=serve)
        for file, found in found_in.items()
        for name, entry in _servers(found)
    ]
    return sorted([*seen, *servers])


def _hooked(file: Path, found: Mapping[str, Any], read: Mapping[Path, Mapping[str, Any]]) -> Reach:
    agent = agent_of(file, found)
    why = flaw(agent, found)
    beside = next((one for one in read if one == file.with_name("config.toml")), None)
    if agent == "codex" and not why and beside is not None:
        why = untrusted(file, found, read[beside])
    return Reach(
        tool="built-in tools",
        path=str(file),
        state="unguarded" if why else "guarded",
        why=why,
    )


def _has_hooks(found: Mapping[str, Any]) -> bool:
    """Return whether a file says something of hooks beside which of them are trusted."""
    return "hooks" in found and (not found["hooks"] or bool(hooks_of(found)))


def _proxied(found: Mapping[str, Any]) -> Iterator[str]:
    for event in hooks_of(found):
        for line in lines_of(found, event):
            yield from words_of(line)[3:]


def _servers(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in ("mcpServers", "mcp_servers"):
        entries = found.get(key)
        if isinstance(entries, dict):
            yield from entries.items()


def _server(file: Path, name: str, entry: Mapping[str, Any], *, judged: bool, serve: str) -> Reach:
    words = [str(entry.get("command", "")), *map(str, entry.get("args", ()))]
    url = str(entry.get("url") or entry.get("httpUrl") or "")
    behind = _is_proxy(words) or url.startswith(f"{serve.rstrip('/')}/mcp/")
    guarded = judged or behind
    why = "" if guarded else "it stands behind no guard: guard proxy, guard serve or the hook"
    state: State = "guarded" if guarded else "unguarded"
    return Reach(tool=f"mcp:{name}", path=str(file), state=state, why=why)


def _is_proxy(words: list[str]) -> bool:
    """Return whether a command is `guard proxy`, also by way of `env`, `uv run` or a full path."""
    names = [Path(word).name for word in words]
    return any(names[i : i + 2] == ["guard", "proxy"] for i in range(len(names)))
