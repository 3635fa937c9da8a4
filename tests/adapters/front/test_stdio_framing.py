"""Lines of every size, through a real pipe."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from guard_adapters.front.mcp.socket.desk import Message, Side, Wires
from guard_adapters.front.mcp.stdio.child import Command
from guard_adapters.front.mcp.stdio.run import relay

ECHO = str(Path(__file__).with_name("echo_server.py"))
MIB = 2**20


class AllowAll:
    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        return await wires.ask("server", message)

    async def aclose(self) -> None: ...


async def through(sent: bytes) -> list[bytes]:
    """Send all, end the input, return the lines that came back."""
    inner_in, to_relay = os.pipe()
    from_relay, inner_out = os.pipe()

    def feed() -> None:
        with os.fdopen(to_relay, "wb") as file:
            file.write(sent)

    def drain() -> bytes:
        with os.fdopen(from_relay, "rb") as file:
            return file.read()

    loop = asyncio.get_running_loop()
    feeding, draining = loop.run_in_executor(None, feed), loop.run_in_executor(None, drain)
    command = Command(argv=(sys.executable, ECHO), env={"PATH": os.environ["PATH"]})
    with os.fdopen(inner_in, "rb") as stdin, os.fdopen(inner_out, "wb") as stdout:
        async with asyncio.timeout(20):
            assert await relay(AllowAll(), command, stdin=stdin, stdout=stdout) == 0
    await feeding
    return (await draining).splitlines()


def line(size: int, ident: int = 1) -> bytes:
    empty = json.dumps({"jsonrpc": "2.0", "id": ident, "method": "m", "params": {"x": ""}})
    return empty.replace('"x": ""', f'"x": "{"y" * (size - len(empty))}"').encode() + b"\n"


@pytest.mark.parametrize("size", [100, 64 * 1024, 65 * 1024, MIB, int(15.9 * MIB)])
async def test_a_long_line_passes_whole_both_ways(size: int) -> None:
    # The server wraps what it got: leave room for that in its own line.
    sent = line(min(size, int(15.9 * MIB)))
    (answer,) = await through(sent)
    assert json.loads(answer)["result"]["echo"] == json.loads(sent)


async def test_a_line_of_one_byte_is_answered_and_the_next_one_passes() -> None:
    first, second = await through(b"x\n" + line(100))
    assert json.loads(first)["error"]["code"] == -32700
    assert json.loads(second)["id"] == 1


async def test_a_line_beyond_16_mib_is_refused_and_the_next_one_passes() -> None:
    answers = [json.loads(each) for each in await through(line(int(16.1 * MIB)) + line(100, 2))]
    assert answers[0]["error"]["data"]["reason"] == "line_too_long"
    assert answers[1]["id"] == 2


async def test_an_answer_beyond_16_mib_is_withheld() -> None:
    params = {"name": "big", "arguments": {"bytes": int(16.1 * MIB)}}
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    (answer,) = await through(json.dumps(ask).encode() + b"\n")
    assert json.loads(answer)["result"]["content"][0]["text"].startswith("RESULT_WITHHELD")


async def test_half_a_line_before_the_end_is_no_message() -> None:
    whole = line(100)
    (answer,) = await through(whole + line(100, 2)[:50])
    assert json.loads(answer)["id"] == 1


async def test_lines_may_end_with_a_carriage_return_and_empty_ones_are_skipped() -> None:
    (answer,) = await through(b"\n\r\n" + line(100).replace(b"\n", b"\r\n"))
    assert json.loads(answer)["id"] == 1


async def test_a_client_that_reads_late_loses_nothing() -> None:
    sent = b"".join(line(4_000, n) for n in range(200))
    answers = await through(sent)
    assert sorted(json.loads(each)["id"] for each in answers) == list(range(200))
