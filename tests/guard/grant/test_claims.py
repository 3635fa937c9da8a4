import pytest

from guard.grant.claims import DETAIL_TYPE, Profile, TokenForm, call_claims, call_detail
from guard.grant.credential import ApprovalEvidence, Unissuable
from guard.model.facts import Binding
from tests.guard.grant.tokens import AUDIENCE, DOMAIN, ISSUER, JTI, NOW_MS, TXN, bound


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


def test_a_token_for_nobody_is_refused():
    with pytest.raises(Unissuable) as no:
        call_claims(bound(audience=""), issuer=ISSUER, jti=JTI, now_ms=NOW_MS)
    assert no.value.code == "audience_missing"


def test_one_call_says_the_same_in_every_form():
    call = bound(intent="i")
    detail = call_detail(call, Binding.L3)
    own = call_claims(call, issuer=ISSUER, jti=JTI, now_ms=NOW_MS, binding=Binding.L3)
    txn = call_claims(call, issuer=ISSUER, jti=JTI, now_ms=NOW_MS, binding=Binding.L3, form=TXN)
    assert detail["type"] == DETAIL_TYPE
    assert own["authorization_details"] == [detail]
    assert txn["tctx"] == detail
    shared = {"iss", "sub", "act", "iat", "nbf", "exp", "iat_ms", "jti", "scope"}
    assert {name: own[name] for name in shared} == {name: txn[name] for name in shared}


def test_a_transaction_token_is_for_a_domain_and_says_in_which_context():
    call = bound(risk=2, device_compliant=True)
    made = call_claims(call, issuer=ISSUER, jti=JTI, now_ms=NOW_MS, form=TXN)
    assert (made["aud"], made["txn"], made["req_wl"]) == (DOMAIN, "ses_1", "agent:books")
    assert made["rctx"] == {"risk": 2, "device_compliant": True}
    assert made["tctx"]["locations"] == [AUDIENCE]
    assert "authorization_details" not in made


def test_a_bound_token_names_its_key():
    made = call_claims(bound(), issuer=ISSUER, jti=JTI, now_ms=NOW_MS, jkt="thumb")
    assert made["cnf"] == {"jkt": "thumb"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (TokenForm(profile=Profile.TXN), "audience_missing"),
        (TokenForm(profile=Profile.RAR), "profile_foreign"),
    ],
)
def test_a_form_that_cannot_be_signed_here_is_refused(form, code):
    with pytest.raises(Unissuable) as no:
        call_claims(bound(), issuer=ISSUER, jti=JTI, now_ms=NOW_MS, form=form)
    assert no.value.code == code
