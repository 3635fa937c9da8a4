"""A server of the MCP SDK judges each call that reaches it, whichever client makes it.

python examples/frameworks/with_mcp_server.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard_adapters.front.mcp_server import GuardServer


async def work(bank: Bank) -> None:
    judge = GuardServer(bank.guard, server="bank", conversation=lambda _request: "invoice-7")
    server = MCPServer("bank", middleware=[judge])
    for one in TOOLS:
        server.tool()(one)
    async with Client(server) as client:
        for name, given in CALLS:
            print(f"{name}: {text(await client.call_tool(name, given))}")
        await bank.yes()
        name, given = CALLS[-1]
        print(f"{name}: {text(await client.call_tool(name, given))}")


def text(result: Any) -> str:
    """Return what a model reads of a result."""
    return str(result.content[0].text)


if __name__ == "__main__":
    play(work)
