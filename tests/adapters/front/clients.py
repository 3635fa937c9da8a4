"""A client of the MCP SDK before a running guard: connected with the key `k`, for as long as a block runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from guard_adapters._http.proved import mcp_http_client


@asynccontextmanager
async def connected(url: str, *, wait_s: float = 5, **more: Any) -> AsyncIterator[Client]:
    """Connect to one server's path; `more` is what the client takes besides."""
    http = mcp_http_client(lambda *_: [("Authorization", "Bearer k")], wait_s=wait_s)
    async with http, Client(streamable_http_client(url, http_client=http), **more) as client:
        yield client
