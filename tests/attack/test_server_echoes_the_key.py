"""A server behind a static key gives it back, in a result or in an event: the agent reads none of it."""

import base64
import json

import pytest

from guard_adapters.front.mcp.carry import ServerKey
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.carrying import claims_of
from tests.adapters.front.relaying import Scripted, legacy, minted, relayed

SECRET = "API-KEY-CANARY-0123456789"
KEY = {"key": lambda: ServerKey(header="x-api-key", value=SECRET, secret=SECRET)}
CALL = {"name": "t", "arguments": {"a": 1}}


class Held:
    """Holds one token of the caller for everything that is no call."""

    def __init__(self, prover=None):
        self.credential = minted(SECRET, prover, "oauth_exchange")
        self.dropped = []

    async def held(self, who, handle):
        return self.credential

    async def may(self, who, handle):
        return None

    def refused(self, credential):
        self.dropped.append(credential)


class Listening(AllowAll):
    async def call(self, call, tool, *, hold_ms):
        self.result = await tool.run(call, None)
        return self.result


@pytest.mark.parametrize(
    "form", [SECRET, base64.b64encode(f"u:{SECRET}".encode()).decode(), SECRET.encode().hex()]
)
async def test_in_a_result(form):
    front = Listening()
    server = Scripted(result={"content": [{"type": "text", "text": f"auth was {form}!"}]})
    async with relayed(server, front, **KEY) as it:
        answer = await it.post(legacy("tools/call", CALL))
    assert server.seen[0][0]["x-api-key"] == SECRET
    text = answer.message["result"]["content"][0]["text"]
    assert "[secret]" in text
    assert form not in text
    assert front.result.labels == {"credential_echoed"}
    assert SECRET not in json.dumps(front.result.shown)


async def test_in_an_event_before_the_answer():
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": SECRET}}
    server = Scripted(events=[b"data: " + json.dumps(note).encode() + b"\n\n"])
    async with relayed(server, **KEY) as it:
        answer = await it.post(legacy("tools/call", CALL))
    assert SECRET.encode() not in answer.raw
    assert b"[secret]" in answer.raw


async def test_an_event_is_not_held_back_until_the_next_one():
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "hello"}}
    server = Scripted(events=[b"data: " + json.dumps(note).encode() + b"\n\n"], wait="stream")
    async with relayed(server, **KEY) as it:
        opened = await it.open(legacy("tools/call", CALL))
        chunks = opened.aiter_raw()
        assert b"hello" in await anext(chunks)
        server.go_on.set()
        rest = b"".join([chunk async for chunk in chunks])
        await opened.aclose()
    assert b'"result"' in rest


async def test_where_nothing_came_back_there_is_no_label():
    front = Listening()
    async with relayed(Scripted(), front, **KEY) as it:
        await it.post(legacy("tools/call", CALL))
    assert front.result.labels == frozenset()


async def test_a_token_between_calls_in_a_list_of_tools():
    server = Scripted(tools=[{"name": "t", "description": f"for {SECRET}", "inputSchema": {}}])
    async with relayed(server, between=Held()) as it:
        answer = await it.post(legacy("tools/list", {}))
    assert server.seen[0][0]["authorization"] == f"Bearer {SECRET}"
    assert SECRET.encode() not in answer.raw
    assert b"[secret]" in answer.raw


async def test_a_token_between_calls_beside_a_call_that_brings_none_of_its_own():
    server = Scripted(result={"content": [{"type": "text", "text": SECRET}]})
    async with relayed(server, Listening(), between=Held()) as it:
        answer = await it.post(legacy("tools/call", CALL))
    assert server.seen[0][0]["authorization"] == f"Bearer {SECRET}"
    assert SECRET.encode() not in answer.raw


async def test_a_call_with_its_own_token_does_not_bring_that_one_as_well():
    server, front = Scripted(), AllowAll()
    front.credential = minted("own", None, "oauth_exchange")
    async with relayed(server, front, between=Held(), delivery="bearer") as it:
        await it.post(legacy("tools/call", CALL))
    headers, _ = server.seen[-1]
    assert headers["authorization"] == "Bearer own"


async def test_a_token_that_the_server_turns_away_is_dropped_and_its_challenge_stays_here():
    wants = [(b"www-authenticate", b'Bearer realm="inside.example"')]
    server, held = Scripted(status=401, headers=wants), Held()
    async with relayed(server, between=held) as it:
        answer = await it.post(legacy("ping", {}))
    assert held.dropped == [held.credential]
    assert len(server.seen) == 1
    assert b"inside.example" not in answer.raw
    assert answer.message["error"]["data"]["reason"] == "upstream_credential_refused"


async def test_a_message_with_a_proof_is_sent_once_more_for_want_of_a_nonce():
    wants = [(b"www-authenticate", b'DPoP error="use_dpop_nonce"'), (b"dpop-nonce", b"n-1")]
    prover = ProofKey(clock=SystemClock(), ids=SystemIds())
    server, held = Scripted(status=401, headers=wants), Held(prover)
    async with relayed(server, between=held) as it:
        await it.post(legacy("ping", {}))
    proofs = [claims_of(headers["dpop"]) for headers, _ in server.seen]
    assert [proof.get("nonce") for proof in proofs] == [None, "n-1"]
    assert len({proof["jti"] for proof in proofs}) == 2


async def test_a_message_without_a_token_is_never_sent_twice_whatever_the_server_asks():
    wants = [(b"www-authenticate", b'DPoP error="use_dpop_nonce"'), (b"dpop-nonce", b"n-1")]
    server = Scripted(status=401, headers=wants)
    async with relayed(server, between=Held()) as it:
        await it.post(legacy("ping", {}))
    assert len(server.seen) == 1
