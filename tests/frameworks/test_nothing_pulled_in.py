"""Importing the guard, or what runs it, loads no framework."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.frameworks

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
    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert not loaded & (FRAMEWORKS | kept_out)
