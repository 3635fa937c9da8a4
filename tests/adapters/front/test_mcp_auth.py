"""Whose token is taken; every refusal with its stable code and a sentence that says what to do."""

import asyncio
import base64
import hmac
import json
from hashlib import sha256

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from guard_adapters.front.mcp.auth.access_token import (
    Caller,
    StaticKeys,
    challenge,
    metadata_path,
    metadata_url,
    presented,
    require_scopes,
    resource_metadata,
)
from guard_adapters.front.mcp.auth.jwks import FetchedKeys
from guard_adapters.front.mcp.auth.jwt import JwtCheck, JwtRules
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.adapters.front.fixed_keys import FixedKeys

NOW = 1_800_000_000_000
ISSUER, RESOURCE = "https://login.example", "https://guard.example/mcp/files"
KEYS = {
    "ES256": ECKey.generate_key("P-256", {"kid": "e1", "use": "sig"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "r1"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "o1", "alg": "EdDSA"}),
}
KEYS["Ed25519"] = KEYS["EdDSA"]
STRANGER = ECKey.generate_key("P-256", {"kid": "e1"})
CLAIMS = {
    "iss": ISSUER, "sub": "ann", "aud": RESOURCE, "client_id": "agent-7",
    "exp": NOW // 1000 + 60, "nbf": NOW // 1000 - 60, "iat": NOW // 1000 - 60, "scope": "mcp:files x",
}  # fmt: skip
JWKS = {"keys": [KEYS[name].as_dict(private=False) for name in ("ES256", "RS256", "EdDSA")]}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(alg="ES256", key=None, header=None, raw_claims=None, **claims):
    key = key or KEYS[alg]
    head = {"alg": alg, "typ": "at+jwt", "kid": key.kid} | (header or {})
    head = {name: value for name, value in head.items() if value is not ...}
    body = {name: value for name, value in (CLAIMS | claims).items() if value is not ...}
    text = raw_claims if raw_claims is not None else json.dumps(body).encode()
    signed = f"{b64(json.dumps(head).encode())}.{b64(text)}"
    model = JWSRegistry.algorithms["Ed25519" if alg == "EdDSA" else alg]
    return f"{signed}.{b64(model.sign(signed.encode(), key))}"


def hmac_token():
    """The old confusion: the public key taken for the secret of an HMAC."""
    head = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "r1"}).encode())
    signed = f"{head}.{b64(json.dumps(CLAIMS).encode())}"
    secret = KEYS["RS256"].as_pem(private=False)
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def unsigned_token():
    head = b64(json.dumps({"alg": "none", "typ": "at+jwt"}).encode())
    return f"{head}.{b64(json.dumps(CLAIMS).encode())}."


def checker(source=None, **rules):
    made = JwtRules(issuer=ISSUER, resource=RESOURCE, **rules)
    return JwtCheck(made, source or FixedKeys(JWKS), Proofs())


async def refused(text, check=None, now_ms=NOW):
    with pytest.raises(WireRefused) as caught:
        await (check or checker()).check(text, now_ms=now_ms)
    return caught.value


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA", "Ed25519"])
async def test_a_genuine_token_names_its_caller(alg):
    caller = await checker().check(token(alg), now_ms=NOW)
    assert caller == Caller(ISSUER, "ann", "agent-7", frozenset({"mcp:files", "x"}))


async def test_what_is_usual_elsewhere_passes_too():
    for text in (
        token(header={"typ": "JWT"}),
        token(header={"typ": ...}),
        token(header={"kid": ...}),
        token(header={"x5t": "abc"}),
        token(aud=["https://other.example", RESOURCE]),
        token(client_id=..., azp="agent-7"),
        token(nbf=..., iat=...),
    ):
        assert (await checker().check(text, now_ms=NOW)).agent == "agent-7"


async def test_events_may_name_the_person_by_the_mail_and_login_of_the_token():
    named = await checker().check(token(email="ann@x.example", sid="l-1", acr="2"), now_ms=NOW)
    assert named.claims == (("email", "ann@x.example"), ("sid", "l-1"))
    said = token(email="boss@x.example", email_verified=False, sid=7)
    assert (await checker().check(said, now_ms=NOW)).claims == ()


