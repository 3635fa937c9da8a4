"""One caller reads, feeds, cancels or lists the task of another one behind the same upstream."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from guard.errors import Unavailable
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.judging.tasks import MemoryOwners, Owners
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.mcp.stdio.desk import FrontDesk, Place
from guard_adapters.store.tasks_sqlite import SqliteOwners
from tests import postgres
from tests.adapters.front.allow_all import ME
from tests.adapters.front.relaying import Relayed, Scripted, relayed
from tests.adapters.front.test_mcp_http import note
from tests.adapters.front.test_mcp_stdio_desk import Front, Pipe, call, desk, word
from tests.flow.conftest import LOG_KEY as KEY
from tests.postgres import POSTGRES

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


@pytest.fixture(params=["memory", "sqlite", POSTGRES])
def owners(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Owners]:
    match request.param:
        case "memory":
            yield MemoryOwners()
        case "sqlite":
            yield (made := SqliteOwners(tmp_path / "tasks.sqlite"))
            made.close()
        case _:
            store = postgres.store(KEY)
            yield store.owners
            store.close(0)


async def test_the_first_owner_stays_the_owner_until_the_task_is_over(owners: Owners) -> None:
    for task in ("t1", "odd \0 \ud800 ü"):
        assert await owners.keep("up", task, "ann", 2_000, 1_000)
        assert await owners.keep("up", task, "ann", 2_000, 1_000)
        assert not await owners.keep("up", task, "eve", 9_000, 1_000)
        assert await owners.owner("up", task, 1_999) == "ann"
        assert await owners.owner("other", task, 1_999) is None
        assert await owners.owner("up", task, 2_000) is None
        assert await owners.keep("up", task, "eve", 9_000, 2_000)
        assert await owners.owner("up", task, 2_000) == "eve"


@pytest.mark.peer
async def test_the_task_of_a_caller_is_foreign_to_others_at_every_guard_on_a_database() -> None:
    url = postgres.fresh()
    one, two = (postgres.store(KEY, url=url) for _ in "ab")
    assert await one.owners.keep("up", "t1", "ann", 2_000, 1_000)
    found = await two.owners.owner("up", "t1", 1_500)
    taken = await two.owners.keep("up", "t1", "eve", 9_000, 1_500)
    for store in (one, two):
        store.close(0)
    assert (found, taken) == ("ann", False)


async def test_an_owner_is_known_after_a_restart(tmp_path: Path) -> None:
    first = SqliteOwners(tmp_path / "tasks.sqlite")
    await first.keep("up", "t1", "ann", 2_000, 1_000)
    first.close()

    again = SqliteOwners(tmp_path / "tasks.sqlite")
    assert await again.owner("up", "t1", 1_500) == "ann"


async def test_a_file_that_broke_says_so_and_lets_nobody_in(tmp_path: Path) -> None:
    owners = SqliteOwners(tmp_path / "tasks.sqlite")
    await owners.owner("up", "t1", 1_000)
    with sqlite3.connect(tmp_path / "tasks.sqlite") as broken:
        broken.execute("DROP TABLE tasks")

    with pytest.raises(Unavailable):
        await owners.owner("up", "t1", 1_000)
    with pytest.raises(Unavailable):
        await owners.keep("up", "t1", "ann", 2_000, 1_000)


async def test_a_file_that_is_no_database_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "tasks.sqlite").write_text("no database " * 100)
    with pytest.raises(Unavailable):
        await SqliteOwners(tmp_path / "tasks.sqlite").owner("up", "t1", 1_000)


def test_no_file_is_made_before_there_is_a_task(tmp_path: Path) -> None:
    SqliteOwners(tmp_path / "tasks.sqlite").close()
    assert list(tmp_path.iterdir()) == []


# ---- streams ----


async def test_a_subscription_names_the_callers_own_tasks_only() -> None:
    wanted = {"toolsListChanged": True, "taskIds": ["t1", "t2", 7]}
    async with relayed(Scripted(result=LEGACY)) as it:
        await it.modern("tools/call", CALL)
        it.upstream.seen.clear()
        await it.modern("subscriptions/listen", {"notifications": wanted})
        becomes(it, EVE)
        await it.modern("subscriptions/listen", {"notifications": wanted})
        odd = await it.modern("subscriptions/listen", {"notifications": {"taskIds": "t1"}})
    sent = [message["params"]["notifications"] for _, message in it.upstream.seen]
    assert sent == [{**wanted, "taskIds": ["t1"]}, {**wanted, "taskIds": []}]
    assert odd.message["error"]["data"]["reason"] == "task_unknown"


@pytest.mark.parametrize("method", ["notifications/tasks", "notifications/tasks/status"])
async def test_news_of_a_task_reach_its_maker_alone(method: str) -> None:
    news = note({"method": method, "params": {"taskId": "t1", "status": "secret-status"}})
    async with relayed(Scripted(result=LEGACY)) as it:
        await it.modern("tools/call", CALL)
        it.upstream.events, it.upstream.result = [news], {"content": []}
        own = await it.modern("tools/call", CALL)
        becomes(it, EVE)
        foreign = await it.modern("tools/call", CALL)
    assert b"secret-status" in own.raw
    assert b"secret-status" not in foreign.raw


# ---- pipes ----


async def test_a_task_of_one_pipe_is_unknown_on_that_of_another_caller() -> None:
    owners, pipe = MemoryOwners(), Pipe(tools_call=LEGACY, tasks_get={"taskId": "t1"})
    mine = desk(Front(), tasks=owners)
    eves = FrontDesk(Front(), Place(upstream="files", caller=EVE, tasks=owners))  # type: ignore[arg-type]
    look = {"jsonrpc": "2.0", "id": 2, "method": "tasks/get", "params": {"taskId": "t1"}}
    await mine.settle("client", call(), pipe)
    pipe.asked.clear()
    with pytest.raises(WireRefused) as foreign:
        await eves.settle("client", look, pipe)
    assert (foreign.value.reason, pipe.asked) == ("task_unknown", [])
    assert "result" in await mine.settle("client", look, pipe)


async def test_on_a_pipe_an_answer_whose_task_cannot_be_kept_does_not_go_out() -> None:
    class Full(MemoryOwners):
        def keep(self, *_: object) -> bool:  # type: ignore[override]
            raise Unavailable("full", code="store_unavailable")

    answer = await desk(Front(), tasks=Full()).settle("client", call(), Pipe(tools_call=LEGACY))
    assert word(answer) == "RESULT_WITHHELD"
    assert "t1" not in str(answer)
