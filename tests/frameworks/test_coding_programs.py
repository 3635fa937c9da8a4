"""Claude Code, Codex and Gemini CLI themselves: their own tools, and what is wrong with the hook.

They run in `make frameworks`, which installs them. The tools of MCP servers are the contract's.
"""

import asyncio
import importlib
import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from guard_adapters import cli
from guard_adapters.front.coding import codex
from tests.frameworks.model_api import DIG
from tests.frameworks.running import Running
from tests.frameworks.test_contract import HOME, LANE
from tests.frameworks.worlds import hooked

pytestmark = pytest.mark.frameworks

HERE = Path(__file__).parent
PROGRAMS = {
    "claude_code": ("ClaudeCode", "claude", "Bash", "command"),
    "codex": ("Codex", "codex", "exec_command", "cmd"),
    "gemini_cli": ("GeminiCli", "gemini", "run_shell_command", "command"),
}
"""World -> its class, the agent, and how its model names the shell and a command."""

ASKED_AS = {"exec_command": "Bash"}
"""Names that a hook is told of tools that the model calls otherwise."""

SHELL = {
    "effect": ["write"],
    "budget": "none",
    "budget_reason": "limited by the rules under test",
    "confirmed": True,
    "input_schema": {
        "type": "object",
        "properties": {"command": {"type": "string"}, "description": {"type": "string"}},
        "required": ["command"],
    },
}
LANE_PROGRAMS = [one for one in LANE if one in PROGRAMS]

SPAWN = {
    "claude": ("Agent", {"description": "dig", "prompt": DIG, "subagent_type": "general-purpose"}),
    "codex": ("spawn_agent", {"message": DIG, "agent_type": "default"}),
    "gemini": ("invoke_agent", {"agent_name": "generalist", "prompt": DIG}),
}
"""How each starts a sub-agent."""

RULES = """
@id("OK-1") @reason("open")
permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("NO-1") @reason("never") forbid (principal, action == Guard::Action::"SHELL", resource)
when { context.input.command like "*secret*" };
"""

if not LANE_PROGRAMS:
    pytest.skip("`make frameworks` installs the programs", allow_module_level=True)


class Shell:
    """One program in a folder of its own, at a guard that runs, and its shell."""

    def __init__(self, name: str, folder: Path) -> None:
        made, self.agent, self.model_calls, self.argument = PROGRAMS[name]
        self.program = getattr(importlib.import_module(f"{HOME}.{name}"), made)()
        self.folder, self.home = folder, folder / "home"
        self.home.mkdir()
        tool = ASKED_AS.get(self.model_calls, self.model_calls)
        name, given = SPAWN[self.agent]
        spawn = {**SHELL, "input_schema": {"type": "object", "properties": {key: {"type": "string"} for key in given}}}  # fmt: skip
        wait = {**SHELL, "input_schema": {"type": "object", "properties": {"targets": {"type": "array", "items": {"type": "string"}}}}}  # fmt: skip
        listed = {tool: SHELL, name: spawn, "multi_agent_v1wait_agent": wait}
        tools = {self.agent: {"trust": "trusted", "tools": listed}}
        (folder / "policy.cedar").write_text(RULES.replace("SHELL", f"{self.agent}/{tool}"))
        (folder / "guard.yaml").write_text(
            json.dumps({"version": 1, "guard": {"policies": ["policy.cedar"]}, "servers": tools})
        )
        self.running = Running(folder)
        hooked.install(self.program, self.home, self.running.pipe)

    async def run(self, command: str) -> str:
        """Let the model run one command; return what it read of it."""
        return await self.call(self.model_calls, {self.argument: command})

    async def call(self, tool: str, given: dict[str, Any], *beside: Any) -> str:
        """Let the model call one tool, and a sub-agent others; return what was read last."""
        waits = [_wait] if beside and self.agent == "codex" else []
        api = self.program.api([((tool, given),), *waits], [(one,) for one in beside])
        try:
            async with hooked.served([look]) as bank:
                self.program.configured(self.home, api.url, bank)
                said = await hooked.ended(self.folder, self.program, self.home, api.url)
        finally:
            await asyncio.to_thread(api.close)
        assert api.read(), said
        return api.read()[-1]

    def made(self) -> list[str]:
        """Return the files that the commands made."""
        return sorted(one.name for one in (self.folder / "work").iterdir())

    def rewrite(self, old: str, new: str) -> None:
        """Change the installed command."""
        file = self.home / self.program.settings
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))


def _wait(told: list[str]) -> Any:
    """Return the call by which Codex waits for its sub-agent; the others wait by themselves."""
    return (("wait_agent", {"targets": [json.loads(told[-1])["agent_id"]]}),)


def look(key: str) -> str:
    """Look something up."""
    return key


