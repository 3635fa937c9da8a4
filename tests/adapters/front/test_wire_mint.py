"""MCP over HTTP: a call's credential is put on the wire, for exactly the call that was decided."""

import traceback
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer

from guard.errors import Refused
from guard.grant.claims import TokenForm
from guard.grant.replay import MemoryReplay
from guard.grant.signing import args_s256
from guard.grant.verify import Verifier
from guard.model.call import ToolCall, argument_bytes
from guard.model.decision import Terms
from guard.model.facts import Binding
from guard_adapters._http.origins import origin
from guard_adapters._http.proved import mcp_http_client as http_client
from guard_adapters.front.egress import at_the_wire, mcp_http_client
from guard_adapters.front.function import running_call
from guard_adapters.front.mcp.client.stream import ClientStream
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp_client import guard_session
from guard_adapters.front.mcp_verify import CallGuard, verified_call
from guard_adapters.front.native import Ran
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.proof_key import SessionKeys
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.front.carrying import SECRET, a_call, claims_of, message, of, target
from tests.adapters.front.relaying import Scripted, legacy, listening, relayed, serving
from tests.adapters.issuer.leased import a_call as bound
from tests.adapters.issuer.leased import a_lease

CLOCK = SystemClock()


class Minting:
    """An intake that allows every call, each with a credential of its own from a real issuer."""

    form = None

    def __init__(self, issuer, url):
        self.issuer, self.url, self.refused = issuer, url, []

    async def around(self, native, run):
        judged = ToolCall(
            id="c1", session="gs_1", server=native.server, tool=native.tool,
            arguments=argument_bytes(native.arguments),
        )  # fmt: skip
        named = {"audience": self.url, "args_s256": args_s256(native.tool, native.arguments)}
        call = bound(tool=native.tool, server="pay", **named)
        credential = await self.issuer.issue(call, Terms(), a_lease(self.issuer))
        with running_call(judged, credential) as here:
            try:
                return Ran(result=await run(dict(native.arguments)))
            finally:
                self.refused.append(here.refused)


# dataclasses.replace wants an instance of a dataclass: what `guard_session` keeps of an intake
def intake(made, monkeypatch):
    monkeypatch.setattr("guard_adapters.front.mcp_client.replace", lambda one, **_: one)
    return SimpleNamespace(intake=made)


@asynccontextmanager
async def paying(seen, gate=lambda app: app):
    """A real server behind HTTP that takes key-bound call tokens alone."""
    listener, port = listening()
    url = f"http://127.0.0.1:{port}/mcp"
    signer = LocalSigner(ec.generate_private_key(ec.SECP256R1()))
    issuer = CallTokenIssuer(
        signer, issuer="guard", clock=CLOCK, proven={"pay": Binding.L3},
        form=lambda _: TokenForm(key_bound=True), provers=SessionKeys(clock=CLOCK, ids=SystemIds()),
    )  # fmt: skip
    verifier = Verifier(
        issuer.jwks(), issuer="guard", audience=url, sender_constrained=True,
        replay=MemoryReplay(start_ms=CLOCK.now_ms() - 60_000),
    )  # fmt: skip
    guard = CallGuard(verifier, clock=CLOCK, url=url, binding_min=3)
    server = MCPServer("pay", log_level="ERROR", middleware=[guard])

    @server.tool()
    def refund(number: int) -> str:
        seen.append(verified_call())
        return f"refunded {number}"

    app = gate(server.streamable_http_app())
    async with server.session_manager.run(), serving(app, listener):
        yield SimpleNamespace(url=url, issuer=issuer)


async def test_every_call_of_a_session_has_a_token_and_a_proof_of_its_own(monkeypatch):
    seen = []
    async with (
        paying(seen) as it,
        mcp_http_client(wait_s=5) as http,
        Client(streamable_http_client(it.url, http_client=http)) as client,
    ):
        guard = intake(Minting(it.issuer, it.url), monkeypatch)
        guard_session(client.session, guard, server="pay", in_headers=True)
        assert [tool.name for tool in (await client.list_tools()).tools] == ["refund"]
        for number in (1, 2):
            answer = await client.call_tool("refund", {"number": number})
            assert f"refunded {number}" in str(answer)
    assert [call.binding for call in seen] == [3, 3]
    assert len({call.jti for call in seen}) == 2


async def test_the_guard_hears_that_a_server_did_not_take_the_token_of_a_call(monkeypatch):
    def closed(app):
        async def gate(scope, receive, send):
            if b"authorization" not in dict(scope.get("headers", ())):
                return await app(scope, receive, send)
            await send({"type": "http.response.start", "status": 401, "headers": []})
            return await send({"type": "http.response.body", "body": b""})

        return gate

    async with (
        paying([], closed) as it,
        mcp_http_client(wait_s=5) as http,
        Client(streamable_http_client(it.url, http_client=http)) as client,
    ):
        minting = Minting(it.issuer, it.url)
        guard = intake(minting, monkeypatch)
        guard_session(client.session, guard, server="pay", in_headers=True)
        await client.list_tools()
        with pytest.raises(MCPError):
            await client.call_tool("refund", {"number": 1})
    assert minting.refused == ["upstream_credential_refused"]


