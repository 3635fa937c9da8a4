"""The stdio relay in front of a real child process, and in front of two lists."""

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Self

import pytest

from guard.errors import Unusable
from guard_adapters.front.mcp.socket.desk import Gone, Message, Side, Wires
from guard_adapters.front.mcp.stdio import child
from guard_adapters.front.mcp.stdio.child import Command, child_environment
from guard_adapters.front.mcp.stdio.relay import Relay
from guard_adapters.front.mcp.stdio.run import relay

ECHO = str(Path(__file__).with_name("echo_server.py"))


class AllowAll:
    """A desk that lets everything through."""

    def __init__(self) -> None:
        self.closed = False

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        return await wires.ask("server" if side == "client" else "client", message)

    async def aclose(self) -> None:
        self.closed = True


class Holding(AllowAll):
    """A desk that holds tools/call until it is released, and tells of its progress."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()
        self.held: list[Any] = []

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        if message["method"] == "tools/call" and message["params"]["name"] == "held":
            self.held.append(message["id"])
            wires.tell("client", {"jsonrpc": "2.0", "method": "notifications/progress"})
            await self.released.wait()
        return await super().settle(side, message, wires)


class Kept:
    """An outlet that keeps what was written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]


class Bench:
    """A relay between two lists."""

    def __init__(self, desk: AllowAll) -> None:
        self.relay = Relay(desk)
        self.client, self.server = Kept(), Kept()
        self.relay.peers["client"].outlet = self.client
        self.relay.peers["server"].outlet = self.server

    async def says(self, side: Side, *messages: object) -> None:
        for message in messages:
            raw = message if isinstance(message, bytes) else json.dumps(message).encode()
            self.relay.received(side, raw + b"\n")
        for _ in range(8):
            await asyncio.sleep(0)


def request(ident: object, method: str = "tools/call", **params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "method": method, "params": params}


def response(ident: object, **result: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "result": result}


def cancel(ident: object) -> dict[str, Any]:
    params = {"requestId": ident}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}


# --- between two lists ---------------------------------------------------------------------------


async def test_an_unknown_field_and_a_big_integer_pass_unchanged() -> None:
    bench = Bench(AllowAll())
    odd = {**request("string id", name="t", n=12345678901234567890), "vendor": {"x": [1.5, None]}}
    await bench.says("client", odd)
    assert bench.server.messages() == [odd]
    await bench.says("server", response("string id", resultType="task", odd=[{"$ref": "#"}]))
    assert bench.client.messages() == [
        response("string id", resultType="task", odd=[{"$ref": "#"}])
    ]


async def test_a_held_call_does_not_block_the_pipe() -> None:
    desk = Holding()
    bench = Bench(desk)
    await bench.says("client", request(1, name="held"), request(2, "ping"))
    assert [m["id"] for m in bench.server.messages()] == [2]
    await bench.says("server", response(2), {"jsonrpc": "2.0", "method": "notifications/x"})
    seen = [m.get("method", m.get("id")) for m in bench.client.messages()]
    assert seen == ["notifications/progress", 2, "notifications/x"]
    desk.released.set()
    await bench.says("client")
    assert [m["id"] for m in bench.server.messages()] == [2, 1]


async def test_cancelling_a_held_call_ends_the_hold_and_the_server_never_hears_of_it() -> None:
    bench = Bench(Holding())
    await bench.says("client", request(1, name="held"))
    await bench.says("client", cancel(1))
    assert bench.server.messages() == []
    assert bench.relay.peers["client"].tasks == {}
    assert [m.get("method") for m in bench.client.messages()] == ["notifications/progress"]


async def test_cancelling_a_running_call_reaches_the_server_and_its_late_answer_is_dropped() -> (
    None
):
    bench = Bench(AllowAll())
    await bench.says("client", request(1, name="slow"))
    await bench.says("client", cancel(1))
    assert bench.server.messages()[1:] == [cancel(1)]
    await bench.says("server", response(1, late=True))
    assert bench.client.messages() == []
    assert bench.relay.peers["server"].asked == {}


