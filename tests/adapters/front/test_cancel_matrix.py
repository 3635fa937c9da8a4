"""Who hears of a client that leaves: each era, before the head, mid stream, and while held."""

from __future__ import annotations

import asyncio
import json

import pytest

from guard.config import Settings
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, legacy, modern, relayed

CALL = {"name": "slow", "arguments": {}}
NOTE = b'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"x"}}\n\n'


class Holding(AllowAll):
    """Waits for a person before it runs anything."""

    async def call(self, call, tool, *, hold_ms):
        self.held = asyncio.Event()
        try:
            self.holding.set()
            await self.held.wait()
        except asyncio.CancelledError:
            self.ended.set()
            raise
        return await super().call(call, tool, hold_ms=hold_ms)


def holding() -> Holding:
    front = Holding(settings=Settings(progress_every_s=1))
    front.holding, front.ended = asyncio.Event(), asyncio.Event()
    return front


async def within(waiting) -> None:
    await asyncio.wait_for(waiting, 5)


@pytest.mark.parametrize("where", ["head", "stream"])
async def test_a_modern_client_that_leaves_cancels_the_call_upstream(where: str) -> None:
    async with relayed(Scripted(wait=where, events=[NOTE] if where == "stream" else [])) as it:
        client = asyncio.create_task(it.post(*modern("tools/call", CALL)))
        await within(it.upstream.reached.wait())
        client.cancel()
        await within(it.upstream.left.wait())


@pytest.mark.parametrize("where", ["head", "stream"])
async def test_a_legacy_client_that_leaves_lets_the_call_run_to_its_end(where: str) -> None:
    async with relayed(Scripted(wait=where, events=[NOTE] if where == "stream" else [])) as it:
        client = asyncio.create_task(it.post(legacy("tools/call", CALL)))
        await within(it.upstream.reached.wait())
        client.cancel()
        await asyncio.wait({client})
        it.upstream.go_on.set()
        await within(it.upstream.finished.wait())
        assert not it.upstream.left.is_set()


async def test_a_modern_client_that_leaves_while_held_ends_the_waiting_and_nothing_runs() -> None:
    async with relayed(Scripted(), holding()) as it:
        client = asyncio.create_task(it.post(*modern("tools/call", CALL)))
        await within(it.front.holding.wait())
        client.cancel()
        await within(it.front.ended.wait())
        assert it.upstream.methods() == []


async def opened_session(it) -> dict[str, str]:
    it.upstream.headers = [(b"mcp-session-id", b"far-1")]
    answer = await it.post(legacy("initialize", {"capabilities": {}}))
    it.upstream.headers = []
    return {"mcp-session-id": answer.headers["mcp-session-id"]}


async def test_a_legacy_cancel_of_a_held_call_ends_the_waiting_and_is_not_forwarded() -> None:
    async with relayed(Scripted(), holding()) as it:
        session = await opened_session(it)
        client = asyncio.create_task(it.post(legacy("tools/call", CALL, 7), session))
        await within(it.front.holding.wait())
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
        told = await it.post(cancel, session)
        await within(it.front.ended.wait())
        await within(client)
        assert told.status == 202
        assert it.upstream.methods() == ["initialize"]


async def test_a_legacy_cancel_of_a_running_call_reaches_the_upstream() -> None:
    async with relayed(Scripted(wait="head")) as it:
        session = await opened_session(it)
        client = asyncio.create_task(it.post(legacy("tools/call", CALL, 7), session))
        await within(it.upstream.reached.wait())
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
        await it.post(cancel, session)
        it.upstream.go_on.set()
        await within(client)
        assert it.upstream.methods() == ["initialize", "tools/call", "notifications/cancelled"]


class Hearing(AllowAll):
    """Keeps whether whoever made the call still waits for its result."""

    async def call(self, call, tool, *, hold_ms):
        self.tool = tool
        result = await super().call(call, tool, hold_ms=hold_ms)
        self.unheard.set_result(result.unheard)
        return result


def hearing() -> Hearing:
    front = Hearing(settings=Settings(progress_every_s=1))
    front.unheard = asyncio.get_running_loop().create_future()
    return front


async def gone(front: Hearing) -> None:
    async with asyncio.timeout(5):
        while not front.tool.unheard():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("leaves", [True, False])
async def test_the_guard_learns_whether_a_legacy_client_was_there_to_the_end(leaves: bool) -> None:
    async with relayed(Scripted(wait="head"), hearing()) as it:
        client = asyncio.create_task(it.post(legacy("tools/call", CALL)))
        await within(it.upstream.reached.wait())
        if leaves:
            client.cancel()
            await gone(it.front)
        it.upstream.go_on.set()
        assert await asyncio.wait_for(it.front.unheard, 5) is leaves
        await asyncio.wait({client})


async def test_who_takes_a_running_legacy_call_back_does_not_wait_for_its_answer() -> None:
    async with relayed(Scripted(wait="head"), hearing()) as it:
        session = await opened_session(it)
        client = asyncio.create_task(it.post(legacy("tools/call", CALL, 7), session))
        await within(it.upstream.reached.wait())
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
        await it.post(cancel, session)
        it.upstream.go_on.set()
        assert await asyncio.wait_for(it.front.unheard, 5)
        await within(client)


async def test_a_second_request_with_a_running_id_is_refused() -> None:
    async with relayed(Scripted(wait="head")) as it:
        session = await opened_session(it)
        client = asyncio.create_task(it.post(legacy("tools/call", CALL, 7), session))
        await within(it.upstream.reached.wait())
        second = await it.post(legacy("tools/call", CALL, 7), session)
        it.upstream.go_on.set()
        await within(client)
        assert second.message["error"]["code"] == -32600


async def test_a_held_call_reports_rising_progress() -> None:
    async with relayed(Scripted(), holding()) as it:
        params = {**CALL, "_meta": {"progressToken": "p"}}
        answer, raw = await it.open(*modern("tools/call", params)), b""
        async for part in answer.aiter_raw():
            raw += part
            if raw.count(b'"progress":') == 2:
                it.front.held.set()
        await answer.aclose()
        lines = [json.loads(line[6:]) for line in raw.split(b"\n") if line.startswith(b"data: {")]
        progress = [each["params"]["progress"] for each in lines if each.get("method")]
        assert len(progress) == 2
        assert progress == sorted(set(progress))
        assert lines[-1]["result"] == {"content": []}
