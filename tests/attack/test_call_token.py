"""What a thief or a confused deputy does with a call token, and what it gets: nothing."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from guard.grant.presented import public_keys
from guard.grant.replay import MemoryReplay
from guard.grant.signing import BadKey, b64u
from guard.grant.verify import CallRefused, verify_call
from tests.guard.grant.tokens import (
    ARGS,
    AUDIENCE,
    HEADER,
    JWK,
    KEY,
    NOW_MS,
    OTHER_KEY,
    TOOL,
    claims,
    settings,
    signed,
    token,
)
from tests.vectors.make_call_token import raw, respelled, symmetric


def refused(text, tool=TOOL, args=ARGS, **changes):
    with pytest.raises(CallRefused) as no:
        verify_call(text, tool, args, **settings(**changes))
    return no.value.code


def test_the_other_spelling_of_a_spent_signature_is_the_same_spent_token():
    kept, good = settings(), token()
    verify_call(good, TOOL, ARGS, **kept)
    assert respelled(good) != good
    with pytest.raises(CallRefused) as no:
        verify_call(respelled(good), TOOL, ARGS, **kept)
    assert no.value.code == "replayed"


def test_a_thief_who_fails_first_does_not_stop_the_holder():
    kept = settings()
    with pytest.raises(CallRefused):
        verify_call(token(), TOOL, {**ARGS, "to": "THIEF"}, **kept)
    assert verify_call(token(), TOOL, ARGS, **kept)


def test_a_token_stolen_at_one_server_is_worthless_at_another():
    assert refused(token(), audience="https://mail.example/mcp") == "wrong_audience"


def test_a_token_for_two_servers_is_for_none():
    assert refused(token(aud=[AUDIENCE, "https://mail.example/mcp"])) == "wrong_audience"


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES384", "ES256K", "EdDSA", ""])
def test_the_token_does_not_choose_its_algorithm(alg):
    assert refused(signed(claims(), {**HEADER, "alg": alg})) == "wrong_alg"


def test_the_public_key_is_not_a_shared_secret():
    assert refused(symmetric()) == "wrong_alg"
    secret = OctKey.import_key(KEY.public_key().public_numbers().x.to_bytes(32, "big"))
    text = jwt.encode({**HEADER, "alg": "HS256"}, claims(), secret, algorithms=["HS256"])
    assert refused(text) == "wrong_alg"


def test_the_token_does_not_bring_its_key():
    own = ECKey.generate_key("P-256")
    header = {**HEADER, "jwk": own.as_dict(private=False)}
    assert refused(signed(claims(), header, OTHER_KEY)) == "bad_header"


def test_an_access_token_of_the_same_guard_is_not_a_call_token():
    for typ in ("at+jwt", "JWT", "txntoken+jwt", "dpop+jwt", "application/tool-call+jwt"):
        assert refused(signed(claims(), {**HEADER, "typ": typ})) == "wrong_typ"


def test_two_claims_of_one_name_are_not_one():
    text = raw(b'{"aud":"https://mail.example/mcp","aud":"' + AUDIENCE.encode() + b'"}')
    assert refused(text) == "claims_malformed"


def test_an_empty_signature_signs_nothing():
    unsigned = token().rpartition(".")[0]
    assert refused(f"{unsigned}.") == "bad_signature"
    assert refused(f"{unsigned}.{b64u(bytes(64))}") == "bad_signature"


def test_the_name_of_an_argument_is_not_its_value():
    swapped = {**ARGS, "currency": ARGS["to"], "to": ARGS["currency"]}
    assert refused(token(), args=swapped) == "args_mismatch"


@pytest.mark.parametrize("to", ["ACME ", "acme", "ACM\u0395", "ACME\u200b", ["ACME"], None])
def test_a_recipient_that_looks_the_same_is_another(to):
    assert refused(token(), args={**ARGS, "to": to}) == "args_mismatch"


def test_a_restart_does_not_make_a_spent_token_new():
    before = settings()
    verify_call(token(), TOOL, ARGS, **before)
    assert (
        refused(token(), replay=MemoryReplay(start_ms=NOW_MS + 10), now_ms=NOW_MS + 20)
        == "replay_store_cold"
    )


@pytest.mark.parametrize(("made_ms", "answer"), [(-1, "cold"), (0, "cold"), (1, "taken")])
def test_a_memory_of_one_clock_takes_what_was_made_after_it_began_and_nothing_earlier(
    made_ms, answer
):
    """Attack: a token that was shown before the restart, at a verifier that allows no skew."""
    memory = MemoryReplay(start_ms=NOW_MS)
    made = token(now_ms=NOW_MS + made_ms)
    known = settings(replay=memory, skew_s=0, now_ms=NOW_MS + 5)
    if answer == "cold":
        assert refused(made, **known) == "replay_store_cold"
        return
    verify_call(made, TOOL, ARGS, **known)
    assert refused(made, **known) == "replayed"


def test_the_clock_set_back_does_not_make_a_spent_token_new():
    kept = settings()
    verify_call(token(), TOOL, ARGS, **kept)
    later = claims(now_ms=NOW_MS + 120_000, jti="C" * 22)
    verify_call(signed(later), TOOL, ARGS, **{**kept, "now_ms": NOW_MS + 120_000})
    with pytest.raises(CallRefused) as no:
        verify_call(token(), TOOL, ARGS, **kept)
    assert no.value.code == "replayed"


def test_a_private_key_in_the_key_set_is_not_quietly_used():
    with pytest.raises(BadKey):
        public_keys({"keys": [{**JWK, "kid": "a", "d": b64u(bytes(32))}]})
