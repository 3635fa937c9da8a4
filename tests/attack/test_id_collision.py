"""Two requests with one id: the answer of one must never be taken for the answer of the other."""

import asyncio
import json
from typing import Any

import pytest

from guard_adapters.front.mcp.socket.desk import Message, Side, Wires
from guard_adapters.front.mcp.stdio.relay import FORGOTTEN, IN_FLIGHT, Relay


class AllowAll:
    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        return await wires.ask("server" if side == "client" else "client", message)

    async def aclose(self) -> None: ...


class Kept:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]


class Pipe:
    def __init__(self) -> None:
        self.relay = Relay(AllowAll())
        self.client, self.server = Kept(), Kept()
        self.relay.peers["client"].outlet = self.client
        self.relay.peers["server"].outlet = self.server

    async def says(self, side: Side, *messages: object) -> None:
        for message in messages:
            self.relay.received(side, json.dumps(message).encode() + b"\n")
        for _ in range(8):
            await asyncio.sleep(0)


def call(ident: object, name: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "method": "tools/call", "params": {"name": name}}


def answer(ident: object, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "result": {"text": text}}


def cancel(ident: object) -> dict[str, Any]:
    method = "notifications/cancelled"
    return {"jsonrpc": "2.0", "method": method, "params": {"requestId": ident}}


async def test_a_second_request_with_an_id_in_flight_is_refused_and_the_first_goes_on() -> None:
    pipe = Pipe()
    await pipe.says("client", call(1, "read"), call(1, "delete"))
    assert [m["params"]["name"] for m in pipe.server.messages()] == ["read"]
    assert pipe.client.messages()[0]["error"]["code"] == -32600
    await pipe.says("server", answer(1, "read it"))
    assert pipe.client.messages()[1] == answer(1, "read it")


async def test_the_number_1_and_the_text_1_are_two_ids() -> None:
    pipe = Pipe()
    await pipe.says("client", call(1, "a"), call("1", "b"))
    await pipe.says("server", answer("1", "b"), answer(1, "a"))
    assert pipe.client.messages() == [answer("1", "b"), answer(1, "a")]


async def test_the_late_answer_of_a_withdrawn_call_is_not_given_to_its_successor() -> None:
    pipe = Pipe()
    await pipe.says("client", call(1, "old"))
    await pipe.says("client", cancel(1))
    await pipe.says("client", call(1, "new"))
    assert pipe.client.messages()[0]["error"]["data"]["reason"] == "id_in_use"
    await pipe.says("server", answer(1, "of the old one"))
    assert len(pipe.client.messages()) == 1
    await pipe.says("client", call(1, "newer"))
    await pipe.says("server", answer(1, "of the newer one"))
    assert pipe.client.messages()[1] == answer(1, "of the newer one")


async def test_a_call_withdrawn_before_it_was_looked_at_leaves_nothing_behind() -> None:
    pipe = Pipe()
    await pipe.says("client", call(1, "old"), cancel(1))
    assert pipe.relay.peers["client"].tasks == {}
    await pipe.says("client", call(1, "new"))
    assert pipe.server.messages() == [call(1, "new")]


async def test_a_server_cannot_answer_what_nobody_asked_or_answer_twice() -> None:
    pipe = Pipe()
    await pipe.says("server", answer(1, "forged"))
    await pipe.says("client", call(1, "read"))
    await pipe.says("server", answer(1, "true"), answer(1, "second"), answer(2, "foreign"))
    assert pipe.client.messages() == [answer(1, "true")]
    assert pipe.relay.peers["server"].dropped == 3


async def test_a_client_cannot_answer_for_the_server_or_what_the_server_never_asked() -> None:
    pipe = Pipe()
    await pipe.says("client", call(1, "read"), answer(1, "forged"))
    assert len(pipe.server.messages()) == 1
    assert pipe.client.messages() == []


async def test_both_sides_may_use_one_id_at_the_same_time() -> None:
    pipe = Pipe()
    await pipe.says("client", call(7, "read"))
    await pipe.says("server", {"jsonrpc": "2.0", "id": 7, "method": "roots/list"})
    await pipe.says("client", answer(7, "roots"))
    await pipe.says("server", answer(7, "file"))
    assert pipe.server.messages()[1] == answer(7, "roots")
    assert pipe.client.messages()[1] == answer(7, "file")


@pytest.mark.parametrize("side", ["client", "server"])
async def test_nobody_may_use_an_id_that_looks_like_the_guards_own(side: Side) -> None:
    pipe = Pipe()
    await pipe.says(side, call("guard-apr_1", "x"))
    own = pipe.client if side == "client" else pipe.server
    other = pipe.server if side == "client" else pipe.client
    assert own.messages()[0]["error"]["data"]["reason"] == "id_in_use"
    assert other.messages() == []


async def test_one_side_cannot_fill_the_memory_with_open_requests() -> None:
    pipe = Pipe()
    await pipe.says("client", *(call(n, "t") for n in range(IN_FLIGHT + 1)))
    (refused,) = pipe.client.messages()
    assert refused["error"]["data"]["reason"] == "too_many_in_flight"


async def test_one_side_cannot_fill_the_memory_with_withdrawn_requests() -> None:
    pipe = Pipe()
    for n in range(FORGOTTEN + 10):
        pipe.relay.received("client", json.dumps(call(n, "t")).encode() + b"\n")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        pipe.relay.received("client", json.dumps(cancel(n)).encode() + b"\n")
        await asyncio.sleep(0)
    await pipe.says("client")
    assert len(pipe.relay.peers["server"].asked) <= FORGOTTEN
