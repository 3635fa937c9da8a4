"""200 clients at once: nothing is lost, every call has its pair in the log, nobody meets another.

Each client is a person of their own, named by their own bearer token. The upstream echoes the
token that it was handed and the arguments, so that a mixed-up answer is seen.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
import uvicorn

from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving

pytestmark = pytest.mark.soak

CLIENTS, SECONDS = 200, 20
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
}
CONFIG = """
version: 1
guard: {{policies: [all.cedar], state: state, serve: {{port: 0}}}}
servers:
  echo:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    audience: http://127.0.0.1:{port}/mcp
    delivery: bearer
    tools:
      echo:
        effect: [read]
        says: "Echoes {{text}}"
        input_schema: {{type: object, properties: {{text: {{type: string}}}}, required: [text]}}
        confirmed: true
"""


async def echo(scope, receive, send) -> None:
    """An MCP server in thirty lines: answers with its argument and the token's claims."""
    raw = b""
    while True:
        part = await receive()
        raw += part.get("body", b"")
        if not part.get("more_body"):
            break
    message = json.loads(raw)
    if message["method"] == "tools/list":
        schema = {"type": "object", "properties": {"text": {"type": "string"}}}
        result = {"tools": [{"name": "echo", "inputSchema": schema}], "resultType": "complete"}
    else:
        bearer = dict(scope["headers"])[b"authorization"].decode().partition(" ")[2]
        said = {"text": message["params"]["arguments"]["text"], "token": bearer}
        result = {
            "content": [{"type": "text", "text": json.dumps(said)}],
            "resultType": "complete",
        }
    body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
    head = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


def claims(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def one_client(number: int, url: str, token: str, until: float) -> tuple[int, list[str]]:
    calls, wrong = 0, []
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "echo",
    }
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        while time.monotonic() < until:
            text = f"client {number} call {calls}"
            params = {"name": "echo", "arguments": {"text": text}, "_meta": META}
            message = {"jsonrpc": "2.0", "id": calls, "method": "tools/call", "params": params}
            answer = (await http.post(url, json=message)).json()
            calls += 1
            try:
                said = json.loads(answer["result"]["content"][0]["text"])
                held = claims(said["token"])
                if said["text"] != text or held["sub"] != f"person-{number}":
                    wrong.append(f"{text}: {said['text']} for {held['sub']}")
            except (KeyError, ValueError):
                wrong.append(f"{text}: {answer}")
    return calls, wrong


async def test_200_clients_lose_nothing_and_meet_nobody(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    upstream = uvicorn.Server(
        uvicorn.Config(echo, port=0, log_level="error", lifespan="off", ws="none")
    )
    task = asyncio.create_task(upstream.serve())
    while not upstream.started:
        await asyncio.sleep(0.01)
    port = upstream.servers[0].sockets[0].getsockname()[1]
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=port))
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    tokens = {f"token-{number}": number for number in range(CLIENTS)}
    keys = {
        sha256(token.encode()).hexdigest(): Caller(
            issuer="load", subject=f"person-{number}", agent="a", scopes=frozenset({"mcp:echo"})
        )
        for token, number in tokens.items()
    }
    wired = build(load(tmp_path / "guard.yaml"))
    async with serving(wired, keys) as url:
        until = time.monotonic() + SECONDS
        ends = await asyncio.gather(
            *(one_client(n, f"{url}/mcp/echo", token, until) for token, n in tokens.items())
        )
    sessions = await wired.world.sessions.all()
    wired.close()
    upstream.should_exit = True
    await task

    total, wrong = sum(calls for calls, _ in ends), [line for _, lines in ends for line in lines]
    print(f"{CLIENTS} clients, {SECONDS} s: {total} calls")
    record_property("calls", total)
    assert wrong == []
    rows = read_log(tmp_path / "state" / "guard.sqlite")
    kinds = Counter(json.loads(leaf)["kind"] for _, leaf in rows.leaves)
    pairs = Counter(
        body["call"]
        for body in map(json.loads, (leaf for _, leaf in rows.leaves))
        if body["kind"] in {"decision", "outcome"}
    )
    assert kinds["decision"] == kinds["outcome"] == total
    assert set(pairs.values()) == {2}
    assert len(sessions) == CLIENTS
    assert sum(session.step for session in sessions) == total
