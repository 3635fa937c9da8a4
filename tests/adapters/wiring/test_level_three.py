"""A rule demands level 3: the guard serves, a real server checks proofs, and only then it runs."""

from hashlib import sha256

from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer

from guard.grant.replay import MemoryReplay
from guard.grant.verify import Verifier
from guard_adapters._http.proved import mcp_http_client
from guard_adapters.front.mcp.auth import Caller
from guard_adapters.front.mcp_verify import CallGuard, verified_call
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.proving import measured
from guard_adapters.wiring.running import serving
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind

CONFIG = """
version: 1
guard: {{policies: [all.cedar], state: state, serve: {{port: 0}}}}
servers:
  pay:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    audience: http://127.0.0.1:{port}/mcp
    delivery: dpop
    tools:
      refund:
        effect: [write]
        says: "Refunds order {{number}}"
        input_schema: {{type: object, properties: {{number: {{type: integer}}}}, required: [number]}}
        confirmed: true
        budget: none
        budget_reason: a test
"""
POLICY = """
@id("ALL") @reason("everything") permit (principal, action, resource);
@id("CRED-001") @reason("binding_too_low")
forbid (principal, action == Guard::Action::"pay/refund", resource)
unless { context.credential.binding >= 3 };
"""
KEY = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:pay"})}


def paying(jwks, port, seen):
    url = f"http://127.0.0.1:{port}/mcp"
    verifier = Verifier(
        jwks, issuer="guardcall", audience=url, sender_constrained=True, skew_s=0,
        replay=MemoryReplay(start_ms=SystemClock().now_ms() - 60_000),
    )  # fmt: skip
    guard = CallGuard(verifier, clock=SystemClock(), url=url, binding_min=3)
    server = MCPServer("pay", log_level="ERROR", middleware=[guard])

    @server.tool()
    def refund(number: int) -> str:
        seen.append(verified_call())
        return f"refunded {number}"

    return server


async def refunded(url, number):
    http = mcp_http_client(lambda *_: [("Authorization", "Bearer k")], wait_s=5)
    async with (
        http,
        Client(streamable_http_client(f"{url}/mcp/pay", http_client=http)) as client,
    ):
        return str(await client.call_tool("refund", {"number": number}))


async def test_level_three_is_reached_where_it_was_measured_and_nowhere_else(tmp_path):
    seen = []
    listener, port = listening()
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=port))
    (tmp_path / "all.cedar").write_text(POLICY)
    wired = build(load(tmp_path / "guard.yaml"))
    server = paying(wired.calltoken.jwks(), port, seen)
    app = server.streamable_http_app()
    try:
        async with server.session_manager.run(), behind(app, listener), serving(wired, KEY) as url:
            before = await refunded(url, 1)
            await measured(load(tmp_path / "guard.yaml"), "pay")
            after = await refunded(url, 2)
            again = await refunded(url, 3)
    finally:
        wired.close()
    assert "binding_too_low" in before
    assert ("refunded 2" in after, "refunded 3" in again) == (True, True)
    assert [call.binding for call in seen] == [3, 3]
    assert len({call.jti for call in seen}) == 2
    assert {call.claims["cnf"]["jkt"] for call in seen} == {seen[0].claims["cnf"]["jkt"]}