async def test_a_notification_of_cancellation_for_an_unknown_id_passes() -> None:
    bench = Bench(AllowAll())
    await bench.says("client", cancel(99), cancel({"odd": []}))
    assert bench.server.messages() == [cancel(99), cancel({"odd": []})]


async def test_a_server_may_ask_the_client_and_gets_its_answer() -> None:
    bench = Bench(AllowAll())
    await bench.says("server", request(1, "roots/list"))
    assert bench.client.messages() == [request(1, "roots/list")]
    await bench.says("client", response(1, roots=[]))
    assert bench.server.messages() == [response(1, roots=[])]


async def test_a_server_that_withdraws_its_question_gets_no_late_answer() -> None:
    bench = Bench(AllowAll())
    await bench.says("server", request(1, "elicitation/create"), cancel(1))
    await bench.says("client", response(1, action="accept"))
    assert bench.server.messages() == []


@pytest.mark.parametrize("line", [b"Listening on 3000", b"\xff\xfe", b"[]", b'{"jsonrpc":"2.0"}'])
async def test_what_is_no_message_is_dropped_and_counted(line: bytes) -> None:
    bench = Bench(AllowAll())
    await bench.says("server", line)
    assert bench.client.messages() == []
    assert bench.relay.peers["server"].dropped == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense", -32700),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
            -32602,
        ),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
    ],
)
async def test_a_malformed_request_is_answered_and_goes_no_further(line: bytes, code: int) -> None:
    bench = Bench(AllowAll())
    await bench.says("client", line)
    assert [m["error"]["code"] for m in bench.client.messages()] == [code]
    assert bench.server.messages() == []


async def test_a_malformed_response_is_not_answered_as_if_it_were_a_request() -> None:
    bench = Bench(AllowAll())
    await bench.says(
        "client", request(5, "ping"), b'{"jsonrpc":"2.0","id":5,"result":1,"error":{}}'
    )
    assert [m["id"] for m in bench.client.messages()] == [None]


async def test_an_answer_that_cannot_be_read_is_withheld_and_the_call_ends() -> None:
    bench = Bench(AllowAll())
    await bench.says("client", request(1, name="bad"))
    await bench.says("server", b'{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}')
    (answer,) = bench.client.messages()
    assert answer["id"] == 1
    assert answer["result"]["content"][0]["text"].startswith("RESULT_WITHHELD")


