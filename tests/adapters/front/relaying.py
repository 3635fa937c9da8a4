"""A scripted upstream and a relay before it, both on real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import uvicorn

from guard.grant.credential import Credential
from guard.model.facts import Binding
from guard_adapters._http.pool import HttpClient
from guard_adapters.front.mcp.http.endpoint import Endpoint
from guard_adapters.front.mcp.upstream.server import HttpServer
from tests.adapters.front.allow_all import AllowAll, app_of, endpoint

MODERN = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}
JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream")]


@asynccontextmanager
async def serving(app, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(5):
        while not server.started:
            await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 5)
        listener.close()


def listening() -> tuple[socket.socket, int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener, listener.getsockname()[1]


@dataclass
class Scripted:
    """An upstream that keeps what it was asked and answers as told, by method."""

    tools: list[dict] = field(default_factory=list)
    seen: list[tuple[dict, dict]] = field(default_factory=list)  # headers, message
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    result: dict = field(default_factory=lambda: {"content": []})
    events: list[bytes] = field(default_factory=list)  # before the answer; makes it a stream
    wait: str = ""  # "head" or "stream": where it stays until the client leaves
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def methods(self) -> list[str]:
        return [message.get("method", "") for _, message in self.seen]

    async def __call__(self, scope, receive, send) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        message = json.loads(body) if body else {}
        self.seen.append(({k.decode(): v.decode() for k, v in scope["headers"]}, message))
        result = self.result
        if message.get("method") == "tools/list":
            result = {"tools": self.tools}
        elif message.get("method") == "tools/call":
            self.reached.set()
            await self._linger("head", receive)
        answer = json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": result}).encode()
        if "id" not in message:
            await self._send(send, 202, [], b"")
        elif self.events and message["method"] == "tools/call":
            await send(
                {"type": "http.response.start", "status": 200, "headers": [*EVENTS, *self.headers]}
            )
            for event in self.events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await self._linger("stream", receive)
            await send({"type": "http.response.body", "body": b"data: " + answer + b"\n\n"})
        else:
            await self._send(
                send, self.status, [*JSON, *self.headers], answer if self.status == 200 else b""
            )
        self.finished.set()

    async def _linger(self, where: str, receive) -> None:
        if self.wait != where:
            return

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self.left.set()

        tasks = [asyncio.create_task(gone()), asyncio.create_task(self.go_on.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    async def _send(self, send, status, headers, body) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def message(self) -> dict:
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            data = [line[6:] for line in self.raw.split(b"\n") if line.startswith(b"data: {")]
            return json.loads(data[-1])
        return json.loads(self.raw)


@dataclass
class Relayed:
    """A relay with its upstream, and a client's way to it."""

    front: AllowAll
    upstream: Scripted
    http: HttpClient
    url: str
    endpoint: Endpoint
    host: str = ""  # instead of the socket's own name

    async def raw(self, body: bytes, headers: dict[str, str], host: str | None = None) -> Answer:
        """Send bytes as they are, with another Host header if asked for."""
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self.url).port)
        lines = {
            "host": host or urlsplit(self.url).netloc,
            "content-length": str(len(body)),
            "connection": "close",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"POST {urlsplit(self.url).path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        got = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await writer.wait_closed()
        top, _, rest = got.partition(b"\r\n\r\n")
        status, *fields = top.decode().split("\r\n")
        pairs = (line.partition(": ") for line in fields)
        return Answer(
            int(status.split()[1]), {name.lower(): value for name, _, value in pairs}, rest
        )

    async def open(self, message: dict, headers: dict[str, str] | None = None):
        given = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            **(headers or {}),
        }
        pairs = [(k.encode(), v.encode()) for k, v in given.items()]
        return await self.http.open_upstream(
            "POST", self.url, pairs, json.dumps(message).encode(), read_s=5
        )

    async def post(self, message: dict, headers: dict[str, str] | None = None) -> Answer:
        if self.host:
            given = {"content-type": "application/json", **(headers or {})}
            return await self.raw(json.dumps(message).encode(), given, host=self.host)
        opened = await self.open(message, headers)
        raw = await opened.read(2**22)
        await opened.aclose()
        return Answer(
            opened.status, {k.decode().lower(): v.decode() for k, v in opened.headers}, raw
        )

    async def modern(
        self, method: str, params: dict, headers: dict[str, str] | None = None, ident=1
    ) -> Answer:
        return await self.post(*modern(method, params, ident, headers))


def modern(
    method: str, params: dict, ident=1, headers: dict[str, str] | None = None
) -> tuple[dict, dict]:
    meta = {**ENVELOPE, **params.get("_meta", {})}
    message = {"jsonrpc": "2.0", "id": ident, "method": method, "params": {**params, "_meta": meta}}
    routing = {"mcp-protocol-version": MODERN, "mcp-method": method}
    if "name" in params or "uri" in params:
        routing["mcp-name"] = params.get("name") or params["uri"]
    return message, {**routing, **(headers or {})}


def legacy(method: str, params: dict, ident=1) -> dict:
    return {"jsonrpc": "2.0", "id": ident, "method": method, "params": params}


def minted(token: str = "tok", prover=None, kind: str = "calltoken") -> Credential:
    return Credential(
        kind=kind, lease_id="l", audience="a", binding=Binding.L3, expires_at_ms=0, secret=token,
        prover=prover,
    )  # fmt: skip


@asynccontextmanager
async def relayed(
    upstream: Scripted, front: AllowAll | None = None, *, access=None, **server
) -> AsyncIterator[Relayed]:
    front = front or AllowAll()
    (ours, port), (theirs, far) = listening(), listening()
    http = HttpClient()
    target = HttpServer(name="up", url=f"http://127.0.0.1:{far}/mcp", **server)
    made = endpoint(
        front, [target, replace(target, name="other")], port=port, access=access, http=http
    )
    async with serving(upstream, theirs), serving(app_of(made), ours):
        client = HttpClient()
        try:
            yield Relayed(front, upstream, client, f"http://127.0.0.1:{port}/mcp/up", made)
        finally:
            await client.aclose()
            await http.aclose()
