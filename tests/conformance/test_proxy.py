"""Servers that we did not write, behind `guard proxy`: clients that we did not write cannot tell.

Once with the whole guard in the relay's process, once with the thin relay beside `guard serve`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mcp import StdioServerParameters
from mcp.client.session import ClientSession
from mcp.client.stdio import stdio_client

from tests.forked import OF_GUARD, python

pytestmark = pytest.mark.conformance

MAIN = "import sys; from guard_adapters.cli import main; sys.exit(main())"
CONFIG = """
version: 1
guard: {policies: [all.cedar], state: state, serve: {port: 0}}
servers:
  peer: {trust: trusted, unsafe_allow_all_unlisted: true}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
NO_WRITING = f"""{POLICY}
@id("NO-WRITE") @reason("no_writing")
forbid (principal, action in Guard::Action::"any", resource) when {{ context.history.step > 0 }};
"""
STARTER = """version: 1
guard: {policies: ["starter:mcp-proxy"], state: state, serve: {port: 0}}
"""
START_S = 30
Guarded = Callable[[list[str]], list[str]]


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    home = tmp_path / "guard"
    home.mkdir()
    policy = getattr(request, "param", POLICY)
    if policy == STARTER:
        command = request.getfixturevalue("filesystem_server_command")
        config = [
            python(*OF_GUARD),
            "-c",
            MAIN,
            "init",
            "--name",
            "peer",
            "--out",
            str(home / "guard.yaml"),
        ]
        subprocess.run([*config, "--", *command], check=True, timeout=60)
        _decided(home / "guard.yaml")
        return home
    (home / "guard.yaml").write_text(CONFIG)
    (home / "all.cedar").write_text(policy)
    return home


def _decided(config: Path) -> None:
    """Decide as somebody would who runs this server at home."""
    said = config.read_text().replace("version: 1\n", STARTER, 1)
    said = said.replace("    trust: untrusted ", "    trust: trusted ", 1)
    config.write_text(said.replace("confirmed: false", "confirmed: true"))


@pytest.fixture(params=["standalone", "attached"])
def guarded(request: pytest.FixtureRequest, folder: Path) -> Iterator[Guarded]:
    """Given a server's command, the command that puts the guard before it."""
    config = ["--config", str(folder / "guard.yaml")]
    base = [python(*OF_GUARD), "-c", MAIN, "proxy", "--upstream", "peer", "--agent", "tests"]
    if request.param == "standalone":
        yield lambda command: [*base, "--standalone", *config, "--", *command]
        return
    socket = folder / "run" / "guard.sock"
    serve = subprocess.Popen(
        [python(*OF_GUARD), "-c", MAIN, "serve", *config, "--socket", str(socket)]
    )
    try:
        until = time.monotonic() + START_S
        while not socket.exists():
            assert time.monotonic() < until, "the guard did not start"
            time.sleep(0.05)
        yield lambda command: [*base, "--socket", str(socket), "--", *command]
    finally:
        serve.terminate()
        serve.wait(5)


async def _ask(command: list[str], tool: str, arguments: dict) -> tuple[list[str], str]:
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        names = sorted(one.name for one in (await session.list_tools()).tools)
        result = await session.call_tool(tool, arguments)
        return names, "".join(part.text for part in result.content if part.type == "text")


async def test_the_python_client_reads_a_file_through_the_guard(
    filesystem_server_command: list[str], guarded: Guarded, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("straight from the disk")
    reading = {"path": str(note)}
    direct = await _ask(filesystem_server_command, "read_text_file", reading)
    behind = await _ask(guarded(filesystem_server_command), "read_text_file", reading)
    assert behind == direct
    assert "straight from the disk" in behind[1]


async def test_the_python_client_uses_the_reference_server_through_the_guard(
    everything_server_command: list[str], guarded: Guarded
) -> None:
    said = {"message": "hello"}
    direct = await _ask(everything_server_command, "echo", said)
    assert await _ask(guarded(everything_server_command), "echo", said) == direct


# The inspector starts Node twice for a question: the suite has it before each form once.
@pytest.mark.parametrize(
    "guarded", ["attached", pytest.param("standalone", marks=pytest.mark.soak)], indirect=True
)
def test_the_inspector_lists_and_calls_the_same_tools_through_the_guard(
    inspector_command: list[str],
    everything_server_command: list[str],
    guarded: Guarded,
    tmp_path: Path,
) -> None:
    call = ["--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hello"]
    # The inspector reads options up to `--method`: the guard's own go into a file of one line.
    behind = _as_script(guarded(everything_server_command), tmp_path)

    for asked in (["--method", "tools/list"], call):
        direct = _inspect([*inspector_command, *everything_server_command, *asked])
        assert _inspect([*inspector_command, *behind, *asked]) == direct


def _inspect(command: list[str]) -> object:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def _as_script(command: list[str], folder: Path) -> list[str]:
    script = folder / "guarded.sh"
    script.write_text(f"exec {shlex.join(command)}\n")
    return ["/bin/sh", str(script)]


@pytest.mark.parametrize("folder", [NO_WRITING], indirect=True)
async def test_what_the_guard_refuses_is_the_only_difference(
    filesystem_server_command: list[str], guarded: Guarded, tmp_path: Path
) -> None:
    target = tmp_path / "new.txt"
    writing = {"path": str(target), "content": "x"}
    _, text = await _ask(guarded(filesystem_server_command), "write_file", writing)
    assert text.startswith("DENIED")
    assert not target.exists()


@pytest.mark.parametrize(
    "guarded", ["standalone", pytest.param("attached", marks=pytest.mark.soak)], indirect=True
)
@pytest.mark.parametrize("folder", [STARTER], indirect=True, ids=["starter"])
def test_with_what_guard_init_wrote_and_a_person_confirmed_reads_pass_and_writes_ask(
    filesystem_server_command: list[str],
    inspector_command: list[str],
    folder: Path,
    guarded: Guarded,
    tmp_path: Path,
) -> None:
    """The rest of this file permits everything: here are the starter policy and its catalogue."""
    note, target = tmp_path / "note.txt", tmp_path / "new.txt"
    note.write_text("straight from the disk")
    behind = _as_script(guarded(filesystem_server_command), tmp_path)
    reading = ["--method", "tools/call", "--tool-name", "read_text_file"]
    reading += ["--tool-arg", f"path={note}"]
    writing = ["--method", "tools/call", "--tool-name", "write_file"]
    writing += ["--tool-arg", f"path={target}", "--tool-arg", "content=x"]

    read = _inspect([*inspector_command, *behind, *reading])
    written = _inspect([*inspector_command, *behind, *writing])

    assert read == _inspect([*inspector_command, *filesystem_server_command, *reading])
    assert written["isError"]
    assert "no_reviewer" in json.dumps(written) or "no_approver" in json.dumps(written)
    assert not target.exists()
