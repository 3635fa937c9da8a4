"""The socket between relay and guard, both halves in one loop."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from guard.errors import Unusable
from guard_adapters.front.mcp.protocol.json import written
from guard_adapters.front.mcp.socket.attach import Attached
from guard_adapters.front.mcp.socket.attachments import Attachments, own_directory
from guard_adapters.front.mcp.socket.desk import Gone, Message, Reply, Side, Wires
from guard_adapters.front.mcp.socket.frames import Hello

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "t"}}
DONE = {"jsonrpc": "2.0", "id": 1, "result": {"content": []}}


class Server:
    """The wires of the relay, with a server at their end that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Side, Message]] = []
        self.told: list[tuple[Side, Message]] = []
        self.arrived, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    def ask(self, side: Side, message: Message) -> Reply:
        self.asked.append((side, json.loads(written(message))))
        self.arrived.set()
        reply = Reply()
        answering = asyncio.ensure_future(self._answer(message["id"], reply))
        reply.hear(lambda _: answering.cancel() if reply.cancelled() else None)
        return reply

    async def _answer(self, ident: object, reply: Reply) -> None:
        await self.may_answer.wait()
        reply.set_result({**DONE, "id": ident})

    def tell(self, side: Side, message: Message) -> None:
        self.told.append((side, json.loads(written(message))))


class Seat:
    """The guard's desk: forwards all, holds while `open` is clear, remembers endings."""

    def __init__(self) -> None:
        self.hellos: list[Hello] = []
        self.open, self.reached = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.endings: list[str] = []
        self.settle_after: asyncio.Event | None = None

    def __call__(self, hello: Hello) -> "Seat":
        self.hellos.append(hello)
        return self

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        try:
            self.reached.set()
            wires.tell("client", {"jsonrpc": "2.0", "method": "notifications/progress"})
            await self.open.wait()
            answer = await wires.ask("server", message)
            if self.settle_after is not None:
                await self.settle_after.wait()
        except asyncio.CancelledError:
            self.endings.append("cancelled")
            raise
        self.endings.append("done")
        return answer

    async def aclose(self) -> None: ...


class Pair:
    def __init__(self, path: str) -> None:
        self.path, self.seat, self.server = path, Seat(), Server()
        self.guard = Attachments(path, self.seat)
        self.relay = Attached(path, "agent-1", "files")

    async def call(self, message: Message = CALL) -> Message:
        async with asyncio.timeout(5):
            return await self.relay.settle("client", message, self.server)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    made = Pair(str(tmp_path / "guardcall" / "guard.sock"))
    await made.guard.open()
    yield made
    await made.relay.aclose()
    await made.guard.aclose()
    await asyncio.sleep(0.02)


