"""Stands between MCP clients and MCP servers: over HTTP, in a pipe, and attached to a guard."""
