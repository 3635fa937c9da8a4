import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from guard.grant.presented import STEPS, public_keys
from guard.grant.replay import MemoryReplay, ReplayUnavailable
from guard.grant.signing import BadKey, b64u, jwks, public_jwk, thumbprint
from guard.grant.verify import REFETCH_MS, CallRefused, Verifier, verify_call
from tests.guard.grant.tokens import (
    ARGS,
    AUDIENCE,
    HEADER,
    ISSUER,
    JWK,
    KEY,
    KID,
    NOW_MS,
    OTHER_KEY,
    TOOL,
    claims,
    settings,
    signed,
    token,
)
from tests.many import many


def refusal(text, tool=TOOL, args=ARGS, **changes):
    with pytest.raises(CallRefused) as no:
        verify_call(text, tool, args, **settings(**changes))
    return no.value.code


def test_a_good_token_says_who_may_do_what():
    call = verify_call(token(), TOOL, ARGS, **settings(schema_s256="c2NoZW1h", binding_min=2))
    assert (call.subject, call.agent, call.session) == ("alice", "agent:books", "ses_1")
    assert (call.tool, call.binding, call.kid) == (TOOL, 2, KID)
    assert call.scopes == {"tool:pay"}


def test_a_token_is_good_once():
    kept = settings()
    verify_call(token(), TOOL, ARGS, **kept)
    with pytest.raises(CallRefused) as no:
        verify_call(token(), TOOL, ARGS, **kept)
    assert no.value.code == "replayed"


def test_a_failed_attempt_does_not_use_the_token_up():
    kept = settings()
    for tool, args, more in (
        ("refund", ARGS, {}),
        (TOOL, {"to": "EVIL"}, {}),
        (TOOL, ARGS, {"binding_min": 3}),
        (TOOL, ARGS, {"schema_s256": "other"}),
        (TOOL, ARGS, {"audience": "https://else.example"}),
    ):
        with pytest.raises(CallRefused):
            verify_call(token(), tool, args, **{**kept, **more})
    assert verify_call(token(), TOOL, ARGS, **kept).tool == TOOL


def test_the_earlier_step_names_the_fault_when_several_are_there():
    wrong = signed(claims(iss="x", aud="y"), {**HEADER, "typ": "JWT", "alg": "none"}, OTHER_KEY)
    assert refusal(wrong, tool="other", now_ms=0) == "wrong_typ"
    assert refusal(signed(claims(aud="y"), key=OTHER_KEY), tool="other") == "bad_signature"
    assert refusal(token(aud="y"), tool="other", now_ms=0) == "wrong_audience"
    assert refusal(token(), tool="other", args={}, now_ms=0) == "not_yet_valid"
    assert refusal(token(cnf={"jkt": "k"}), args={}) == "args_mismatch"


def test_what_a_stranger_sends_is_told_apart_from_what_the_guard_signed():
    for code, step in STEPS.items():
        assert CallRefused(code, "").authentic == (step > 3)


def test_a_memory_that_cannot_answer_refuses():
    class Broken:
        start_ms = 0

        def first(self, key, until_ms, now_ms):
            raise ReplayUnavailable("unplugged")

    assert refusal(token(), replay=Broken()) == "replay_store_unavailable"


def test_a_young_memory_refuses_what_it_may_have_missed_even_from_a_clock_ahead():
    memory = MemoryReplay(start_ms=NOW_MS - 2000)
    assert refusal(token(), replay=memory) == "replay_store_cold"
    assert verify_call(token(), TOOL, ARGS, **settings(replay=memory, skew_s=0)).tool == TOOL


def test_a_young_memory_says_when_to_call_again():
    memory = MemoryReplay(start_ms=NOW_MS - 2000)
    with pytest.raises(CallRefused, match="Call again in 4 s: nothing ran") as no:
        verify_call(token(), TOOL, ARGS, **settings(replay=memory, skew_s=5))
    assert no.value.code == "replay_store_cold"
    later = settings(replay=memory, now_ms=NOW_MS + 4000, skew_s=5)
    assert verify_call(token(now_ms=NOW_MS + 4000), TOOL, ARGS, **later).tool == TOOL


