import json
import math
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from guard.grant.signing import (
    MAX_CANONICAL,
    BadKey,
    NotCanonical,
    args_s256,
    b64u,
    canonical,
    compact,
    es256_sign,
    es256_verify,
    jwks,
    public_jwk,
    public_key,
    signing_input,
    thumbprint,
    unb64u,
)
from guard.grant.strict import NotStrictJson, strict_json
from tests.guard.grant.tokens import JWK, KEY
from tests.many import many

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=many(100), deadline=None)
def test_canonical_bytes_parse_to_a_value_with_the_same_canonical_bytes(value):
    form = canonical(value)
    assert canonical(strict_json(form)) == form


def test_names_are_sorted_as_utf_16():
    # RFC 8785, 3.2.3: U+1F600 comes before U+FB33, because its first surrogate does.
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": math.nan}, "$.a"),
        ({"a": [1, math.inf]}, "$.a[1]"),
        ({"a": "\ud800"}, "$.a"),
        ({"\ud800": 1}, "$ key"),
        ({"a": 2**53}, "$.a"),
        ({"a": -(2**53)}, "$.a"),
        ({"a": 1e16}, "$.a"),
        ({"a": 3.333e17}, "$.a"),
        ({1: "a"}, "$ key"),
        ({"a": b"bytes"}, "$.a"),
        ("x" * MAX_CANONICAL, "$"),
    ],
)
def test_a_value_without_one_reading_is_refused_and_the_place_is_named(value, path):
    with pytest.raises(NotCanonical) as no:
        canonical(value)
    assert (no.value.code, no.value.path) == ("arguments_not_canonical", path)


def test_nesting_without_end_is_refused_and_not_a_crash():
    value = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_digest_of_arguments_is_what_anyone_can_compute():
    expected = b64u(sha256(b'{"arguments":{"a":1,"b":"\xc3\xa9"},"name":"t"}').digest())
    assert args_s256("t", {"b": "é", "a": 1.0}) == expected


def test_absent_arguments_are_empty_ones():
    assert args_s256("t", None) == args_s256("t", {})


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b"NaN", b"[Infinity]", b"1e999", b"\xff", b"{", b""],
)
def test_json_with_two_readings_is_refused(raw):
    with pytest.raises(NotStrictJson):
        strict_json(raw)


def test_json_nested_without_end_is_refused_and_not_a_crash():
    with pytest.raises(NotStrictJson):
        strict_json(b"[" * 100_000)


@pytest.mark.parametrize("text", ["YQ==", "YR", "a", "Y Q", "+/+/", "YQ\n", "é"])
def test_base64url_has_one_spelling(text):
    with pytest.raises(ValueError):
        unb64u(text)


@given(st.binary(max_size=80))
@settings(max_examples=many(50))
def test_base64url_comes_back(data):
    assert unb64u(b64u(data)) == data


def test_the_thumbprint_is_the_one_another_library_makes():
    assert thumbprint(JWK) == ECKey.import_key(dict(JWK)).thumbprint()


def test_another_library_takes_our_signature():
    token = compact(
        data := signing_input({"alg": "ES256"}, {"a": 1}),
        es256_sign(KEY, signing_input({"alg": "ES256"}, {"a": 1})),
    )
    found = jws.deserialize_compact(token, ECKey.import_key(dict(JWK)), algorithms=["ES256"])
    assert json.loads(found.payload) == {"a": 1}
    assert data.count(b".") == 1


def test_we_take_the_signature_of_another_library():
    key = ECKey.generate_key("P-256")
    token = jws.serialize_compact({"alg": "ES256"}, b"{}", key, algorithms=["ES256"])
    data, _, signature = token.rpartition(".")
    assert es256_verify(public_key(key.as_dict(private=False)), data.encode(), unb64u(signature))


def test_a_signature_is_made_again_byte_for_byte():
    assert es256_sign(KEY, b"x") == es256_sign(KEY, b"x")


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "AAAA"},
        {**JWK, "crv": "P-384"},
        {**JWK, "d": "AAAA"},
        {**JWK, "x": JWK["y"], "y": JWK["x"]},
        {**JWK, "x": JWK["x"][:-2]},
        {**JWK, "x": 7},
        {},
    ],
)
def test_only_a_public_p256_point_is_a_key(jwk):
    with pytest.raises(BadKey):
        public_key(jwk)


def test_a_key_set_names_each_key_by_its_thumbprint():
    other = public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())
    rows = jwks([JWK, other])["keys"]
    assert [row["kid"] for row in rows] == [thumbprint(JWK), thumbprint(other)]
    assert all(row["use"] == "sig" and "d" not in row for row in rows)
