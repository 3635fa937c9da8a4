# ruff: noqa: PLC0415  each framework is imported where it is measured: not all fit into one place
"""One tool call through each front that speaks MCP, likewise, for bench/fronts.py.

The client is connected before, and stays so: connecting is no part of a call.
"""

from typing import Any

from allowing import CALL, GUARD, Run, look


def _called(connected: Any) -> Run:
    """Return one call of a client that is connected before, and stays so."""
    return lambda: connected.call_tool("look", CALL)


async def fastmcp(guarded: bool) -> Run:
    from fastmcp import Client, FastMCP

    from guard_adapters.front.fastmcp import GuardMiddleware

    server = FastMCP("bank", middleware=[GuardMiddleware(GUARD, server="bank")] if guarded else [])
    server.tool(look)
    return _called(await Client(server).__aenter__())


async def mcp_server(guarded: bool) -> Run:
    from mcp import Client
    from mcp.server.mcpserver import MCPServer

    from guard_adapters.front.mcp_server import GuardServer

    judge: Any = [GuardServer(GUARD, server="bank")] if guarded else []
    server = MCPServer("bank", middleware=judge, log_level="ERROR")
    server.tool()(look)
    return _called(await Client(server).__aenter__())


async def mcp_client(guarded: bool) -> Run:
    from mcp import Client
    from mcp.server.mcpserver import MCPServer

    from guard_adapters.front.mcp_client import guard_session

    server = MCPServer("bank", log_level="ERROR")
    server.tool()(look)
    client = await Client(server).__aenter__()
    if guarded:
        guard_session(client.session, GUARD, server="bank")
    return _called(client)
