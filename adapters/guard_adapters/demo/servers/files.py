"""An MCP server over one folder: lists it and reads it. It verifies nothing, as most servers do."""

import sys
from pathlib import Path

from mcp.server.mcpserver import MCPServer

from guard_adapters.demo.servers.serve import serve


def files_server(root: Path) -> MCPServer:
    """Return the server for this folder; a path outside of it is an error."""
    server = MCPServer("files", log_level="ERROR")

    @server.tool()
    def list_files() -> list[str]:
        """List the files of the folder."""
        return sorted(path.name for path in root.iterdir())

    @server.tool()
    def read_file(path: str) -> str:
        """Read one text file of the folder."""
        found = (root / path).resolve()
        if not found.is_relative_to(root.resolve()):
            raise ValueError(f"{path!r} is outside the folder")
        return found.read_text()

    return server


if __name__ == "__main__":
    serve(files_server(Path(sys.argv[2])), port=int(sys.argv[1]))
