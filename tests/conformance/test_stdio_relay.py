"""Servers and clients that we did not write, with the stdio relay or the bridge between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conformance.harness import (
    LEGACY,
    MODERN,
    Bench,
    checks,
    compare,
    everything_command,
    listening,
    run_suite,
)

pytestmark = pytest.mark.conformance
GUARD = [
    sys.executable,
    str(Path(__file__).parents[1] / "adapters" / "front" / "allow_all_stdio.py"),
]
ENV = {"PYTHONPATH": os.pathsep.join(sys.path)}  # the client hands on little by itself
RELAY, BRIDGE = [*GUARD, "relay"], [*GUARD, "bridge"]


# On the old wire each of the 33 scenarios is a session, and each session starts its own child:
# over a minute of imports, so it is one of the heavy loops.
@pytest.mark.parametrize("version", [pytest.param(LEGACY, marks=pytest.mark.soak), MODERN])
def test_behind_the_bridge_the_relay_changes_no_check(
    bench: Bench, version: str, record_property: Callable[[str, object], None]
) -> None:
    server = everything_command("--stdio")
    with listening([*BRIDGE, *server]) as url:
        without = run_suite(bench, url, version)
    with listening([*BRIDGE, *RELAY, *server]) as url:
        guarded = run_suite(bench, url, version)

    assert compare(without, guarded) == []
    record_property("checks", checks(guarded))


def test_the_inspector_reads_a_file_through_the_relay(
    inspector_command: list[str], filesystem_server_command: list[str], tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("kept as it is")
    call = ["--method", "tools/call", "--tool-name", "read_text_file", "--tool-arg", f"path={note}"]
    command = [*inspector_command, *RELAY, *filesystem_server_command, *call]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)

    assert json.loads(ran.stdout)["content"] == [{"type": "text", "text": "kept as it is"}]


async def test_the_python_client_works_with_the_file_server_through_the_relay(
    filesystem_server_command: list[str], tmp_path: Path
) -> None:
    command = [*RELAY, *filesystem_server_command]
    server = StdioServerParameters(command=command[0], args=command[1:], env=ENV)
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        arguments = {"path": str(tmp_path / "new.txt"), "content": "written"}
        await client.call_tool("write_file", arguments)
        listed = await client.list_tools()

    assert (tmp_path / "new.txt").read_text() == "written"
    assert {"read_text_file", "write_file"} <= {tool.name for tool in listed.tools}


async def test_the_python_client_works_with_the_reference_server_through_the_relay(
    everything_server_command: list[str],
) -> None:
    command = [*RELAY, *everything_server_command]
    server = StdioServerParameters(command=command[0], args=command[1:], env=ENV)
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        answer = await client.call_tool("echo", {"message": "hello"})

    assert "hello" in answer.content[0].text
