"""What `guard coverage` says of the agents of each framework, with the guard and without it."""

import importlib
import itertools
import sys
from pathlib import Path
from typing import Any

import pytest

from guard_adapters.front.coverage.frameworks import FIRST
from guard_adapters.front.coverage.others import MORE
from guard_adapters.front.coverage.reach import Reach
from guard_adapters.front.coverage.sources import called
from guard_adapters.front.coverage.walk import Walk
from tests.frameworks.seeded import (
    CALLS,
    agent_of,
    agent_of_module,
    built_in,
    holes_of,
    look,
    pay,
    source_of,
)
from tests.frameworks.test_contract import HOME, LANE

pytestmark = pytest.mark.frameworks

NUMBERS = itertools.count()


def found_in(root: Any) -> list[Reach]:
    return Walk((*FIRST, *MORE)).run(root, "a")


def short(tool: str) -> str:
    """Return the name of a tool without the server that Claude puts before it."""
    return tool.removeprefix("mcp__bank__")


@pytest.mark.parametrize("name", LANE)
def test_every_tool_is_guarded_with_the_guard_and_none_without_it(world, name: str) -> None:
    play = importlib.import_module(f"{HOME}.{name}")
    whole = found_in(agent_of(world, play, name, [look, pay], True))
    bare = found_in(agent_of(world, play, name, [look, pay], False))
    assert {one.state for one in whole} == {"guarded"}, whole
    assert {one.state for one in bare} == {"unguarded"}, bare
    assert {one.tool for one in whole} == {one.tool for one in bare}
    beside = {"built-in tools"} if name == "claude_sdk" else {"mcp:bank"}
    assert {short(one.tool) for one in bare} - beside == {"look", "pay"}


@pytest.mark.skipif("google_adk" not in LANE, reason="it has an environment of its own")
def test_the_tools_of_sub_agents_are_guarded_where_one_guard_stands_before_all(world) -> None:
    play = importlib.import_module(f"{HOME}.google_adk")
    sub = play.LlmAgent(name="sub", model="m", tools=[pay])
    agent = play.LlmAgent(name="a", model="m", tools=[look], sub_agents=[sub])
    plugins = [play.GuardPlugin(world.guard, server="bank")]
    found = found_in(play.App(name="bank", root_agent=agent, plugins=plugins))
    assert {(one.tool, one.state) for one in found} == {("look", "guarded"), ("pay", "guarded")}


@pytest.mark.parametrize(
    ("name", "hole"), [(name, hole) for name in LANE for hole in holes_of(name)]
)
def test_a_hole_is_found_in_each_framework_and_the_rest_stays_guarded(
    world: Any, name: str, hole: Any
) -> None:
    play = importlib.import_module(f"{HOME}.{name}")
    found = found_in(hole(world, play, name))
    left = {short(one.tool) for one in found if one.state != "guarded"}
    assert left, found
    assert "look" not in left or (name, hole) == ("claude_sdk", built_in)  # one hook for all
    if hole is not built_in:
        assert left >= {"pay"}


@pytest.mark.parametrize("name", LANE)
def test_a_call_from_elsewhere_in_the_package_is_found(
    world: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"elsewhere_{name}_{next(NUMBERS)}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "tools.py").write_text(source_of(name))
    called_so = CALLS.get(name, "pay('x')")
    nightly = f"from .tools import pay\ndef main():\n    return {called_so}\n"
    (tmp_path / package / "nightly.py").write_text(nightly)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(f"{package}.tools")
    play = importlib.import_module(f"{HOME}.{name}")
    walk = Walk((*FIRST, *MORE))
    assert {one.state for one in walk.run(agent_of_module(world, play, name, module), "a")} == {"guarded"}  # fmt: skip
    found = called(walk.tools.values(), package)
    assert [(short(one.tool), one.path, one.state) for one in found] == [("pay", "nightly.py:3", "unguarded")]  # fmt: skip
    for one in [one for one in sys.modules if one.startswith(package)]:
        del sys.modules[one]
