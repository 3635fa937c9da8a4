"""The snippets of the pages on frameworks with an environment of their own run as they stand."""

import importlib
import json
from typing import Any

import pytest

from tests.frameworks.pages import run, snippets
from tests.frameworks.test_contract import HOME, LANE

pytestmark = pytest.mark.frameworks

PAGES = {
    "agent_framework": "agent-framework.md",
    "claude_sdk": "claude-agent-sdk.md",
    "crewai": "crewai.md",
    "fastmcp": "fastmcp.md",
    "google_adk": "google-adk.md",
    "inspect_ai": "inspect.md",
    "llama_index": "llama-index.md",
    "mcp_server": "mcp-server.md",
    "smolagents": "smolagents.md",
    "strands": "strands.md",
}


@pytest.mark.parametrize("name", [one for one in PAGES if one in LANE])
async def test_the_page_shows_what_judges_a_call(world, name: str) -> None:
    play: Any = importlib.import_module(f"{HOME}.{name}")
    codes = snippets(PAGES[name])
    look = (("look", {"key": "7"}),)
    names = {"guard": world.guard, **play.given(world, look)}
    for code in codes:
        names |= await run(code, dict(names))
    await play.use(names)
    assert world.ran == [("look", {"key": "7"})]
    leaves = await world.leaves()
    assert [one["outcome"] for one in leaves if one["kind"] == "outcome"] == ["ok"], json.dumps(
        leaves
    )


@pytest.mark.skipif("inspect_ai" not in LANE, reason="it has an environment of its own")
async def test_each_run_of_a_sample_is_a_conversation_of_its_own(world) -> None:
    play: Any = importlib.import_module(f"{HOME}.inspect_ai")
    look = (("look", {"key": "7"}),)
    for _ in range(2):
        await play.unnamed(world, look, look)
    made = [one["session"] for one in await world.leaves() if one["kind"] == "outcome"]
    assert [made.count(one) for one in dict.fromkeys(made)] == [2, 2]
    assert world.default_session() not in made
