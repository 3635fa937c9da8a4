"""Settings of coding agents and lists of MCP servers: what in them is judged, and what is not."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from guard.errors import Unusable
from guard_adapters.front.coding.agents import DIALECTS
from guard_adapters.front.coding.settings import is_ours, words_of
from guard_adapters.front.coverage.reach import Reach, State

EVERY: Final = frozenset({None, "", "*", ".*"})
"""Matchers of a hook that see every tool."""


def covered(files: list[Path], serve: str) -> list[Reach]:
    """Return what a coding agent reaches by these files of its settings, all of them together.

    Args:
        files: settings with hooks, and files that list MCP servers (`.mcp.json`, `config.toml`).
        serve: the address under which `guard serve` stands before MCP servers.

    Raises:
        Unusable: `settings_unreadable`.
    """
    read = {file: _read(file) for file in files}
    hooks = [(file, found) for file, found in read.items() if "hooks" in found]
    seen = [_hooked(file, found) for file, found in hooks]
    judged = any(one.state == "guarded" for one in seen)
    proxied = {name for _, found in hooks for name in _proxied(found)}
    servers = [
        _server(file, name, entry, judged=judged and name not in proxied, serve=serve)
        for file, found in read.items()
        for name, entry in _servers(found)
    ]
    return sorted([*seen, *servers])


def _read(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as wrong:
        found = wrong
    if not isinstance(found, dict):
        raise Unusable(
            "The file is no settings file.",
            code="settings_unreadable",
            where=str(file),
            next_step="Name JSON or TOML files that a coding agent reads.",
        )
    return found


def _hooked(file: Path, found: Mapping[str, Any]) -> Reach:
    hooks = found["hooks"] if isinstance(found["hooks"], dict) else {}
    agent = "gemini" if "BeforeTool" in hooks else "claude"
    if file.name == "hooks.json":
        agent = "codex"
    why = "disableAllHooks turns it off" if found.get("disableAllHooks") else _flaw(agent, hooks)
    return Reach(
        tool="built-in tools",
        path=str(file),
        state="unguarded" if why else "guarded",
        why=why,
    )


def _flaw(agent: str, hooks: Mapping[str, Any]) -> str:
    """Return why the guard's hook does not see every call of an agent, or an empty string."""
    dialect = DIALECTS[agent]
    ours = {event: [one for one in groups if is_ours(one)] for event, groups in hooks.items()}
    before = ours.get(dialect.before, [])
    if not before:
        return "no hook of the guard stands before a tool: guard hook install"
    if not any(one.get("matcher") in EVERY for one in before):
        return f"the hook sees only {before[0].get('matcher')}"
    silent = [event for event in dialect.after if not ours.get(event)]
    return f"nobody tells how a call ended: no hook of {', '.join(silent)}" if silent else ""


def _proxied(found: Mapping[str, Any]) -> Iterator[str]:
    for groups in found["hooks"].values() if isinstance(found["hooks"], dict) else ():
        for group in filter(is_ours, groups):
            for one in group["hooks"]:
                yield from words_of(str(one.get("command", "")))[3:]


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
