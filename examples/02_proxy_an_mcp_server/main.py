"""An MCP client, the guard, and a server that knows nothing of it.

python examples/02_proxy_an_mcp_server/main.py
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

HERE = Path(__file__).parent
GUARD = (sys.executable, "-c", "import sys; from guard_adapters.cli import main; sys.exit(main())")
"""The command `guard`, wherever it is installed."""


def said(result: CallToolResult) -> str:
    """Return the first line of a result."""
    first = result.content[0]
    return first.text.split("\n", maxsplit=1)[0] if isinstance(first, TextContent) else first.type


async def work(folder: Path) -> None:
    """Do with a note what a client may do, and what it may not."""
    for name in ("guard.yaml", "notes.cedar"):
        shutil.copy(HERE / name, folder)
    note = folder / "shopping.txt"
    note.write_text("milk, bread")
    config = ["--config", str(folder / "guard.yaml")]
    proxy = ["proxy", "--standalone", *config, "--upstream", "notes", "--agent", "example"]
    server = ["--", sys.executable, str(HERE / "server.py"), str(folder)]
    command = StdioServerParameters(command=GUARD[0], args=[*GUARD[1:], *proxy, *server])
    async with Client(command) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        print("tools:", ", ".join(tools))
        arguments = {"name": "shopping.txt"}
        print("read:", said(await client.call_tool("read_note", arguments)))
        print("delete:", said(await client.call_tool("delete_note", arguments)))
    print("the note is", "still there" if note.exists() else "gone", flush=True)
    await asyncio.to_thread(subprocess.run, [*GUARD, "audit", "verify", *config], check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
