# ruff: noqa: F811  the fixture has the name of what it gives
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
from tests.adapters.front.test_mcp_beside import POD, api, token  # noqa: F401  a fixture

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


def signed(claims, typ="JWT"):
    head = {"alg": "ES256", "kid": "e", "typ": typ}
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(JWSRegistry.algorithms['ES256'].sign(text.encode(), KEY))}"


def assertion(now_ms, url, **claims):
    said = {"iss": "nightly", "sub": "nightly", "aud": url, "jti": "1", "iat": now_ms // 1000 + 1, "exp": now_ms // 1000 + 60}  # fmt: skip
    return signed(said | claims)


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


async def posted(url, token, **more):
    async with httpx2.AsyncClient() as http:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, text/event-stream",
            **{name.replace("_", "-"): value for name, value in more.items()},
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


ATTESTED = """\
  callers:
    spiffe: {{socket: "{socket}", trust_domains: [corp.example]}}
    posture: {{issuer: "https://mdm.example", jwks_url: "http://127.0.0.1:{port}/jwks"}}
    workloads: {{nightly: ["{pod}"]}}
"""


async def test_a_job_runs_as_its_own_workload_alone_and_shows_its_device(tmp_path, api):
    async with keys() as port:
        more = ATTESTED.format(socket=api.socket, port=port, pod=POD)
        text = CONFIG.format(port=port).replace("  callers:\n", more)
        (tmp_path / "guard.yaml").write_text(text)
        wired = build(load(tmp_path / "guard.yaml"))
        try:
            async with serving(wired, {}) as url:
                now_s = wired.world.clock.now_ms() // 1000
                svid = {"sub": POD, "aud": [url], "exp": now_s + 300, "iat": now_s}
                device = {
                    "iss": "https://mdm.example", "aud": url, "sub": "laptop-7", "user": "nightly",
                    "compliant": True, "iat": now_s - 60, "exp": now_s + 300,
                }  # fmt: skip

                async def called(number, **shown):
                    said = assertion(wired.world.clock.now_ms(), url, jti=number)
                    return await posted(url, said, **shown)

                other = token(svid | {"sub": "spiffe://corp.example/other"})
                stale = token(svid | {"exp": now_s - 60})
                assert await called("1") == (403, "workload_wrong")
                assert await called("2", guard_workload=other) == (403, "workload_wrong")
                assert await called("3", guard_workload=stale) == (401, "token_expired")
                (session,) = await wired.world.sessions.all()
                assert [one.kind for one in session.signals] == ["workload_moved"]
                mine = signed(device, "device-posture+jwt")
                theirs = signed(device | {"user": "eve"}, "device-posture+jwt")
                good = token(svid)
                assert await called("4", guard_workload=good, guard_device=theirs) == (401, "posture_foreign")  # fmt: skip
                status, _ = await called("5", guard_workload=good, guard_device=mine)
                assert status not in {400, 401, 403}
                (session,) = await wired.world.sessions.all()
                assert (session.who.workload.id, session.who.workload.attested) == (POD, True)
                assert (session.who.device.id, session.who.device.compliant) == ("laptop-7", True)
        finally:
            wired.close()


async def test_a_running_guard_takes_up_what_was_learned(guarded, capsys):
    wired, _ = guarded
    config = str(wired.loaded.file)
    code = await asyncio.to_thread(main, ["detectors", "learn", "--live", "--config", config])
    assert code == 1  # nothing has happened yet that teaches anything
    assert "The running guard has taken it up." in capsys.readouterr().out
