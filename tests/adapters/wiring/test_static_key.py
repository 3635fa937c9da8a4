"""A static key behind `guard serve`: with every message, and as the file has it at that moment."""

import json
from hashlib import sha256

import pytest

from guard.errors import Unusable
from guard_adapters._http.pool import HttpClient
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.serve.endpoint import endpoint
from tests.adapters.front.relaying import Answer, Scripted, legacy, listening
from tests.adapters.front.relaying import serving as behind

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  issuers: {{key: {{kind: static, secret_file: api.key, header: X-Api-Key, prefix: "", origins: ["{origin}"]}}}}
servers:
  up:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    delivery: none
    credential: {{issuer: key}}
    tools:
      find:
        effect: [read]
        input_schema: {{type: object}}
        confirmed: true
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
DEV = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:up"})}


def written(folder, port, origin):
    (folder / "guard.yaml").write_text(CONFIG.format(port=port, origin=origin))
    (folder / "all.cedar").write_text(POLICY)
    turned(folder, "FIRST-KEY-CANARY")


def turned(folder, key):
    (folder / "api.key").write_text(key)
    (folder / "api.key").chmod(0o600)


async def asked(http, url, message):
    head = [
        (b"content-type", b"application/json"), (b"authorization", b"Bearer k"),
        (b"accept", b"application/json, text/event-stream"),
    ]  # fmt: skip
    body = json.dumps(message).encode()
    found = await http.open_upstream("POST", f"{url}/mcp/up", head, body, read_s=5)
    raw = await found.read(2**20)
    await found.aclose()
    return Answer(found.status, {}, raw)


async def test_a_key_that_was_changed_is_taken_from_the_next_message_on(tmp_path):
    upstream, (listener, port) = Scripted(), listening()
    upstream.tools = [{"name": "find", "inputSchema": {"type": "object"}}]
    written(tmp_path, port, f"http://127.0.0.1:{port}")
    wired, http = build(load(tmp_path / "guard.yaml")), HttpClient()
    call = legacy("tools/call", {"name": "find", "arguments": {}})
    try:
        async with behind(upstream, listener), serving(wired, DEV) as url:
            await asked(http, url, call)
            turned(tmp_path, "SECOND-KEY-CANARY")
            await asked(http, url, call)
            await asked(http, url, legacy("tools/list", {}, ident=2))
            (tmp_path / "api.key").unlink()
            gone = await asked(http, url, call)
            listed = await asked(http, url, legacy("tools/list", {}, ident=3))
    finally:
        await http.aclose()
        wired.close()
    keys = [
        (sent.get("method"), headers["x-api-key"].split("-")[0]) for headers, sent in upstream.seen
    ]
    assert [pair for pair in keys if pair[0] == "tools/call"] == [
        ("tools/call", "FIRST"), ("tools/call", "SECOND"),
    ]  # fmt: skip
    assert keys[-1] == ("tools/list", "SECOND")
    assert b"CANARY" not in gone.raw + listed.raw
    assert b"secret_file_unusable" in gone.raw
    assert b"secret_file_unusable" in listed.raw


def test_a_key_that_may_not_go_to_its_server_stops_the_start(tmp_path):
    written(tmp_path, 1, "https://elsewhere.example")
    wired = build(load(tmp_path / "guard.yaml"))
    try:
        with pytest.raises(Unusable) as no:
            endpoint(wired, "http://127.0.0.1:1")
    finally:
        wired.close()
    assert no.value.code == "issuer_unusable"
