"""Where calls come in: MCP over HTTP and stdio, plain functions, operators."""
