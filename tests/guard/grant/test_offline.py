"""Bundles for sites: who signed them, for whom, in which order, and how age closes them."""

from dataclasses import replace
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from guard.grant.delegation import (
    LONGEST_S,
    Delegation,
    certified,
    delegations,
    read_delegation,
    sign_delegation,
)
from guard.grant.offline import (
    Authority,
    OfflineRefused,
    SiteBundle,
    Step,
    policy_sha256,
    read_bundle,
    sign_bundle,
)
from guard.grant.signing import es256_sign, jwks, public_jwk, thumbprint

S = 1_800_000_000
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
SITE_JWK = public_jwk(OTHER.public_key())


def authority(key=KEY):
    return Authority(kid=thumbprint(public_jwk(key.public_key())), sign=partial(es256_sign, key))


BUNDLE = SiteBundle(
    guard="hq", site="north", seq=7, issued_s=S, not_after_s=S + 7200, full_s=300,
    read_only_s=1800, policies={"a.cedar": "permit (principal, action, resource);"},
    revoked=frozenset({"agent:clerk"}), approvable=frozenset({"ASK-1"}), delegation="x",
    keys={"https://login.corp.example/jwks": '{"keys": []}'},
)  # fmt: skip


def read(token, *, site="north", now_s=S + 1, seq=0, key=KEY):
    return read_bundle(token, key.public_key(), site=site, now_ms=now_s * 1000, seq=seq)


def code(token, **more):
    with pytest.raises(OfflineRefused) as no:
        read(token, **more)
    return no.value.code


def test_what_was_signed_is_what_is_read():
    assert read(sign_bundle(authority(), BUNDLE)) == BUNDLE


def test_a_bundle_of_anybody_else_for_anybody_else_or_from_before_is_refused():
    token = sign_bundle(authority(), BUNDLE)
    assert code(token, key=OTHER) == "bundle_forged"
    assert code(sign_bundle(authority(OTHER), BUNDLE)) == "bundle_forged"
    assert code(token, site="south") == "bundle_of_another_site"
    assert code(token, seq=7) == "bundle_superseded"
    assert code(token, seq=8) == "bundle_superseded"
    assert code(token, now_s=S - 301) == "clock_behind"
    assert read(token, seq=6, now_s=S - 300).seq == 7


def test_a_changed_byte_anywhere_is_refused():
    token = sign_bundle(authority(), BUNDLE)
    for at in range(0, len(token), 37):
        if token[at] != ".":
            changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
            assert code(changed) in {"bundle_forged", "bundle_malformed"}


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "é.b.c", "." * 5_000_000])
def test_what_is_no_token_is_refused(token):
    assert code(token) == "bundle_malformed"


def test_a_certificate_is_no_bundle_and_a_bundle_no_certificate():
    assert code(sign_delegation(authority(), HELD, SITE_JWK)) == "bundle_forged"
    with pytest.raises(OfflineRefused, match="bundle_forged"):
        read_delegation(sign_bundle(authority(), BUNDLE), KEY.public_key())


@pytest.mark.parametrize(
    "wrong",
    [{"not_after_s": S}, {"not_after_s": S + 32 * 86_400}, {"full_s": 1801}, {"full_s": -1}],
)
def test_times_that_do_not_follow_each_other_are_not_signed(wrong):
    with pytest.raises(ValueError, match=r"full_s|lives"):
        sign_bundle(authority(), replace(BUNDLE, **wrong))


@pytest.mark.parametrize(
    ("age_s", "step"),
    [(-100, Step.FULL), (0, Step.FULL), (300, Step.FULL), (301, Step.READ_ONLY),
     (1800, Step.READ_ONLY), (1801, Step.NONE), (7200, Step.NONE), (10**9, Step.NONE)],
)  # fmt: skip
def test_fresh_is_full_stale_reads_and_expired_is_nothing(age_s, step):
    assert BUNDLE.step((S + age_s) * 1000) is step


def test_the_end_of_a_bundle_is_its_end_whatever_its_ages_say():
    short = replace(BUNDLE, not_after_s=S + 100)
    assert [short.step((S + at) * 1000) for at in (99, 100)] == [Step.FULL, Step.NONE]


@given(st.lists(st.integers(0, 10**7), min_size=2))
def test_nothing_opens_by_waiting(ages):
    steps = [BUNDLE.step((S + age) * 1000) for age in sorted(ages)]
    assert steps == sorted(steps)


def test_the_digest_tells_names_from_texts():
    assert policy_sha256({"a": "b"}) != policy_sha256({"ab": ""})
    assert policy_sha256({"a": "1", "b": "2"}) == policy_sha256({"b": "2", "a": "1"})


HELD = Delegation(
    site="north", kid=thumbprint(SITE_JWK), issued_s=S, not_after_s=S + 3600,
    tools=frozenset({("https://bank.example", "pay")}), max_ttl_s=30, binding_max=2, max_calls=9,
    seq=7,
)  # fmt: skip


def test_a_certificate_travels_beside_the_key_that_it_is_for():
    token = sign_delegation(authority(), HELD, SITE_JWK)
    mine = public_jwk(KEY.public_key())
    published = certified(jwks([SITE_JWK, mine]), (HELD.kid, token))
    assert [("dlg" in one) for one in published["keys"]] == [True, False]
    found = delegations(published, public_jwk(KEY.public_key()))
    assert found == {HELD.kid: HELD}
    moved = {"keys": [{**row, "dlg": token} for row in jwks([mine])["keys"]]}
    assert delegations(moved, mine) == {}  # beside another key it says nothing
    assert delegations(published, SITE_JWK) == {}  # and by another control plane neither


def test_a_certificate_lives_eight_hours_and_is_for_one_key():
    with pytest.raises(ValueError, match="lives"):
        sign_delegation(authority(), replace(HELD, not_after_s=S + LONGEST_S + 1), SITE_JWK)
    with pytest.raises(ValueError, match="key"):
        sign_delegation(authority(), HELD, public_jwk(KEY.public_key()))
