"""A gateway in another process, its client made by `protoc`, asks a guard that runs."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guard_adapters.front.gateways.ext_mcp import answering
from guard_adapters.front.gateways.ext_mcp_wire import COMPILED
from guard_adapters.front.mcp.protocol.private import TOKEN_KEY
from tests.frameworks.test_ext_mcp import Gateway

pytestmark = pytest.mark.frameworks

ROOT = Path(__file__).parents[2]
WAIT_S = 30
"""Longest wait: the first answer needs a second interpreter with grpcio."""


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What everybody else generates from the published file: messages and a client."""
    made = tmp_path_factory.mktemp("stubs")
    words = [sys.executable, "-m", "grpc_tools.protoc", "-I", COMPILED.parent]
    words += [f"--python_out={made}", f"--grpc_python_out={made}", "ext_mcp.proto"]
    subprocess.run(words, check=True, timeout=WAIT_S)
    return made


class Process:
    """The gateway's process: one line in, one line out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def call(self, method: str, params: Any = None) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([method, params]).encode() + b"\n")
        line = await asyncio.wait_for(self.process.stdout.readline(), WAIT_S)
        assert line, "the gateway's process ended"
        return json.loads(line)

    async def tool(self, name: str, **arguments: Any) -> Any:
        return await self.call("tools/call", {"name": name, "arguments": arguments})


async def started(stubs: Path, port: int, key: str) -> asyncio.subprocess.Process:
    words = ["-W", "ignore", "-m", "tests.frameworks.agentgateway", str(stubs), str(port), key]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture
async def ours(world: Any) -> Any:
    """The guard's side, and the port on which it answers."""
    made = Gateway(world)
    async with answering(made.service, "127.0.0.1:0") as made.port:
        yield made
    await made.brain.aclose()


@pytest.fixture
async def theirs(ours: Gateway, stubs: Path) -> Any:
    process = await started(stubs, ours.port, ours.bearer[7:])
    yield Process(process)
    process.stdin.close()
    await asyncio.wait_for(process.wait(), WAIT_S)


async def test_each_answer_of_the_guard_is_understood_on_the_other_side(ours, theirs) -> None:
    assert (await theirs.call("initialize", {}))["sent"] == {}
    assert (await theirs.call("tools/list"))["result"] == {"tools": []}

    looked = await theirs.tool("look", key="7")
    assert (looked["sent"]["name"], looked["sent"]["arguments"]) == ("look", {"key": "7"})
    token = looked["sent"]["_meta"][TOKEN_KEY]
    assert token.count(".") == 2
    (shown,) = looked["result"]["content"]
    assert '"_meta"' in shown["text"], "this server tells all that it got"
    assert token not in shown["text"]

    wiped = await theirs.tool("wipe", key="7")
    assert (wiped["error"]["code"], wiped["error"]["data"]["code"]) == (-32001, "never")
    assert wiped["error"]["message"].startswith("DENIED")

    asked = await theirs.tool("pay", to="x", amount=5000)
    assert asked["error"]["data"]["approval_id"] == ours.world.asked[-1].id
    await ours.world.answer("approve", voter="gateway|ana")
    paid = await theirs.tool("pay", to="x", amount=5000)
    assert paid["sent"]["arguments"] == {"to": "x", "amount": 1000}
    assert await ours.outcomes() == ["ok", "refused", "refused", "ok"]


async def test_a_result_that_was_read_changes_the_next_answer(ours, theirs) -> None:
    await theirs.tool("read_web", key="7")
    assert (await theirs.tool("note", text="a"))["error"]["data"]["code"] == "tainted"


async def test_a_gateway_with_another_key_is_told_no_by_the_protocol(ours, stubs) -> None:
    stranger = Process(await started(stubs, ours.port, "0" * 64))
    told = await stranger.tool("look", key="7")
    assert told["error"]["data"] == {"code": "gateway_unknown"}
    stranger.process.stdin.close()
    await asyncio.wait_for(stranger.process.wait(), WAIT_S)
    assert await ours.outcomes() == []
