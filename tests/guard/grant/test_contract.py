"""A signed task is taken as it was signed, by those that it is for, while it lasts."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guard.errors import Refused
from guard.grant.contract import LONGEST_S, is_contract, sign_contract, verified_contract
from guard.grant.signing import (
    b64u,
    canonical,
    compact,
    es256_sign,
    public_jwk,
    signing_input,
    thumbprint,
)
from guard.model.identity import Agent, Principal, Who

KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER = ec.derive_private_key(8, ec.SECP256R1())
KID = thumbprint(public_jwk(KEY.public_key()))
KEYS = {KID: KEY.public_key()}
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
TASK = {"purpose": "pay the rent", "tools": ["bank/pay"]}
NOW = 1_800_000_000


def token(key=KEY, **change):
    given = {"guard": "g", "who": WHO, "now_s": NOW, "ttl_s": 60} | change
    return sign_contract(key, TASK, **given)


def verified(text, **change):
    given = {"guard": "g", "who": WHO, "session": "gs_1", "now_s": NOW} | change
    return verified_contract(text, KEYS, **given)


def forged(header=None, key=KEY, **claims):
    names = {"alg": "ES256", "typ": "guard-intent+jwt", "kid": KID} | (header or {})
    body = {
        "aud": "g", "iss": "idp", "sub": "ana", "agent": "clerk", "iat": NOW, "exp": NOW + 60,
        "intent": TASK,
    } | claims  # fmt: skip
    signed = signing_input(names, {k: v for k, v in body.items() if v is not ...})
    return compact(signed, es256_sign(key, signed))


def code(text, **change):
    with pytest.raises(Refused) as no:
        verified(text, **change)
    return no.value.code


def test_the_task_is_what_the_host_signed():
    found = verified(token())
    assert found.intent == TASK
    assert (found.issued_s, found.expires_s, found.session) == (NOW, NOW + 60, "")
    assert verified(forged()).intent == TASK


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({"guard": "another"}, "contract_not_yours"),
        ({"who": Who(principal=Principal(issuer="idp", subject="bob"), agent=WHO.agent)}, "contract_not_yours"),
        ({"who": Who(principal=Principal(issuer="x", subject="ana"), agent=WHO.agent)}, "contract_not_yours"),
        ({"who": Who(principal=WHO.principal, agent=Agent(id="other"))}, "contract_not_yours"),
        ({"now_s": NOW + 60}, "contract_not_yours"),
        ({"now_s": NOW - 6}, "contract_not_yours"),
    ],
)  # fmt: skip
def test_a_contract_is_worth_nothing_to_anybody_else_or_at_another_time(change, known):
    assert code(token(), **change) == known


def test_a_contract_for_one_session_is_not_taken_by_another():
    assert verified(token(session="gs_1")).session == "gs_1"
    assert code(token(session="gs_2")) == "contract_not_yours"


@pytest.mark.parametrize(
    "text",
    [
        token(OTHER),
        token()[:-4] + "AAAA",
        forged({"alg": "none"}),
        forged({"alg": "HS256"}),
        forged({"typ": "guard-call+jwt"}),
        forged({"kid": "unknown"}),
        forged({"crit": ["exp"]}),
        forged(exp=NOW + LONGEST_S + 1),
        forged(exp=NOW),
        forged(iat="now"),
        forged(iat=True),
        forged(intent=...),
        forged(intent="all"),
        forged(sub=...),
        forged(agent=["clerk"]),
        forged(session=1),
        forged(admin=True),
        "a.b.c",
        "..",
        "",
        "x" * 9000,
    ],
    ids=range(21),
)
def test_what_no_host_signed_so_is_forged(text):
    assert code(text) == "contract_forged"


def test_changed_claims_under_an_old_signature_are_forged():
    header, _, signature = token().split(".")
    wide = b64u(canonical({"aud": "g", "intent": {"purpose": "all", "tools": ["any"]}}))
    assert code(f"{header}.{wide}.{signature}") == "contract_forged"


@pytest.mark.parametrize("ttl_s", [0, -1, LONGEST_S + 1])
def test_a_contract_cannot_be_signed_for_longer_than_a_day(ttl_s):
    with pytest.raises(ValueError, match="ttl_s"):
        token(ttl_s=ttl_s)


def test_a_plain_declaration_is_not_taken_for_a_signed_one():
    assert is_contract(token().encode())
    assert not is_contract(b'{"purpose":"a.b.c"}')
    assert not is_contract(b"")