async def test_who_acts_for_the_client_is_named_the_calling_one_last_and_cannot_be_forged():
    nested = token(act={"sub": "helper one", "act": {"sub": "b=c"}})
    caller = await checker().check(nested, now_ms=NOW)
    assert (caller.agent, caller.acting) == ("agent-7", ("b%3Dc", "helper%20one"))
    forged = await refused(token(client_id="agent-7 act=boss"))
    assert forged.reason == "token_claims_bad"
    chain = {"sub": "a"}
    for _ in range(8):
        chain = {"sub": "a", "act": chain}
    assert (await refused(token(act=chain))).reason == "token_claims_bad"


TWICE = json.dumps(CLAIMS)[:-1].encode() + b',"sub":"root"}'
BAD_TOKENS = [
    ("", "token_malformed"),
    ("abc", "token_malformed"),
    ("a.b.c", "token_malformed"),
    ("a.b.c.d.e", "token_malformed"),
    ("é.é.é", "token_malformed"),
    (token() + "=", "token_malformed"),
    (token().replace(".", ".\n", 1), "token_malformed"),
    (token(raw_claims=b"[]"), "token_malformed"),
    (token(raw_claims=b'{"exp":1e999}'), "token_malformed"),
    (token(raw_claims=b"\xff"), "token_malformed"),
    (token(raw_claims=b'{"a":"' + b"x" * 17_000 + b'"}'), "token_malformed"),
    (token(header={"kid": 7}), "token_malformed"),
    (token(raw_claims=TWICE), "token_duplicate_claim"),
    (unsigned_token(), "token_alg_refused"),
    (hmac_token(), "token_alg_refused"),
    (token(header={"alg": "es256"}), "token_alg_refused"),
    (token(header={"alg": ["ES256"]}), "token_alg_refused"),
    (token(header={"alg": ...}), "token_alg_refused"),
    (token(header={"crit": ["x"], "x": 1}), "token_crit_refused"),
    (token(header={"b64": False}), "token_crit_refused"),
    (token(header={"typ": "dpop+jwt"}), "token_type_refused"),
    (token(header={"typ": "id+jwt"}), "token_type_refused"),
    (token(header={"typ": 1}), "token_type_refused"),
    (token(header={"kid": "unknown"}), "token_key_unknown"),
    (token("ES256", header={"kid": "r1"}), "token_key_unknown"),
    (token(header={"alg": "RS256"}), "token_key_unknown"),
    (token(key=STRANGER), "token_signature_bad"),
    (token()[:-8] + "AAAAAAAA", "token_signature_bad"),
    (token().rpartition(".")[0] + ".", "token_signature_bad"),
    (token(iss="https://login.example/"), "token_issuer_wrong"),
    (token(iss=...), "token_issuer_wrong"),
    (token(iss=[ISSUER]), "token_issuer_wrong"),
    (token(aud="https://guard.example/mcp/mail"), "token_audience_wrong"),
    (token(aud=RESOURCE + "/"), "token_audience_wrong"),
    (token(aud="https://guard.example"), "token_audience_wrong"),
    (token(aud=...), "token_audience_wrong"),
    (token(aud=[]), "token_audience_wrong"),
    (token(aud={RESOURCE: 1}), "token_audience_wrong"),
    (token(exp=NOW // 1000 - 6), "token_expired"),
    (token(exp=...), "token_claims_bad"),
    (token(exp="tomorrow"), "token_claims_bad"),
    (token(exp=True), "token_claims_bad"),
    (token(exp=NOW), "token_claims_bad"),
    (token(exp=1e308), "token_claims_bad"),
    (token(exp=None), "token_claims_bad"),
    (token(nbf=NOW // 1000 + 6), "token_not_yet_valid"),
    (token(iat=NOW // 1000 + 6), "token_not_yet_valid"),
    (token(cnf={"jkt": "x"}), "proof_required"),
    (token(cnf=None), "token_binding_unknown"),
    (token(cnf={"x5t#S256": "x"}), "certificate_mismatch"),
    (token(cnf={"jkt": "x", "x5t#S256": "x"}), "token_binding_unknown"),
    (token(sub=...), "token_claims_bad"),
    (token(sub=""), "token_claims_bad"),
    (token(sub="ann\n"), "token_claims_bad"),
    (token(sub=7), "token_claims_bad"),
    (token(client_id=...), "token_claims_bad"),
    (token(scope=["mcp:files"]), "token_claims_bad"),
    (token(act="boss"), "token_claims_bad"),
    (token(act={"sub": ""}), "token_claims_bad"),
]


@pytest.mark.parametrize(("text", "reason"), BAD_TOKENS)
async def test_a_bad_token_gets_401_its_code_and_an_advice(text, reason):
    found = await refused(text)
    assert (found.reason, found.http_status, found.code) == (reason, 401, 40300)
    assert found.message.endswith(".")
    assert found.message.count(". ") >= 1  # what was wrong, then what to do
    assert text == "" or text not in str(found)


async def test_the_clock_may_differ_by_the_leeway_and_no_more():
    assert await checker().check(token(exp=NOW // 1000 - 4), now_ms=NOW)
    strict = checker(leeway_ms=0)
    assert (await refused(token(exp=NOW // 1000), strict)).reason == "token_expired"
    assert await strict.check(token(exp=NOW // 1000 + 1), now_ms=NOW)


async def test_an_algorithm_that_is_not_allowed_is_refused_though_the_key_is_known():
    only = checker(algorithms=frozenset({"RS256"}))
    assert (await refused(token("ES256"), only)).reason == "token_alg_refused"
    for wrong in ({"HS256"}, {"none"}, set()):
        with pytest.raises(ValueError, match="algorithms must be among"):
            checker(algorithms=frozenset(wrong))
    with pytest.raises(ValueError, match="must not be empty"):
        JwtRules(issuer="", resource=RESOURCE)


async def test_keys_for_other_uses_are_never_taken():
    public = KEYS["ES256"].as_dict(private=False)
    useless = [
        public | {"use": "enc"},
        public | {"key_ops": ["sign"]},
        public | {"alg": "ES384"},
        KEYS["ES256"].as_dict(private=True),
        {"kty": "oct", "k": "AAAA", "kid": "e1"},
        {"kty": "EC", "crv": "P-256", "kid": "e1"},
        {"kty": "AKP"},
        "text",
        None,
    ]
    for entry in useless:
        with pytest.raises(ValueError, match="no public key"):
            FixedKeys({"keys": [entry]})
    two = FixedKeys({"keys": [public, STRANGER.as_dict(private=False)]})
    assert (await refused(token(), checker(two))).reason == "token_key_unknown"


class Issuer:
    """Serves what is in `answer` and counts how often it was asked."""

    def __init__(self, answer=JWKS):
        self.answer, self.asked = answer, 0

    async def fetch(self):
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_keys_are_fetched_once_for_many_calls_at_once():
    issuer = Issuer()
    check = checker(FetchedKeys(issuer.fetch))
    await asyncio.gather(*(check.check(token(), now_ms=NOW) for _ in range(20)))
    assert issuer.asked == 1


async def test_unknown_key_ids_cannot_make_us_fetch_more_often_than_every_ten_seconds():
    issuer = Issuer()
    check = checker(FetchedKeys(issuer.fetch))
    unknown = token(header={"kid": "nobody"})
    for after in range(0, 10_000, 500):
        assert (await refused(unknown, check, NOW + after)).reason == "token_key_unknown"
    assert issuer.asked == 1
    await refused(unknown, check, NOW + 10_000)
    assert issuer.asked == 2


async def test_a_new_key_of_the_issuer_is_found_without_a_restart():
    issuer = Issuer({"keys": [KEYS["RS256"].as_dict(private=False)]})
    check = checker(FetchedKeys(issuer.fetch))
    assert (await refused(token("ES256"), check)).reason == "token_key_unknown"
    issuer.answer = JWKS
    assert await check.check(token("ES256"), now_ms=NOW + 10_000)


@pytest.mark.parametrize("failure", [OSError("down"), ValueError("not JSON"), {"keys": []}, {}])
async def test_without_keys_the_answer_is_503_and_the_old_ones_last_an_hour(failure):
    issuer = Issuer(failure)
    check = checker(FetchedKeys(issuer.fetch))
    found = await refused(token(), check)
    assert (found.reason, found.code, found.http_status) == ("keys_unavailable", 50300, 503)
    assert "Try again later" in found.message
    issuer.answer = JWKS
    long = {"exp": NOW // 1000 + 90_000}
    assert await check.check(token(**long), now_ms=NOW + 10_000)
    issuer.answer = failure
    assert await check.check(token(**long), now_ms=NOW + 10_000 + 3_599_999)
    late = await refused(token(**long), check, NOW + 10_000 + 3_620_000)
    assert late.reason == "keys_unavailable"


async def test_a_static_key_stands_for_its_caller_and_any_other_is_refused():
    caller = Caller("local", "ann", "dev")
    keys = StaticKeys({sha256(b"tok-1").hexdigest(): caller})
    assert await keys.check("tok-1", now_ms=NOW) is caller
    found = await refused("tok-2", keys)
    assert (found.reason, found.http_status) == ("token_unknown", 401)
    assert (await refused("tok-1", StaticKeys({}))).reason == "token_unknown"
    with pytest.raises(ValueError, match="64 hex digits"):
        StaticKeys({"tok-1": caller})


@pytest.mark.parametrize(
    ("values", "reason", "status"),
    [
        ([], "token_missing", 401),
        ([b""], "token_malformed", 401),
        ([b"Bearer"], "token_malformed", 401),
        ([b"Bearer a b"], "token_malformed", 401),
        ([b"Bearer a,Bearer b"], "token_malformed", 401),
        ([b"Basic YTpi"], "token_malformed", 401),
        ([b"DPoP"], "token_malformed", 401),
        ([b"Bearer " + b"x" * 17_000], "token_malformed", 401),
        ([b"Bearer \xe9"], "token_malformed", 401),
        ([b"Bearer a", b"Bearer b"], "header_repeated", 400),
    ],
)
def test_a_request_without_exactly_one_token_is_refused(values, reason, status):
    with pytest.raises(WireRefused) as caught:
        presented([(b"authorization", value) for value in values])
    assert (caught.value.reason, caught.value.http_status) == (reason, status)


def test_the_scheme_says_whether_a_proof_belongs_to_the_token():
    found = presented([(b"Authorization", b" bearer  a.b-c= "), (b"dpop", b"p")])
    assert (found.token, found.bound, found.proof) == ("a.b-c=", False, None)
    found = presented([(b"Authorization", b"dPoP a.b"), (b"DPoP", b" p ")])
    assert (found.token, found.bound, found.proof) == ("a.b", True, "p")
    assert presented([(b"authorization", b"DPoP a.b")]).proof is None
    assert "a.b" not in repr(found)
    with pytest.raises(WireRefused) as caught:
        presented([(b"authorization", b"DPoP a"), (b"dpop", b"p"), (b"dpop", b"q")])
    assert (caught.value.reason, caught.value.http_status) == ("header_repeated", 400)


def test_the_metadata_names_this_resource_and_lies_where_clients_look():
    document = resource_metadata("https://guard.example/x/", "files", issuers=[ISSUER])
    assert document == {
        "resource": "https://guard.example/x/mcp/files",
        "authorization_servers": [ISSUER],
        "scopes_supported": ["mcp:files"],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ["ES256"],
    }
    where = "/.well-known/oauth-protected-resource/x/mcp/files"
    assert metadata_path("https://guard.example/x", "files") == where
    assert metadata_url("https://guard.example/x", "files") == "https://guard.example" + where


def test_challenges_say_where_to_ask_and_for_what():
    where = (
        'Bearer resource_metadata="https://g.example/.well-known/oauth-protected-resource/mcp/f", '
    )
    missing = WireRefused(40300, "No token.", 401, "token_missing")
    assert challenge(missing, "https://g.example", "f") == where + 'scope="mcp:f"'
    bad = WireRefused(40300, 'Say "it"\r\nagain.', 401, "token_expired")
    assert challenge(bad, "https://g.example", "f") == where + (
        'scope="mcp:f", error="invalid_token", error_description="Say \'it\'\'\'again."'
    )


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("proof_required", "invalid_token"),
        ("proof_key", "invalid_dpop_proof"),
        ("proof_replayed", "invalid_dpop_proof"),
        ("use_nonce", "use_dpop_nonce"),
    ],
)
def test_a_challenge_about_a_proof_says_what_proofs_are_taken(reason, error):
    text = challenge(WireRefused(40300, "No.", 401, reason), "https://g.example", "f")
    assert text.startswith("DPoP resource_metadata=")
    assert f'algs="ES256", error="{error}"' in text


def test_one_challenge_names_all_scopes_of_the_call():
    caller = Caller(ISSUER, "ann", "a", frozenset({"mcp:f"}))
    require_scopes(caller, ["mcp:f"])
    with pytest.raises(WireRefused) as caught:
        require_scopes(caller, ["pay:send", "mcp:f", "pay:read"])
    assert (caught.value.http_status, caught.value.reason) == (403, "scope_missing")
    text = challenge(caught.value, "https://g.example", "f")
    assert 'scope="mcp:f pay:read pay:send", error="insufficient_scope"' in text
