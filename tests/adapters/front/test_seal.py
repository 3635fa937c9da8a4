"""Seals open for the same principal at the same upstream in the same role, and for nobody else."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard_adapters.front.mcp.elicitation.seal import (
    RequestStateSeal,
    SealedSession,
    SealedState,
    SealKeys,
    SealRefusal,
    SessionSeal,
)
from tests.many import many

OLD, NEW, FOREIGN = b"o" * 32, b"n" * 32, b"f" * 32
NONCE = bytes(range(12))
NOW = 1_800_000_000_000
ANN = {"principal": "digest-of-ann", "upstream": "files"}
BOB = {"principal": "digest-of-bob", "upstream": "files"}
SESSION = SealedSession(session_id="s-1", elicitation=frozenset({"url", "form"}), issued_ms=NOW)
STATE = SealedState(method="tools/call", upstream_state="theirs", approval_id="apr_1", binding="ab")


def sealed_session(keys=None):
    return SessionSeal(keys or SealKeys(NEW)).seal(SESSION, **ANN, nonce=NONCE)


def sealed_state(keys=None):
    return RequestStateSeal(keys or SealKeys(NEW)).seal(STATE, **ANN, nonce=NONCE, now_ms=NOW)


def open_session(text, keys=None, **who):
    return SessionSeal(keys or SealKeys(NEW)).unseal(text, **(ANN | who))


def open_state(text, keys=None, now_ms=NOW, **who):
    return RequestStateSeal(keys or SealKeys(NEW)).unseal(text, **(ANN | who), now_ms=now_ms)


def test_the_same_principal_gets_back_what_was_sealed():
    assert open_session(sealed_session()) == SESSION
    assert open_state(sealed_state()) == STATE
    nothing = SealedState(method="prompts/get")
    text = RequestStateSeal(SealKeys(NEW)).seal(nothing, **ANN, nonce=NONCE, now_ms=NOW)
    assert open_state(text) == nothing


def test_a_seal_is_printable_and_shows_nothing_of_what_it_holds():
    text = sealed_state()
    assert all(0x21 <= ord(c) <= 0x7E for c in text)
    raw = base64.urlsafe_b64decode(text + "==")
    assert b"theirs" not in raw
    assert b"ann" not in raw


def test_another_principal_is_refused():
    assert open_session(sealed_session(), **BOB) is SealRefusal.OTHER_PRINCIPAL
    assert open_state(sealed_state(), **BOB) is SealRefusal.OTHER_PRINCIPAL


def test_another_upstream_is_refused():
    assert open_session(sealed_session(), upstream="mail") is SealRefusal.OTHER_UPSTREAM
    assert open_state(sealed_state(), upstream="mail") is SealRefusal.OTHER_UPSTREAM


def test_one_kind_of_seal_does_not_open_as_the_other():
    assert open_state(sealed_session()) is SealRefusal.FORGED
    assert open_session(sealed_state()) is SealRefusal.FORGED


def test_a_request_state_expires_after_ten_minutes_and_a_session_does_not():
    assert open_state(sealed_state(), now_ms=NOW + 599_999) == STATE
    assert open_state(sealed_state(), now_ms=NOW + 600_000) is SealRefusal.EXPIRED


def test_the_previous_key_in_the_ring_still_opens_and_no_longer_seals():
    ring = SealKeys(NEW, OLD)
    assert open_session(sealed_session(SealKeys(OLD)), ring) == SESSION
    assert open_session(sealed_session(ring), SealKeys(OLD)) is SealRefusal.UNKNOWN_KEY


def test_a_key_outside_the_ring_is_refused():
    ring = SealKeys(NEW, OLD)
    assert open_session(sealed_session(SealKeys(FOREIGN)), ring) is SealRefusal.UNKNOWN_KEY


@pytest.mark.parametrize(
    "text",
    ["", "x", "not base64!", "s-1", "é" * 60, "A" * 10, "A" * 9000, "AAAA" * 3 + "==", "a\nb" * 20],
)
def test_what_is_no_seal_is_refused_as_malformed(text):
    assert open_session(text) is SealRefusal.MALFORMED
    assert open_state("A" * (4 * 2**20 + 1)) is SealRefusal.MALFORMED


def test_every_truncation_is_refused():
    text = sealed_session()
    assert all(isinstance(open_session(text[:end]), SealRefusal) for end in range(len(text)))


def test_every_flipped_bit_is_refused():
    raw = base64.urlsafe_b64decode(sealed_state() + "=" * (-len(sealed_state()) % 4))
    for place in range(len(raw) * 8):
        bad = bytearray(raw)
        bad[place // 8] ^= 1 << place % 8
        text = base64.urlsafe_b64encode(bytes(bad)).rstrip(b"=").decode()
        assert open_state(text) in {SealRefusal.FORGED, SealRefusal.UNKNOWN_KEY}


def test_no_second_spelling_of_a_seal_opens():
    text = sealed_session()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    opened = [c for c in alphabet if open_session(text[:-1] + c) == SESSION]
    assert opened == [text[-1]]
    for other in (text + "=", text + "==", text + " ", "\n" + text, text + "\n"):
        assert isinstance(open_session(other), SealRefusal)


@settings(max_examples=many(150), deadline=1000)
@given(
    st.text(max_size=80)
    | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_nothing_made_up_ever_opens_or_raises(text):
    assert isinstance(open_session(text), SealRefusal)
    assert isinstance(open_state(text), SealRefusal)


@pytest.mark.parametrize("refusal", list(SealRefusal))
def test_each_refusal_has_a_stable_code_and_an_advice(refusal):
    assert refusal.startswith("seal_")
    assert refusal.advice.endswith(".")


def test_keys_are_never_shown_and_must_have_their_full_length():
    assert "nnnn" not in repr(SealKeys(NEW, OLD))
    with pytest.raises(ValueError, match="32 bytes, got 5"):
        SealKeys(b"short")
    with pytest.raises(ValueError, match="12 random bytes"):
        SessionSeal(SealKeys(NEW)).seal(SESSION, **ANN, nonce=b"")
