"""An MCP server of the SDK, and a client that calls it as its host's model says."""

import asyncio
from typing import Any

from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard_adapters.front.mcp_server import GuardServer
from tests.frameworks.worlds.played import Played, functions

pauses = False
cancels = True


async def start(world: Any, *turns: Any) -> Played:
    judge = GuardServer(world.guard, server="bank", conversation=lambda _context: "t1")
    server = MCPServer("bank", middleware=[judge])
    for one in functions(world):
        server.tool()(one)
    read: list[str] = []
    async with Client(server) as client:
        for turn in turns:
            calls = [client.call_tool(name, dict(given)) for name, given in turn]
            read += [one.content[0].text for one in await asyncio.gather(*calls)]
    return Played(read=read, kept=str(read))


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)


def given(world: Any, _: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"functions": functions(world)}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    for one in made["functions"]:
        made["server"].tool()(one)
    async with Client(made["server"]) as client:
        await client.call_tool("look", {"key": "7"})