async def soon(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_a_call_goes_to_the_guard_and_back_over_the_relays_wires(pair: Pair) -> None:
    assert json.loads(written(await pair.call())) == DONE
    assert pair.server.asked == [("server", CALL)]
    assert pair.server.told[0][0] == "client"
    assert pair.seat.hellos == [Hello(agent="agent-1", upstream="files")]


async def test_one_connection_carries_a_hundred_calls(pair: Pair) -> None:
    calls = [{**CALL, "id": n} for n in range(100)]
    answers = await asyncio.gather(*(pair.call(call) for call in calls))
    assert [answer["id"] for answer in answers] == list(range(100))
    assert len(pair.seat.hellos) == 1


async def test_a_withdrawn_call_ends_at_the_guard(pair: Pair) -> None:
    pair.seat.open.clear()
    task = asyncio.create_task(pair.call())
    await soon(pair.seat.reached)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not pair.seat.endings:
        await asyncio.sleep(0.01)
    assert pair.seat.endings == ["cancelled"]
    assert pair.server.asked == []


async def test_without_a_guard_nothing_is_called(tmp_path: Path) -> None:
    server = Server()
    with pytest.raises(Gone) as gone:
        await Attached(str(tmp_path / "none.sock"), "a", "u").settle("client", CALL, server)
    assert gone.value.word == "GUARD_UNAVAILABLE"
    assert server.asked == []


async def test_a_guard_that_goes_while_it_holds_a_call_means_no(pair: Pair) -> None:
    pair.seat.open.clear()
    task = asyncio.create_task(pair.call())
    await soon(pair.seat.reached)
    await pair.guard.aclose()
    with pytest.raises(Gone) as gone:
        await task
    assert gone.value.word == "GUARD_UNAVAILABLE"
    assert pair.server.asked == []


@pytest.mark.parametrize("when", ["running", "answered"])
async def test_a_result_that_the_guard_cannot_settle_is_withheld(pair: Pair, when: str) -> None:
    pair.seat.settle_after = asyncio.Event()
    if when == "running":
        pair.server.may_answer.clear()
    task = asyncio.create_task(pair.call())
    await soon(pair.server.arrived)
    await pair.guard.aclose()
    await asyncio.sleep(0.02)
    assert when == "answered" or not task.done()  # it is told only when it has ended
    pair.server.may_answer.set()
    with pytest.raises(Gone) as gone:
        await task
    assert gone.value.word == "RESULT_WITHHELD"


async def test_the_next_call_finds_a_restarted_guard_which_hears_of_initialize(pair: Pair) -> None:
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}
    await pair.call(hello)
    await pair.guard.aclose()
    await asyncio.sleep(0.02)
    pair.guard = Attachments(pair.path, pair.seat)
    await pair.guard.open()
    assert json.loads(written(await pair.call())) == DONE
    assert pair.seat.hellos[-1].initialize == hello


async def test_the_session_that_a_relay_is_to_work_in_is_told_to_a_restarted_guard_too(
    pair: Pair,
) -> None:
    pair.relay = Attached(pair.path, "agent-1", "files", session="gs_1")
    await pair.call({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}})
    await pair.guard.aclose()
    await asyncio.sleep(0.02)
    pair.guard = Attachments(pair.path, pair.seat)
    await pair.guard.open()
    await pair.call()
    assert [one.session for one in pair.seat.hellos] == ["gs_1", "gs_1"]


async def test_a_relay_that_leaves_takes_its_held_calls_with_it(pair: Pair) -> None:
    pair.seat.open.clear()
    task = asyncio.create_task(pair.call())
    await soon(pair.seat.reached)
    await pair.relay.aclose()
    with pytest.raises(Gone):
        await task
    async with asyncio.timeout(5):
        while not pair.seat.endings:
            await asyncio.sleep(0.01)
    assert pair.seat.endings == ["cancelled"]


async def test_a_bug_in_the_guard_refuses_one_call_and_keeps_the_connection(pair: Pair) -> None:
    whole, pair.seat.open = pair.seat.open, None  # type: ignore[assignment]
    answer: dict[str, Any] = json.loads(written(await pair.call()))
    assert answer["result"]["content"][0]["text"].startswith("GUARD_UNAVAILABLE")
    pair.seat.open = whole
    assert json.loads(written(await pair.call())) == DONE
    assert len(pair.seat.hellos) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"do":"call","n":1,"side":"client"}\t{}\n',
        b'{"hello":99}\n',
        b'{"hello":1,"agent":1}\n',
    ],
)
async def test_what_is_no_relay_is_left_at_once(pair: Pair, said: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(pair.path)
    writer.write(said)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_process_of_another_user_is_not_heard(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "guard_adapters.front.mcp.socket.attachments.peer_of", lambda _: (1, os.getuid() + 1)
    )
    with pytest.raises(Gone):
        await pair.call()
    assert pair.seat.hellos == []


async def test_the_socket_is_for_its_owner_only(pair: Pair) -> None:
    path = Path(pair.path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_two_guards_cannot_listen_on_one_socket(pair: Pair) -> None:
    with pytest.raises(Unusable, match="guard_already_running"):
        await Attachments(pair.path, pair.seat).open()


async def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run" / "guard.sock"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    guard = Attachments(str(path), Seat())
    await guard.open()
    await guard.aclose()
    assert not path.exists()


def test_a_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(Unusable, match="socket_dir_unsafe"):
        own_directory(tmp_path)


def test_a_link_to_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Unusable, match="socket_dir_unsafe"):
        own_directory(tmp_path / "link")
