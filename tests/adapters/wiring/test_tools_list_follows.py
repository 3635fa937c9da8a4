"""A session is narrowed while its client holds a list: it hears of it, lists less, and reads why."""

import asyncio
from hashlib import sha256

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server.mcpserver import MCPServer

from guard.model.access import Access, Level
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.clients import connected
from tests.adapters.front.for_relays import listening_for_relays
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind
from tests.forked import OF_GUARD, OF_SERVER, python

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  serve: {{port: 0}}
servers:
  notes:
    trust: trusted
    {where}
    tools:
      look: {{effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
      write:
        effect: [write]
        confirmed: true
        budget: none
        budget_reason: a test
        input_schema: {{type: object, properties: {{}}}}
"""
POLICY = """
@id("OK") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource);
"""
KEY = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:notes"})}
SERVER = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("notes", log_level="ERROR")
@server.tool()
def look() -> str: return "seen"
@server.tool()
def write() -> str: return "written"
if __name__ == "__main__": server.run("stdio")
"""


def notes():
    server = MCPServer("notes", log_level="ERROR")

    @server.tool()
    def look() -> str:
        return "seen"

    @server.tool()
    def write() -> str:
        return "written"

    return server


def wired_in(folder, where):
    (folder / "guard.yaml").write_text(CONFIG.format(where=where))
    (folder / "all.cedar").write_text(POLICY)
    return build(load(folder / "guard.yaml"))


async def listed(client):
    return {tool.name for tool in (await client.list_tools()).tools}


async def told(client, tool):
    """Make a call; return what its result says of the session it came through."""
    result = await client.call_tool(tool, {})
    assert not result.is_error
    said = (result.meta or {}).get("dev.guardcall/narrowed", [])
    assert all(one["id"] for one in said)
    return [(one["dimension"], one["reason"]) for one in said]


async def followed(client, wired):
    """Listen, list, be narrowed, hear of it, list again, and get it back."""
    async with client.listen(tools_list_changed=True) as heard:
        assert await listed(client) == {"look", "write"}
        (session,) = await wired.world.sessions.live()
        await wired.reauthorizing.narrow(session.id, Access(level=Level.READ_ONLY), "looking")
        await asyncio.wait_for(anext(aiter(heard)), 5)
        assert await listed(client) == {"look"}
        assert await told(client, "look") == [("level=read_only", "looking")]
        hidden = await client.call_tool("write", {})  # from a list that was kept
        assert hidden.is_error
        assert "access_narrowed" in hidden.model_dump_json()
        await wired.reauthorizing.give_back(session.id, "operator")
        await asyncio.wait_for(anext(aiter(heard)), 5)
        assert await listed(client) == {"look", "write"}
        assert await told(client, "write") == []


async def test_a_client_that_listens_over_http_hears_that_its_tools_have_changed(tmp_path):
    listener, port = listening()
    wired = wired_in(tmp_path, f"url: http://127.0.0.1:{port}/mcp")
    server = notes()
    app = server.streamable_http_app()
    try:
        async with (
            server.session_manager.run(),
            behind(app, listener),
            serving(wired, KEY) as url,
            connected(f"{url}/mcp/notes") as client,
        ):
            await followed(client, wired)
    finally:
        wired.close()


async def test_a_client_that_listens_on_an_attached_pipe_hears_it_too(tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    wired = wired_in(tmp_path, "")
    pipe = tmp_path / "s" / "guard.sock"
    program = "import sys; from guard_adapters.cli import main; sys.exit(main())"
    words = ["-c", program, "proxy", "--socket", str(pipe), "--upstream", "notes", "--agent", "a"]
    words += ["--", python(*OF_SERVER), str(tmp_path / "server.py")]
    relay = StdioServerParameters(command=python(*OF_GUARD), args=words)
    async with listening_for_relays(wired, pipe), Client(relay) as client:
        await followed(client, wired)
