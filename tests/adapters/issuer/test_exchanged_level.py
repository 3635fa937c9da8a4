"""Tokens of a real authorization server: the level is what a real tool server was seen to check of them."""

import json
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest
from mcp.server.mcpserver import MCPServer

from guard.errors import Unavailable, Unusable
from guard.grant.lease import Fate, Lease
from guard.grant.proving import reached
from guard.grant.replay import MemoryReplay
from guard.grant.verify import Profile, Verifier
from guard.model.facts import Binding
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp_verify import CallGuard, verified_call
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.proving.exchange import Asking, Exchanged
from guard_adapters.wiring.proving.measuring import measured
from guard_adapters.wiring.proving.probed import keep_left, left_at
from guard_adapters.wiring.running import serving
from tests.adapters.front.clients import connected
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("authorization_server")]
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  issuers: {{idp: {issuer}}}
servers:
  pay:
    trust: trusted
    url: http://127.0.0.1:{port}/mcp
    audience: http://127.0.0.1:{port}/mcp
    delivery: {delivery}
    credential: {{issuer: idp, grant: crm.read}}
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
unless { context.credential.binding >= 2 };
"""
KEY = {sha256(b"k").hexdigest(): Caller(issuer="t", subject="ann", agent="a", scopes={"mcp:pay"})}


def written(folder, idp, port, *, delivery="dpop", **more):
    key = str(idp.home / "keys" / "identity.pem")
    issuer = {"kind": "oauth_exchange", **idp.settings(key_file=key, **more)}
    text = CONFIG.format(issuer=json.dumps(issuer), port=port, delivery=delivery)
    (folder / "guard.yaml").write_text(text)
    (folder / "all.cedar").write_text(POLICY)
    return folder / "guard.yaml"


def paying(idp, url, seen, *, checks, key_bound):
    verifier = Verifier(
        idp.keys(), issuer=idp.url, audience=url, profile=Profile.RAR, sender_constrained=key_bound,
        replay=MemoryReplay(start_ms=SystemClock().now_ms() - 60_000),
    )  # fmt: skip
    guard = CallGuard(verifier, clock=SystemClock(), url=url)
    server = MCPServer("pay", log_level="ERROR", middleware=[guard] if checks else [])

    @server.tool()
    def refund(number: int) -> str:
        seen.append(verified_call() if checks else None)
        return f"refunded {number}"

    return server


async def refunded(url, number):
    async with connected(f"{url}/mcp/pay") as client:
        return str(await client.call_tool("refund", {"number": number}))


@asynccontextmanager
async def tools_of(idp, folder, seen, *, checks=True, key_bound=True, **more):
    listener, port = listening()
    config = written(folder, idp, port, **more)
    server = paying(idp, f"http://127.0.0.1:{port}/mcp", seen, checks=checks, key_bound=key_bound)
    app = server.streamable_http_app()
    async with server.session_manager.run(), behind(app, listener):
        yield config


@pytest.mark.parametrize(
    ("level", "more"),
    [
        (3, {}),
        (2, {"dpop": False, "delivery": "bearer", "key_bound": False}),
        (1, {"checks": False}),
    ],
)
async def test_the_level_is_what_the_server_showed_and_policy_reads_it(
    authorization_server, tmp_path, level, more
):
    seen = []
    async with tools_of(authorization_server, tmp_path, seen, **more) as config:
        wired = build(load(config))
        try:
            async with serving(wired, KEY) as url:
                assert "binding_too_low" in await refunded(url, 1)
                shown = await measured(load(config), "pay", Asking(unsafe_elsewhere=level == 2))
                after = await refunded(url, 2)
            rows = await wired.world.leases.recent(10)
        finally:
            await wired.world.issuers["idp"].aclose()
            wired.close()
    assert reached(shown) is Binding(level)
    assert ("refunded 2" in after) is (level >= 2)
    assert ("binding_too_low" in after) is (level < 2)
    if level < 2:
        assert (seen, list(rows)) == ([], [])
        return
    (call,), (row,) = seen, rows
    assert (call.subject, call.agent, call.binding, row.binding) == ("ann", "a", level, level)
    assert ("cnf" in call.claims) is (level == 3)


async def test_what_was_measured_counts_for_these_settings_of_the_issuer_alone(
    authorization_server, tmp_path
):
    async with tools_of(authorization_server, tmp_path, []) as config:
        asking = Asking(principal="ann", agent="a", elsewhere="https://jwt.example/mcp")
        await measured(load(config), "pay", asking)
        port = load(config).catalog.servers["pay"].url.split(":")[2].split("/")[0]

        def level():
            wired = build(load(config))
            found = wired.world.issuers["idp"].facts("pay", "refund").binding
            wired.close()
            return found

        assert level() is Binding.L3
        written(tmp_path, authorization_server, port, ttl_s=30)
        assert level() is Binding.L1
        written(tmp_path, authorization_server, port)
        assert level() is Binding.L3


@pytest.mark.parametrize(
    ("elsewhere", "code"), [("https://unknown.example/mcp", "probe_unsupported")]
)
async def test_a_resource_that_nobody_knows_cannot_be_asked_for_and_nothing_is_proven(
    authorization_server, tmp_path, elsewhere, code
):
    async with tools_of(authorization_server, tmp_path, []) as config:
        with pytest.raises(Unusable) as no:
            await measured(load(config), "pay", Asking(elsewhere=elsewhere))
        assert no.value.code == code
        assert "--elsewhere" in no.value.next_step
        assert not (tmp_path / "state" / "proven.json").exists()


@pytest.mark.parametrize(
    ("more", "asking", "next_step"),
    [
        ({"details": False}, Asking(unsafe_elsewhere=True), "details"),
        ({"dpop": False}, Asking(elsewhere="https://jwt.example/mcp"), "--unsafe-elsewhere"),
    ],
)
async def test_a_server_is_shown_no_token_that_it_can_use_elsewhere_and_none_that_proves_nothing(
    tmp_path, more, asking, next_step
):
    class Home:
        home = tmp_path

        def settings(self, **more):
            return {
                "token_url": "http://127.0.0.1:9/token", "audience": "https://as.example",
                "identity": "https://guard.example", "client_id": "guard", **more,
            }  # fmt: skip

    (tmp_path / "keys").mkdir(mode=0o700)
    config = written(tmp_path, Home(), 9, **{"delivery": "bearer", **more})
    with pytest.raises(Unusable) as no:
        await measured(load(config), "pay", asking)
    assert no.value.code == "probe_unsupported"  # and not that nobody listens there
    assert next_step in no.value.next_step


async def test_each_token_of_a_probe_is_taken_back_and_what_is_left_is_told(tmp_path):
    done = []

    class Stubborn:
        async def revoke(self, lease, why):
            done.append(lease.id)
            if lease.id == "two":
                raise Unavailable("It did not answer.")
            return {"three": Fate.STILL_THERE, "four": Fate.RUNS_OUT}.get(lease.id, Fate.GONE)

        async def aclose(self):
            done.append("closed")

    issuer = Stubborn()
    left = []
    made = Exchanged(
        name="idp", entry={}, server=None, grant="", maker=None, asking=Asking(), left=left
    )
    made._issuers.append(issuer)
    leases = {
        name: Lease(
            id=name, call_id="", session="", kind="k", deadline_ms=1, handle=name, issuer="idp"
        )
        for name in ("one", "two", "three", "four")
    }
    made._made += [(issuer, lease) for lease in leases.values()]
    await made.aclose()
    assert sorted(done) == ["closed", "four", "one", "three", "two"]
    assert done[-1] == "closed"
    # What is left is told: by its name, until it has run out; what runs out as promised is not.
    assert {(one.handle, one.issuer) for one in left} == {("two", "idp"), ("three", "idp")}
    keep_left(tmp_path, left, 0)
    keep_left(tmp_path, left[:1], 0)
    assert len(left_at(tmp_path, 0)) == 3
    assert len(left_at(tmp_path, left[0].until_ms)) == 0
