"""A framework's process and the guard that it attached to: what holds when one of them leaves."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from guard.session.intent import TaskIntent
from guard_adapters.front import attached
from guard_adapters.front.native import Native, NotRun, Ran
from guard_adapters.wiring.attached import attach
from tests.frameworks.running import Running

pytestmark = pytest.mark.frameworks


@pytest.fixture
async def running(tmp_path: Path) -> Any:
    made = Running(tmp_path)
    yield made
    await asyncio.sleep(0)
    made.close()


def look(session: str = "t1", call_id: str = "c") -> Native:
    return Native(server="bank", tool="look", arguments={"key": "7"}, session=session, call_id=call_id)  # fmt: skip


async def found(arguments: dict[str, Any]) -> str:
    return f"found {arguments['key']}"


async def test_without_a_guard_nothing_runs(tmp_path) -> None:
    with attach(person="ana", agent="clerk", socket=tmp_path / "none.sock") as guard:
        answer = await guard.intake.around(look(), found)
    assert (answer.code, answer.text.split(":")[0]) == ("guard_gone", "GUARD_UNAVAILABLE")


async def test_without_a_guard_no_call_waits_for_another_ones_connection(tmp_path) -> None:
    with attach(person="ana", agent="clerk", socket=tmp_path / "none.sock") as guard:
        both = asyncio.gather(*(guard.intake.around(look(call_id=one), found) for one in "cd"))
        answers = await asyncio.wait_for(both, 5)
    assert [one.code for one in answers] == ["guard_gone", "guard_gone"]


async def test_the_program_is_told_once_that_no_guard_listens_and_again_when_it_left(
    running,
) -> None:
    told: list[str] = []
    guard = attach(person="ana", agent="clerk", socket=running.pipe, fault=told.append)
    assert isinstance(await guard.intake.around(look(), found), Ran)
    assert told == []
    await asyncio.to_thread(running.stop)
    for call in ("d", "e", "f"):  # the first one may still be on the connection that was left
        await guard.intake.around(look(call_id=call), found)
    assert len(told) == 1
    assert str(running.pipe) in told[0]
    running.open()
    assert isinstance(await guard.intake.around(look(call_id="g"), found), Ran)
    await asyncio.to_thread(running.stop)
    for call in ("h", "i"):
        await guard.intake.around(look(call_id=call), found)
    assert len(told) == 2
    guard.close()
    running.open()


async def test_where_nobody_asks_to_be_told_it_is_a_warning_in_the_log(tmp_path, caplog) -> None:
    with attach(person="ana", agent="clerk", socket=tmp_path / "none.sock") as guard:
        await guard.intake.around(look(), found)
    assert [(one.name, one.levelname) for one in caplog.records] == [("guardcall", "WARNING")]


async def test_whoever_listens_and_says_nothing_is_no_guard(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(attached, "CONNECT_S", 0.01)
    silent = tmp_path / "silent.sock"

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(heard, silent):
        with attach(person="ana", agent="clerk", socket=silent) as guard:
            first = asyncio.create_task(guard.intake.around(look(), found))
            second = asyncio.create_task(guard.intake.around(look(call_id="d"), found))
            answers = await asyncio.wait_for(asyncio.gather(first, second), 5)
    assert [one.code for one in answers] == ["guard_gone", "guard_gone"]


async def test_a_guard_that_leaves_while_the_tool_runs_leaves_no_result(running) -> None:
    guard = attach(person="ana", agent="clerk", socket=running.pipe)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def run(arguments: dict[str, Any]) -> str:
        begun.set()
        await go_on.wait()
        return await found(arguments)

    task = asyncio.create_task(guard.intake.around(look(), run))
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.to_thread(running.stop)
    go_on.set()
    answer = await asyncio.wait_for(task, 5)
    assert isinstance(answer, NotRun)
    assert answer.text.split(":")[0] == "RESULT_WITHHELD"
    running.open()
    again = await guard.intake.around(look(), found)
    assert (again.code, (await guard.intake.around(look(call_id="d"), found)).result) in {("call_running", "found 7"), ("outcome_unknown", "found 7")}  # fmt: skip
    guard.close()


async def test_a_process_that_leaves_while_its_tool_runs_leaves_an_unknown_outcome(running) -> None:
    guard = attach(person="ana", agent="clerk", socket=running.pipe)

    async def run(_arguments: dict[str, Any]) -> str:
        guard.seat.close()
        await asyncio.sleep(0)
        return "done"

    assert isinstance(await guard.intake.around(look(), run), NotRun)

    def outcomes() -> list[str]:
        return [leaf["outcome"] for leaf in running.log() if leaf["kind"] == "outcome"]

    for _ in range(100):
        if await asyncio.to_thread(outcomes):
            break
        await asyncio.sleep(0.01)
    assert await asyncio.to_thread(outcomes) == ["unknown"]
    guard.close()


async def test_a_declared_task_and_the_persons_words_arrive(running) -> None:
    task = TaskIntent(purpose="pay", tools=frozenset({"bank/look"}), declared_by="host", calls={"bank/look": 1})  # fmt: skip
    with attach(person="ana", agent="clerk", socket=running.pipe) as guard:
        handle = await guard.start("t1", intent=task, words=("Look up 7.",))
        assert await guard.seat.adopted("t1") == handle
        assert isinstance(await guard.intake.around(look(), found), Ran)
    session = running.run(running.wired.world.sessions.get(handle))
    assert (session.words, session.who.principal.key) == (("Look up 7.",), "attached|ana")
    assert session.intent.sha256() == task.sha256()


def said(pipe: Path, *frames: tuple[dict[str, Any], Any]) -> list[tuple[dict[str, Any], Any]]:
    """Speak the frames as they are and return what comes back until the guard leaves."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(2)
        link.connect(str(pipe))
        lines = [json.dumps(head) + "\t" + json.dumps(body) for head, body in frames]
        heard, raw = [], b""
        for line in lines:
            link.sendall(line.encode() + b"\n")
            while b"\n" not in raw:
                chunk = link.recv(65_536)
                if not chunk:
                    return heard
                raw += chunk
            first, _, raw = raw.partition(b"\n")
            head, _, body = first.partition(b"\t")
            heard.append((json.loads(head), json.loads(body or b"null")))
        return heard


