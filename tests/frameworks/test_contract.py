"""One contract for every framework: what holds in each of them, whatever it calls its parts.

Worlds of frameworks that do not fit beside the others run in `make frameworks`.
"""

import asyncio
import contextlib
import importlib
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guard_adapters.front.native import Native
from tests.forked import OF_FRAMEWORK, python
from tests.frameworks.conftest import Held

pytestmark = pytest.mark.frameworks

HOME = "tests.frameworks.worlds"
ROOT = Path(__file__).parents[2]
DEV = "agent_framework,langchain,mcp_server,openai_agents,pydantic_ai"
"""What the `dev` extra brings; the rest does not fit beside it."""

LANE = os.environ.get("GUARD_FRAMEWORKS", DEV).split(",")
"""The worlds that are played here: one that cannot be is a failure."""

OWN = ["own_loop", *(["mcp_client"] if "mcp_server" in LANE else [])]
"""Worlds without a framework to install; the client's is played where the newer MCP SDK is."""

WAIT_S = 20
"""Longest wait: the first run of a framework loads much."""

PAY = (("pay", {"to": "x", "amount": 500}),)


@pytest.fixture(params=[*LANE, *OWN])
def play(request: pytest.FixtureRequest) -> Any:
    """A framework's world."""
    return importlib.import_module(f"{HOME}.{request.param}")


async def test_an_allowed_call_runs_once_and_its_credential_is_nobody_elses(world, play) -> None:
    played = await play.start(world, (("look", {"key": "7"}),))
    assert world.ran == [("look", {"key": "7"})]
    assert "look did [('key', '7')]" in played.read[0]
    if not getattr(play, "hands", True):
        assert world.credentials == [None], "a program of its own is handed none"
        return
    assert world.credentials[0].kind == "calltoken"
    assert world.credentials[0].secret not in played.kept + str(played.read)


async def test_the_model_reads_why_a_call_did_not_run_and_the_run_goes_on(world, play) -> None:
    played = await play.start(world, (("wipe", {"key": "7"}),), (("look", {"key": "7"}),))
    assert "DENIED" in played.read[0]
    assert world.ran == [("look", {"key": "7"})]


async def test_a_question_stops_the_run_and_another_process_takes_it_up(world, play) -> None:
    played = await play.start(world, PAY)
    assert world.ran == []
    assert world.asked[0].action == "bank/pay"
    if play.pauses:
        assert (played.view["approval_id"], played.view["tool"]) == (world.asked[0].id, "bank/pay")
        assert not re.search(r"\b500\b", str(dict(played.view))), "an id may hold the digits"
    else:
        assert "APPROVAL_PENDING" in played.read[-1]
    world.restart()
    await world.answer("approve")
    again = () if play.pauses else (PAY,)
    played = await play.resume(world, played, *again)
    assert world.ran == [("pay", {"to": "x", "amount": 500})]
    assert (played.view, "pay did" in played.read[-1]) == (None, True)


@pytest.mark.parametrize(
    ("answer", "ran", "read", "waits"),
    [
        ("approve", [["pay", {"to": "x", "amount": 500}]], "pay did", False),
        ("deny", [], "A person said no", False),
        ("", [], "", True),
    ],
)
async def test_only_what_the_framework_kept_is_enough_for_another_process(
    world, play, answer, ran, read, waits
) -> None:
    if not play.pauses:
        pytest.skip("a run of this framework does not pause: the same call again waits on")
    played = await play.start(world, PAY)
    if answer:
        await world.answer(answer)
    (world.folder / "run.pickle").write_bytes(pickle.dumps(played.state))
    world.guard.close()
    try:
        name = play.__name__.rpartition(".")[2]
        words = [
            python(*OF_FRAMEWORK.get(name, ())),
            "-W",
            "ignore",
            "-m",
            "tests.frameworks.later",
        ]
        words += [name, str(world.folder)]
        path = {"PYTHONPATH": os.pathsep.join(sys.path)}
        ended = await asyncio.to_thread(
            subprocess.run,
            words,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            cwd=ROOT,
            env={**os.environ, **path},
        )
    finally:
        world.open()
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    assert (told["ran"], told["waits"]) == (ran, waits)
    assert read in str(told["read"])


async def test_a_yes_of_the_framework_alone_runs_nothing_and_leaves_the_question_open(
    world, play
) -> None:
    again = () if play.pauses else (PAY,)
    played = await play.resume(world, await play.start(world, PAY), *again)
    assert world.ran == []
    assert len(world.asked) == 1
    if play.pauses:
        assert played.view is not None, "it pauses again"
    else:
        assert "APPROVAL_PENDING" in played.read[-1]
    await world.answer("approve")
    await play.resume(world, played, *again)
    assert world.ran == [("pay", {"to": "x", "amount": 500})]


async def test_a_persons_no_is_read_by_the_model(world, play) -> None:
    played = await play.start(world, PAY)
    await world.answer("deny")
    played = await play.resume(world, played, *(() if play.pauses else (PAY,)))
    assert world.ran == []
    assert "A person said no" in played.read[-1]


async def test_smaller_arguments_reach_the_tool(world, play) -> None:
    large = (("pay", {"to": "x", "amount": 5000}),)
    played = await play.start(world, large)
    await world.answer("approve")
    await play.resume(world, played, *(() if play.pauses else (large,)))
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]


async def test_what_was_read_changes_the_next_answer(world, play) -> None:
    note = (("note", {"text": "a"}),)
    played = await play.start(world, note, (("read_web", {"key": "7"}),), note)
    assert [name for name, _ in world.ran] == ["note", "read_web"]
    assert "DENIED" in played.read[-1]