class Broken(AllowAll):
    """A desk with a bug, before or after the call has left."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after = after

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        if self.after:
            await super().settle(side, message, wires)
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("after", "word"), [(False, "GUARD_UNAVAILABLE"), (True, "RESULT_WITHHELD")]
)
async def test_a_bug_in_the_guard_refuses(
    after: bool, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(Broken(after=after))
    await bench.says("client", request(1, name="t"))
    await bench.says("server", response(1, secret="s3cret"))
    (answer,) = bench.client.messages()
    assert answer["result"]["isError"] is True
    assert answer["result"]["content"][0]["text"].startswith(word)
    assert "s3cret" not in json.dumps(answer)
    assert "ZeroDivisionError" in capsys.readouterr().err


async def test_a_modern_refusal_says_that_it_is_complete() -> None:
    bench = Bench(Broken(after=False))
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    await bench.says("client", request(1, name="t", _meta=meta))
    assert bench.client.messages()[0]["result"]["resultType"] == "complete"


async def test_a_request_other_than_a_call_is_refused_with_an_error() -> None:
    bench = Bench(Broken(after=False))
    await bench.says("client", request(1, "resources/read", uri="x:"))
    assert bench.client.messages()[0]["error"]["code"] == 50300


# --- in front of a child -------------------------------------------------------------------------


class Piped:
    """A running relay, its ends held by the test."""

    def __init__(self, desk: AllowAll, *flags: str) -> None:
        self.desk = desk
        self.flags = flags

    async def __aenter__(self) -> Self:
        inner_in, self._in = os.pipe()
        self._out, inner_out = os.pipe()
        self._files = [os.fdopen(inner_in, "rb"), os.fdopen(inner_out, "wb")]
        loop = asyncio.get_running_loop()
        self.reader = asyncio.StreamReader(limit=2**25)
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self.reader), os.fdopen(self._out, "rb")
        )
        env = child_environment({"PATH": os.environ["PATH"], "GUARD_KEY": "k"}, {"MINE": "1"})
        command = Command(argv=(sys.executable, ECHO, *self.flags), env=env)
        self.task = asyncio.create_task(
            relay(self.desk, command, stdin=self._files[0], stdout=self._files[1])
        )
        return self

    def send(self, *messages: object) -> None:
        for message in messages:
            os.write(self._in, json.dumps(message).encode() + b"\n")

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return json.loads(await self.reader.readline())

    def end(self) -> None:
        os.close(self._in)
        self._in = -1

    async def over(self) -> int:
        async with asyncio.timeout(8):
            return await self.task

    async def __aexit__(self, *_: object) -> None:
        if self._in >= 0:
            self.end()
        with contextlib.suppress(asyncio.CancelledError):
            await self.over()
        self._transport.close()
        for file in self._files:
            with contextlib.suppress(OSError):
                file.close()


async def test_a_call_goes_through_a_real_child_and_the_end_of_input_ends_it() -> None:
    async with Piped(AllowAll()) as pipe:
        pipe.send(request(1, name="t"))
        assert (await pipe.next())["result"]["echo"] == request(1, name="t")
        pipe.end()
        assert await pipe.over() == 0
        assert pipe.desk.closed


async def test_requests_sent_just_before_the_end_of_input_are_still_answered() -> None:
    async with Piped(AllowAll()) as pipe:
        pipe.send(*(request(n, name="t") for n in range(20)))
        pipe.end()
        assert [(await pipe.next())["id"] for _ in range(20)] == list(range(20))


async def test_a_call_held_for_a_person_ends_with_its_client() -> None:
    desk = Holding()
    async with Piped(desk) as pipe:
        pipe.send(request(1, name="held"))
        await pipe.next()
        pipe.end()
        assert await pipe.over() == 0
        assert desk.held == [1]


async def test_the_childs_exit_code_is_ours_and_its_open_call_is_unknown() -> None:
    async with Piped(AllowAll()) as pipe:
        pipe.send(request(1, name="exit"))
        assert (await pipe.next())["result"]["content"][0]["text"].startswith("OUTCOME_UNKNOWN")
        assert await pipe.over() == 7


async def test_a_child_that_ignores_everything_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (child.CLOSE_S, child.TERM_S) == (3, 2)
    monkeypatch.setattr(child, "CLOSE_S", 0.3)
    monkeypatch.setattr(child, "TERM_S", 0.2)
    async with Piped(AllowAll(), "--stubborn") as pipe:
        pipe.send(request(1, name="t"))
        await pipe.next()
        began = time.perf_counter()
        pipe.end()
        assert await pipe.over() == 128 + 9
        assert time.perf_counter() - began > 0.49


async def test_a_child_that_stays_after_its_input_ended_is_terminated() -> None:
    async with Piped(AllowAll(), "--lingering") as pipe:
        pipe.send(request(1, name="t"))
        await pipe.next()
        pipe.end()
        assert await pipe.over() == 128 + 15


async def test_the_child_sees_the_allow_list_and_what_was_configured() -> None:
    async with Piped(AllowAll()) as pipe:
        pipe.send(request(1, name="environment"))
        seen = (await pipe.next())["result"]
        assert seen.keys() - {"LC_CTYPE"} == {"PATH", "MINE"}


def test_a_guard_variable_cannot_be_configured_for_a_child() -> None:
    with pytest.raises(Unusable, match="GUARD_KEY"):
        child_environment({}, {"GUARD_KEY": "k"})


async def test_a_program_that_does_not_exist_is_said_so() -> None:
    with pytest.raises(Unusable, match="no-such-program"):
        await relay(AllowAll(), Command(argv=("/no-such-program",), env={}))


async def test_what_the_child_prints_by_mistake_never_reaches_the_client() -> None:
    async with Piped(AllowAll()) as pipe:
        pipe.send(request(1, name="print"))
        assert (await pipe.next())["id"] == 1


async def test_gone_carries_its_word() -> None:
    assert Gone("OUTCOME_UNKNOWN").word == "OUTCOME_UNKNOWN"
