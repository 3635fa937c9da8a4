"""A client session of the MCP SDK that is guarded, before a server that knows no guard."""

import asyncio
from typing import Any

from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard_adapters.front.mcp_client import guard_session
from tests.frameworks.worlds.played import Played, functions

pauses = False
cancels = True


async def start(world: Any, *turns: Any) -> Played:
    server = MCPServer("bank", log_level="CRITICAL")
    for one in functions(world):
        server.tool()(one)
    read: list[str] = []
    async with Client(server) as client:
        guard_session(client.session, world.guard, server="bank", conversation="t1")
        for turn in turns:
            calls = [client.call_tool(name, dict(given)) for name, given in turn]
            read += [one.content[0].text for one in await asyncio.gather(*calls)]
    return Played(read=read, kept=str(read))


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)
