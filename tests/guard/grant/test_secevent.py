"""Every way in which a security event token can be wrong has its own answer, in a fixed order."""

import json

import pytest

from guard.grant.secevent import MAX_SET, SetRefused, Stream, checked_event, read_set
from guard.model.secevent import Subject
from tests.signals_transmitter import CAEP, Transmitter, b64

AT = 1_767_607_200
STREAM = Stream(issuer="https://idp.example", audience="https://guard.example")
PERSON = {"format": "iss_sub", "iss": "https://idp.example", "sub": "ana"}


@pytest.fixture(scope="module")
def sender():
    return Transmitter()


def taken(token, stream=STREAM):
    return checked_event(read_set(token, stream), stream)


def test_a_good_token_is_one_event(sender) -> None:
    event = taken(sender.caep("session-revoked", PERSON, at=AT, event_timestamp=AT - 5))
    assert (event.kind, event.at_ms, event.issuer) == ("session-revoked", (AT - 5) * 1000, STREAM.issuer)  # fmt: skip
    assert event.subject == Subject(issuer="https://idp.example", subject="ana")


def test_an_event_that_is_not_understood_is_taken_and_has_no_kind(sender) -> None:
    claims = sender.claims("https://other.example/event", PERSON, at=AT)
    assert taken(sender.signed(claims)).kind == ""


def but(sender, **changes):
    claims = sender.claims(CAEP + "session-revoked", PERSON, at=AT)
    for name, value in changes.items():
        claims.pop(name) if value is None else claims.update({name: value})
    return sender.signed(claims)


@pytest.mark.parametrize(
    ("err", "make"),
    [
        ("invalid_request", lambda s: b""),
        ("invalid_request", lambda s: b"x" * (MAX_SET + 1)),
        ("invalid_request", lambda s: b"a.b"),
        ("invalid_request", lambda s: b"a.b.c.d"),
        ("invalid_request", lambda s: b"!.b.c"),
        ("invalid_request", lambda s: "ä.b.c".encode()),
        ("invalid_request", lambda s: s.signed([], header={})),
        ("invalid_request", lambda s: s.signed({}, raw=b'{"iss":"a","iss":"b"}')),
        ("invalid_request", lambda s: s.signed({}, header={"typ": "JWT"})),
        ("invalid_request", lambda s: s.signed({}, header={"typ": None})),
        ("invalid_request", lambda s: s.signed({}, header={"crit": ["exp"]})),
        ("invalid_key", lambda s: s.signed({}, header={"alg": "none"})),
        ("invalid_key", lambda s: s.signed({}, header={"alg": "HS256"})),
        ("invalid_key", lambda s: s.signed({}, header={"alg": "ES256"})),
        ("invalid_request", lambda s: but(s, exp=AT + 60)),
        ("invalid_request", lambda s: but(s, sub="ana")),
        ("invalid_request", lambda s: but(s, jti=None)),
        ("invalid_request", lambda s: but(s, jti="")),
        ("invalid_request", lambda s: but(s, jti=7)),
        ("invalid_request", lambda s: but(s, iat=None)),
        ("invalid_request", lambda s: but(s, iat=str(AT))),
        ("invalid_request", lambda s: but(s, iat=AT * 1000)),
        ("invalid_request", lambda s: but(s, iat=True)),
        ("invalid_request", lambda s: but(s, events=None)),
        ("invalid_request", lambda s: but(s, events={})),
        ("invalid_request", lambda s: but(s, events={"a": {}, "b": {}})),
        ("invalid_request", lambda s: but(s, events={"a": []})),
        ("invalid_request", lambda s: but(s, sub_id=None)),
        ("invalid_request", lambda s: but(s, sub_id={"iss": "x"})),
        ("invalid_issuer", lambda s: but(s, iss="https://evil.example")),
        ("invalid_issuer", lambda s: but(s, iss=None)),
        ("invalid_issuer", lambda s: but(s, iss="https://idp.example/")),
        ("invalid_audience", lambda s: but(s, aud="https://other.example")),
        ("invalid_audience", lambda s: but(s, aud=None)),
        ("invalid_audience", lambda s: but(s, aud=["https://other.example"])),
        ("invalid_state", lambda s: s.verification("not asked for", at=AT)),
    ],
)
def test_what_is_wrong_with_a_token_is_told_to_its_sender(sender, err, make) -> None:
    with pytest.raises(SetRefused) as no:
        taken(make(sender))
    assert no.value.err == err
    assert no.value.description


def test_one_of_several_audiences_is_enough(sender) -> None:
    assert taken(but(sender, aud=["https://x.example", STREAM.audience])).jti


def test_the_verification_that_was_asked_for_is_taken(sender) -> None:
    asked = Stream(issuer=STREAM.issuer, audience=STREAM.audience, state="s-1")
    assert taken(sender.verification("s-1", at=AT), asked).kind == "verification"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ({"format": "email", "email": "ana@example.org"}, Subject(email="ana@example.org")),
        ({"format": "opaque", "id": "x"}, Subject(opaque="x")),
        ({"format": "jwt_id", "iss": "a", "jti": "b"}, Subject()),
        ({"format": "unheard of"}, Subject()),
        ({"format": "email", "email": 7}, Subject()),
        (
            {"format": "complex", "user": PERSON, "device": {"format": "opaque", "id": "d"}},
            Subject(issuer="https://idp.example", subject="ana", device="d"),
        ),
        ({"format": "complex", "user": PERSON, "application": {"format": "opaque", "id": "a"}}, Subject()),
        ({"format": "complex", "user": PERSON, "session": {"format": "opaque"}}, Subject()),
        ({"format": "complex", "user": {"format": "email"}, "session": {"format": "opaque", "id": "s"}}, Subject()),
        ({"format": "complex", "user": PERSON, "tenant": {"format": "opaque", "id": "t"}}, Subject()),
        ({"format": "complex"}, Subject()),
    ],
)  # fmt: skip
def test_a_subject_that_cannot_be_matched_whole_names_nobody(sender, raw, subject) -> None:
    assert taken(but(sender, sub_id=raw)).subject == subject


def test_the_signed_bytes_are_those_that_came(sender) -> None:
    token = sender.caep("session-revoked", PERSON, at=AT)
    assert read_set(token, STREAM).signed == token.rpartition(b".")[0]
    padded = b64(json.dumps({"alg": "RS256", "typ": "secevent+jwt"}).encode()).encode() + b"=.e30.x"
    with pytest.raises(SetRefused):
        read_set(padded, STREAM)
