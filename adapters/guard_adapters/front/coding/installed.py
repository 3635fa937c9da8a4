"""What is wrong with the guard's hook in the settings of a coding agent. It changes nothing."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from guard.errors import Unusable
from guard_adapters.front.coding.agents import DIALECTS
from guard_adapters.front.coding.settings import as_written, is_ours, words_of

EVERY: Final = (None, "", "*", ".*")
"""Matchers of a hook that see every tool."""

PLAIN: Final = frozenset({"type", "command", "timeout", "onFailure"}) | {
    *("name", "description", "statusMessage")
}
"""What may stand in a hook. Whatever else does may keep the agent from waiting for it (`async`), or
from running it at all (`if`).
"""

STATE: Final = "state"
"""Where Codex keeps, beside hooks, which of them it was told to trust."""


def read(file: Path) -> Mapping[str, Any]:
    """Return what a settings file holds.

    Raises:
        Unusable: `settings_unreadable`.
    """
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


def hooks_of(found: Mapping[str, Any]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the groups of hooks in settings, by event; what is no group, or no hook, is empty."""
    return {
        event: [_group(one) for one in groups]
        for event, groups in _table(found, "hooks").items()
        if event != STATE and isinstance(groups, list)
    }


def _group(found: object) -> Mapping[str, Any]:
    group = found if isinstance(found, dict) else {}
    hooks = group.get("hooks")
    listed = hooks if isinstance(hooks, list) else []
    return {**group, "hooks": [one if isinstance(one, dict) else {} for one in listed]}


def _table(found: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return a table inside settings; empty where there is none."""
    for name in names:
        inner = found.get(name)
        found = inner if isinstance(inner, dict) else {}
    return found


def agent_of(file: Path, found: Mapping[str, Any]) -> str:
    """Return whose settings these are."""
    if file.name in {"hooks.json", "config.toml"}:
        return "codex"
    return "gemini" if "BeforeTool" in hooks_of(found) else "claude"


def lines_of(found: Mapping[str, Any], event: str) -> list[str]:
    """Return the commands of our hooks of one event."""
    groups = filter(is_ours, hooks_of(found).get(event, []))
    lines = [str(one.get("command", "")) for group in groups for one in group["hooks"]]
    return [line for line in lines if words_of(line)]


def flaw(agent: str, found: Mapping[str, Any]) -> str:
    """Return why the guard's hook does not see every call of an agent, or an empty string."""
    return next(_flaws(agent, found), "")


def _flaws(agent: str, found: Mapping[str, Any]) -> Iterator[str]:
    dialect = DIALECTS[agent]
    ours = {
        event: [one for one in groups if is_ours(one)] for event, groups in hooks_of(found).items()
    }
    before = ours.get(dialect.before, [])
    if found.get("disableAllHooks"):
        yield "disableAllHooks turns it off"
    if not before:
        yield "no hook of the guard stands before a tool: guard hook install"
        return
    if not any(one.get("matcher") in EVERY for one in before):
        yield f"the hook sees only {before[0].get('matcher')}"
    if silent := [event for event in dialect.after if not ours.get(event)]:
        yield f"nobody tells how a call ended: no hook of {', '.join(silent)}"
    lines = lines_of(found, dialect.before)
    if not all(map(as_written, lines)):
        yield "its command was changed, and a no may get lost in it: guard hook install"
    if more := sorted({name for group in before for one in group["hooks"] for name in _more(one)}):
        yield f"{', '.join(more)} beside its command may keep the agent from waiting for it"
    off = _table(found, "hooksConfig")
    named = off.get("disabled")
    if off.get("enabled") is False or (
        isinstance(named, list) and any(one in named for one in lines)
    ):
        yield "hooksConfig turns it off"
    if any(_ended_early(agent, one) for group in before for one in group["hooks"]):
        yield "the agent ends the hook before the hook gives up, and runs the tool then"


def _more(hook: Mapping[str, Any]) -> frozenset[str]:
    """Return what stands in a hook of ours that has no business there."""
    if not words_of(str(hook.get("command", ""))):
        return frozenset()
    kind = frozenset({"type"}) if hook.get("type") != "command" else frozenset[str]()
    return kind | (hook.keys() - PLAIN)


def _ended_early(agent: str, hook: Mapping[str, Any]) -> bool:
    words, limit = words_of(str(hook.get("command", ""))), hook.get("timeout")
    if not words or not isinstance(limit, int | float):
        return False
    return limit / (1000 if agent == "gemini" else 1) <= float(words[2])


def untrusted(file: Path, found: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """Return what keeps Codex from running the hook of its `hooks.json`, or an empty string.

    Args:
        file: that file.
        found: what it holds.
        config: what the `config.toml` beside it holds.
    """
    if _table(config, "features").get("hooks") is False:
        return "config.toml turns hooks off"
    for i, group in enumerate(hooks_of(found).get("PreToolUse", [])):
        for j, one in enumerate(group.get("hooks", ())):
            if words_of(str(one.get("command", ""))):
                key = f"{file.absolute()}:pre_tool_use:{i}:{j}"
                state = _table(config, "hooks", STATE, key)
                if state.get("enabled") is False:
                    return "config.toml turns it off"
                if not state.get("trusted_hash"):
                    return "Codex does not run it before you trust it: open codex, /hooks"
    return ""
