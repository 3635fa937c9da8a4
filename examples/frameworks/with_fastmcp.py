"""FastMCP: the server judges each call that reaches it, whichever client makes it.

python examples/frameworks/with_fastmcp.py
"""

from bank import CALLS, TOOLS, Bank, play
from fastmcp import Client, FastMCP

from guard_adapters.front.fastmcp import GuardMiddleware


async def work(bank: Bank) -> None:
    judge = GuardMiddleware(bank.guard, server="bank", conversation=lambda _request: "invoice-7")
    server = FastMCP("bank", middleware=[judge])
    for one in TOOLS:
        server.tool(one)
    async with Client(server) as client:
        for name, given in CALLS:
            result = await client.call_tool(name, given, raise_on_error=False)
            print(f"{name}: {result.content[0].text}")
        await bank.yes()
        name, given = CALLS[-1]
        result = await client.call_tool(name, given)
        print(f"{name}: {result.content[0].text}")


if __name__ == "__main__":
    play(work)
