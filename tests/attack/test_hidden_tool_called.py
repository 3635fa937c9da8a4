"""A tool is left out of the list; the agent calls it by name all the same."""

from __future__ import annotations

import pytest

from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, legacy, relayed

TOOLS = [{"name": "read", "inputSchema": {}}, {"name": "wipe", "inputSchema": {}}]


@pytest.mark.parametrize("era", ["legacy", "modern"])
async def test_a_hidden_tool_is_not_listed_and_its_call_does_not_reach_the_server(era: str) -> None:
    async with relayed(Scripted(tools=TOOLS), AllowAll(hidden=frozenset({"wipe"}))) as it:
        if era == "modern":
            listed = await it.modern("tools/list", {})
            called = await it.modern("tools/call", {"name": "wipe", "arguments": {}})
        else:
            listed = await it.post(legacy("tools/list", {}))
            called = await it.post(legacy("tools/call", {"name": "wipe", "arguments": {}}))

    assert [tool["name"] for tool in listed.message["result"]["tools"]] == ["read"]
    assert called.message["result"]["isError"] is True
    assert called.message["result"]["content"][0]["text"].startswith("DENIED")
    assert ("resultType" in called.message["result"]) is (era == "modern")
    assert it.upstream.methods() == ["tools/list"]


async def test_a_tool_cannot_pass_as_a_judged_method() -> None:
    async with relayed(Scripted()) as it:
        answer = await it.modern("tools/call", {"name": "mcp:resources/read", "arguments": {}})

    assert answer.message["error"]["code"] == -32602
    assert it.upstream.seen == []
