"""Eighteen things that a relay may lose or invent, each asked of a URL that fidelity_upstream serves.

The client is raw HTTP on purpose: a typed one would sieve the answers itself.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.conformance.fidelity_upstream import (
    BIG,
    CAPABILITIES,
    MISSING,
    NOTE,
    SCHEMA,
    TASK,
    TOOL,
    VERSION,
    Wire,
)

WAIT_S = 5.0
META: Wire = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "fidelity", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
NAMES_IN = {"tools/call": "name", "tasks/get": "taskId"}  # what Mcp-Name repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer: the response message, and the notifications before it."""

    status: int
    message: Wire
    before: list[Wire] = field(default_factory=list)

    @property
    def result(self) -> Wire:
        return self.message["result"]


@dataclass(frozen=True, slots=True)
class Wired:
    """A client that adds nothing but the headers the 2026-07-28 wire asks for."""

    http: httpx2.AsyncClient
    url: str

    async def ask(self, method: str, *, id: str | int = 1, **params: Any) -> Reply:  # noqa: A002 - JSON-RPC's word
        params["_meta"] = META | params.get("_meta", {})
        headers = {
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": VERSION,
            "mcp-method": method,
        }
        if method in NAMES_IN:
            headers["mcp-name"] = params[NAMES_IN[method]]
        body = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
        answer = await self.http.post(self.url, json=body, headers=headers)
        kind = answer.headers.get("content-type", "")
        messages = events(answer.text) if kind.startswith("text/event-stream") else [answer.json()]
        return Reply(status=answer.status_code, message=messages[-1], before=messages[:-1])

    async def call(self, name: str, **params: Any) -> Reply:
        return await self.ask("tools/call", name=name, **{"arguments": {}} | params)

    async def capabilities(self) -> Wire:
        return (await self.ask("server/discover")).result["capabilities"]

    async def tool(self) -> Wire:
        listed = (await self.ask("tools/list")).result["tools"]
        return [tool for tool in listed if tool["name"] == "show"][0]  # noqa: RUF015 - next() would end the coroutine


def events(text: str) -> list[Wire]:
    """The messages of an SSE body; comments and events without data hold none."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    data = [
        "\n".join(
            line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")
        )
        for block in blocks
    ]
    return [json.loads(each) for each in data if each]


def received(reply: Reply) -> Wire:
    return reply.result["structuredContent"]["received"]


async def extensions_are_kept(wire: Wired) -> bool:
    return (await wire.capabilities())["extensions"] == CAPABILITIES["extensions"]


async def no_capability_is_invented(wire: Wired) -> bool:
    return await wire.capabilities() == CAPABILITIES


async def tool_vendor_field(wire: Wired) -> bool:
    return (await wire.tool())["vendorCost"] == TOOL["vendorCost"]


async def unknown_annotation(wire: Wired) -> bool:
    return (await wire.tool())["annotations"] == TOOL["annotations"]


async def schema_keywords(wire: Wired) -> bool:
    return (await wire.tool())["inputSchema"] == SCHEMA


async def tool_meta(wire: Wired) -> bool:
    return (await wire.tool())["_meta"] == TOOL["_meta"]


async def request_and_result_meta(wire: Wired) -> bool:
    reply = await wire.call("show", _meta={"com.example/ask": {"deep": [1]}})
    there = received(reply)["_meta"].get("com.example/ask") == {"deep": [1]}
    return there and reply.result["_meta"].get("com.example/result") == {"page": 2}


async def unknown_request_field(wire: Wired) -> bool:
    reply = await wire.call("show", vendorHint={"urgent": True})
    return received(reply).get("vendorHint") == {"urgent": True}


async def vendor_result_field(wire: Wired) -> bool:
    return (await wire.call("show")).result.get("vendorReceipt") == {"no": BIG}


async def vendor_content_field(wire: Wired) -> bool:
    content = (await wire.call("show")).result["content"]
    return content == [{"type": "text", "text": "seen", "vendorTone": {"pitch": 440}}]


async def unknown_content_type(wire: Wired) -> bool:
    content = (await wire.call("exotic")).result["content"]
    return content == [{"type": "com.example/hologram", "voxels": [0, 1], "data": "AA=="}]


async def big_integer(wire: Wired) -> bool:
    number = received(await wire.call("show", arguments={"n": BIG}))["arguments"]["n"]
    return type(number) is int and number == BIG


async def task_result(wire: Wired) -> bool:
    result = (await wire.call("start_task")).result
    return {"resultType": "task", **TASK}.items() <= result.items()


async def tasks_get(wire: Wired) -> bool:
    result = (await wire.ask("tasks/get", taskId="task-7")).result
    return TASK.items() <= result.items()


async def unknown_method(wire: Wired) -> bool:
    reply = await wire.ask("com.example/greet", whom="all")
    return reply.status == 200 and received(reply)["whom"] == "all"


async def unknown_notification(wire: Wired) -> bool:
    reply = await wire.call("stream")
    return reply.before == [NOTE] and "result" in reply.message


async def error_data_and_status(wire: Wired) -> bool:
    reply = await wire.ask("com.example/missing", id=404)
    return reply.status == 404 and reply.message == {"jsonrpc": "2.0", "id": 404, "error": MISSING}


async def string_id(wire: Wired) -> bool:
    odd = 'id-"\u00e9\u4e16"-007'
    return (await wire.ask("tools/list", id=odd)).message["id"] == odd


ROWS: Mapping[str, Callable[[Wired], Awaitable[bool]]] = {
    "extension capabilities kept": extensions_are_kept,
    "no capability invented": no_capability_is_invented,
    "tool vendor field": tool_vendor_field,
    "unknown annotation": unknown_annotation,
    "$defs and $anchor": schema_keywords,
    "tool _meta": tool_meta,
    "request and result _meta": request_and_result_meta,
    "unknown request field": unknown_request_field,
    "vendor result field": vendor_result_field,
    "vendor content field": vendor_content_field,
    "unknown content type": unknown_content_type,
    "integer above 2^63": big_integer,
    "resultType task": task_result,
    "tasks/get": tasks_get,
    "unknown method": unknown_method,
    "unknown notification on a stream": unknown_notification,
    "error data with HTTP 404": error_data_and_status,
    "string id verbatim": string_id,
}


async def fidelity_rows(url: str, headers: Mapping[str, str] | None = None) -> dict[str, bool]:
    """Row by name: did it survive the way there and back? `headers` may carry a credential.

    An answer of another shape (a refusal, an error page, a missing field) or none is a lost row.
    """
    rows: dict[str, bool] = {}
    async with httpx2.AsyncClient(timeout=WAIT_S, headers=dict(headers or {})) as http:
        for name, survives in ROWS.items():
            try:
                rows[name] = await survives(Wired(http, url))
            except (LookupError, TypeError, AttributeError, ValueError, httpx2.HTTPError):
                rows[name] = False
    return rows
