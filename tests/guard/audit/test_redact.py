import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.audit.redact import BadSalt, redacted, salted_sha256
from guard.model.call import ArgSpec
from tests.many import many

SALT = bytes(range(16))
ARGS = {
    "key": ArgSpec(role="secret"),
    "login.pin": ArgSpec(role="secret"),
    "id_token": ArgSpec(role="id"),
}


def test_a_digest_is_salted_and_labelled():
    assert salted_sha256(SALT, b"x") == sha256(b"guard/args/v1\0" + SALT + b"x").hexdigest()
    assert salted_sha256(SALT, b"x") != salted_sha256(bytes(16), b"x")


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_salt_of_another_length_is_refused(size):
    with pytest.raises(BadSalt):
        salted_sha256(bytes(size), b"x")


def test_what_the_catalogue_calls_secret_is_gone_at_every_depth():
    view = redacted(
        {"key": "s3cret", "login": {"pin": 1234, "user": "bob"}, "list": [{"key": "s"}]}, ARGS, SALT
    )
    assert view["login"]["user"] == "bob"
    assert "s3cret" not in json.dumps(view)
    assert "1234" not in json.dumps(view)


@pytest.mark.parametrize(
    "name", ["password", "api_key", "apiKey", "Authorization", "client_secret", "sessionToken"]
)
def test_what_looks_like_a_secret_is_gone_although_nobody_said_so(name):
    view = redacted({"a": [{name: "s3cret"}]}, {}, SALT)
    assert "s3cret" not in json.dumps(view)


def test_a_count_of_tokens_is_no_secret_and_a_passcode_is_one():
    counts = {"max_tokens": 512, "token_limit": "12.5000", "tokens": 0.5}
    assert redacted(counts, {}, SALT) == counts
    assert redacted({"token_limit": 7}, {"token_limit": ArgSpec(role="secret")}, SALT) != {
        "token_limit": 7
    }
    assert redacted({"maxTokens": 5, "token_count": 6}, {}, SALT)["maxTokens"] == 5
    for name in ("token", "otp_token", "auth_token", "refreshToken", "admin_token"):
        assert "482913" not in json.dumps(redacted({name: 482913}, {}, SALT))
    assert "4711" not in json.dumps(redacted({"passcode": 4711, "token": "4711"}, {}, SALT))


def test_what_the_catalogue_calls_opaque_is_gone_too():
    assert "s3cret" not in json.dumps(redacted({"a": "s3cret"}, {"a": ArgSpec(opaque=True)}, SALT))


def test_what_a_person_said_is_not_secret_stays():
    assert redacted({"id_token": "T-1"}, ARGS, SALT) == {"id_token": "T-1"}


def test_two_equal_secrets_can_be_seen_to_be_equal_in_one_call_only():
    one = redacted({"password": "a", "token": "a"}, {}, SALT)
    assert one["password"] == one["token"]
    assert one != redacted({"password": "a", "token": "a"}, {}, bytes(16))


@given(st.text(min_size=6), st.sampled_from(["key", "password"]))
@settings(max_examples=many(60))
def test_no_secret_survives(secret, name):
    view = redacted({name: secret, "inner": {"password": [secret]}}, ARGS, SALT)
    for text in (view[name], view["inner"]["password"]):
        assert text.startswith("[secret ")
        assert len(text) == 25