@pytest.fixture(params=LANE_PROGRAMS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = Shell(request.param, tmp_path)
    yield made
    made.running.close()


async def test_its_own_shell_runs_what_is_allowed_and_reads_why_the_rest_is_not(shell) -> None:
    await shell.run("echo 1 > open.txt")
    read = await shell.run("echo 1 > secret.txt")
    assert "DENIED" in read
    assert shell.made() == ["open.txt"]
    ends = [leaf["outcome"] for leaf in shell.running.log() if leaf["kind"] == "outcome"]
    assert ends == ["ok", "refused"]


async def test_a_tool_of_its_own_that_nobody_listed_does_not_run(shell) -> None:
    note = shell.folder / "work" / "note.txt"
    note.parent.mkdir()
    note.write_text("what only the file says")
    tool, argument = {
        "claude": ("Read", "file_path"),
        "codex": ("view_image", "path"),
        "gemini": ("read_file", "file_path"),
    }[shell.agent]
    read = await shell.call(tool, {argument: str(note)})
    assert "DENIED" in read
    assert "what only the file says" not in read


async def test_a_sub_agent_is_asked_about_as_well_and_belongs_to_the_same_session(shell) -> None:
    commands = [(shell.model_calls, {shell.argument: f"echo 1 > {one}"}) for one in ("secret", "open")]  # fmt: skip
    read = await shell.call(*SPAWN[shell.agent], *commands)
    assert shell.made() == ["open"]
    ends = [leaf for leaf in shell.running.log() if leaf["kind"] == "outcome"]
    assert len({one["session"] for one in ends}) == 1
    assert {one["outcome"] for one in ends} == {"ok", "refused"}, read
    there = shell.running.run(shell.running.wired.world.sessions.get(ends[0]["session"]))
    assert (there.intent.purpose, there.words) == ("go", ())
    assert there.asked == "", "what the model asked of the sub-agent is not what was typed"


@pytest.mark.parametrize("fault", ["no_guard", "no_python", "silent"])
async def test_whatever_is_wrong_with_the_hook_its_shell_runs_nothing(shell, fault: str) -> None:
    match fault:
        case "no_guard":
            shell.rewrite(str(shell.running.pipe), str(shell.folder / "nobody.sock"))
        case "no_python":
            shell.rewrite(" -I -S ", "-gone -I -S ")
        case "silent":
            silent = await asyncio.start_unix_server(_silent, shell.folder / "silent.sock")
            shell.rewrite(f"{shell.running.pipe} 55", f"{shell.folder / 'silent.sock'} 1")
    read = await shell.run("echo 1 > open.txt")
    assert "GUARD_UNAVAILABLE" in read
    assert shell.made() == []
    if fault == "silent":
        silent.close()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


@pytest.mark.skipif("codex" not in LANE, reason="it is not played here")
async def test_codex_runs_no_hook_that_it_was_not_told_to_trust_and_the_selftest_says_so(
    tmp_path, monkeypatch, capsys
) -> None:
    shell = Shell("codex", tmp_path)
    file = shell.home / shell.program.settings
    monkeypatch.setenv("CODEX_HOME", str(shell.home))
    monkeypatch.setenv("PATH", f"{os.environ['GUARD_PROGRAMS']}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(type(shell.program), "trust", [])
    words = ["hook", "selftest", "codex", "--settings", str(file)]
    await shell.run("echo 1 > secret.txt")
    assert shell.made() == ["secret.txt"]
    assert await asyncio.to_thread(cli.main, words) == 1
    assert "it is untrusted" in capsys.readouterr().out
    trusted = "".join(
        f"[hooks.state.{json.dumps(one['key'])}]\ntrusted_hash = {json.dumps(one['currentHash'])}\n"
        for one in await codex._hooks(hooked.found("codex"), tmp_path)
    )
    configured = type(shell.program).configured

    def also_trusted(program: Any, home: Path, model: str, bank: str) -> None:
        configured(program, home, model, bank)
        with (home / "config.toml").open("a") as config:
            config.write(f"\n{trusted}")

    monkeypatch.setattr(type(shell.program), "configured", also_trusted)
    assert "DENIED" in await shell.run("echo 1 > secret2.txt")
    assert shell.made() == ["secret.txt"]
    assert await asyncio.to_thread(cli.main, words) == 0
    assert cli.main(["coverage", str(file), str(shell.home / "config.toml")]) == 0
    assert "built-in tools" in capsys.readouterr().out
    shell.running.close()


@pytest.mark.parametrize("size", [100_000, 5_000_000])
async def test_a_command_that_is_too_long_for_the_hook_is_not_run(shell, size: int) -> None:
    read = await shell.run(f"echo 1 > secret.txt # {shlex.quote('x' * size)}")
    assert "DENIED" in read or "GUARD_UNAVAILABLE" in read
    assert shell.made() == []
