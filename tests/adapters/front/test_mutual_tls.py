"""Workload identity by client certificate, from the handshake on: a real proxy ends TLS before a guard."""

import base64
import ssl
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.relaying import Scripted, listening
from tests.adapters.front.relaying import serving as behind
from tests.adapters.front.test_mcp_auth import ISSUER, JWKS, token
from tests.peers.caddy import Authority, Caddy, client
from tests.peers.started import free_port

pytestmark = [pytest.mark.peer, pytest.mark.signals]

POD = "spiffe://corp.example/ns/prod/clerk"
OTHER = "spiffe://corp.example/ns/prod/cleaner"
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  serve:
    port: {port}
    public_url: https://localhost:{tls}
    issuer: {issuer}
    jwks_url: http://127.0.0.1:{up}/jwks
  callers:
    certificate_header: client-cert
    workloads: {{clerk: ["{pod}"]}}
servers:
  shop:
    url: http://127.0.0.1:{up}/mcp
    trust: trusted
    tools:
      look: {{effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
"""
RULES = """
@id("OK") @reason("known_workload") permit (principal, action, resource) when { principal.attested };
"""
LOOK = {
    "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "look", "arguments": {}},
}  # fmt: skip


@dataclass
class Site:
    """A guard behind its proxy, and the authority whose certificates that takes."""

    wired: Any
    url: str
    upstream: Scripted
    ours: Authority
    servers: Authority

    async def look(self, shown=None, *, said=None, **headers):
        """Make one call, showing this file; return "ran" or "denied", or how the caller was refused."""
        headers = {
            "authorization": f"Bearer {said or self.token()}",
            "accept": "application/json, text/event-stream", **headers,
        }  # fmt: skip
        tls = client(self.servers, shown)
        async with httpx.AsyncClient(verify=tls, trust_env=False, headers=headers) as http:
            answer = await http.post(f"{self.url}/mcp/shop", json=LOOK)
        said = answer.json()
        if "error" in said:
            return answer.status_code, said["error"]["data"]["reason"]
        return "denied" if said["result"].get("isError") else "ran"

    def token(self, **claims):
        now = int(time.time())
        claims = {
            "aud": f"{self.url}/mcp/shop",
            "scope": "mcp:shop",
            "client_id": "clerk",
            **claims,
        }
        return token(**{"iat": now, "nbf": now - 5, "exp": now + 300, **claims})

    def runs(self):
        return self.upstream.methods().count("tools/call")

    async def sessions(self):
        return await self.wired.world.sessions.all()


@asynccontextmanager
async def standing(folder):
    ours, servers = Authority(folder / "ours", "workloads"), Authority(folder / "web", "servers")
    upstream, tls, port = Scripted(), free_port(), free_port()
    tool = {"name": "look", "inputSchema": {"type": "object", "properties": {}}}
    upstream.tools.append(tool)

    async def jwks(_request):
        return JSONResponse(JWKS)

    app = Starlette(routes=[Route("/jwks", jwks), Mount("/", upstream)])
    listener, up = listening()
    said = CONFIG.format(port=port, tls=tls, up=up, issuer=ISSUER, pod=POD)
    (folder / "guard.yaml").write_text(said)
    (folder / "all.cedar").write_text(RULES)
    wired = build(load(folder / "guard.yaml"))
    proxy = Caddy(folder, port=tls, behind=port, server=servers.server(), clients=ours)
    try:
        async with behind(app, listener), serving(wired, {}) as url:
            yield Site(wired, url, upstream, ours, servers)
    finally:
        proxy.stop()
        wired.close()


@pytest.fixture
async def site(tmp_path):
    async with standing(tmp_path) as made:
        yield made


async def test_a_workload_that_shows_its_certificate_calls_and_is_known_by_it(site) -> None:
    shown, _ = site.ours.signed(POD)
    assert await site.look(shown) == "ran"
    (session,) = await site.sessions()
    assert (session.who.workload.id, session.who.workload.attested) == (POD, True)
    assert site.runs() == 1


async def test_a_workload_that_the_agent_may_not_be_is_refused_and_runs_nothing(site) -> None:
    for uris in ([OTHER], [], [POD, OTHER], [f"{POD}/x"], [POD.replace("spiffe", "https")]):
        shown, _ = site.ours.signed(*uris)
        assert await site.look(shown) == (403, "workload_wrong"), uris
    assert await site.look() == (403, "workload_wrong")
    assert site.runs() == 0
    (session,) = await site.sessions()  # of the owner of the token, who is told of it
    assert [one.kind for one in session.signals] == ["workload_moved"]
    assert not session.ended_at_ms


async def test_no_handshake_no_guard(site, tmp_path) -> None:
    foreign = Authority(tmp_path / "foreign", "workloads")  # by the same name
    for shown, _ in (foreign.signed(POD), site.ours.signed(POD, ended=True)):
        # The proxy hangs up with an alert; what a client makes of it depends on when it reads it.
        with pytest.raises((httpx.TransportError, ssl.SSLError)):
            await site.look(shown)
    assert (site.upstream.methods(), await site.sessions()) == ([], [])


async def test_a_certificate_that_was_only_seen_is_none(site) -> None:
    _, der = site.ours.signed(POD)
    seen = f":{base64.b64encode(der).decode()}:"
    other, _ = site.ours.signed(OTHER)
    for name in ("client-cert", "Client-Cert", "CLIENT-CERT"):
        for shown in (None, other):
            assert await site.look(shown, **{name: seen}) == (403, "workload_wrong")
    for name in ("client_cert", "client-cert-chain", "x-client-cert"):
        assert await site.look(**{name: seen}) == (403, "workload_wrong")
    assert site.runs() == 0


async def test_an_agent_that_may_be_any_workload_is_judged_on_the_one_that_it_showed(site) -> None:
    other, _ = site.ours.signed(OTHER)
    free = site.token(client_id="helper")
    assert await site.look(other, said=free) == "ran"
    assert await site.look(said=site.token(client_id="helper", sub="bob")) == "denied"
    assert site.runs() == 1


async def test_a_session_that_goes_on_from_another_workload_is_found(site) -> None:
    free = site.token(client_id="helper")
    for uri in (POD, OTHER):
        shown, _ = site.ours.signed(uri)
        await site.look(shown, said=free)
    (session,) = await site.sessions()
    assert [one.kind for one in session.signals] == ["workload_moved"]


async def test_a_token_bound_to_a_certificate_is_worth_nothing_to_another_workload(site) -> None:
    shown, der = site.ours.signed(POD)
    print_of = base64.urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()
    bound = site.token(cnf={"x5t#S256": print_of})
    assert await site.look(shown, said=bound) == "ran"
    twin, _ = site.ours.signed(POD)  # the same workload, another key
    seen = {"client-cert": f":{base64.b64encode(der).decode()}:"}
    assert await site.look(twin, said=bound) == (401, "certificate_mismatch")
    assert await site.look(said=bound, **seen) == (401, "certificate_mismatch")
    (session,) = await site.sessions()
    assert "proof_mismatch" in {one.kind for one in session.signals}
    assert session.ended_at_ms, "the second time within ten minutes ends it"
    assert site.runs() == 1
