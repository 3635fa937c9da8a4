"""The program of each framework in `examples/frameworks` runs as it stands and shows the same work."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.forked import OF_FRAMEWORK, python
from tests.frameworks.pages import PAGES
from tests.frameworks.test_contract import DEV, LANE

pytestmark = pytest.mark.frameworks

FOLDER = Path(__file__).parents[2] / "examples" / "frameworks"
EVERYWHERE = ["own_loop"]
BESIDE = ["mcp_client"] if "mcp_server" in LANE else []
"""What runs wherever the lane's MCP SDK is the newer one."""

OF_PAGES = {
    "agent_framework": "agent-framework",
    "claude_sdk": "claude-agent-sdk",
    "google_adk": "google-adk",
    "inspect_ai": "inspect",
    "llama_index": "llama-index",
    "mcp_client": "mcp-client",
    "mcp_server": "mcp-server",
    "openai_agents": "openai-agents",
    "own_loop": "functions",
    "pydantic_ai": "pydantic-ai",
}


@pytest.mark.parametrize("name", [*EVERYWHERE, *BESIDE, *LANE])
def test_the_program_looks_wipes_nothing_and_pays_once_a_person_said_yes(name: str) -> None:
    words = [python(*OF_FRAMEWORK.get(name, ())), "-W", "ignore", str(FOLDER / f"with_{name}.py")]
    env = {**os.environ, "CREWAI_DISABLE_TELEMETRY": "true"}
    ran = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False, env=env)
    assert ran.returncode == 0, ran.stderr
    before, asked, after = ran.stdout.partition("ana says yes to bank/pay")
    assert asked
    assert "paid" not in before
    for words_read in ("found 7", "DENIED"):
        assert words_read in before + after
    assert "wiped" not in ran.stdout
    assert after.count("paid 50000 cents to ACME") >= 1


def test_every_framework_has_a_program_that_its_page_and_the_list_of_programs_name() -> None:
    programs = sorted(one.stem.removeprefix("with_") for one in FOLDER.glob("with_*.py"))
    worlds = {one.stem for one in (Path(__file__).parent / "worlds").glob("*.py")}
    others = {
        "__init__",
        "played",
        "claude_program",
        "claude_code",
        "codex",
        "gemini_cli",
        "hooked",
    }
    assert {*worlds, "own_loop", "mcp_client"} - others == set(programs)
    listed = (FOLDER / "README.md").read_text()
    for name in programs:
        page = PAGES / f"{OF_PAGES.get(name, name)}.md"
        assert f"examples/frameworks/with_{name}.py)" in page.read_text(), page.name
        assert f"(with_{name}.py)" in listed
    assert set(DEV.split(",")) <= set(programs)
