"""The token of a session between calls: what a server can make of it, and when nothing more is sent."""

import asyncio
import json

from guard.config import Settings
from guard.errors import Refused, Unavailable
from guard_adapters.cli.leases import line
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.carrying import claims_of
from tests.adapters.front.relaying import EVENTS, Scripted, legacy, minted, modern, relayed

SECRET = "ACCESS-TOKEN-CANARY-0123456789"
CALL = {"name": "t", "arguments": {"a": 1}}


class Held:
    """Holds one token of the caller for everything that is no call."""

    def __init__(self, prover=None):
        self.credential = minted(SECRET, prover, "oauth_exchange")
        self.dropped, self.used = [], []

    async def held(self, who, handle):
        return self.credential

    async def may(self, who, handle):
        return None

    def told(self, credential, *, taken):
        (self.used if taken else self.dropped).append(credential)


async def test_a_token_between_calls_in_a_list_of_tools():
    server = Scripted(tools=[{"name": "t", "description": f"for {SECRET}", "inputSchema": {}}])
    async with relayed(server, between=Held()) as it:
        answer = await it.post(legacy("tools/list", {}))
    assert server.seen[0][0]["authorization"] == f"Bearer {SECRET}"
    assert SECRET.encode() not in answer.raw
    assert b"[secret]" in answer.raw


async def test_a_token_between_calls_beside_a_call_that_brings_none_of_its_own():
    server = Scripted(result={"content": [{"type": "text", "text": SECRET}]})
    async with relayed(server, between=Held()) as it:
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


class Refusing(Held):
    """Its session has ended, or its issuer is away."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    async def held(self, who, handle):
        raise self.error


async def test_what_gets_no_token_is_not_sent_and_the_answer_says_why():
    over = Refusing(Refused("It has ended.", code="session_ended"))
    async with relayed(Scripted(), between=over) as it:
        for era in (legacy("ping", {}), legacy("tools/list", {}), legacy("initialize", {})):
            error = (await it.post(era)).message["error"]
            assert (error["code"], error["data"]["code"]) == (40300, "session_ended")
        told = await it.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (told.status, told.message["error"]["data"]["reason"]) == (400, "session_ended")
    assert it.upstream.seen == []


async def test_an_issuer_that_is_away_is_no_refusal_for_good():
    away = Refusing(Unavailable("Nobody answers.", code="issuer_unavailable"))
    async with relayed(Scripted(), between=away) as it:
        error = (await it.post(legacy("ping", {}))).message["error"]
        told = await it.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (error["code"], error["data"]["next_action"]) == (50300, "retry_later")
    assert (told.status, it.upstream.seen) == (503, [])


class Streaming(Scripted):
    """Answers every request with a stream that goes on until the other end leaves."""

    async def __call__(self, scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        self.reached.set()
        await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
        await send({"type": "http.response.body", "body": b": here\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()


async def test_a_subscription_ends_when_its_session_may_have_no_token_any_more():
    class Ending(Held):
        async def may(self, who, handle):
            raise Refused("It has ended.", code="session_ended")

    front = AllowAll(settings=Settings(progress_every_s=1))
    wanted = {"notifications": {"toolsListChanged": True}}
    async with relayed(Streaming(), front, between=Ending()) as it:
        answer = await it.post(*modern("subscriptions/listen", wanted, 7))
        await asyncio.wait_for(it.upstream.left.wait(), 5)
    last = json.loads(answer.raw.rstrip().rpartition(b"data: ")[2])
    assert last["id"] == 7
    assert last["error"]["data"]["code"] == "session_ended"


def test_the_list_of_leases_says_what_it_is_for():
    row = {
        "id": "l",
        "server": "crm",
        "tool": "",
        "binding": 1,
        "state": "delivered",
        "handle": "g",
    }
    assert line(row).endswith("crm (between calls)")
