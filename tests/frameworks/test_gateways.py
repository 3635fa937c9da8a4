"""Gateways that ask the guard: AuthZEN evaluations and ToolHive's webhook, on a real store."""

import hmac
import json
from hashlib import sha256
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from guard_adapters.wiring.serve.gateways import Gateways

pytestmark = pytest.mark.frameworks

URL = "http://127.0.0.1:8470"


class Gateway:
    """Plays one gateway, with the keys that the guard made."""

    def __init__(self, world: Any) -> None:
        self.world, wired = world, world.guard.wired
        self.brain = Gateways(wired, URL)
        keys = wired.loaded.state / "keys"
        self.token = (keys / "gateway.key").read_bytes().hex()
        self.hive = (keys / "toolhive.key").read_bytes().hex().encode()
        app = Starlette(routes=self.brain.routes)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL)

    async def asked(self, path: str, body: Any, **headers: str) -> httpx.Response:
        borne = {"authorization": f"Bearer {self.token}", **headers}
        return await self.http.post(path, json=body, headers=borne)

    async def evaluated(self, tool: str, **arguments: Any) -> Any:
        return (await self.asked("/access/v1/evaluation", call(tool, **arguments))).json()

    async def hook(self, body: Any, *, at: int | None = None, key: bytes = b"") -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        now_s = str(self.world.guard.wired.world.clock.now_ms() // 1000 if at is None else at)
        signature = hmac.new(key or self.hive, now_s.encode() + b"." + raw, sha256).hexdigest()
        headers = {"x-toolhive-timestamp": now_s, "x-toolhive-signature": f"sha256={signature}"}
        return await self.http.post("/gateways/toolhive", content=raw, headers=headers)

    async def outcomes(self) -> list[str]:
        return [one["outcome"] for one in await self.world.leaves() if one["kind"] == "outcome"]


@pytest.fixture
async def gateway(world: Any) -> Any:
    made = Gateway(world)
    yield made
    await made.http.aclose()
    await made.brain.aclose()


def call(tool: str, **arguments: Any) -> Any:
    return {
        "subject": {"type": "user", "id": "ana"},
        "action": {"name": "tools/call"},
        "resource": {"type": "tool", "id": f"bank/{tool}", "properties": {"arguments": arguments}},
        "context": {"agent": "clerk", "session": "t1"},
    }


async def test_an_allowed_call_has_an_id_and_ends_as_the_gateway_tells(gateway) -> None:
    told = await gateway.evaluated("look", key="7")
    ident = told["context"]["decision_id"]
    assert told == {"decision": True, "context": {"decision_id": ident}}
    ended = {"decision_id": ident, "outcome": "ok", "result": {"found": 7}}
    assert (await gateway.asked("/guard/v1/outcome", ended)).json() == {
        "released": True,
        "text": "",
    }
    assert await gateway.outcomes() == ["ok"]
    again = await gateway.asked("/guard/v1/outcome", ended)
    assert (again.status_code, again.json()["error"]) == (404, "decision_unknown")


async def test_an_end_that_nobody_tells_is_unknown(gateway) -> None:
    await gateway.evaluated("look", key="7")
    await gateway.brain.aclose()
    assert await gateway.outcomes() == ["unknown"]


async def test_a_denied_call_says_why_and_begins_nothing(gateway) -> None:
    told = await gateway.evaluated("wipe", key="7")
    assert (told["decision"], told["context"]["reason_admin"]) == (False, {"code": "never"})
    assert told["context"]["reason_user"]["text"].startswith("DENIED")
    assert await gateway.outcomes() == ["refused"]


async def test_a_question_is_told_and_the_same_call_after_a_yes_is_allowed(gateway) -> None:
    told = await gateway.evaluated("pay", to="x", amount=500)
    asked = told["context"]["access_request"]
    assert (told["decision"], asked["id"], asked["status"]) == (False, gateway.world.asked[-1].id, "pending")  # fmt: skip
    assert (await gateway.evaluated("pay", to="x", amount=500))["decision"] is False
    await gateway.world.answer("approve", voter="gateway|ana")
    assert (await gateway.evaluated("pay", to="x", amount=500))["decision"] is True


async def test_smaller_arguments_are_named_and_the_large_call_is_a_no(gateway) -> None:
    await gateway.evaluated("pay", to="x", amount=5000)
    await gateway.world.answer("approve", voter="gateway|ana")
    told = await gateway.evaluated("pay", to="x", amount=5000)
    assert told["decision"] is False
    assert told["context"]["reason_admin"] == {"code": "narrowing_impossible"}
    assert told["context"]["arguments"] == {"to": "x", "amount": 1000}
    assert (await gateway.outcomes())[-1] == "error"


async def test_several_evaluations_stop_where_they_are_told_to(gateway) -> None:
    shared = {name: one for name, one in call("look", key="7").items() if name != "resource"}
    each = [{"resource": call(tool, key="7")["resource"]} for tool in ("look", "wipe", "look")]
    counts = {"execute_all": 3, "deny_on_first_deny": 2, "permit_on_first_permit": 1}
    for semantic, count in counts.items():
        body = {**shared, "evaluations": each, "options": {"evaluations_semantic": semantic}}
        told = (await gateway.asked("/access/v1/evaluations", body)).json()["evaluations"]
        assert [one["decision"] for one in told] == [True, False, True][:count]


async def test_whoever_bears_no_key_learns_nothing(gateway) -> None:
    for borne in ("", "Bearer ", "Bearer x", f"Basic {gateway.token}"):
        found = await gateway.http.post(
            "/access/v1/evaluation",
            json=call("look", key="7"),
            headers={"authorization": borne, "x-request-id": "r1"},
        )
        assert (found.status_code, found.headers["x-request-id"]) == (401, "r1")
    about = (await gateway.http.get("/.well-known/authzen-configuration")).json()
    assert about["access_evaluation_endpoint"] == f"{URL}/access/v1/evaluation"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**call("look"), "action": {"name": "read"}},
        {**call("look"), "subject": {"id": 7}},
        {**call("look"), "resource": {"type": "file", "id": "x"}},
        {**call("look"), "context": {"session": 7}},
        {**call("look"), "resource": {"type": "tool", "id": "bank/look", "properties": {"arguments": []}}},
        {"evaluations": []},
    ],
)  # fmt: skip
async def test_a_request_that_does_not_fit_is_an_error_and_no_decision(gateway, body) -> None:
    path = "/access/v1/evaluations" if "evaluations" in body else "/access/v1/evaluation"
    found = await gateway.asked(path, body)
    assert (found.status_code, "decision" in found.json()) == (400, False)


