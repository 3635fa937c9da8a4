"""What a passkey signs, and every way in which a signature is none."""

from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.grant.assertion import (
    Assertion,
    NotSigned,
    Place,
    Signed,
    SigningKey,
    presented_challenge,
    proven,
)
from guard.grant.signing import b64u
from tests.authenticator import BE, BS, PLACE, UP, UV, Authenticator, p256
from tests.many import many

CHALLENGE = b"c" * 32
SIGNED = Signed(
    approval="apr_1", binding="b" * 64, nonce="0" * 64, view_sha256="v" * 64, reviewer="idp|bob",
    decision="approve", pending_until_ms=1_767_607_500_000, grant_ttl_s=60, seen_sha256="0" * 64,
)  # fmt: skip


def code(given_, key=None, challenge=CHALLENGE, place=PLACE):
    with pytest.raises(NotSigned) as refused:
        proven(given_, key or Authenticator().key, challenge, place)
    return refused.value.code


@pytest.mark.parametrize(
    "private",
    [
        p256(),
        Ed25519PrivateKey.from_private_bytes(b"e" * 32),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["ES256", "EdDSA", "RS256"],
)
def test_a_signature_of_each_algorithm_is_taken(private):
    found = proven(
        (one := Authenticator(private=private, count=7)).sign(CHALLENGE), one.key, CHALLENGE, PLACE
    )
    assert (found.user_verified, found.sign_count) == (True, 8)


def test_what_an_authenticator_claims_is_told():
    one = Authenticator(flags=UP | BE | BS)
    found = proven(one.sign(CHALLENGE), one.key, CHALLENGE, PLACE)
    assert (found.user_verified, found.backup_eligible, found.backed_up) == (False, True, True)


def test_members_that_browsers_add_are_no_harm():
    one = Authenticator()
    added = one.sign(CHALLENGE, other_keys_can_be_added_here="x", crossOrigin=None)
    assert proven(added, one.key, CHALLENGE, PLACE).user_verified


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"type": "webauthn.create"}, "assertion_wrong_type"),
        ({"type": None}, "assertion_wrong_type"),
        ({"challenge": b64u(b"d" * 32)}, "assertion_wrong_challenge"),
        ({"challenge": b64u(CHALLENGE) + "="}, "assertion_wrong_challenge"),
        ({"challenge": None}, "assertion_wrong_challenge"),
        ({"origin": "https://guard.corp.example.evil.example"}, "assertion_wrong_origin"),
        ({"origin": "http://guard.corp.example"}, "assertion_wrong_origin"),
        ({"origin": "https://guard.corp.example/"}, "assertion_wrong_origin"),
        ({"crossOrigin": True}, "assertion_framed"),
        ({"crossOrigin": 0}, "assertion_framed"),
        ({"crossOrigin": "false"}, "assertion_framed"),
        ({"topOrigin": "https://evil.example"}, "assertion_framed"),
        ({"topOrigin": "https://guard.corp.example"}, "assertion_framed"),
    ],
)
def test_a_signature_made_elsewhere_or_of_something_else_is_none(said, expected):
    assert code(Authenticator().sign(CHALLENGE, **said)) == expected


def twice(name, value):
    good = f'{{"type":"webauthn.get","challenge":"{b64u(CHALLENGE)}","origin":"{PLACE.origin}"'
    return f'{good},"{name}":{value}}}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        twice("challenge", f'"{b64u(b"d" * 32)}"'),
        twice("origin", '"https://evil.example"'),
        twice("type", '"webauthn.get"'),
        twice("\\u0074ype", '"webauthn.get"'),
        b"[]",
        b"null",
        b"\xff",
        b'{"type":"webauthn.get"} x',
        twice("pad", '"' + "x" * 9_000 + '"'),
    ],
)
def test_client_data_with_two_readings_is_no_signature(raw):
    assert code(Authenticator().sign(CHALLENGE, raw=raw)) == "assertion_malformed"


@pytest.mark.parametrize(
    ("flags", "extra", "expected"),
    [
        (UV, b"", "assertion_no_presence"),
        (UP | BS, b"", "assertion_malformed"),  # backed up, and cannot be
        (UP | 0x40, b"x" * 30, "assertion_malformed"),  # a new key in an answer
        (UP, b"\xa0", "assertion_malformed"),  # something that no flag announces
        (UP | 0x80, b"", "assertion_malformed"),  # something announced that is not there
    ],
)
def test_authenticator_data_must_be_what_it_says(flags, extra, expected):
    assert code(Authenticator(flags=flags).sign(CHALLENGE, extra=extra)) == expected


def test_announced_extensions_are_signed_and_taken():
    one = Authenticator(flags=UP | UV | 0x80)
    assert proven(one.sign(CHALLENGE, extra=b"\xa0"), one.key, CHALLENGE, PLACE).user_verified


def test_a_key_for_another_domain_signs_nothing_here():
    other = Authenticator(place=Place(origin=PLACE.origin, rp_id="corp.example"))
    assert code(other.sign(CHALLENGE)) == "assertion_wrong_rp"


def test_another_key_did_not_sign_it():
    assert code(Authenticator(private=p256(2)).sign(CHALLENGE)) == "assertion_bad_signature"


@pytest.mark.parametrize("part", ["client_data", "authenticator_data", "signature"])
@settings(max_examples=many(60), deadline=None)
@given(data=st.data())
def test_no_changed_byte_is_signed(part, data):
    one = Authenticator()
    good = one.sign(CHALLENGE)
    raw = bytearray(getattr(good, part))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NotSigned):
        proven(replace(good, **{part: bytes(raw)}), one.key, CHALLENGE, PLACE)


@pytest.mark.parametrize(
    "private",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)],
    ids=["P-384", "RSA-1024"],
)
def test_a_weak_or_foreign_key_is_not_used(private):
    one = Authenticator(private=private)
    assert code(one.sign(CHALLENGE), one.key) == "assertion_wrong_alg"


@pytest.mark.parametrize("alg", [-8, -257, -37, 0, -65535])
def test_the_algorithm_is_the_stored_keys_own(alg):
    one = Authenticator()
    assert code(one.sign(CHALLENGE), replace(one.key, alg=alg)) == "assertion_wrong_alg"


def test_a_stored_key_that_cannot_be_read_signs_nothing():
    assert (
        code(Authenticator().sign(CHALLENGE), SigningKey(spki=b"x", alg=-7))
        == "assertion_wrong_alg"
    )


@pytest.mark.parametrize("name", [one.name for one in fields(Signed)])
def test_the_challenge_is_over_every_member(name):
    value = getattr(SIGNED, name)
    other = "deny" if name == "decision" else value + 1 if isinstance(value, int) else value + "x"
    assert replace(SIGNED, **{name: other}).challenge() != SIGNED.challenge()


@settings(max_examples=many(200), deadline=None)
@given(raw=st.binary(max_size=200))
def test_no_bytes_at_all_break_the_check(raw):
    with pytest.raises(NotSigned):
        proven(
            Assertion(client_data=raw, authenticator_data=raw, signature=raw),
            Authenticator().key, CHALLENGE, PLACE,
        )  # fmt: skip


def test_a_challenge_is_read_to_look_it_up():
    assert presented_challenge(Authenticator().sign(CHALLENGE).client_data) == CHALLENGE
    for raw in (b"{", b"{}", b'{"challenge":"a="}', b'{"challenge":7}'):
        with pytest.raises(NotSigned):
            presented_challenge(raw)
