"""The settings by which a coding agent runs the guard's hook, and where they stand.

A command that fails in whatever way ends in `exit 2`: a missing interpreter is a no as well. The
settings of others are left as they are.
"""

import json
import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from guard.errors import Unusable
from guard_adapters.front.coding import hook
from guard_adapters.front.coding.agents import DIALECTS

WAIT_S: Final = 55
"""How long the hook waits for the guard's answer (seconds): the hold time, and ten more."""

PROMPT_S: Final = 5
"""How long the hook of a prompt waits (seconds): nobody is asked about one."""

LIMIT_S: Final = 60
"""When the agent ends the hook and, most of them, runs the tool (seconds): always the later one."""

FILES: Final[Mapping[str, str]] = {
    "claude": "~/.claude/settings.json",
    "codex": "~/.codex/hooks.json",
    "gemini": "~/.gemini/settings.json",
}
"""Where each agent reads hooks for all projects of a user."""

_SHELL: Final = ["/bin/sh", "-c"]
_SCRIPT: Final = "/".join(Path(hook.__file__).parts[-3:])
"""How the path of our script ends, of whichever installation."""

_LOST: Final = "{ test $? -eq 2 || echo GUARD_UNAVAILABLE: not executed. >&2; exit 2; }"


def command(
    agent: str, python: str, pipe: Path, proxied: Collection[str] = (), *, wait_s: int = WAIT_S
) -> str:
    """Return the command of one hook; it means the same in whichever shell the agent runs it."""
    words = (python, "-I", "-S", hook.__file__, agent, str(pipe), str(wait_s), *proxied)
    return shlex.join((*_SHELL, f"{shlex.join(words)} || {_LOST}"))


def words_of(line: str) -> list[str]:
    """Return what a hook is given: agent, socket, seconds, proxied servers; [] = none of ours."""
    try:
        words = shlex.split(line)
        words = shlex.split(words[2]) if words[:2] == _SHELL else words
    except (ValueError, IndexError):
        return []
    words = words[: words.index("||")] if "||" in words else words
    given = next((words[i + 1 :] for i, one in enumerate(words) if one.endswith(_SCRIPT)), [])
    return given if given[2:] and given[2].isdecimal() else []


def as_written(line: str) -> bool:
    """Return whether a command of ours is one as `command` writes it, or earlier versions did.

    In any other, what stands around our script may take its no for something else.
    """
    try:
        words = shlex.split(line)
        within = words[:2] == _SHELL
        inner = words[2] if within else line
        ours = inner.removesuffix(f" || {_LOST}")
        plain = ours != inner and shlex.join(shlex.split(ours)) == ours
    except (ValueError, IndexError):
        return False
    return plain and (not within or shlex.join((*_SHELL, inner)) == line)


def settings(agent: str, python: str, pipe: Path, proxied: Collection[str] = ()) -> dict[str, Any]:
    """Return what stands under `hooks` in the settings of an agent."""
    dialect = DIALECTS[agent]
    line = command(agent, python, pipe, proxied)
    runs: dict[str, Any] = {"type": "command", "command": line, "timeout": LIMIT_S}
    if agent == "claude":
        runs["onFailure"] = "block"
    if agent == "gemini":
        runs["timeout"] = LIMIT_S * 1000  # milliseconds there
    every = {"matcher": "*"} if agent == "claude" else {}
    calls = {event: [{**every, "hooks": [runs]}] for event in (dialect.before, *dialect.after)}
    # A prompt does nothing: without a guard it is the calls that do not run.
    line = f"{command(agent, python, pipe, wait_s=PROMPT_S)} || :"
    told = {"type": "command", "command": line, "timeout": runs["timeout"]}
    return calls | {dialect.prompt: [{"hooks": [told]}]}


def merged(text: str, ours: Mapping[str, Any], *, where: str) -> str:
    """Return a settings file with our hooks in place of earlier ones of ours.

    Raises:
        Unusable: `settings_unreadable`: it is not a JSON object of the shape that agents read.
    """
    try:
        found = json.loads(text or "{}")
        hooks = found.setdefault("hooks", {})
        for event, groups in ours.items():
            others = [one for one in hooks.get(event, []) if not is_ours(one)]
            hooks[event] = [*others, *groups]
    except (ValueError, AttributeError, TypeError) as wrong:
        raise Unusable(
            "The file is not a settings file with hooks.",
            code="settings_unreadable",
            where=where,
            next_step="Correct it, or paste what the command prints without --settings.",
        ) from wrong
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def is_ours(group: Mapping[str, Any]) -> bool:
    """Return whether a group of hooks runs the guard's."""
    return any(words_of(str(one.get("command", ""))) for one in group.get("hooks", []))