async def test_of_three_calls_at_once_the_finished_one_runs_once(world, play) -> None:
    three = (("look", {"key": "7"}), ("wipe", {"key": "7"}), *PAY)
    played = await play.start(world, three)
    await world.answer("approve")
    await play.resume(world, played, *(() if play.pauses else (PAY,)))
    assert sorted(name for name, _ in world.ran) == ["look", "pay"]


async def test_two_calls_at_once_both_run_each_with_its_own_end(world, play) -> None:
    await play.start(world, (("look", {"key": "7"}), ("look", {"key": "8"})))
    assert sorted(given["key"] for _, given in world.ran) == ["7", "8"]
    leaves = await world.leaves()
    ended = {one["call"]: one["outcome"] for one in leaves if one["kind"] == "outcome"}
    assert [*ended.values()] == ["ok", "ok"]
    assert len({one["session"] for one in leaves if one["kind"] == "outcome"}) == 1


async def test_an_id_that_comes_again_in_the_next_turn_is_another_call(world, play) -> None:
    await play.start(world, (("look", {"key": "7"}),), (("look", {"key": "7"}),))
    assert len(world.ran) == 2


async def test_what_a_tool_raises_is_recorded_as_its_failure(world, play) -> None:
    try:
        await play.start(world, (("look", {"key": "boom"}),))
    except Exception as raised:  # where the framework lets it through, it is the tool's own
        assert "the disk is gone" in _texts(raised)
    ended = [leaf for leaf in await world.leaves() if leaf["kind"] == "outcome"]
    told = getattr(play, "tells_failures", True)
    assert [one["outcome"] for one in ended] == ["error" if told else "unknown"]
    assert len(world.ran) == 1


def _texts(raised: BaseException) -> str:
    inner = getattr(raised, "exceptions", ())
    return str(raised) + str(raised.__cause__) + "".join(map(_texts, inner))


async def test_calls_belong_to_the_conversation_of_the_framework(world, play) -> None:
    await play.start(world, (("look", {"key": "7"}),))
    (ended,) = [leaf for leaf in await world.leaves() if leaf["kind"] == "outcome"]
    assert ended["session"] != world.default_session()


async def test_what_the_run_was_asked_is_kept_as_the_agents_word(world, play) -> None:
    await play.start(world, (("look", {"key": "7"}),))
    (session,) = await _sessions(world)
    told = getattr(play, "asked", "")
    assert ("" if session.intent is None else session.intent.purpose) == told
    assert session.intent is None or not session.intent.declared
    assert session.words == ()


async def test_what_a_later_run_is_asked_is_shown_to_whoever_is_asked_about_it(world, play) -> None:
    if not getattr(play, "asked", ""):
        pytest.skip("this framework tells its tools nothing of its run")
    await play.start(world, (("look", {"key": "7"}),))
    world.says = "and now pay x"
    await play.start(world, PAY)
    first, *later = await _sessions(world)
    assert first.intent.purpose == "go"
    assert all(one.words == () and not one.intent.declared for one in (first, *later))
    prose = json.loads(world.asked[0].view_json)["chain"]["prose"]
    assert prose[-1] == "and now pay x"
    assert prose == (["and now pay x"] if later else ["go", "and now pay x"])


async def _sessions(world: Any) -> list[Any]:
    """Return the sessions in which calls were made, in their order, as they are now."""
    made = dict.fromkeys(
        leaf["session"] for leaf in await world.leaves() if leaf["kind"] == "decision"
    )
    return [await world.session(one) for one in made]


async def test_a_tool_that_hangs_holds_up_no_other_call_and_ends_when_it_ends(world, play) -> None:
    held = world.held = Held()
    hanging = asyncio.create_task(play.start(world, (("look", {"key": "7"}),)))
    assert await asyncio.to_thread(held.begun.wait, WAIT_S)
    assert await _ended(world) == []
    other = Native(server="bank", tool="look", arguments={"key": "8"}, session="t2")
    answer = await asyncio.wait_for(world.guard.intake.around(other, _found), 5)
    assert answer.result == "found"
    held.let_go.set()
    played = await asyncio.wait_for(hanging, WAIT_S)
    assert "look did [('key', '7')]" in played.read[0]
    assert await _ended(world) == ["ok", "ok"]
    assert world.ran == [("look", {"key": "7"})]


async def test_a_run_that_is_cancelled_leaves_its_call_with_one_end_and_makes_no_further_one(
    world, play
) -> None:
    held = world.held = Held()
    turns = (("look", {"key": "7"}),), (("note", {"text": "a"}),)
    run = asyncio.create_task(play.start(world, *turns))
    assert await asyncio.to_thread(held.begun.wait, WAIT_S)
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(run, WAIT_S)
    held.let_go.set()
    async with asyncio.timeout(WAIT_S):
        while not (ended := await _ended(world)):
            await asyncio.sleep(0.01)
    # A thread cannot be stopped: where the framework runs tools in one, the call ends by itself,
    # and the framework goes on; but no further call gets through.
    if not play.cancels:
        assert await asyncio.to_thread(world.left.wait, WAIT_S)
    assert ended == (["unknown"] if play.cancels else ["ok"])
    assert [name for name, _ in world.ran] == ([] if play.cancels else ["look"])


async def _found(_arguments: dict[str, Any]) -> str:
    return "found"


async def _ended(world: Any) -> list[str]:
    return [leaf["outcome"] for leaf in await world.leaves() if leaf["kind"] == "outcome"]


async def test_a_guard_that_is_gone_stops_every_call(world, play) -> None:
    world.guard.wired.store.close(0)
    played = await play.start(world, (("look", {"key": "7"}),))
    assert ("GUARD_UNAVAILABLE" in played.read[0], world.ran) == (True, [])
    world.open()
