"""Bob finds Ann's session id. Behind the guard the upstream sees one identity for both."""

from __future__ import annotations

from hashlib import sha256

from guard_adapters.front.mcp.auth.access_token import Caller, StaticKeys
from guard_adapters.front.mcp.http.endpoint import Access
from guard_adapters.front.mcp.protocol.edge import EdgeRules
from tests.adapters.front.relaying import Scripted, legacy, modern, relayed


def access() -> Access:
    people = {
        sha256(name.encode()).hexdigest(): Caller(
            "i", name, "a", frozenset({"mcp:up", "mcp:other"})
        )
        for name in ("ann", "bob")
    }
    return Access(
        public_url="http://guard.example",
        edge=EdgeRules.of(["guard.example"]),
        tokens=lambda _: StaticKeys(people),
    )


def as_(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


async def test_a_session_id_opens_for_its_owner_only() -> None:
    async with relayed(Scripted(headers=[(b"mcp-session-id", b"far-1")]), access=access()) as it:
        it.host = "guard.example"
        first = await it.post(legacy("initialize", {}), as_("ann"))
        stolen = {"mcp-session-id": first.headers["mcp-session-id"]}
        own = await it.post(legacy("ping", {}), {**as_("ann"), **stolen})
        theft = await it.post(legacy("ping", {}), {**as_("bob"), **stolen})
        it.url = it.url.replace("/up", "/other")
        elsewhere = await it.post(legacy("ping", {}), {**as_("ann"), **stolen})

    assert "far-1" not in first.headers["mcp-session-id"]
    assert own.status == 200
    assert (theft.status, elsewhere.status) == (404, 404)
    assert [headers.get("mcp-session-id") for headers, _ in it.upstream.seen] == [None, "far-1"]


async def test_a_request_state_opens_for_its_owner_only() -> None:
    asks = {"resultType": "input_required", "requestState": "secret", "inputRequests": {}}
    async with relayed(Scripted(result=asks), access=access()) as it:
        it.host = "guard.example"
        message, headers = modern("tools/call", {"name": "t", "arguments": {}})
        first = await it.post(message, {**headers, **as_("ann")})
        state = first.message["result"]["requestState"]
        message["params"]["requestState"] = state
        theft = await it.post(message, {**headers, **as_("bob")})
        own = await it.post(message, {**headers, **as_("ann")})

    assert "secret" not in state
    assert theft.status == 400
    assert theft.message["error"]["code"] == -32602
    assert own.status == 200
    assert [m["params"].get("requestState") for _, m in it.upstream.seen] == [None, "secret"]


async def test_no_token_is_challenged_with_the_guards_own_metadata() -> None:
    async with relayed(Scripted(), access=access()) as it:
        it.host = "guard.example"
        answer = await it.post(legacy("ping", {}))

    assert answer.status == 401
    assert 'resource_metadata="http://guard.example/' in answer.headers["www-authenticate"]
    assert it.upstream.seen == []
