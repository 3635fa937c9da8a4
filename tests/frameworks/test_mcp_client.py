"""Whatever sits on a guarded MCP client session is guarded; the server gets a token for the call."""

import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard_adapters.front.mcp_client import guard_session
from guard_adapters.front.mcp_gate import TOKEN_KEY

pytestmark = pytest.mark.frameworks


def served(world):
    tokens = []

    async def record(ctx, call_next):
        if ctx.method == "tools/call":
            tokens.append(dict(ctx.meta or {}).get(TOKEN_KEY))
        return await call_next(ctx)

    server = MCPServer("bank", middleware=[record])
    run = {name: world.tool(name) for name in ("look", "read_web", "note", "pay", "wipe")}

    @server.tool()
    def look(key: str) -> str:
        return run["look"](key=key)

    @server.tool()
    def read_web(key: str) -> str:
        return run["read_web"](key=key)

    @server.tool()
    def note(text: str) -> str:
        return run["note"](text=text)

    @server.tool()
    def pay(to: str, amount: int) -> str:
        return run["pay"](to=to, amount=amount)

    @server.tool()
    def wipe(key: str) -> str:
        return run["wipe"](key=key)

    return server, tokens


def text(result):
    return result.content[0].text


async def test_calls_are_judged_and_the_server_gets_a_token_for_each(world) -> None:
    server, tokens = served(world)
    async with Client(server) as client:
        guard_session(client.session, world.guard, server="bank")
        assert text(await client.call_tool("look", {"key": "7"})) == "look did [('key', '7')]"
        no = await client.call_tool("wipe", {"key": "7"})
        assert (no.is_error, text(no)[:6]) == (True, "DENIED")
    assert [name for name, _ in world.ran] == ["look"]
    assert len(tokens) == 1
    assert tokens[0].count(".") == 2


async def test_a_question_is_told_and_the_same_call_after_the_yes_runs(world) -> None:
    server, _ = served(world)
    async with Client(server) as client:
        guard_session(client.session, world.guard, server="bank")
        first = await client.call_tool("pay", {"to": "x", "amount": 5000})
        assert (first.is_error, text(first).split()[0]) == (True, "APPROVAL_PENDING")
        await world.answer("approve")
        assert not (await client.call_tool("pay", {"to": "x", "amount": 5000})).is_error
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]


async def test_what_a_server_returned_counts_for_the_next_call(world) -> None:
    server, _ = served(world)
    async with Client(server) as client:
        guard_session(client.session, world.guard, server="bank")
        await client.call_tool("read_web", {"key": "7"})
        assert (await client.call_tool("note", {"text": "a"})).is_error
    assert [name for name, _ in world.ran] == ["read_web"]


async def test_only_this_session_is_guarded(world) -> None:
    server, _ = served(world)
    async with Client(server) as guarded, Client(server) as other:
        guard_session(guarded.session, world.guard, server="bank")
        assert not (await other.call_tool("wipe", {"key": "7"})).is_error