def test_no_message_repeats_the_token():
    text = signed(claims(iss="https://other.example" + "x" * 500))
    with pytest.raises(CallRefused) as no:
        verify_call(text, TOOL, ARGS, **settings())
    assert len(str(no.value)) < 200


def test_a_token_of_another_library_with_the_same_claims_is_taken():
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    text = jwt.encode(HEADER, claims(), ECKey.import_key(pem), algorithms=["ES256"])
    assert verify_call(text, TOOL, ARGS, **settings()).jti


@given(st.data())
@examples(max_examples=many(300), deadline=None)
def test_a_token_changed_anywhere_is_never_taken(data):
    good = token()
    place = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.characters(codec="ascii"))
    cut = data.draw(st.integers(0, 3))
    bad = good[:place] + letter + good[place + cut :]
    if bad == good:
        return
    with pytest.raises(CallRefused):
        verify_call(bad, TOOL, ARGS, **settings())


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=64))
@examples(max_examples=many(100), deadline=None)
def test_noise_is_refused_and_never_crashes(header, payload, signature):
    with pytest.raises(CallRefused):
        verify_call(f"{b64u(header)}.{b64u(payload)}.{b64u(signature)}", TOOL, ARGS, **settings())


@given(
    st.dictionaries(
        st.sampled_from(sorted(claims())),
        st.none()
        | st.integers(-5, 5)
        | st.text(max_size=4)
        | st.lists(st.integers(-5, 5), max_size=2),
        min_size=1,
        max_size=4,
    )
)
@examples(max_examples=many(100), deadline=None)
def test_signed_claims_of_a_wrong_shape_are_refused_with_a_code(changes):
    answer = "accepted"
    try:
        verify_call(signed(claims() | changes), TOOL, ARGS, **settings())
    except CallRefused as no:
        answer = no.code
    assert answer == "accepted" or answer in STEPS


def test_key_sets_keep_only_keys_that_cannot_be_shared_secrets():
    kept = {"kty": "oct", "k": "AAAA", "kid": "s"}
    rows = jwks([JWK])["keys"]
    assert set(public_keys({"keys": [kept, *rows]})) == {KID}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": "none"},
        {"keys": [dict(JWK)]},
        {"keys": [{**JWK, "kid": "a"}, {**JWK, "kid": "a"}]},
        {"keys": [{**JWK, "kid": "a", "d": "AAAA"}]},
    ],
)
def test_a_key_set_that_cannot_be_trusted_is_refused(document):
    with pytest.raises(BadKey):
        public_keys(document)


def verifier(refetch=None):
    return Verifier(
        jwks([JWK]),
        issuer=ISSUER,
        audience=AUDIENCE,
        replay=MemoryReplay(start_ms=NOW_MS - 60_000),
        refetch=refetch,
    )


async def test_new_keys_are_fetched_at_most_once_in_ten_seconds():
    new = public_jwk(OTHER_KEY.public_key())
    answers = [jwks([new]), None, {"keys": "broken"}]
    asked = []

    async def refetch():
        asked.append(1)
        return answers.pop(0)

    checks = verifier(refetch)
    text = signed(claims(), {**HEADER, "kid": thumbprint(new)}, OTHER_KEY)
    with pytest.raises(CallRefused):
        checks.check(text, TOOL, ARGS, now_ms=NOW_MS)
    assert await checks.refreshed(NOW_MS)
    assert checks.check(text, TOOL, ARGS, now_ms=NOW_MS).kid == thumbprint(new)
    assert not await checks.refreshed(NOW_MS + REFETCH_MS - 1)
    assert not await checks.refreshed(NOW_MS + REFETCH_MS)
    assert not await checks.refreshed(NOW_MS + 2 * REFETCH_MS)
    assert len(asked) == 3
    assert not await verifier().refreshed(NOW_MS)


def test_the_verifier_loads_no_engine_and_no_framework():
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, guard.grant.verify; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    forbidden = (
        "pydantic",
        "cedarpy",
        "guard.policy",
        "guard.session",
        "guard.audit",
        "mcp",
        "joserfc",
    )
    assert not [name for name in seen if name.startswith(forbidden)]