HELLO = ({"hello": 1, "seat": {"person": "eve", "agent": "clerk"}}, {})
CALL = {"id": "c1", "server": "bank", "tool": "look", "arguments": '{"key":"7"}'}


async def test_a_session_of_another_process_cannot_be_used(running) -> None:
    with attach(person="ana", agent="clerk", socket=running.pipe) as guard:
        theirs = await guard.start("t1")
    body = {"call": {**CALL, "session": theirs}, "hold_ms": 0}
    for do, sent in (("call", body), ("look", {**CALL, "session": theirs})):
        heard = await asyncio.to_thread(said, running.pipe, HELLO, ({"do": do, "n": 1}, sent))
        assert (heard[1][0]["do"], heard[1][1]["code"]) == ("no", "session_unknown")


@pytest.mark.parametrize(
    "frames",
    [
        [({"hello": 2, "seat": {"person": "a", "agent": "b"}}, {})],
        [({"hello": 1, "seat": {"person": 1, "agent": "b"}}, {})],
        [({"hello": 1, "seat": None}, {})],
        [({"hello": 1, "hook": "emacs"}, {})],
        [HELLO, ({"do": "drop", "n": 1}, {})],
        [HELLO, ({"do": "call", "n": 1}, {"call": CALL})],
        [HELLO, ({"do": "claim", "n": 1}, {"row": {"key": "k"}})],
        [HELLO, ({"do": "look"}, CALL)],
    ],
)
async def test_who_speaks_otherwise_is_left(running, frames) -> None:
    heard = await asyncio.to_thread(said, running.pipe, *frames)
    assert len(heard) == len(frames) - 1


async def test_a_no_keeps_its_words_over_the_socket(running) -> None:
    with attach(person="ana", agent="clerk", socket=running.pipe) as guard:
        native = Native(server="bank", tool="wipe", arguments={"key": "7"}, session="t1")
        answer = await guard.intake.around(native, found)
        assert (answer.code, answer.text[:6]) == ("never", "DENIED")