async def test_facts_that_a_gateway_claims_are_not_read(gateway) -> None:
    body = call("wipe", key="7")
    body["context"] |= {"approval": {"state": "approved"}, "history": {}, "risk": 0}
    assert (await gateway.asked("/access/v1/evaluation", body)).json()["decision"] is False


async def test_a_guard_that_is_gone_makes_no_decision(gateway) -> None:
    gateway.world.guard.wired.store.close(0)
    found = await gateway.asked("/access/v1/evaluation", call("look", key="7"))
    assert (found.status_code, found.json()["decision"]) == (503, False)
    gateway.world.open()


def hooked(uid: str, method: str = "tools/call", **more: Any) -> Any:
    params = {"name": "look", "arguments": {"key": "7"}, **more}
    return {
        "version": "v0.1.0",
        "uid": uid,
        "principal": {"sub": "ana", "client_id": "clerk"},
        "mcp_request": {"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
        "context": {"server_name": "bank", "transport": "streamable-http"},
    }


async def test_toolhive_is_answered_call_by_call(gateway) -> None:
    yes = (await gateway.hook(hooked("u1"))).json()
    no = (await gateway.hook(hooked("u2", name="wipe"))).json()
    assert yes == {"version": "v0.1.0", "uid": "u1", "allowed": True}
    assert (no["allowed"], no["reason"], no["message"][:6]) == (False, "never", "DENIED")
    assert (await gateway.hook(hooked("u3", "tools/list"))).json()["allowed"] is True
    assert (await gateway.hook(hooked("u4", "resources/read"))).json()["allowed"] is False
    assert (await gateway.hook(hooked("u5", "brand/new"))).json()["allowed"] is False


async def test_toolhive_requests_that_are_not_signed_new_and_recent_are_refused(gateway) -> None:
    now_s = gateway.world.guard.wired.world.clock.now_ms() // 1000
    assert (await gateway.hook(hooked("u1"), key=b"other")).status_code == 401
    assert (await gateway.hook(hooked("u1"), at=now_s - 400)).status_code == 401
    assert (await gateway.hook(hooked("u1"), at=now_s + 400)).status_code == 401
    assert (await gateway.hook(hooked("u1"))).status_code == 200
    assert (await gateway.hook(hooked("u1"))).status_code == 409
    for raw in (
        b"{",
        b"[]",
        b'{"uid":"u2"}',
        b'{"uid":"u2","mcp_request":{"method":1,"method":2}}',
    ):
        assert (await gateway.hook(raw)).status_code == 400
    nobody = {**hooked("u9"), "principal": {}}
    assert (await gateway.hook(nobody)).json()["allowed"] is False
    assert await gateway.outcomes() == []
