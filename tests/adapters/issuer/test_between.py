"""A real MCP server that lets no message in without an access token, behind a guard over HTTP.

The tokens come from a real authorization server; what the server sees is checked by code that is not
the guard's: the JWT library, or introspection at that server, and the official SDK's own check.
"""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import httpx
import pytest
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPDeprecationWarning

from guard.access.killing import Killing
from guard.grant.proving import reached
from guard.grant.replay import MemoryReplay
from guard.grant.verify import Profile, Verifier
from guard.model.facts import Binding
from guard_adapters._http.proved import mcp_http_client
from guard_adapters.cli import main
from guard_adapters.front.asgi_verify import CallGate
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.http import session_streams
from guard_adapters.front.mcp.protocol.private import TOKEN_KEY
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.leases import LeaseDesk
from guard_adapters.wiring.proving.exchange import Asking
from guard_adapters.wiring.proving.measuring import measured
from guard_adapters.wiring.running import serving
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind
from tests.peers.authorization_server import let_in

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("authorization_server")]
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
{store}  issuers: {{idp: {issuer}}}
servers:
  crm:
    trust: trusted
    url: {url}
    audience: {url}
    delivery: {delivery}
    credential: {{issuer: idp, grant: crm.read crm.write{between}}}
    tools:
      rename:
        credential: {{issuer: {of_calls}}}
        effect: [write]
        input_schema: {{type: object, properties: {{number: {{type: integer}}}}, required: [number]}}
        confirmed: true
        budget: none
        budget_reason: a test
"""
INITIALIZE = {
    "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}  # fmt: skip
KEYS = {
    sha256(name.encode()).hexdigest(): Caller(
        issuer="t", subject=name, agent="a", scopes=frozenset({"mcp:crm"})
    )
    for name in ("ann", "bob")
}


@dataclass
class Door:
    """Lets in what carries a good token for this server, and keeps what each message brought."""

    idp: object
    url: str
    app: object
    nonce: str = ""
    seen: list = field(default_factory=list)  # HTTP method, MCP method, token
    turned_away: list = field(default_factory=list)
    metas: list = field(default_factory=list)
    followed: asyncio.Event = field(default_factory=asyncio.Event)  # a stream was let in

    async def __call__(self, scope, receive, send):
        headers = {name.decode().title(): value.decode() for name, value in scope["headers"]}
        headers = {{"Dpop": "DPoP"}.get(name, name): value for name, value in headers.items()}
        body, parts = b"", []
        while scope["method"] == "POST":
            parts.append(await receive())
            body += parts[-1].get("body", b"")
            if not parts[-1].get("more_body"):
                break
        message = json.loads(body) if body else {}
        asked = message.get("method", "")
        self.metas.append((message.get("params") or {}).get("_meta") or {})
        if not await asyncio.to_thread(self._good, scope["method"], headers):
            self.turned_away.append(asked)
            head = [(b"www-authenticate", b'DPoP error="invalid_token"')]
            await send({"type": "http.response.start", "status": 401, "headers": head})
            return await send({"type": "http.response.body", "body": b""})
        self.seen.append((scope["method"], asked, headers["Authorization"].split(" ")[1]))
        if scope["method"] == "GET":
            self.followed.set()

        async def again():
            return parts.pop(0) if parts else await receive()

        return await self.app(scope, again, send)

    def _good(self, method, headers):
        if "Authorization" not in headers:
            return False
        return let_in(self.idp, self.url, method, self.url, headers)

    def claims(self):
        """Return what each message's token says, by HTTP and MCP method."""
        read = {token: self._said(token) for _, _, token in self.seen}
        return [(kind, asked, read[token]) for kind, asked, token in self.seen]

    def _said(self, token):
        said = self.idp.reads(token) if token.count(".") == 2 else self.idp.says_of(token)
        return {**said, "token": token}


@dataclass
class Scene:
    door: Door
    wired: object
    url: str
    ran: list

    @asynccontextmanager
    async def client(self, who="ann", mode="auto"):
        http = mcp_http_client(lambda *_: [("Authorization", f"Bearer {who}")], wait_s=5)
        at = streamable_http_client(f"{self.url}/mcp/crm", http_client=http)
        async with http, Client(at, mode=mode) as client:
            yield client

    async def session(self):
        (found,) = await self.wired.world.sessions.all()
        return found.id

    async def post(self, message, **headers):
        head = {"authorization": "Bearer ann", "accept": "application/json, text/event-stream"}
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            body = {"jsonrpc": "2.0", **message}
            return await http.post(f"{self.url}/mcp/crm", json=body, headers={**head, **headers})


