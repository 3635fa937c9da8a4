"""An upstream full of things no library knows (2026-07-28): raw ASGI, so that nothing is sieved.

It shows back what it received, and answers with vendor fields, unknown kinds and big numbers.
Whatever stands before it has to carry all of that both ways. It checks nothing.

    python tests/conformance/fidelity_upstream.py --http PORT    (0 = any; prints {"url": ...})
    python tests/conformance/fidelity_upstream.py --stdio        (one message a line)
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Wire = dict[str, Any]
Send = Callable[[Wire], Awaitable[None]]
VERSION = "2026-07-28"
BIG = 12345678901234567890  # above 2^63: a double or an int64 cannot hold it

CAPABILITIES: Wire = {
    "tools": {"listChanged": False},
    "extensions": {"com.example/chess": {"openings": ["b4", "g4"], "level": 3}},
}
SCHEMA: Wire = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"square": {"$anchor": "sq", "type": "string", "pattern": "^[a-h][1-8]$"}},
    "properties": {"to": {"$ref": "#/$defs/square"}, "n": {"type": "integer"}},
    "x-vendor-order": ["to", "n"],
}
TOOL: Wire = {
    "description": "Shows what it was sent.",
    "inputSchema": SCHEMA,
    "annotations": {"readOnlyHint": True, "com.example/mood": "calm"},
    "vendorCost": {"cents": 3, "per": "call"},
    "_meta": {"com.example/tool": {"rank": 1}},
}
TOOLS = [{"name": name} | TOOL for name in ("show", "start_task", "stream", "exotic")]
TASK: Wire = {"taskId": "task-7", "status": "working", "pollIntervalMs": 50, "vendorQueue": "slow"}
NOTE: Wire = {
    "jsonrpc": "2.0",
    "method": "notifications/com.example/blink",
    "params": {"times": 2, "vendor": {"deep": [1, None, True]}},
}
MISSING: Wire = {"code": -32601, "message": "No such method", "data": {"hint": ["try", BIG]}}


def shown(params: Wire) -> Wire:
    """What arrived, as the result of a call, with vendor fields around it."""
    return {
        "resultType": "complete",
        "content": [{"type": "text", "text": "seen", "vendorTone": {"pitch": 440}}],
        "structuredContent": {"received": params},
        "vendorReceipt": {"no": BIG},
        "_meta": {"com.example/result": {"page": 2}},
    }


EXOTIC: Wire = {
    "resultType": "complete",
    "content": [{"type": "com.example/hologram", "voxels": [0, 1], "data": "AA=="}],
}


def answer(method: str, params: Wire) -> Wire | None:
    """The result of a request, or None for a method this server does not have."""
    match method, params.get("name"):
        case "server/discover", _:
            return {
                "resultType": "complete",
                "supportedVersions": [VERSION],
                "capabilities": CAPABILITIES,
                "ttlMs": 0,
                "cacheScope": "private",
            }
        case "tools/list", _:
            return {
                "resultType": "complete",
                "tools": TOOLS,
                "ttlMs": 60_000,
                "cacheScope": "private",
            }
        case "tools/call", "start_task":
            return {"resultType": "task", **TASK}
        case "tools/call", "exotic":
            return EXOTIC
        case ("tools/call", _) | ("com.example/greet", _):
            return shown(params)
        case "tasks/get", _:
            return {"resultType": "complete", **TASK, "taskId": params.get("taskId")}
        case _:
            return None


async def respond(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-type", kind.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def event(message: Wire) -> bytes:
    return b"event: message\ndata: " + json.dumps(message).encode() + b"\n\n"


async def app(scope: Wire, receive: Callable[[], Awaitable[Wire]], send: Send) -> None:
    assert scope["type"] == "http"
    raw, more = b"", True
    while more:
        part = await receive()
        raw += part.get("body", b"")
        more = part.get("more_body", False)
    if scope["method"] != "POST":
        await respond(send, 405, "application/json", b"{}")
        return
    request = json.loads(raw)
    if "id" not in request:
        await respond(send, 202, "application/json", b"")
        return
    params = request.get("params") or {}
    reply: Wire = {"jsonrpc": "2.0", "id": request["id"]}
    result = answer(request["method"], params)
    if result is None:
        await respond(
            send, 404, "application/json", json.dumps(reply | {"error": MISSING}).encode()
        )
        return
    reply["result"] = result
    if params.get("name") == "stream":
        await respond(send, 200, "text/event-stream", event(NOTE) + event(reply))
    else:
        await respond(send, 200, "application/json", json.dumps(reply).encode())


def stdio() -> None:
    """The same answers, one a line."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        params = request.get("params") or {}
        result = answer(request["method"], params)
        said = {"error": MISSING} if result is None else {"result": result}
        notes = [NOTE] if params.get("name") == "stream" else []
        for message in [*notes, {"jsonrpc": "2.0", "id": request["id"], **said}]:
            print(json.dumps(message), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--stdio", action="store_true")
    chosen = parser.parse_args()
    if chosen.stdio:
        stdio()
        return
    listener = socket.create_server(("127.0.0.1", chosen.http))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    print(json.dumps({"url": url}), flush=True)
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="error")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
