"""A guard front that lets everything run, and the relay before one upstream as a program.

    python allow_all.py --upstream URL [--port N]

prints {"url": ...} as its first line.
"""

from __future__ import annotations

import argparse
import json
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from guard.config import Settings
from guard.errors import NotAllowed
from guard.model.call import ToolCall, ToolResult, ToolSpec
from guard.model.decision import Deny
from guard_adapters._http.pool import HttpClient
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SealKeys, SessionSeal
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from guard_adapters.front.mcp.http.app import build_app
from guard_adapters.front.mcp.http.endpoint import Access, Endpoint
from guard_adapters.front.mcp.protocol.edge import EdgeRules
from guard_adapters.front.mcp.upstream.server import HttpServer, Seals
from guard_adapters.store.waiting import Waiting

ME = Caller("https://issuer.example", "ann", "agent")
OPEN = ServerRules(
    sampling=True, elicitation_hosts=frozenset({"example.com"}), unasked_answers=True
)


@dataclass
class AllowAll:
    """Runs every tool, except one whose definition changed; tests set `specs` and `hidden`."""

    settings: Settings = field(default_factory=Settings)
    specs: Mapping[str, ToolSpec] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    calls: list[ToolCall] = field(default_factory=list)
    credential: object = None
    page: str = ""  # where people answer
    noes: list[str] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)

    async def session(self, who, handle: str, intent: bytes) -> str:
        return handle or f"default-{who.subject}"

    def spec(self, server: str, tool: str) -> ToolSpec | None:
        return self.specs.get(tool)

    def allow_methods(self, server: str) -> frozenset[str]:
        return frozenset()

    def hold_ms(self, who: object) -> int:
        return self.settings.hold_s * 1000

    def approve_at(self, approval_id: str) -> str:
        return f"{self.page}/a/{approval_id}" if self.page else ""

    async def shown(self, who: object, handle: str, code: str) -> None: ...

    async def declined(self, who: object, approval_id: str) -> None:
        self.noes.append(approval_id)

    async def call(self, call: ToolCall, tool, *, hold_ms) -> ToolResult:
        self.calls.append(call)
        if call.definition == "changed":
            raise NotAllowed(Deny(code="tool_changed"))
        if call.tool in self.hidden:
            raise NotAllowed(Deny(code="no_permit"))
        self.results.append(await tool.run(call, self.credential))
        return self.results[-1]

    def list_turn(self, who: object) -> int:
        return 0

    def relisted(self, who: object) -> Any:
        return Waiting().on("nobody")

    async def visible(self, session_id: str, server: str, names: frozenset[str]) -> frozenset[str]:
        return names - self.hidden

    def new_id(self) -> str:
        return secrets.token_hex(8)

    def now_ms(self) -> int:
        return int(time.time() * 1000)


def endpoint(front, servers, *, hosts=("127.0.0.1",), port=0, access=None, http=None) -> Endpoint:
    keys = SealKeys(secrets.token_bytes(32))
    edge = EdgeRules.of(
        [f"{host}:{port}" for host in (*hosts, "localhost")],
        [f"http://{host}:{port}" for host in (*hosts, "localhost")],
    )
    return Endpoint(
        front=front,
        servers={server.name: server for server in servers},
        access=access or Access(public_url=f"http://127.0.0.1:{port}", edge=edge, unsafe_caller=ME),
        seals=Seals(session=SessionSeal(keys), state=RequestStateSeal(keys)),
        http=http or HttpClient(),
    )


async def ready() -> bool:
    return True


async def no_keys():
    return {"keys": []}


def app_of(made: Endpoint):
    return build_app(made, keys=no_keys, ready=ready)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", chosen.port))
    # asyncio does not do it for sockets it is handed: head and body would wait for each other 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    server = HttpServer(name="up", url=chosen.upstream, rules=OPEN)
    app = app_of(endpoint(AllowAll(), [server], port=port))
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        log_level="error",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    print(json.dumps({"url": f"http://127.0.0.1:{port}/mcp/up"}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