async def at_rest(it, client):
    """List the tools, and wait until the client's stream is open: it takes the same token there."""
    await client.list_tools()
    async with asyncio.timeout(5):
        await it.door.followed.wait()


async def pinged(client):
    with pytest.warns(MCPDeprecationWarning):
        await client.send_ping()


@asynccontextmanager
async def scene(
    idp,
    folder,
    *,
    path="/long",
    between=", between: crm.read",
    delivery="dpop",
    of_calls="idp",
    gate=lambda idp, url, app: app,
    checks=lambda url: {},
    store="",
    **more,
):
    listener, port = listening()
    url, ran = f"http://127.0.0.1:{port}{path}", []
    key = str(idp.home / "keys" / "identity.pem")
    issuer = json.dumps(
        {"kind": "oauth_exchange", **idp.settings(**{"key_file": key, "ttl_s": 90, **more})}
    )
    text = CONFIG.format(
        issuer=issuer, url=url, between=between, delivery=delivery, of_calls=of_calls, store=store
    )
    (folder / "guard.yaml").write_text(text)
    (folder / "all.cedar").write_text(
        '@id("ALL") @reason("all") permit (principal, action, resource);'
    )
    server = MCPServer("crm", log_level="ERROR", **checks(url))

    @server.tool()
    def rename(number: int) -> str:
        ran.append(number)
        return f"renamed {number}"

    door = Door(idp, url, server.streamable_http_app(streamable_http_path=path))
    wired = build(load(folder / "guard.yaml"))
    try:
        async with (
            server.session_manager.run(),
            behind(gate(idp, url, door), listener),
            serving(wired, KEYS) as at,
        ):
            yield Scene(door, wired, at, ran)
    finally:
        await wired.world.issuers["idp"].aclose()
        wired.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_message_brings_a_token_and_only_a_call_brings_one_for_the_call(
    authorization_server, tmp_path, mode
):
    async with scene(authorization_server, tmp_path) as it:
        async with it.client(mode=mode) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["rename"]
            if mode == "legacy":
                await pinged(client)
            assert "renamed 7" in str(await client.call_tool("rename", {"number": 7}))
        claims, rows = it.door.claims(), await it.wired.world.leases.recent(10)
        entries = await it.wired.store.board.leaves(2**53, 100)
    assert it.door.turned_away == []
    calls = [said for _, asked, said in claims if asked == "tools/call"]
    others = [said for _, asked, said in claims if asked != "tools/call"]
    assert {asked for _, asked, _ in claims} >= {"tools/list", "tools/call"}
    (call,) = calls
    assert (call["scope"], call["authorization_details"][0]["tool"]) == (
        "crm.read crm.write",
        "rename",
    )
    assert {(said["sub"], said["act"]["sub"], said["scope"]) for said in others} == {
        ("ann", "a", "crm.read")
    }
    assert all("authorization_details" not in said for said in others)
    assert len({said["token"] for said in others}) == 1
    assert call["cnf"] != others[0]["cnf"]
    by_tool = {row.tool: row for row in rows}
    assert by_tool.keys() == {"", "rename"}
    held = by_tool[""]
    assert (held.server, held.grant, held.state, held.call_id) == (
        "crm",
        "crm.read",
        "delivered",
        "",
    )
    assert held.token_sha256 == sha256(others[0]["token"].encode()).hexdigest()
    said = [json.loads(leaf)["kind"] for _, leaf, _ in entries[0] if held.id in leaf.decode()]
    assert sorted(said) == ["credential_delivered", "credential_issued", "lease_reserved"]


async def test_without_it_such_a_server_cannot_be_reached_and_the_answer_names_the_setting(
    authorization_server, tmp_path
):
    async with scene(authorization_server, tmp_path, between="") as it:
        error = (await it.post(INITIALIZE)).json()["error"]
    assert error["data"]["reason"] == "upstream_credential_refused"
    assert "`credential`" in error["message"]
    assert (it.door.seen, it.door.turned_away) == ([], ["initialize"])


async def test_each_person_gets_a_token_of_their_own(authorization_server, tmp_path):
    async with scene(authorization_server, tmp_path) as it:
        for who in ("ann", "bob", "ann"):
            async with it.client(who) as client:
                await client.list_tools()
        claims = it.door.claims()
    assert {said["sub"] for _, _, said in claims} == {"ann", "bob"}
    assert len({said["token"] for _, _, said in claims}) == 2


