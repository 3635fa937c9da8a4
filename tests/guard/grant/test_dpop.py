import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from guard.grant.dpop import (
    NONCE_MS,
    WINDOW_MS,
    Proof,
    ProofRefused,
    check_proof,
    htu_of,
    nonces,
    proof_input,
    token_digest,
)
from guard.grant.signing import compact, es256_sign, public_jwk, thumbprint
from tests.guard.grant.tokens import JWK, KEY, KID, NOW_MS, OTHER_KEY

URL = "https://ledger.example/mcp"


def made(key=KEY, **changes):
    fields = {"method": "POST", "url": URL, "jti": "p1", "now_ms": NOW_MS, "token": "t"}
    signed = proof_input(public_jwk(key.public_key()), **{**fields, **changes})
    return compact(signed, es256_sign(key, signed))


def shown(text, *, token="t", jkt=KID, now_ms=NOW_MS, **request):
    proof = Proof(text=text, **{"method": "POST", "url": URL, **request})
    return check_proof(proof, token=token, jkt=jkt, now_ms=now_ms)


def refusal(text, **more):
    with pytest.raises(ProofRefused) as no:
        shown(text, **more)
    return no.value.code


def test_a_proof_says_which_key_made_it_and_how_it_is_remembered():
    found = shown(made())
    assert (found.jkt, found.jti, found.made_s) == (KID, "p1", NOW_MS // 1000)
    assert found.until_ms() == NOW_MS // 1000 * 1000 + WINDOW_MS
    assert found.key() != shown(made(jti="p2")).key()
    assert found.key() != shown(made(OTHER_KEY), jkt=None).key()


def test_a_proof_without_a_token_is_for_a_token_endpoint():
    assert shown(made(token=""), token="").jkt == KID
    assert refusal(made(token="")) == "proof_binding"


def test_a_proof_for_a_transaction_token_is_none_for_an_access_token():
    text = made(bearing="tth")
    assert shown(text, bearing="tth")
    assert refusal(text) == "proof_binding"
    assert refusal(made(), bearing="tth") == "proof_binding"


def test_two_codes_at_once_give_the_earlier():
    wrong = made(OTHER_KEY, url="https://mail.example", now_ms=0)
    assert refusal(wrong, nonces=("n",)) == "proof_key"
    assert refusal(wrong, jkt=None, nonces=("n",)) == "proof_binding"
    assert refusal(made(now_ms=0), nonces=("n",)) == "proof_stale"
    assert refusal(made(), nonces=("n",)) == "use_nonce"
    assert refusal(made(), nonces=()) == "use_nonce"


def test_a_nonce_counts_for_its_minute_and_the_next():
    key, bucket = bytes(32), NOW_MS // NONCE_MS * NONCE_MS
    current, _ = nonces(key, bucket)
    for now_ms in (bucket, bucket + 2 * NONCE_MS - 1):
        assert shown(made(nonce=current, now_ms=now_ms), now_ms=now_ms, nonces=nonces(key, now_ms))
    for now_ms in (bucket - 1, bucket + 2 * NONCE_MS):
        late = made(nonce=current, now_ms=now_ms)
        assert refusal(late, now_ms=now_ms, nonces=nonces(key, now_ms)) == "use_nonce"
    assert current not in nonces(bytes(31) + b"\1", bucket)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("https://a.example/x?q=1#f", "https://a.example/x"),
        ("HTTPS://A.Example:443", "https://a.example/"),
        ("http://a.example:80/", "http://a.example/"),
        ("http://127.0.0.1:8470/mcp", "http://127.0.0.1:8470/mcp"),
        ("http://[::1]:8470/mcp", "http://[::1]:8470/mcp"),
        ("https://a.example/%7euser/%2f", "https://a.example/~user/%2F"),
    ],
)
def test_spellings_of_one_address_are_one(one, same):
    assert htu_of(one) == same


@pytest.mark.parametrize(
    "bad", ["", "/mcp", "stdio:ledger", "https:///x", "https://a@b.example/", "https://a:b/"]
)
def test_what_is_no_address_has_no_proof(bad):
    with pytest.raises(ValueError, match=re.compile("address|port", re.IGNORECASE)):
        htu_of(bad)


def test_another_library_reads_our_proofs_and_makes_ones_that_we_take():
    head = jws.extract_compact(made().encode()).headers()
    claims = jwt.decode(made(), ECKey.import_key(head["jwk"]), algorithms=["ES256"]).claims
    assert claims["ath"] == token_digest("t")
    own = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": own.as_dict(private=False)}
    header["jwk"].pop("kid", None)
    fields = {"jti": "x", "htm": "POST", "htu": URL, "iat": NOW_MS // 1000}
    text = jwt.encode(header, {**fields, "ath": token_digest("t")}, own)
    assert shown(text, jkt=thumbprint(own.as_dict(private=False))).jti == "x"
    assert JWK["x"] not in text


@given(st.data())
def test_a_proof_changed_anywhere_is_never_taken(data):
    text = made()
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.="))
    changed = text[:at] + letter + text[at + 1 :]
    if changed != text:
        with pytest.raises(ProofRefused):
            shown(changed)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_no_proof_is_refused_and_nothing_breaks(text):
    assert refusal(text) in {"proof_missing", "proof_malformed"}
