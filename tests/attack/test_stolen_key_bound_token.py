"""A thief has a token that is bound to a key, and everything of the request but that key."""

import json

import pytest

from guard.grant.replay import MemoryReplay
from guard.grant.signing import jwks
from guard.grant.verify import Verifier
from tests.adapters.front.test_asgi_verify import shop, web
from tests.guard.grant.tokens import ARGS, AUDIENCE, ISSUER, JWK, KEY, NOW_MS, token
from tests.vectors.make_call_token import OTHER_KEY, proof, public_jwk, thumbprint

HERE = "https://ledger.example/pay"
BOUND = {"jkt": thumbprint(public_jwk(OTHER_KEY.public_key()))}


def guarded(origin="https://ledger.example"):
    replay = MemoryReplay(start_ms=NOW_MS - 60_000)
    keys = jwks([JWK])
    verifier = Verifier(
        keys, issuer=ISSUER, audience=AUDIENCE, replay=replay, sender_constrained=True
    )
    return shop(verifier=verifier, origin=origin)


async def sent(app, text, *proofs):
    headers = [("authorization", f"DPoP {text}"), *(("dpop", one) for one in proofs)]
    async with web(app) as client:
        answer = await client.post("/pay", content=json.dumps(ARGS), headers=headers)
    return "ran" if answer.status_code == 200 else answer.json()["error"]["code"]


async def test_the_holder_of_the_key_runs_the_tool_once():
    app, seen = guarded()
    text = token(cnf=BOUND)
    assert await sent(app, text, proof(text, htu=HERE)) == "ran"
    assert await sent(app, text, proof(text, htu=HERE, jti="p2")) == "replayed"
    assert seen == [ARGS]


@pytest.mark.parametrize(
    ("proofs", "expected"),
    [
        (lambda _: [], "proof_missing"),
        (lambda text: [proof(text, htu=HERE)] * 2, "proof_missing"),
        (lambda text: [proof(text, htu=HERE, key=KEY)], "proof_signature"),
        (lambda text: [proof(text, htu=HERE, key=KEY, head={"jwk": JWK})], "proof_key"),
        (lambda text: [proof(text, htu="https://mail.example/pay")], "proof_binding"),
        (lambda _: [proof(token(), htu=HERE)], "proof_binding"),
    ],
)
async def test_a_thief_runs_nothing_and_the_holder_still_can(proofs, expected):
    app, seen = guarded()
    text = token(cnf=BOUND)
    assert await sent(app, text, *proofs(text)) == expected
    assert seen == []
    assert await sent(app, text, proof(text, htu=HERE)) == "ran"


async def test_the_request_does_not_say_where_it_is():
    app, _ = guarded(origin="https://other.example")
    text = token(cnf=BOUND)
    assert await sent(app, text, proof(text, htu=HERE)) == "proof_binding"
    assert await sent(guarded(origin="")[0], text, proof(text, htu=HERE)) == "proof_missing"


async def test_a_token_for_anyone_is_refused_where_a_key_is_asked():
    assert await sent(guarded()[0], token()) == "not_sender_constrained"