async def test_messages_that_come_at_once_share_one_token(authorization_server, tmp_path):
    async with scene(authorization_server, tmp_path) as it, it.client(mode="legacy") as client:
        await asyncio.gather(*(client.list_tools() for _ in range(8)))
        assert len({said["token"] for _, _, said in it.door.claims()}) == 1


async def test_a_session_that_ended_gets_none_and_the_old_one_is_void_at_the_server(
    authorization_server, tmp_path
):
    async with scene(authorization_server, tmp_path, path="/opaque") as it:
        async with it.client(mode="legacy") as client:
            await client.list_tools()
            token = it.door.seen[-1][2]
            assert authorization_server.says_of(token)["active"]
            await it.wired.reauthorizing.end(await it.session(), "operator")
            assert not authorization_server.says_of(token)["active"]
            before = len(it.door.seen)
            with pytest.raises(MCPError):
                await client.list_tools()
            with pytest.raises(MCPError):
                await pinged(client)
        answer = await it.post({"method": "notifications/roots/list_changed"})
        (row,) = await it.wired.world.leases.recent(10)
        assert len(it.door.seen) == before
    assert (answer.status_code, answer.json()["error"]["data"]["reason"]) == (400, "session_ended")
    assert (row.state, row.reason) == ("revoked", "operator")


async def test_a_server_that_is_stopped_hears_nothing_more(authorization_server, tmp_path):
    async with scene(authorization_server, tmp_path) as it, it.client(mode="legacy") as client:
        await at_rest(it, client)
        before = len(it.door.seen)
        killing = Killing(world=it.wired.world, policy=lambda: it.wired.bundle)
        await killing.stop("server", "crm", why="", by="op")
        with pytest.raises(MCPError) as no:
            await pinged(client)
        assert no.value.data["code"] == "stopped_by_operator"
        assert len(it.door.seen) == before


async def test_a_token_that_was_taken_back_is_not_used_again(authorization_server, tmp_path):
    async with (
        scene(authorization_server, tmp_path, path="/opaque") as it,
        it.client(mode="legacy") as client,
    ):
        await at_rest(it, client)
        first = it.door.seen[-1][2]
        (row,) = await it.wired.world.leases.recent(10)
        await LeaseDesk(world=it.wired.world).revoke_lease(row.id)
        await client.list_tools()
        assert it.door.turned_away == []
        assert it.door.seen[-1][2] != first


async def test_one_that_the_server_no_longer_takes_is_replaced_with_the_next_message(
    authorization_server, tmp_path
):
    """The authorization server forgot it: somebody revoked it there, and the guard heard nothing."""
    async with (
        scene(authorization_server, tmp_path, path="/opaque") as it,
        it.client(mode="legacy") as client,
    ):
        await at_rest(it, client)
        first = it.door.seen[-1][2]
        (row,) = await it.wired.world.leases.recent(10)
        await it.wired.world.issuers["idp"].revoke(row, "elsewhere")
        with pytest.raises(MCPError):
            await client.list_tools()
        assert it.door.turned_away == ["tools/list"]
        await client.list_tools()
        assert it.door.seen[-1][2] != first


async def test_a_server_that_takes_no_token_is_not_shown_one_after_the_other(
    authorization_server, tmp_path
):
    def closed(_idp, _url, door):
        async def app(scope, receive, send):
            door.turned_away.append(scope["path"])
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        return app

    async with scene(authorization_server, tmp_path, gate=closed) as it:
        answers = [(await it.post(INITIALIZE)).json()["error"]["data"] for _ in range(5)]
        rows = await it.wired.world.leases.recent(10)
        told = it.wired.faults.standing()
    assert told == [
        ("Server 'crm' turns the guard's credentials away", "credentials_turned_away")
    ]  # for the operator
    assert [one.get("reason") or one["code"] for one in answers] == [
        *["upstream_credential_refused"] * 3, *["credentials_turned_away"] * 2,
    ]  # fmt: skip
    assert answers[-1]["next_action"] == "retry_later"
    assert (len(it.door.turned_away), len(rows)) == (3, 3)


async def test_its_thief_can_do_nothing_with_it_without_the_key(authorization_server, tmp_path):
    async with scene(authorization_server, tmp_path) as it:
        async with it.client() as client:
            await client.list_tools()
        token = it.door.seen[-1][2]
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            for scheme in ("DPoP", "Bearer"):
                headers = {"authorization": f"{scheme} {token}"}
                answer = await http.post(it.door.url, json=message, headers=headers)
                assert answer.status_code == 401


