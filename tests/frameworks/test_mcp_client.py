"""Whatever sits on a guarded MCP client session is guarded; the server gets a token for the call."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard.grant.credential import Credential
from guard.model.facts import Binding
from guard_adapters.front.function import running_call
from guard_adapters.front.mcp.protocol.private import IDEMPOTENCY_KEY, TOKEN_KEY
from guard_adapters.front.mcp_client import guard_session
from guard_adapters.front.native import Ran

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


def noting():
    metas = []

    async def record(ctx, call_next):
        if ctx.method == "tools/call":
            metas.append(dict(ctx.meta or {}))
        return await call_next(ctx)

    server = MCPServer("bank", middleware=[record])

    @server.tool()
    def note(text: str) -> str:
        return text

    return server, metas


async def test_where_the_catalogue_asks_for_it_the_server_gets_the_key_of_the_run(world) -> None:
    server, metas = noting()
    async with Client(server) as client:
        guard_session(client.session, world.guard, server="bank")
        await client.session.call_tool("note", {"text": "a"}, meta={IDEMPOTENCY_KEY: "chosen"})
        await client.session.call_tool("look", {"key": "7"})
    (meta,) = metas[:1]
    assert len(meta[IDEMPOTENCY_KEY]) == 64
    assert IDEMPOTENCY_KEY not in metas[1]


@dataclass
class Leasing:
    """An intake whose calls run with a credential of another kind than a call token."""

    form: Any = None

    async def around(self, native, run):
        other = Credential(
            kind="sts", lease_id="l", audience="a", binding=Binding.L2, expires_at_ms=1,
            secret="CLOUD-SECRET-CANARY",
        )  # fmt: skip
        with running_call(None, other):
            return Ran(result=await run(native.arguments))


async def test_a_secret_that_is_no_call_token_does_not_travel_to_the_server() -> None:
    server, metas = noting()
    async with Client(server) as client:
        guard_session(client.session, SimpleNamespace(intake=Leasing()), server="bank")
        await client.session.call_tool("note", {"text": "a"})
    assert "CANARY" not in str(metas)
    assert len(metas) == 1
