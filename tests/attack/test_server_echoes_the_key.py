"""A server behind a static key gives it back, in a result or in an event: the agent reads none of it."""

import base64
import json

import pytest

from guard_adapters.front.mcp.upstream.carry import ServerKey
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, legacy, relayed

SECRET = "API-KEY-CANARY-0123456789"
KEY = {"key": lambda: ServerKey(header="x-api-key", value=SECRET, secret=SECRET)}
CALL = {"name": "t", "arguments": {"a": 1}}


class Listening(AllowAll):
    async def call(self, call, tool, *, hold_ms):
        self.result = await tool.run(call, None)
        return self.result


@pytest.mark.parametrize(
    "form", [SECRET, base64.b64encode(f"u:{SECRET}".encode()).decode(), SECRET.encode().hex()]
)
async def test_in_a_result(form):
    front = Listening()
    server = Scripted(result={"content": [{"type": "text", "text": f"auth was {form}!"}]})
    async with relayed(server, front, **KEY) as it:
        answer = await it.post(legacy("tools/call", CALL))
    assert server.seen[0][0]["x-api-key"] == SECRET
    text = answer.message["result"]["content"][0]["text"]
    assert "[secret]" in text
    assert form not in text
    assert front.result.labels == {"credential_echoed"}
    assert SECRET not in json.dumps(front.result.shown)


async def test_in_an_event_before_the_answer():
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": SECRET}}
    server = Scripted(events=[b"data: " + json.dumps(note).encode() + b"\n\n"])
    async with relayed(server, **KEY) as it:
        answer = await it.post(legacy("tools/call", CALL))
    assert SECRET.encode() not in answer.raw
    assert b"[secret]" in answer.raw


async def test_an_event_is_not_held_back_until_the_next_one():
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "hello"}}
    server = Scripted(events=[b"data: " + json.dumps(note).encode() + b"\n\n"], wait="stream")
    async with relayed(server, **KEY) as it:
        opened = await it.open(legacy("tools/call", CALL))
        chunks = opened.aiter_raw()
        assert b"hello" in await anext(chunks)
        server.go_on.set()
        rest = b"".join([chunk async for chunk in chunks])
        await opened.aclose()
    assert b'"result"' in rest


async def test_where_nothing_came_back_there_is_no_label():
    front = Listening()
    async with relayed(Scripted(), front, **KEY) as it:
        await it.post(legacy("tools/call", CALL))
    assert front.result.labels == frozenset()