async def test_its_stream_ends_with_the_session(authorization_server, tmp_path, monkeypatch):
    monkeypatch.setattr(session_streams, "_LOOK_S", 0.02)
    async with scene(authorization_server, tmp_path) as it:
        begun = await it.post(INITIALIZE)
        headers = {
            "authorization": "Bearer ann", "accept": "text/event-stream",
            "mcp-session-id": begun.headers["mcp-session-id"],
            "mcp-protocol-version": "2025-06-18",
        }  # fmt: skip
        async with (
            httpx.AsyncClient(trust_env=False, verify=False, timeout=5) as http,
            http.stream("GET", f"{it.url}/mcp/crm", headers=headers) as stream,
        ):
            assert stream.status_code == 200
            await it.wired.reauthorizing.end(await it.session(), "operator")
            async for _ in stream.aiter_raw():
                pass
    assert ("GET", "", it.door.seen[0][2]) in it.door.seen


async def test_a_server_behind_oauth_may_also_verify_the_guards_own_tokens_of_calls(
    authorization_server, tmp_path
):
    more = {"delivery": "meta", "of_calls": "calltoken"}
    async with scene(authorization_server, tmp_path, **more) as it, it.client() as client:
        assert "renamed 7" in str(await client.call_tool("rename", {"number": 7}))
        claims = it.door.claims()
    assert it.door.turned_away == []
    assert {said["scope"] for _, _, said in claims} == {"crm.read"}
    assert [TOKEN_KEY in meta for meta in it.door.metas].count(True) == 1


async def test_such_a_server_can_be_measured(authorization_server, tmp_path):
    def verifying(idp, url, app):
        verifier = Verifier(
            idp.keys(), issuer=idp.url, audience=url, profile=Profile.RAR, sender_constrained=True,
            replay=MemoryReplay(start_ms=SystemClock().now_ms() - 60_000),
        )  # fmt: skip
        return CallGate(app, verifier=verifier, clock=SystemClock(), origin=url.rsplit("/", 1)[0])

    more = {"path": "/mcp", "gate": verifying}
    async with scene(authorization_server, tmp_path, **more):
        asking = Asking(principal="ann", agent="a")
        shown = await measured(load(tmp_path / "guard.yaml"), "crm", asking)
    assert reached(shown) is Binding.L3


async def test_its_definitions_can_be_compared_with_the_accepted_ones(
    authorization_server, tmp_path, capsys
):
    async with scene(authorization_server, tmp_path, path="/opaque") as it:
        words = [
            "pin",
            "--config",
            str(tmp_path / "guard.yaml"),
            "diff",
            "crm",
            "--principal",
            "ann",
        ]
        assert await asyncio.to_thread(main, words) == 0
        assert it.door.turned_away == []
        token = it.door.seen[-1][2]
        assert {said["sub"] for _, _, said in it.door.claims() if said["active"]} <= {"ann"}
        assert not authorization_server.says_of(token)["active"]  # taken back
    assert "unpinned  rename" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_official_servers_own_check_lets_the_guard_in(
    authorization_server, tmp_path, mode
):
    """Bearer tokens: the SDK knows no proofs."""
    idp = authorization_server
    asked = []

    class Check:
        def __init__(self, url):
            self.url = url

        async def verify_token(self, token):
            said = await asyncio.to_thread(idp.reads, token)
            asked.append(said)
            if said["aud"] != self.url:
                return None
            return AccessToken(
                token=token,
                client_id="guard",
                resource=said["aud"],
                scopes=said["scope"].split(),
                expires_at=said["exp"],
            )

    def checks(url):
        auth = AuthSettings(
            validate_token_resource=True,
            issuer_url=idp.url,
            resource_server_url=url,
            required_scopes=["crm.read"],
        )
        return {"token_verifier": Check(url), "auth": auth}

    def gate(_idp, _url, door):
        return door.app  # the SDK's check alone

    more = {"delivery": "bearer", "dpop": False, "gate": gate, "checks": checks}
    async with scene(idp, tmp_path, **more) as it, it.client(mode=mode) as client:
        listed = await client.list_tools()
        answer = await client.call_tool("rename", {"number": 1})
    assert [tool.name for tool in listed.tools] == ["rename"]
    assert "renamed 1" in str(answer)
    assert {said["scope"] for said in asked} == {"crm.read", "crm.read crm.write"}
