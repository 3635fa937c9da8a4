"""What a server publishes: its tools, asked for once. It calls none and keeps nothing."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from guard.errors import Unusable
from guard.model.call import Json
from guard_adapters._http.carrying import Sending
from guard_adapters._http.proved import mcp_http_client
from guard_adapters.front.mcp.upstream.between import Key

WAIT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One tool as its server describes it."""

    definition: Mapping[str, Json]

    @property
    def name(self) -> str:
        """Return the tool's name."""
        return str(self.definition["name"])

    @property
    def schema(self) -> Mapping[str, Json]:
        """Return the schema of its arguments."""
        found = self.definition.get("inputSchema")
        return found if isinstance(found, dict) else {}

    @property
    def results(self) -> Mapping[str, Json]:
        """Return the schema of its results, where the server publishes one."""
        found = self.definition.get("outputSchema")
        return found if isinstance(found, dict) else {}

    @property
    def said(self) -> str:
        """Return how the server describes it; empty: it does not."""
        found = self.definition.get("description")
        return found if isinstance(found, str) else ""

    @property
    def hints(self) -> dict[str, bool]:
        """Return its annotations: the server's word."""
        found = self.definition.get("annotations")
        said = found if isinstance(found, dict) else {}
        return {name: hint for name, hint in said.items() if isinstance(hint, bool)}


class _Answer(Protocol):
    status_code: int


async def tools_of(
    url: str,
    command: list[str],
    key: Key | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: str = "",
) -> list[Listed]:
    """Return every tool of a server.

    Args:
        url: where it is; empty: `command` starts it.
        command: see there.
        key: what goes with each message to a URL.
        environ: what the command is given beside the usual environment.
        cwd: where it is started; empty: here.

    Raises:
        Unusable: `server_wants_token`, `server_unreachable`.
    """
    statuses = set[int]()

    def headers(sending: Sending) -> list[tuple[str, str]]:
        own = key.headers(sending.method, url, sending.nonce) if key is not None else []
        return [(name.decode(), value.decode()) for name, value in own]

    async def note(answer: _Answer) -> None:
        statuses.add(answer.status_code)

    found: list[Listed] = []
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(asyncio.timeout(WAIT_S))
            target: Any
            if url:
                http = await stack.enter_async_context(mcp_http_client(headers, wait_s=WAIT_S))
                http.event_hooks = {"response": [note]}
                target = streamable_http_client(url, http_client=http)
            else:
                target = StdioServerParameters(
                    command=command[0],
                    args=command[1:],
                    env=dict(environ or {}),
                    cwd=cwd or None,
                )
            client = await stack.enter_async_context(Client(target))
            cursor: str | None = None
            while True:
                page = await client.list_tools(cursor=cursor)
                found += [
                    Listed(
                        definition=tool.model_dump(mode="json", by_alias=True, exclude_none=True)
                    )
                    for tool in page.tools
                ]
                cursor = page.next_cursor
                if not cursor:
                    return found
    except Exception as error:  # noqa: BLE001  the SDK raises groups and own types: no list
        raise _no_list(error, statuses, key, url) from None


def _no_list(error: Exception, statuses: set[int], key: Key | None, url: str) -> Unusable:
    if HTTPStatus.UNAUTHORIZED not in statuses:
        return Unusable(
            f"The server gave no list of tools: {_first(error)}.",
            code="server_unreachable",
            next_step="Look whether the URL is that of its MCP endpoint, path included."
            if url
            else "Start it by hand to see what it says, then try again.",
        )
    said = "did not take the token" if key is not None else "lists its tools only with a token"
    return Unusable(
        f"The server {said} (401).",
        code="server_wants_token",
        next_step="`guard init --token-env NAME` shows it one from your environment. For the guard "
        "itself, give the server a `credential` with `between` (docs/issuers/oauth-exchange.md).",
    )


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip().rstrip(".")
