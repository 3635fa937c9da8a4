# ruff: noqa: F811  the fixtures have the names of what they give
"""A site without a way out still knows whose tokens are genuine: their keys came with its bundle."""

import asyncio
import json
import socket
import time
from contextlib import asynccontextmanager

import httpx
import pytest

from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.relaying import Scripted, listening
from tests.adapters.front.relaying import serving as behind
from tests.adapters.front.test_mcp_auth import ISSUER, JWKS, KEYS, STRANGER, token
from tests.peers.started import free_port
from tests.sites import both, export, guard, hq, site, take  # noqa: F401  fixtures

FIND = {
    "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "find", "arguments": {}},
}  # fmt: skip


class Login:
    """The login of headquarters: a key set at an address, for as long as there is a way to it."""

    def __init__(self):
        self.document, self.asked, self.port = JWKS, 0, free_port()
        self.url = f"http://127.0.0.1:{self.port}/jwks"

    async def __call__(self, scope, receive, send):
        self.asked += 1
        raw = json.dumps(self.document).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(raw)).encode())]})  # fmt: skip
        await send({"type": "http.response.body", "body": raw})

    @asynccontextmanager
    async def reachable(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        async with behind(self, listener):
            yield


@pytest.fixture
def login():
    return Login()


@asynccontextmanager
async def served(site, login):
    upstream = Scripted(
        tools=[{"name": "find", "inputSchema": {"type": "object", "properties": {}}}]
    )
    listener, port = listening()
    config = site / "guard.yaml"
    entry = f"  serve: {{port: 0, issuer: '{ISSUER}', jwks_url: '{login.url}'}}\n"
    text = config.read_text().replace("guard:\n", f"guard:\n{entry}", 1)
    config.write_text(text.replace("audience:", f"url: http://127.0.0.1:{port}/mcp\n    audience:"))
    wired = build(load(config))
    try:
        async with behind(upstream, listener), serving(wired, {}) as url:

            async def call(alg="ES256", key=None):
                now = int(time.time())
                said = token(alg, key, aud=f"{url}/mcp/shop", scope="mcp:shop", iat=now, nbf=now - 5, exp=now + 60)  # fmt: skip
                headers = {"authorization": f"Bearer {said}", "accept": "application/json, text/event-stream"}  # fmt: skip
                async with httpx.AsyncClient(trust_env=False, verify=False) as http:
                    answer = await http.post(f"{url}/mcp/shop", json=FIND, headers=headers)
                said = answer.json()
                return said["error"]["data"]["reason"] if "error" in said else "answered"

            yield call, upstream
    finally:
        wired.close()


async def test_tokens_are_checked_by_the_keys_of_the_bundle_and_nobody_is_asked(
    hq, site, login, capsys
):
    async with login.reachable():
        file = await asyncio.to_thread(export, hq, site, "b1", "--keys", login.url)
    assert await asyncio.to_thread(take, site, file) == 0
    assert guard("offline", "status", "--config", site / "guard.yaml") == 0
    assert f"keys of    {login.url}\n" in capsys.readouterr().out
    asked = login.asked
    async with served(site, login) as (call, upstream):
        assert await call() == "answered"
        assert upstream.methods().count("tools/call") == 1
        assert await call(key=STRANGER) == "token_signature_bad"
        # Whoever answers at that address at the site adds no key.
        login.document = {"keys": [STRANGER.as_dict(private=False)]}
        async with login.reachable():
            assert await call(key=STRANGER) == "token_signature_bad"
            assert await call() == "answered"
    assert login.asked == asked


async def test_without_keys_in_its_bundle_a_site_without_a_way_out_takes_nobodys_token(
    hq, site, login
):
    assert await asyncio.to_thread(take, site, await asyncio.to_thread(export, hq, site)) == 0
    async with served(site, login) as (call, upstream):
        assert await call() == "keys_unavailable"
    assert upstream.seen == []


async def test_a_private_key_at_that_address_does_not_travel_and_nothing_usable_is_no_bundle(
    hq, site, login, capsys
):
    private = KEYS["ES256"].as_dict(private=True)
    login.document = {"keys": [private, *JWKS["keys"][1:]]}
    async with login.reachable():
        file = await asyncio.to_thread(export, hq, site, "b1", "--keys", login.url)
        assert await asyncio.to_thread(take, site, file) == 0
        held = load(site / "guard.yaml").site.keys[login.url]
        assert private["d"] not in held
        assert len(json.loads(held)["keys"]) == len(JWKS["keys"]) - 1
        words = ("offline", "export", "north", "--out", site / "no", "--config", hq / "guard.yaml")
        for document in ({"keys": [private]}, {"keys": 7}, {}, []):
            login.document = document
            assert await asyncio.to_thread(guard, *words, "--keys", login.url) == 3
    assert await asyncio.to_thread(guard, *words, "--keys", login.url) == 3
    assert capsys.readouterr().err.count("keys_unavailable") == 5
    assert not (site / "no").exists()
