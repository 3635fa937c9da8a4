"""A rule demands level 3: the guard serves, a real server checks proofs, and only then it runs."""

from hashlib import sha256

import pytest
from mcp.server.mcpserver import Context, MCPServer

from guard.grant.replay import MemoryReplay
from guard.grant.verify import Profile, Verifier
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp_verify import CallGuard, verified_call
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.proving.measuring import measured
from guard_adapters.wiring.running import serving
from tests.adapters.front.clients import connected
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  issuers: {{api: {{kind: static, secret_file: api.key, origins: ["http://127.0.0.1:{port}"]}}}}
servers:
  pay:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    audience: http://127.0.0.1:{port}/mcp
    {delivery}
    tools:
      refund:
        effect: [write]
        says: "Refunds order {{number}}"
        input_schema: {{type: object, properties: {{number: {{type: integer}}}}, required: [number]}}
        confirmed: true
        budget: none
        budget_reason: a test
        credential: {{issuer: calltoken}}
"""
DPOP = "delivery: dpop"
TXN = """delivery: txn
    trust_domain: shop.example
    credential: {issuer: api}"""
API_KEY = "the-servers-own-api-key"
POLICY = """
@id("ALL") @reason("everything") permit (principal, action, resource);
@id("CRED-001") @reason("binding_too_low")
forbid (principal, action == Guard::Action::"pay/refund", resource)
unless { context.credential.binding >= 3 };
"""
KEY = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:pay"})}


def paying(jwks, port, seen, **form):
    url = f"http://127.0.0.1:{port}/mcp"
    verifier = Verifier(
        jwks, issuer="guardcall", audience=url, sender_constrained=True, skew_s=0,
        replay=MemoryReplay(start_ms=SystemClock().now_ms() - 60_000), **form,
    )  # fmt: skip
    guard = CallGuard(verifier, clock=SystemClock(), url=url, binding_min=3)
    server = MCPServer("pay", log_level="ERROR", middleware=[guard])

    @server.tool()
    def refund(number: int, ctx: Context) -> str:
        seen.append((verified_call(), dict(ctx.request_context.request.headers)))
        return f"refunded {number}"

    return server


async def refunded(url, number):
    async with connected(f"{url}/mcp/pay") as client:
        return str(await client.call_tool("refund", {"number": number}))


async def served(tmp_path, delivery, **form):
    """Call before the server was measured, and twice after; return answers and what it saw."""
    seen = []
    listener, port = listening()
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=port, delivery=delivery))
    (tmp_path / "all.cedar").write_text(POLICY)
    (tmp_path / "api.key").write_text(API_KEY)
    (tmp_path / "api.key").chmod(0o600)
    wired = build(load(tmp_path / "guard.yaml"))
    server = paying(wired.calltoken.jwks(), port, seen, **form)
    app = server.streamable_http_app()
    try:
        async with server.session_manager.run(), behind(app, listener), serving(wired, KEY) as url:
            before = await refunded(url, 1)
            await measured(load(tmp_path / "guard.yaml"), "pay")
            return before, [await refunded(url, number) for number in (2, 3)], seen
    finally:
        wired.close()


@pytest.mark.parametrize("form", ["dpop", "txn"])
async def test_level_three_is_reached_where_it_was_measured_and_nowhere_else(tmp_path, form):
    txn = {"profile": Profile.TXN, "trust_domain": "shop.example"} if form == "txn" else {}
    delivery = TXN if form == "txn" else DPOP
    before, after, seen = await served(tmp_path, delivery, **txn)
    assert "binding_too_low" in before
    assert ("refunded 2" in after[0], "refunded 3" in after[1]) == (True, True)
    calls, headers = [call for call, _ in seen], [found for _, found in seen]
    assert [call.binding for call in calls] == [3, 3]
    assert len({call.jti for call in calls}) == 2
    assert len({call.claims["cnf"]["jkt"] for call in calls}) == 1
    assert len({one["dpop"] for one in headers}) == 2
    own = [one["authorization"] for one in headers]
    if form == "txn":  # beside the server's own credential, never in its place
        assert own == [f"Bearer {API_KEY}"] * 2
        assert [call.claims["tctx"]["tool"] for call in calls] == ["refund"] * 2
    else:
        assert all(one.startswith("DPoP ") for one in own)
