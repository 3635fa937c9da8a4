"""A thief has an agent's access token, bound to the agent's key, and all that was on the wire."""

import time

import pytest

from guard.grant.dpop import proof_input
from guard.grant.signing import compact, es256_sign, public_jwk, thumbprint
from guard_adapters.front.mcp.auth.access_token import StaticKeys
from guard_adapters.front.mcp.auth.jwt import JwtCheck, JwtRules
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.http.endpoint import Access
from guard_adapters.front.mcp.protocol.edge import EdgeRules
from tests.adapters.front.fixed_keys import FixedKeys
from tests.adapters.front.relaying import Scripted, relayed
from tests.adapters.front.test_mcp_auth import ISSUER, JWKS, token
from tests.guard.grant.tokens import KEY, OTHER_KEY

HOST = "guard.example"
UP = f"http://{HOST}/mcp/up"
JWK = public_jwk(KEY.public_key())


class Agent:
    """Holds the key, and the nonce that the guard last gave."""

    def __init__(self, it, key=KEY):
        self.it, self.key, self.nonce, self.sent = it, key, "", 0

    def proof(self, text, *, url=UP, method="POST", at_s=None, nonce=None):
        self.sent += 1
        now_ms = int(time.time() if at_s is None else at_s) * 1000
        signed = proof_input(
            public_jwk(self.key.public_key()), method=method, url=url, jti=f"{id(self)}-{self.sent}",
            now_ms=now_ms, token=text, nonce=self.nonce if nonce is None else nonce,
        )  # fmt: skip
        return compact(signed, es256_sign(self.key, signed))

    async def call(self, text, proof=None, scheme="DPoP"):
        """Return ('ran', or the refusal's reason) and keep the nonce that came."""
        headers = {"authorization": f"{scheme} {text}"} | ({"dpop": proof} if proof else {})
        answer = await self.it.post(
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "pay"}}, headers
        )
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        self.challenge = answer.headers.get("www-authenticate", "")
        return "ran" if answer.status == 200 else answer.message["error"]["data"]["reason"]


def bound(**claims):
    now = int(time.time())
    fields = {"exp": now + 60, "nbf": now - 5, "iat": now - 5, "scope": "mcp:up", "aud": UP}
    return token("ES256", **{"cnf": {"jkt": thumbprint(JWK)}, **fields, **claims})


def access(proofs):
    rules, keys = JwtRules(issuer=ISSUER, resource=UP), FixedKeys(JWKS)
    return Access(
        public_url=f"http://{HOST}", edge=EdgeRules.of([HOST]), proofs=proofs,
        tokens=lambda _: JwtCheck(rules, keys, proofs),
    )  # fmt: skip


@pytest.fixture
async def it():
    async with relayed(Scripted(), access=access(Proofs())) as made:
        made.host = HOST
        yield made


async def test_the_holder_is_asked_for_a_nonce_once_and_then_calls_as_often_as_it_likes(it):
    agent, text = Agent(it), bound()
    assert await agent.call(text, agent.proof(text)) == "use_nonce"
    assert 'error="use_dpop_nonce"' in agent.challenge
    for _ in range(3):
        assert await agent.call(text, agent.proof(text)) == "ran"
    assert it.upstream.methods() == ["tools/call"] * 3
    assert not {"dpop", "authorization"} & it.upstream.seen[0][0].keys()


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (lambda agent, text, seen: agent.call(text, seen), "proof_replayed"),
        (lambda agent, text, _: agent.call(text), "proof_missing"),
        (lambda agent, text, seen: agent.call(text, seen, "Bearer"), "proof_required"),
        (lambda agent, text, _: agent.call(text, scheme="Bearer"), "proof_required"),
        (lambda agent, text, _: agent.call(text, thief(agent).proof(text)), "proof_key"),
        (lambda agent, text, _: agent.call(text, agent.proof(text, url=UP + "2")), "proof_binding"),
        (lambda agent, text, _: agent.call(text, agent.proof(text, method="GET")), "proof_binding"),
        (lambda agent, text, _: agent.call(text, agent.proof(bound(sub="eve"))), "proof_binding"),
        (lambda agent, text, _: agent.call(text, agent.proof(text, at_s=1)), "proof_stale"),
        (lambda agent, text, _: agent.call(text, agent.proof(text, nonce="old")), "use_nonce"),
        (lambda agent, text, _: agent.call(text, "a.b.c"), "proof_malformed"),
    ],
)
async def test_a_thief_calls_nothing_and_the_holder_still_can(it, attempt, expected):
    agent, text = Agent(it), bound()
    await agent.call(text, agent.proof(text))
    seen = agent.proof(text)
    assert await agent.call(text, seen) == "ran"
    assert await attempt(agent, text, seen) == expected
    assert it.upstream.methods() == ["tools/call"]
    assert await agent.call(text, agent.proof(text)) == "ran"


def thief(agent):
    other = Agent(agent.it, OTHER_KEY)
    other.nonce = agent.nonce
    return other


async def test_what_was_shown_to_a_guard_before_it_started_again_is_no_proof(it):
    agent, text = Agent(it), bound()
    await agent.call(text, agent.proof(text))
    unseen = agent.proof(text)
    async with relayed(Scripted(), access=access(Proofs())) as after:
        after.host = HOST
        assert await Agent(after).call(text, unseen) == "use_nonce"
        assert after.upstream.seen == []


async def test_a_bearer_token_is_not_taken_for_a_bound_one(it):
    agent, text, free = Agent(it), bound(), bound(cnf=...)
    assert await agent.call(free, scheme="Bearer") == "ran"
    await agent.call(text, agent.proof(text))
    assert await agent.call(free, agent.proof(free)) == "token_not_bound"


async def test_keys_of_a_file_are_bearer_tokens_only():
    keys = StaticKeys({})
    made = Access(public_url=f"http://{HOST}", edge=EdgeRules.of([HOST]), tokens=lambda _: keys)
    async with relayed(Scripted(), access=made) as other:
        other.host = HOST
        assert await Agent(other).call("k") == "token_not_bound"


async def test_a_memory_that_is_full_lets_nobody_in():
    async with relayed(Scripted(), access=access(Proofs(most=1))) as it:
        it.host = HOST
        agent, text = Agent(it), bound()
        await agent.call(text, agent.proof(text))
        assert await agent.call(text, agent.proof(text)) == "ran"
        assert await agent.call(text, agent.proof(text)) == "proofs_too_many"
