"""One caller reads, feeds, cancels or lists the task of another one behind the same upstream."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.errors import Unavailable
from guard_adapters.front.mcp.auth import Caller
from guard_adapters.front.mcp.tasks import MemoryOwners, Owners
from guard_adapters.store.tasks_sqlite import SqliteOwners
from tests.adapters.front.allow_all import ME
from tests.adapters.front.relaying import Relayed, Scripted, relayed

CALL = {"name": "t", "arguments": {}}
EVE = Caller(ME.issuer, "eve", ME.agent)
OTHER_AGENT = Caller(ME.issuer, ME.subject, "other")
LEGACY = {"task": {"taskId": "t1", "status": "working", "ttl": 60_000}}
MODERN = {"resultType": "task", "taskId": "t1", "status": "working"}


def becomes(it: Relayed, caller: Caller) -> None:
    object.__setattr__(it.endpoint.access, "unsafe_caller", caller)


@pytest.mark.parametrize("made", [LEGACY, MODERN], ids=["2025-11-25", "extension"])
@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel", "tasks/result"])
@pytest.mark.parametrize("caller", [EVE, OTHER_AGENT], ids=["person", "agent"])
async def test_a_task_is_its_makers_alone(made: dict, method: str, caller: Caller) -> None:
    async with relayed(Scripted(result=made)) as it:
        await it.modern("tools/call", CALL)
        it.upstream.seen.clear()
        becomes(it, caller)
        foreign = await it.modern(method, {"taskId": "t1"})
        unknown = await it.modern(method, {"taskId": "t0"})
        reached = it.upstream.methods()
        becomes(it, ME)
        own = await it.modern(method, {"taskId": "t1"})

    assert reached == []
    assert foreign.message["error"] == unknown.message["error"]
    assert foreign.message["error"]["data"]["reason"] == "task_unknown"
    assert "error" not in own.message
    assert it.upstream.methods() == [method]


async def test_a_list_holds_the_callers_own_tasks() -> None:
    async with relayed(Scripted(result=LEGACY)) as it:
        await it.modern("tools/call", CALL)
        it.upstream.result = {"tasks": [{"taskId": "t1"}, {"taskId": "t2"}, {"taskId": 7}, "x"]}
        mine = await it.modern("tasks/list", {})
        becomes(it, EVE)
        eves = await it.modern("tasks/list", {})

    assert mine.message["result"]["tasks"] == [{"taskId": "t1"}]
    assert eves.message["result"]["tasks"] == []


async def test_a_server_cannot_hand_one_callers_task_to_another() -> None:
    async with relayed(Scripted(result=LEGACY)) as it:
        await it.modern("tools/call", CALL)
        becomes(it, EVE)
        stolen = await it.modern("tools/call", CALL)
        read = await it.modern("tasks/get", {"taskId": "t1"})

    assert "result" not in stolen.message
    assert read.message["error"]["data"]["reason"] == "task_unknown"


async def test_what_is_named_task_id_and_is_no_task_belongs_to_nobody() -> None:
    async with relayed(Scripted(result={"content": [], "taskId": "t1"})) as it:
        await it.modern("tools/call", CALL)
        answer = await it.modern("tasks/get", {"taskId": "t1"})

    assert answer.message["error"]["data"]["reason"] == "task_unknown"


async def test_an_answer_whose_task_cannot_be_kept_does_not_go_out() -> None:
    class Full(MemoryOwners):
        def keep(self, *_: object) -> bool:  # type: ignore[override]
            raise Unavailable("full", code="store_unavailable")

    async with relayed(Scripted(result=LEGACY)) as it:
        object.__setattr__(it.endpoint, "tasks", Full())
        answer = await it.modern("tools/call", CALL)

    assert answer.message["result"]["content"][0]["text"].startswith("RESULT_WITHHELD")
    assert b"t1" not in answer.raw


# ---- every memory of owners ----

MAKERS: list[Callable[[Path], Owners]] = [
    lambda _: MemoryOwners(),
    lambda folder: SqliteOwners(folder / "tasks.sqlite"),
]


@pytest.mark.parametrize("make", MAKERS, ids=["memory", "sqlite"])
def test_the_first_owner_stays_the_owner_until_the_task_is_over(tmp_path: Path, make) -> None:
    owners = make(tmp_path)

    assert owners.keep("up", "t1", "ann", 2_000, 1_000)
    assert owners.keep("up", "t1", "ann", 2_000, 1_000)
    assert not owners.keep("up", "t1", "eve", 9_000, 1_000)
    assert owners.owner("up", "t1", 1_999) == "ann"
    assert owners.owner("other", "t1", 1_999) is None
    assert owners.owner("up", "t1", 2_000) is None
    assert owners.keep("up", "t1", "eve", 9_000, 2_000)
    assert owners.owner("up", "t1", 2_000) == "eve"


def test_an_owner_is_known_after_a_restart(tmp_path: Path) -> None:
    first = SqliteOwners(tmp_path / "tasks.sqlite")
    first.keep("up", "t1", "ann", 2_000, 1_000)
    first.close()

    assert SqliteOwners(tmp_path / "tasks.sqlite").owner("up", "t1", 1_500) == "ann"


def test_a_file_that_broke_says_so_and_lets_nobody_in(tmp_path: Path) -> None:
    owners = SqliteOwners(tmp_path / "tasks.sqlite")
    with sqlite3.connect(tmp_path / "tasks.sqlite") as broken:
        broken.execute("DROP TABLE tasks")

    with pytest.raises(Unavailable):
        owners.owner("up", "t1", 1_000)
    with pytest.raises(Unavailable):
        owners.keep("up", "t1", "ann", 2_000, 1_000)
