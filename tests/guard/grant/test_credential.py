import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.grant.credential import Credential, Unissuable, lifetime_s, token_id
from guard.model.facts import Binding
from tests.guard.grant.tokens import AUDIENCE, JTI, NOW_MS

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


@pytest.mark.parametrize(("wanted", "ceiling", "got"), [(None, 30, 30), (10, 30, 10), (50, 30, 30)])
def test_the_shorter_life_wins(wanted, ceiling, got):
    assert lifetime_s(wanted, ceiling) == got


@pytest.mark.parametrize(("wanted", "ceiling"), [(4, 30), (0, 30), (None, 61), (None, 4)])
def test_a_life_out_of_range_is_refused(wanted, ceiling):
    with pytest.raises(Unissuable) as no:
        lifetime_s(wanted, ceiling)
    assert no.value.code == "issuer_ttl_floor"


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
