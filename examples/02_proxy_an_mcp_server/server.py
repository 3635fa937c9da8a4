"""An MCP server over a folder of notes. It verifies nothing, as most servers do."""

import sys
from pathlib import Path

from mcp.server.mcpserver import MCPServer

FOLDER = Path(sys.argv[1])
server = MCPServer("notes", log_level="ERROR")


@server.tool()
def read_note(name: str) -> str:
    """Read a note."""
    return (FOLDER / name).read_text(encoding="utf-8")


@server.tool()
def delete_note(name: str) -> str:
    """Delete a note."""
    (FOLDER / name).unlink()
    return f"{name} is gone"


server.run()
