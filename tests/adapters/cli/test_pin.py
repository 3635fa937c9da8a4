"""A changed definition is found, and accepting it changes one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from guard_adapters.cli import FINDINGS, FINE, UNUSABLE
from tests.forked import OF_GUARD, OF_SERVER, python

SERVER = """
import sys
from mcp.server.mcpserver import MCPServer
server = MCPServer("shop", log_level="ERROR")
@server.tool(description=open(sys.argv[1]).read())
def find(number: int) -> str:
    return "x"
server.run()
"""
CONFIG = """\
# kept
version: 1
guard: {{policies: ["starter:baseline"]}}
servers:
  shop:
    trust: trusted
    command: ["{python}", "{server}", "{text}"]
    tools:
      find:
        effect: [read]
        pin: sha256:{pin}  # by ana
        input_schema: {{type: object, properties: {{number: {{type: integer}}}}, required: [number]}}
        confirmed: true
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    server, text = tmp_path / "shop.py", tmp_path / "description.txt"
    server.write_text(SERVER)
    text.write_text("Finds an order.")
    path = tmp_path / "guard.yaml"
    path.write_text(
        CONFIG.format(python=python(*OF_SERVER), server=server, text=text, pin="0" * 64)
    )
    return path


def pin(config: Path, *words: str) -> tuple[int, str]:
    """The server's own messages need a real stderr, so the command runs as a process."""
    code = "import sys; from guard_adapters.cli import main; sys.exit(main())"
    command = [python(*OF_GUARD), "-c", code, "pin", "--config", str(config), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_definition_that_nobody_accepted_is_a_finding_and_can_be_accepted(
    config: Path,
) -> None:
    before = config.read_text().split("\n")
    code, said = pin(config, "diff", "shop")
    assert code == FINDINGS
    assert "changed   find" in said

    assert pin(config, "accept", "shop", "find")[0] == FINE
    after = config.read_text().split("\n")
    assert [old != new for old, new in zip(before, after, strict=True)].count(True) == 1
    assert "# by ana" in config.read_text()
    assert pin(config, "diff", "shop")[0] == FINE


def test_one_changed_word_of_a_description_is_found(config: Path) -> None:
    pin(config, "accept", "shop", "find")
    (config.parent / "description.txt").write_text("Finds an order!")
    assert pin(config, "diff", "shop")[0] == FINDINGS


def test_a_tool_that_is_not_there_changes_nothing(config: Path) -> None:
    before = config.read_text()
    assert pin(config, "accept", "shop", "nothing")[0] == UNUSABLE
    assert config.read_text() == before
