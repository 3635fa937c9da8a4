"""Importing the guard, or what runs it, loads no framework."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.frameworks.lanes import BEGIN

pytestmark = pytest.mark.frameworks
ROOT = Path(__file__).parents[2]

FRAMEWORKS = {
    "agent_framework",
    "agents",
    "claude_agent_sdk",
    "crewai",
    "fastmcp",
    "google",
    "inspect_ai",
    "langchain",
    "langchain_core",
    "langgraph",
    "llama_index",
    "openai",
    "pydantic_ai",
    "smolagents",
    "strands",
}


def test_the_oldest_mcp_that_may_be_installed_is_one_that_was_played() -> None:
    file = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (floor,) = (one for one in file["project"]["dependencies"] if one.startswith("mcp>="))
    table = (ROOT / "docs" / "frameworks" / "README.md").read_text().partition(BEGIN)[2]
    cells = [line.split("|")[4] for line in table.splitlines() if line.count("|") == 5]
    played = {one for cell in cells for one in re.findall(r"\d+\.\d+\.\d+", cell)}
    oldest = min(tuple(map(int, one.split("."))) for one in played)
    assert re.match(r"mcp>=([\d.]+)", floor)[1] == f"{oldest[0]}.{oldest[1]}"
    spoken = re.search(r"'mcp>=([\d.]+)'", (ROOT / "Makefile").read_text())[1]
    assert (
        f"needs mcp {spoken} or newer"
        in (ROOT / "adapters" / "guard_adapters" / "cli" / "__init__.py").read_text()
    )


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        ("guard", {"pydantic", "cedarpy", "mcp", "opentelemetry", "httpx", "starlette", "asyncio"}),
        ("guard_adapters.wiring.local", {"mcp"}),
        ("guard_adapters.wiring.attached", {"mcp", "cedarpy", "starlette"}),
        ("guard_adapters.cli.coverage", {"mcp"}),
    ],
)
def test_no_framework_is_loaded_by(module: str, kept_out: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    words = [sys.executable, "-c", code]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert not loaded & (FRAMEWORKS | kept_out)
