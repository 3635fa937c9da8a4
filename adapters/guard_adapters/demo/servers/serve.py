"""Serves one MCP server over HTTP on the loopback interface."""

import uvicorn
from mcp.server.mcpserver import MCPServer


def serve(server: MCPServer, *, port: int) -> None:
    """Serve until the process is told to stop."""
    uvicorn.run(
        server.streamable_http_app(),
        host="127.0.0.1",
        port=port,
        log_level="error",
        http="h11",
        ws="none",
    )
