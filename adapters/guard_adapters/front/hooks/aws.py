"""Cloud credentials for a child process, as its SDK asks for them: a container's endpoint.

The SDK gets an address on loopback and a token of its own at the start. It asks again before its
credentials end, and is answered during an approved call alone. The kernel says whose connection it
is; another account with the token would be refused.
"""

import asyncio
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from guard.clock import Clock
from guard.errors import Refused
from guard_adapters.front.hooks.gate import NOTHING, Given, HookGate
from guard_adapters.front.hooks.private import to_its_end

PLACE: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN: Final = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105  a name
LONGEST: Final = 16 * 1024
ASKED_S: Final = 5.0
_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


@dataclass(slots=True)
class _Port:
    """One port of this process, and who answers on it: whoever took it last.

    A link that begins before the one of before has ended is given the same port.
    """

    server: asyncio.Server
    token: str = field(repr=False)
    endpoint: "AwsEndpoint"


_PORTS: Final[dict[int, _Port]] = {}


class AwsEndpoint:
    """Listens on loopback; give `environ` to the child.

    Args:
        gate: says what may be used now.
        clock: tells the time.
        given: what the child was started with, where that was before this guard.
    """

    def __init__(self, gate: HookGate, clock: Clock, given: Given = NOTHING) -> None:
        self._gate = gate
        self._clock = clock
        self._token = given.get(TOKEN) or secrets.token_urlsafe(32)
        self._held: _Port | None = None
        self._port = urlsplit(given.get(PLACE, "")).port or 0

    def __repr__(self) -> str:
        """Return where it listens, and no token."""
        return f"AwsEndpoint(port={self._port})"

    @property
    def environ(self) -> dict[str, str]:
        """Return what the child must be given."""
        return {
            PLACE: f"http://127.0.0.1:{self._port}/credentials",
            TOKEN: self._token,
        }

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            OSError: somebody else has the port by now.
        """
        self._held = _PORTS.get(self._port)
        if self._held is not None and self._same(self._held):
            self._held.endpoint = self
            return
        where = "127.0.0.1", self._port

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await held.endpoint.answer(reader, writer)

        server = await asyncio.start_server(serve, *where, limit=LONGEST)
        held = self._held = _Port(server, self._token, self)
        self._port = server.sockets[0].getsockname()[1]
        _PORTS[self._port] = held

    def _same(self, held: _Port) -> bool:
        """Return whether a port of this process is that of the same child."""
        mine = hmac.compare_digest(held.token.encode(), self._token.encode())
        here = held.server.get_loop() is asyncio.get_running_loop()
        return mine and here and held.server.is_serving()

    async def aclose(self) -> None:
        """Stop, unless somebody has taken the port since."""
        if self._held is None or self._held.endpoint is not self:
            return
        if _PORTS.get(self._port) is self._held:
            del _PORTS[self._port]
        self._held.server.close()
        await self._held.server.wait_closed()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close its connection."""
        async with to_its_end(writer):
            async with asyncio.timeout(ASKED_S):
                head = await reader.readuntil(b"\r\n\r\n")
            status, body = self._answer(head, writer.get_extra_info("peername")[1])
            raw = json.dumps(body).encode()
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode()
                + raw
            )
            await writer.drain()

    def _answer(self, head: bytes, port: int) -> tuple[str, dict[str, str]]:
        lines = head.decode("latin-1").split("\r\n")
        named = {
            name.lower(): value.strip()
            for name, _, value in (one.partition(":") for one in lines[1:])
        }
        given = named.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, self._token.encode()):
            return _no("403 Forbidden", "peer_refused")
        if "origin" in named or not lines[0].startswith("GET /credentials "):
            return _no("404 Not Found", "not_found")
        if owner(port, self._port) != os.geteuid():
            return _no("403 Forbidden", "peer_refused")
        try:
            active = self._gate.active(self._gate.pid, self._clock.now_ms())
        except Refused as no:
            return _no("403 Forbidden", no.code)
        parts = active.credential.parts
        if "access_key_id" not in parts:
            return _no("404 Not Found", "no_active_call")
        until = datetime.fromtimestamp(active.credential.expires_at_ms / 1000, UTC)
        return "200 OK", {
            "AccessKeyId": parts["access_key_id"],
            "SecretAccessKey": parts["secret_access_key"],
            "Token": parts["session_token"],
            "Expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }


def owner(port: int, to: int) -> int:
    """Return the user whose socket is connected from one port to another on loopback; -1: nobody's.

    One local port may be that of several connections, each to somewhere else.
    """
    for table in _TABLES:
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            ends = [int(one.rpartition(":")[2], 16) for one in fields[1:3]]
            if ends == [port, to] and fields[3] == "01":
                return int(fields[7])
    return -1


def _no(status: str, code: str) -> tuple[str, dict[str, str]]:
    return status, {"code": code, "message": "No credentials now."}
