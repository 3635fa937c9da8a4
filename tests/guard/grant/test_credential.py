import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.grant.credential import (
    ApprovalEvidence,
    Credential,
    Unissuable,
    call_claims,
    lifetime_s,
    token_id,
)
from guard.model.facts import Binding
from tests.guard.grant.tokens import AUDIENCE, ISSUER, JTI, NOW_MS, bound

SECRET = "ey.secret.token"


def credential(**changes):
    fields = {
        "kind": "calltoken",
        "lease_id": JTI,
        "audience": AUDIENCE,
        "binding": Binding.L2,
        "expires_at_ms": NOW_MS + 30_000,
        "scopes": frozenset({"a", "b"}),
        "secret": SECRET,
    }
    return Credential(**{**fields, **changes})


def test_claims_say_who_what_where_and_until_when():
    made = call_claims(
        bound(parent="agent:boss", client_id="c1"), issuer=ISSUER, jti=JTI, now_ms=NOW_MS
    )
    assert (made["iss"], made["aud"], made["sub"]) == (ISSUER, AUDIENCE, "alice")
    assert made["act"] == {"sub": "agent:books", "act": {"sub": "agent:boss"}}
    assert (made["nbf"], made["iat"], made["exp"]) == (1_799_999_999, 1_800_000_000, 1_800_000_030)
    assert (made["iat_ms"], made["jti"], made["client_id"]) == (NOW_MS, JTI, "c1")


def test_claims_name_the_approval_when_there_was_one():
    yes = ApprovalEvidence(id="apr_1", by=("bob",), method="terminal", at_ms=5)
    made = call_claims(bound(approval=yes), issuer=ISSUER, jti=JTI, now_ms=NOW_MS)
    [detail] = made["authorization_details"]
    assert detail["approval"] == {"id": "apr_1", "by": ["bob"], "method": "terminal", "at": 5}


def test_what_is_not_known_is_not_claimed():
    made = call_claims(bound(), issuer=ISSUER, jti=JTI, now_ms=NOW_MS)
    assert not {"client_id", "txn", "cnf"} & made.keys()


@pytest.mark.parametrize(("wanted", "ceiling", "got"), [(None, 30, 30), (10, 30, 10), (50, 30, 30)])
def test_the_shorter_life_wins(wanted, ceiling, got):
    assert lifetime_s(wanted, ceiling) == got


@pytest.mark.parametrize(("wanted", "ceiling"), [(4, 30), (0, 30), (None, 61), (None, 4)])
def test_a_life_out_of_range_is_refused(wanted, ceiling):
    with pytest.raises(Unissuable) as no:
        lifetime_s(wanted, ceiling)
    assert no.value.code == "issuer_ttl_floor"


def test_a_token_for_nobody_is_refused():
    with pytest.raises(Unissuable) as no:
        call_claims(bound(audience=""), issuer=ISSUER, jti=JTI, now_ms=NOW_MS)
    assert no.value.code == "audience_missing"


def test_a_credential_never_shows_its_secret():
    made = credential()
    assert SECRET not in repr(made)
    assert SECRET not in f"{made}"
    assert made.headers("POST", "https://a.example/") == (("Authorization", f"Bearer {SECRET}"),)


@pytest.mark.parametrize("spill", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_credential_cannot_be_pickled_or_copied(spill):
    with pytest.raises(TypeError) as no:
        spill(credential())
    assert SECRET not in str(no.value)


@given(st.none() | st.frozensets(st.sampled_from("abcd")), st.none() | st.integers(0, 2**50))
def test_narrowing_never_widens(scopes, until):
    before = credential()
    after = before.narrowed(scopes=scopes, expires_at_ms=until)
    assert after.scopes <= before.scopes
    assert after.expires_at_ms <= before.expires_at_ms
    assert (after.secret, after.audience, after.binding) == (SECRET, AUDIENCE, Binding.L2)


def test_a_credential_lives_until_its_moment():
    assert credential().live(NOW_MS + 29_999)
    assert not credential().live(NOW_MS + 30_000)


def test_the_token_is_named_after_its_lease():
    assert token_id(bytes(16)) == JTI
