"""A stdio command behind the bridge, asked as the HTTP front asks."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from guard_adapters._faults import Faults
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import Upstream
from guard_adapters.front.mcp.stdio.bridge import Bridge
from guard_adapters.front.mcp.stdio.child import Command

ECHO = str(Path(__file__).with_name("echo_server.py"))
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
HELLO = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}


def tool(ident: object, name: str, **params: object) -> dict[str, Any]:
    inner = {"name": name, **params}
    return {"jsonrpc": "2.0", "id": ident, "method": "tools/call", "params": inner}


@pytest.fixture
async def bridge() -> AsyncIterator[Bridge]:
    command = Command(argv=(sys.executable, ECHO), env={"PATH": os.environ["PATH"]})
    made = Bridge(command=command, max_children=3)
    yield made
    await made.aclose()
    await asyncio.sleep(0.02)


async def post(bridge: Bridge, who: str, message: object, session: str = "") -> Upstream:
    headers = [(b"mcp-session-id", session.encode())] if session else []
    body = json.dumps(message).encode()
    async with asyncio.timeout(5):
        return await bridge.for_caller(who).open_upstream(
            "POST", "stdio:x", headers, body, read_s=5
        )


async def events(answer: Upstream) -> list[dict[str, Any]]:
    raw = await answer.read(2**20)
    await answer.aclose()
    return [json.loads(each.split(b"data: ")[1]) for each in raw.split(b"\n\n") if each]


async def opened(bridge: Bridge, who: str) -> str:
    answer = await post(bridge, who, HELLO)
    return dict(answer.headers)[b"mcp-session-id"].decode()


async def test_an_answer_comes_as_json_with_the_clients_own_id(bridge: Bridge) -> None:
    answer = await post(bridge, "ann", tool("a string", "t", _meta=MODERN))
    assert (answer.status, answer.headers[0][1]) == (200, b"application/json")
    assert json.loads(await answer.read(2**20))["id"] == "a string"


async def test_progress_comes_first_in_a_stream_with_the_clients_own_token(bridge: Bridge) -> None:
    answer = await post(bridge, "ann", tool(1, "progress", _meta={**MODERN, "progressToken": "p"}))
    note, last = await events(answer)
    assert note["params"] == {"progressToken": "p", "progress": 1}
    assert last["id"] == 1


async def test_two_clients_of_one_principal_may_use_one_id_at_a_time(bridge: Bridge) -> None:
    calls = [post(bridge, "ann", tool(1, f"t{n}", _meta=MODERN)) for n in range(10)]
    answers = [json.loads(await each.read(2**20)) for each in await asyncio.gather(*calls)]
    names = [answer["result"]["echo"]["params"]["name"] for answer in answers]
    assert names == [f"t{n}" for n in range(10)]
    assert {answer["id"] for answer in answers} == {1}
    assert len(bridge.children) == 1


async def test_two_principals_never_share_a_child(bridge: Bridge) -> None:
    await post(bridge, "ann", tool(1, "t", _meta=MODERN))
    await post(bridge, "bob", tool(1, "t", _meta=MODERN))
    pids = {kept.line.child.pid for kept in bridge.children.values() if kept.line.child}
    assert len(pids) == 2


async def test_the_session_of_another_principal_is_not_there(bridge: Bridge) -> None:
    session = await opened(bridge, "ann")
    assert (await post(bridge, "bob", tool(1, "t"), session)).status == 404
    assert (await post(bridge, "ann", tool(1, "t"), session)).status == 200


async def test_there_is_an_end_to_children(bridge: Bridge) -> None:
    for _ in range(3):
        await opened(bridge, "ann")
    with pytest.raises(UpstreamFailed, match="3 children") as failed:
        await opened(bridge, "ann")
    assert failed.value.sent is False


async def test_an_idle_child_is_stopped_and_its_session_is_gone(bridge: Bridge) -> None:
    session = await opened(bridge, "ann")
    bridge.idle_s = -1
    await bridge.reap()
    assert bridge.children == {}
    assert (await post(bridge, "ann", tool(1, "t"), session)).status == 404


async def test_a_child_in_use_is_not_idle(bridge: Bridge) -> None:
    session = await opened(bridge, "ann")
    headers = [(b"mcp-session-id", session.encode())]
    stream = await bridge.for_caller("ann").open_upstream("GET", "", headers, b"")
    bridge.idle_s = -1
    await bridge.reap()
    assert len(bridge.children) == 1
    await stream.aclose()


async def test_a_deleted_session_is_over(bridge: Bridge) -> None:
    session = await opened(bridge, "ann")
    headers = [(b"mcp-session-id", session.encode())]
    ended = await bridge.for_caller("ann").open_upstream("DELETE", "", headers, b"")
    assert (ended.status, bridge.children) == (200, {})


async def test_a_child_that_ends_during_a_call_leaves_it_unknown(bridge: Bridge) -> None:
    with pytest.raises(UpstreamFailed) as failed:
        await post(bridge, "ann", tool(1, "exit", _meta=MODERN))
    assert failed.value.sent is True
    assert (await post(bridge, "ann", tool(2, "t", _meta=MODERN))).status == 200


async def test_a_program_that_cannot_start_was_never_sent_anything(bridge: Bridge) -> None:
    bridge.command = Command(argv=("/no-such-program",), env={})
    with pytest.raises(UpstreamFailed) as failed:
        await post(bridge, "ann", tool(1, "t", _meta=MODERN))
    assert failed.value.sent is False


async def test_a_question_of_the_server_comes_in_the_stream_of_the_call(bridge: Bridge) -> None:
    session = await opened(bridge, "ann")
    ask = tool(1, "ask", arguments={"method": "roots/list"})
    answer = await post(bridge, "ann", ask, session)
    said = {"jsonrpc": "2.0", "id": "s1", "result": {"roots": []}}
    assert (await post(bridge, "ann", said, session)).status == 202
    question, last = await events(answer)
    assert question["method"] == "roots/list"
    assert last["result"]["heard"] == said


async def test_closing_a_stream_withdraws_its_request(
    bridge: Bridge, capfd: pytest.CaptureFixture[str]
) -> None:
    calling = asyncio.create_task(post(bridge, "ann", tool(1, "silent", _meta=MODERN)))
    while not (bridge.children and next(iter(bridge.children.values())).line.streams):
        await asyncio.sleep(0.01)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await post(bridge, "ann", tool(2, "t", _meta=MODERN))
    assert "cancelled" in capfd.readouterr().err


async def test_a_command_that_cannot_be_started_is_said_once_until_it_can(bridge: Bridge) -> None:
    said: list[str] = []
    bridge.name, bridge.faults.tell, works = "shop", said.append, bridge.command
    bridge.command = Command(argv=("nosuchprog-of-guard",), env={})
    for who in ("ann", "bob"):
        with pytest.raises(UpstreamFailed):
            await post(bridge, who, HELLO)
    why = "server_not_started: No such file or directory"
    assert said == [f"The server 'shop' cannot be started ({why})."]
    assert bridge.faults.standing() == [("The server 'shop' cannot be started", why)]

    bridge.command = works
    await opened(bridge, "ann")
    assert bridge.faults.standing() == []


@pytest.mark.parametrize(
    ("argv", "cwd", "path", "why"),
    [
        (("/nowhere/server",), None, "", "No such file or directory"),
        (("nosuchprog-of-guard",), None, "/usr/bin:/bin", "No such file or directory"),
        (("sh",), "/nowhere", "/usr/bin:/bin", "No such file or directory"),
        (("bin/mute",), "{}", "", "Permission denied"),
        (("mute",), None, "{}/bin", "Permission denied"),
        (("../bin/tool",), "{}/bin", "", ""),
        (("tool",), "{}", "bin", ""),
        (("tool",), None, "/nowhere:{}/bin", ""),
    ],
)
async def test_a_program_is_said_to_be_absent_if_and_only_if_it_cannot_be_started(
    tmp_path: Path, argv: tuple[str, ...], cwd: str | None, path: str, why: str
) -> None:
    (tmp_path / "bin").mkdir()
    for name, mode in (("tool", 0o755), ("mute", 0o644)):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(mode)
    where = cwd if cwd is None else cwd.format(tmp_path)
    command = Command(argv=argv, env={"PATH": path.format(tmp_path)}, cwd=where)
    said: list[str] = []
    bridge = Bridge(command=command, name="shop", faults=Faults(tell=said.append))
    bridge.look()
    assert said == (
        [f"The server 'shop' cannot be started (server_not_started: {why})."] * bool(why)
    )
    if why:
        with pytest.raises(UpstreamFailed):
            await post(bridge, "ann", HELLO)
        assert len(said) == 1, "the first call says it no second time"
    else:
        (await bridge.line("ann", "")).line.end()
    await bridge.aclose()
