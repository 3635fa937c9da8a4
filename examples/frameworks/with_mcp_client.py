"""An MCP client session: whatever framework sits on it, its calls are judged before they leave.

python examples/frameworks/with_mcp_client.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from mcp import Client
from mcp.server.mcpserver import MCPServer

from guard_adapters.front.mcp_client import guard_session


async def work(bank: Bank) -> None:
    server = MCPServer("bank")  # knows nothing of the guard
    for one in TOOLS:
        server.tool()(one)
    async with Client(server) as client:
        guard_session(client.session, bank.guard, server="bank")
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
