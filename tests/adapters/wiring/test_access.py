"""Who comes in over HTTP, all the way: a listed client's assertion, a second showing of it, a reload."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import httpx2
import pytest
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind

KEY = ECKey.generate_key("P-256", {"kid": "e", "use": "sig"})
CONFIG = """
version: 1
guard:
  policies: ["starter:mcp-proxy"]
  state: state
  serve: {{port: 0}}
  callers:
    clients: {{nightly: {{jwks_url: "http://127.0.0.1:{port}/jwks", servers: [notes]}}}}
servers:
  notes:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    tools:
      read: {{effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
"""
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "read", "arguments": {}},
}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assertion(now_ms, url, **claims):
    said = {"iss": "nightly", "sub": "nightly", "aud": url, "jti": "1", "iat": now_ms // 1000 + 1, "exp": now_ms // 1000 + 60}  # fmt: skip
    signed = f"{b64(json.dumps({'alg': 'ES256', 'kid': 'e'}).encode())}.{b64(json.dumps(said | claims).encode())}"
    return f"{signed}.{b64(JWSRegistry.algorithms['ES256'].sign(signed.encode(), KEY))}"


@asynccontextmanager
async def keys():
    async def jwks(_request):
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    listener, port = listening()
    async with behind(Starlette(routes=[Route("/jwks", jwks)]), listener):
        yield port


@pytest.fixture
async def guarded(tmp_path):
    async with keys() as port:
        (tmp_path / "guard.yaml").write_text(CONFIG.format(port=port))
        wired = build(load(tmp_path / "guard.yaml"))
        try:
            async with serving(wired, {}) as url:
                yield wired, url
        finally:
            wired.close()


async def posted(url, token):
    async with httpx2.AsyncClient() as http:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, text/event-stream",
        }
        answer = await http.post(f"{url}/mcp/notes", json=CALL, headers=headers)
    error = answer.json().get("error", {})
    return answer.status_code, error.get("data", {}).get("reason", "")


async def test_an_assertion_opens_one_request_and_its_second_showing_ends_the_session(guarded):
    wired, url = guarded
    token = assertion(wired.world.clock.now_ms(), url)
    status, _ = await posted(url, token)
    assert status not in {401, 403}
    assert await posted(url, token) == (401, "assertion_replayed")
    (session,) = await wired.world.sessions.all()
    assert (session.who.principal.issuer, session.who.agent.id) == ("client", "nightly")
    assert [one.kind for one in session.signals] == ["token_reuse"]
    assert session.ended_at_ms


async def test_an_assertion_for_somebody_else_opens_nothing(guarded):
    wired, url = guarded
    other = assertion(wired.world.clock.now_ms(), "https://other.example")
    assert await posted(url, other) == (401, "token_audience_wrong")
    assert await posted(url, "dev") == (401, "token_unknown")


async def test_a_running_guard_takes_up_what_was_learned(guarded, capsys):
    wired, _ = guarded
    config = str(wired.loaded.file)
    code = await asyncio.to_thread(main, ["detectors", "learn", "--live", "--config", config])
    assert code == 1  # nothing has happened yet that teaches anything
    assert "The running guard has taken it up." in capsys.readouterr().out