async def in_between(it, monkeypatch):
    """A session in which something changes calls between the guard and the wire."""
    async with (
        mcp_http_client(wait_s=5) as http,
        Client(streamable_http_client(it.url, http_client=http)) as client,
    ):
        inner = client.session.call_tool

        async def changed(name, arguments=None, *args, **kwargs):
            return await inner(name, {**arguments, "number": 1000}, *args, **kwargs)

        vars(client.session)["call_tool"] = changed
        guard = intake(Minting(it.issuer, it.url), monkeypatch)
        guard_session(client.session, guard, server="pay", in_headers=True)
        await client.call_tool("refund", {"number": 1})


async def test_what_a_layer_in_between_changed_never_leaves_and_ends_the_session(monkeypatch):
    seen = []
    async with paying(seen) as it:
        with pytest.raises(Exception) as ended:
            await in_between(it, monkeypatch)
    assert "changed_in_flight" in "".join(traceback.format_exception(ended.value))
    assert seen == []


async def test_only_the_call_itself_carries_it():
    async with target() as there, http_client(at_the_wire, wait_s=5) as http:
        with running_call(a_call(to="acme"), of("dpop", there.url)):
            for method in ("initialize", "tools/list", "notifications/progress"):
                await http.post(there.url, json=message(method=method))
            await http.get(there.url)
            await http.request("DELETE", there.url)
            await http.post(there.url, json=message(to="acme"))
        await http.post(there.url, json=message(to="acme"))
    sent = ["authorization" in one["headers"] for one in there.seen]
    assert sent == [False] * 5 + [True, False]


@pytest.mark.parametrize(
    "changed",
    [
        message(to="mallory"),
        message(tool="refund", to="acme"),
        [message(to="acme"), message(to="mallory", ident=2)],
    ],
)
async def test_a_message_that_is_another_call_is_not_sent(changed):
    async with target() as there, http_client(at_the_wire, wait_s=5) as http:
        with running_call(a_call(to="acme"), of("dpop", there.url)), pytest.raises(Refused) as no:
            await http.post(there.url, json=changed)
    assert (no.value.code, there.seen) == ("changed_in_flight", [])


async def test_no_redirect_is_followed_with_a_proof_or_a_key():
    async with target() as other, target() as there, http_client(at_the_wire, wait_s=5) as http:
        for kind in ("key", "bearer", "dpop"):
            there.answers = [(307, [(b"location", f"{other.url}/x".encode())], b"")]
            with running_call(a_call(to="acme"), of(kind, there.url)):
                answer = await http.post(there.url, json=message(to="acme"))
            assert answer.status_code == 307
    assert (len(there.seen), other.seen) == (3, [])


async def test_the_library_itself_would_carry_them_along():
    """Why redirects are off: so that the test above can fail."""
    async with target() as other, target() as there:
        there.answers = [(307, [(b"location", f"{other.url}/x".encode())], b"")]
        async with httpx2.AsyncClient(follow_redirects=True, trust_env=False) as http:
            await http.post(there.url, headers={"X-Api-Key": SECRET, "Authorization": "x"})
    assert other.seen[0]["headers"]["x-api-key"] == SECRET
    assert "authorization" not in other.seen[0]["headers"]


async def test_a_server_that_wants_a_nonce_gets_the_call_once_more():
    wants = [(b"www-authenticate", b'DPoP error="use_dpop_nonce"'), (b"dpop-nonce", b"n-1")]
    async with target() as there, http_client(at_the_wire, wait_s=5) as http:
        there.answers = [(401, wants, b""), (401, wants, b"")]
        with running_call(a_call(to="acme"), of("dpop", there.url)):
            answer = await http.post(there.url, json=message(to="acme"))
    assert answer.status_code == 401
    assert [claims_of(one["headers"]["dpop"]).get("nonce") for one in there.seen] == [None, "n-1"]


async def test_the_relay_sends_no_other_call_than_the_decided_one():
    server = Scripted()
    async with relayed(server, delivery="bearer") as it:
        made = it.endpoint
        passage = Passage(
            server=made.servers["up"], http=made.http, seals=made.seals, book=made.book,
            tasks=made.tasks, questions=made.questions, settings=it.front.settings, who="ann", now_ms=0,
            client=ClientStream(None, takes_events=False), headers=[],
        )  # fmt: skip
        carried = Carried(
            delivery="bearer", url=passage.server.url, credential=of("bearer", it.url),
            call=a_call(to="acme"),
        )  # fmt: skip
        with pytest.raises(Refused) as no:
            await passage.open_call(message(to="mallory"), carried, None)
    assert (no.value.code, server.seen) == ("changed_in_flight", [])


async def test_a_key_that_may_not_go_to_the_server_stays_here():
    server = Scripted()
    async with relayed(server) as it:
        it.front.credential = of("key", "https://elsewhere.example:443")
        answer = await it.post(legacy("tools/call", {"name": "pay", "arguments": {}}))
    assert answer.message["result"]["isError"] is True
    assert "destination_not_listed" in str(answer.message)
    assert "tools/call" not in server.methods()


async def test_a_call_brings_the_key_of_its_own_lease():
    server = Scripted()
    async with relayed(server) as it:
        it.front.credential = of("key", origin(it.endpoint.servers["up"].url))
        answer = await it.post(legacy("tools/call", {"name": "pay", "arguments": {}}))
        await it.post(legacy("tools/list", {}, ident=2))
    keys = {sent.get("method"): headers.get("x-api-key") for headers, sent in server.seen}
    assert keys == {"tools/call": SECRET, "tools/list": None}
    assert SECRET not in answer.raw.decode()
