"""The everything-fixture: our own MCP server, both protocol eras, HTTP or stdio.

The official suite passes against it without a single failure; that is what makes it the measure
for what stands in front of it. It keeps no data and is no example of a good server.

    python tests/conformance/everything.py --http PORT    (0 = any; prints {"url": ...} first)
    python tests/conformance/everything.py --stdio
"""

from __future__ import annotations

import argparse
import json
import socket
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import everything_catalogue as catalogue
import mcp_types as types
import uvicorn
from everything_catalogue import Wire
from everything_rounds import prompt_with_context
from everything_tools import BUS, call
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.server.subscriptions import ListenHandler
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

Context = ServerRequestContext[Any, Any]
Handler = Callable[[Context, Any], Awaitable[Any]]
NAME = "everything-fixture"
RETRY_MS = 100  # what a client is told to wait before it asks for the rest of a stream
LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Kept(EventStore):
    """Keeps every event of one process in order, so that a cut stream can be resumed."""

    def __init__(self) -> None:
        self._events: list[tuple[str, types.JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: types.JSONRPCMessage | None) -> str:
        self._events.append((stream_id, message))
        return str(len(self._events))

    async def replay_events_after(
        self, last_event_id: str, send_callback: EventCallback
    ) -> str | None:
        seen = int(last_event_id) if last_event_id.isdecimal() else 0
        if not 0 < seen <= len(self._events):
            return None
        stream = self._events[seen - 1][0]
        for number, (owner, message) in enumerate(self._events[seen:], start=seen + 1):
            if owner == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


async def list_tools(_ctx: Context, _params: object) -> Wire:
    return {"tools": catalogue.tools()}


async def list_prompts(_ctx: Context, _params: object) -> Wire:
    return {"prompts": catalogue.prompts()}


async def get_prompt(_ctx: Context, params: types.GetPromptRequestParams) -> Wire:
    if params.name == "test_input_required_result_prompt":
        return prompt_with_context(params.input_responses or {})
    prompt = catalogue.prompt(params.name, params.arguments or {})
    if prompt is None:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt {params.name!r}")
    return prompt


async def list_resources(_ctx: Context, _params: object) -> Wire:
    return {"resources": catalogue.resources()}


async def list_templates(_ctx: Context, _params: object) -> Wire:
    return {"resourceTemplates": catalogue.templates()}


async def read_resource(_ctx: Context, params: types.ReadResourceRequestParams) -> Wire:
    uri = str(params.uri)
    content = catalogue.resource(uri)
    if content is None:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
    return {"contents": [content]}


async def accept(_ctx: Context, _params: object) -> Wire:
    return {}


async def complete(_ctx: Context, params: types.CompleteRequestParams) -> Wire:
    values = [params.argument.value + end for end in ("", "-one", "-two")]
    return {"completion": {"values": values, "total": len(values), "hasMore": False}}


def marked(handler: Handler) -> Handler:
    """The newer wire wants every result to say its type; empty results exist on the older only."""

    async def answer(ctx: Context, params: Any) -> Any:
        result = await handler(ctx, params)
        return {"resultType": "complete"} | result if result else {}

    return answer


def make_server() -> Server[Any]:
    handlers: dict[str, Handler] = {
        "on_list_tools": list_tools,
        "on_call_tool": call,
        "on_list_prompts": list_prompts,
        "on_get_prompt": get_prompt,
        "on_list_resources": list_resources,
        "on_list_resource_templates": list_templates,
        "on_read_resource": read_resource,
        "on_subscribe_resource": accept,
        "on_unsubscribe_resource": accept,
        "on_set_logging_level": accept,
        "on_completion": complete,
    }
    wired: dict[str, Any] = {name: marked(handler) for name, handler in handlers.items()}
    lists = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
    hints = {method: CacheHint(60_000, "public") for method in (*lists, "resources/read")}
    wired["on_subscriptions_listen"] = ListenHandler(BUS)
    server: Server[Any] = Server(NAME, version="1.0.0", cache_hints=hints, **wired)
    boundary = RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME)
    server.middleware.append(boundary)
    return server


def serve_http(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio does not do it for sockets it is handed: head and body would wait for each other 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = make_server().streamable_http_app(
        event_store=Kept(),
        retry_interval=RETRY_MS,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[f"{host}:*" for host in LOCAL],
            allowed_origins=[f"http://{host}:*" for host in LOCAL],
        ),
    )
    # h11, because httptools keeps the blanks around header values and one check looks at them.
    config = uvicorn.Config(
        app, http="h11", ws="none", log_level="error", timeout_graceful_shutdown=1
    )
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    print(json.dumps({"url": url}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


async def serve_stdio() -> None:
    server = make_server()
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--http", type=int, metavar="PORT")
    choice.add_argument("--stdio", action="store_true")
    chosen = parser.parse_args()
    # The older wire is served on purpose, with all that the newer one has dropped.
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    if chosen.stdio:
        anyio.run(serve_stdio)
    else:
        serve_http(chosen.http)


if __name__ == "__main__":
    main()
