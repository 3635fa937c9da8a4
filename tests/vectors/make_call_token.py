"""Writes call_token.json: one accepted token, and one refusal for every code. Same bytes each time.

Run it from the root of the repository: `python -m tests.vectors.make_call_token`.
"""

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from guard.grant.claims import Profile, call_claims
from guard.grant.signing import (
    b64u,
    compact,
    es256_sign,
    jwks,
    public_jwk,
    signing_input,
    thumbprint,
    unb64u,
)
from tests.guard.grant.tokens import (
    ARGS,
    AUDIENCE,
    DOMAIN,
    HEADER,
    ISSUER,
    JWK,
    KEY,
    KID,
    NOW_MS,
    OTHER_KEY,
    TOOL,
    TXN,
    TYP,
    access_token,
    bound,
    claims,
    signed,
    token,
    txn_token,
)

PATH = Path(__file__).parent / "call_token.json"
IAT = NOW_MS // 1000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def raw(payload: bytes, header: bytes | None = None) -> str:
    """Sign bytes as they are: what no signer of ours would make."""
    head = signing_input(HEADER, {}).decode().split(".")[0] if header is None else b64u(header)
    data = f"{head}.{b64u(payload)}".encode()
    return compact(data, es256_sign(KEY, data))


def respelled(text: str) -> str:
    """Return the same token with the other valid signature, (r, n - s)."""
    data, _, signature = text.rpartition(".")
    r, s = unb64u(signature)[:32], int.from_bytes(unb64u(signature)[32:], "big")
    return f"{data}.{b64u(r + (P256_ORDER - s).to_bytes(32, 'big'))}"


def symmetric() -> str:
    """Return a token signed with the public key as if it were a shared secret."""
    data = signing_input({"alg": "HS256", "kid": KID, "typ": TYP}, claims())
    return compact(data, hmac.digest(json.dumps(JWK).encode(), data, sha256))


def detail(**changes: Any) -> dict[str, Any]:
    made = claims()
    return {"authorization_details": [{**made["authorization_details"][0], **changes}]}


def case(name: str, expect: str, text: str | None, **more: Any) -> dict[str, Any]:
    fields = {"name": name, "expect": expect, "token": text, "tool": TOOL, "arguments": ARGS}
    return {**fields, "now_ms": NOW_MS, **more}


def shape() -> list[dict[str, Any]]:
    good = token()
    duplicate = json.dumps(claims()).replace('"aud"', '"aud": "https://evil.example", "aud"', 1)
    return [
        case("good", "accepted", good),
        case(
            "good, other order of arguments",
            "accepted",
            good,
            arguments=dict(reversed(ARGS.items())),
        ),
        case("good, other spelling of the signature", "accepted", respelled(good)),
        case("none", "token_missing", None),
        case("empty", "token_missing", ""),
        case("too large", "token_too_large", good + "A" * 8192),
        case("two parts", "token_malformed", good.rpartition(".")[0]),
        case("five parts, as an encrypted token has", "token_malformed", f"{good}.a.b"),
        case("padded", "token_malformed", f"{good}="),
        case("spare bits set", "token_malformed", good[:-1] + chr(ord(good[-1]) + 1)),
        case("header not JSON", "token_malformed", raw(b"{}", b"{")),
        case(
            "header with a name twice",
            "token_malformed",
            raw(b"{}", b'{"alg":"none","alg":"ES256"}'),
        ),
        case("an access token's typ", "wrong_typ", signed(claims(), {**HEADER, "typ": "at+jwt"})),
        case("typ in other case", "wrong_typ", signed(claims(), {**HEADER, "typ": TYP.upper()})),
        case(
            "alg none",
            "wrong_alg",
            signed(claims(), {**HEADER, "alg": "none"}).rpartition(".")[0] + ".",
        ),
        case("HS256 with the public key", "wrong_alg", symmetric()),
        case("own key in the header", "bad_header", signed(claims(), {**HEADER, "jwk": dict(JWK)})),
        case(
            "key by address",
            "bad_header",
            signed(claims(), {**HEADER, "jku": "https://evil.example"}),
        ),
        case("crit", "bad_header", signed(claims(), {**HEADER, "crit": ["exp"]})),
        case("no kid", "bad_header", signed(claims(), {"alg": "ES256", "typ": TYP})),
        case("unknown kid", "unknown_key", signed(claims(), {**HEADER, "kid": "nobody"})),
        case("signed by another key", "bad_signature", signed(claims(), key=OTHER_KEY)),
        case("signature cut", "bad_signature", good.rpartition(".")[0] + "." + b64u(b"\1" * 63)),
        case(
            "signature of zeros", "bad_signature", good.rpartition(".")[0] + "." + b64u(bytes(64))
        ),
        case("claims no object", "claims_malformed", raw(b"[]")),
        case("claim twice", "claims_malformed", raw(duplicate.encode())),
    ]


def delegated(**more: Any) -> dict[str, Any]:
    """Return what a certificate for our own key says."""
    kept = {
        "site": "north", "kid": HEADER["kid"], "issued_s": IAT - 60, "not_after_s": IAT + 60,
        "tools": [[AUDIENCE, TOOL]], "max_ttl_s": 60, "binding_max": 3, "max_calls": 5, "seq": 1,
    }  # fmt: skip
    return kept | more


def content() -> list[dict[str, Any]]:
    return [
        case("exp true", "claims_malformed", token(exp=True)),
        case("exp a float", "claims_malformed", raw(json.dumps(claims(exp=IAT + 30.5)).encode())),
        case("exp NaN", "claims_malformed", raw(b'{"exp":NaN}')),
        case("iat and iat_ms apart", "claims_malformed", token(iat_ms=NOW_MS - 5000)),
        case("no jti", "claims_malformed", token(jti="")),
        case("two details", "claims_malformed", token(authorization_details=claims()["authorization_details"] * 2)),
        case("detail for two places", "claims_malformed", token(**detail(locations=[AUDIENCE, "https://b.example"]))),
        case("foreign issuer", "wrong_issuer", token(iss="https://other.example")),
        case("issuer with a slash", "wrong_issuer", token(iss=f"{ISSUER}/")),
        case("another server", "wrong_audience", token(aud="https://mail.example/mcp")),
        case("a list of audiences", "wrong_audience", token(aud=[AUDIENCE])),
        case("last moment", "accepted", token(), now_ms=(IAT + 32) * 1000 - 1),
        case("expired", "expired", token(), now_ms=(IAT + 32) * 1000),
        case("first moment", "accepted", token(), now_ms=NOW_MS - 2000),
        case("not yet", "not_yet_valid", token(), now_ms=NOW_MS - 2001),
        case("lives too long", "ttl_too_long", token(exp=IAT + 61)),
        case("ends before it begins", "ttl_too_long", token(exp=IAT)),
        case("session ended", "revoked", token(), epochs=[["session", "ses_1", NOW_MS]]),
        case("made after the epoch", "accepted", token(), epochs=[["session", "ses_1", NOW_MS - 1]]),
        case("a site's key without its certificate", "delegation_missing", token(), delegations=[]),
        case("within the certificate", "accepted", token(), delegations=[delegated()]),
        case("after the certificate", "delegation_expired", token(), delegations=[delegated(not_after_s=IAT)]),
        case("a tool that is not in the certificate", "delegation_exceeded", token(), delegations=[delegated(tools=[[AUDIENCE, "other"]])]),
        case("a server that is not in the certificate", "delegation_exceeded", token(), delegations=[delegated(tools=[["https://b.example", TOOL]])]),
        case("a longer life than the certificate's", "delegation_exceeded", token(), delegations=[delegated(max_ttl_s=29)]),
        case("a closer binding than the certificate's", "delegation_exceeded", token(), delegations=[delegated(binding_max=1)]),
        case("another tool", "tool_mismatch", token(), tool="refund"),
        case("tool in other case", "tool_mismatch", token(), tool="Pay"),
        case("argument changed", "args_mismatch", token(), arguments={**ARGS, "to": "EVIL"}),
        case("argument added", "args_mismatch", token(), arguments={**ARGS, "note": ""}),
        case("argument gone", "args_mismatch", token(), arguments={"to": "ACME"}),
        case("no arguments", "args_mismatch", token(), arguments=None),
        case("argument without one reading", "args_mismatch", token(), arguments={**ARGS, "amount_minor": 2**53}),
        case("tool's definition changed", "schema_mismatch", token(), schema_s256="bmV3"),
        case("tool wants more", "binding_too_low", token(), binding_min=3),
        case("bound to a key, no proof", "proof_missing", token(cnf={"jkt": KID})),
        *possession(),
        *profiles(),
        case("bearer where a key is asked", "not_sender_constrained", token(), sender_constrained=True),
        case("shown before", "replayed", token(), replay="shown"),
        case("memory full", "replay_store_unavailable", token(), replay="full"),
        case("memory younger", "replay_store_cold", token(), replay="cold"),
    ]  # fmt: skip


URL = "https://ledger.example/pay"
RESPELLED = "HTTPS://Ledger.example:443/%70ay?x=1#y"


def proof(
    text: str, *, head: dict[str, Any] | None = None, key: Any = OTHER_KEY, **changes: Any
) -> str:
    """Return a proof of the other key for this token at `POST URL`."""
    own = {"alg": "ES256", "jwk": public_jwk(OTHER_KEY.public_key()), "typ": "dpop+jwt"}
    ath = b64u(sha256(text.encode()).digest())
    fields = {"jti": "p1", "htm": "POST", "htu": URL, "iat": IAT, "ath": ath, **changes}
    return signed(fields, {**own, **(head or {})}, key)


def possession() -> list[dict[str, Any]]:
    bound = token(cnf={"jkt": thumbprint(public_jwk(OTHER_KEY.public_key()))})
    private = {**public_jwk(OTHER_KEY.public_key()), "d": b64u(bytes(32))}

    def shown(name: str, expect: str, text: str, of: str = bound, **more: Any) -> dict[str, Any]:
        here = {"method": "POST", "url": URL, "sender_constrained": True}
        return case(name, expect, of, proof=text, **here, **more)

    return [
        shown("bound to a key, proved", "accepted", proof(bound)),
        shown("proof empty", "proof_missing", ""),
        shown("proof in two parts", "proof_malformed", "a.b"),
        shown("proof's typ is another", "proof_malformed", proof(bound, head={"typ": "JWT"})),
        shown("proof's alg is none", "proof_malformed", proof(bound, head={"alg": "none"})),
        shown("proof with a kid", "proof_malformed", proof(bound, head={"kid": KID})),
        shown("proof with a private key", "proof_malformed", proof(bound, head={"jwk": private})),
        shown("proof without a name", "proof_malformed", proof(bound, jti="")),
        shown("proof by another key", "proof_key", proof(bound, head={"jwk": JWK}, key=KEY)),
        shown("bound in another way", "proof_key", proof(bound), token(cnf={"x5t#S256": KID})),
        shown("proof signed by another", "proof_signature", proof(bound, key=KEY)),
        shown("proof for another method", "proof_binding", proof(bound, htm="GET")),
        shown("proof for another address", "proof_binding", proof(bound, htu=URL + "/")),
        shown("proof for another token", "proof_binding", proof(token())),
        shown("proof as old as it may be", "accepted", proof(bound, iat=IAT - 59)),
        shown("proof too old", "proof_stale", proof(bound, iat=IAT - 60)),
        shown("proof of the future", "proof_stale", proof(bound, iat=IAT + 61)),
        shown("proof for the same address, spelled otherwise", "accepted", proof(bound, htu=RESPELLED)),
        shown("proof for another port", "proof_binding", proof(bound, htu="https://ledger.example:8443/pay")),
        shown("proof for plain http", "proof_binding", proof(bound, htu="http://ledger.example/pay")),
        shown("proof with the server's nonce", "accepted", proof(bound, nonce="n2"), nonces=["n1", "n2"]),
        shown("proof without the server's nonce", "use_nonce", proof(bound), nonces=["n1", "n2"]),
        shown("proof with an old nonce", "use_nonce", proof(bound, nonce="n0"), nonces=["n1", "n2"]),
    ]  # fmt: skip


def profiles() -> list[dict[str, Any]]:
    """Each form is taken where it is the one that is asked for, and nowhere else."""
    made = {Profile.TOOL_CALL: token(), Profile.TXN: txn_token(), Profile.RAR: access_token()}
    domain = {"trust_domain": DOMAIN}
    context = call_claims(bound(), issuer=ISSUER, jti="j", now_ms=NOW_MS, form=TXN)["tctx"]
    other = [{**context, "locations": ["https://mail.example/mcp"]}, {**context, "type": "x"}]
    jkt = thumbprint(public_jwk(OTHER_KEY.public_key()))

    def of(profile: Profile, name: str, expect: str, text: str, **more: Any) -> dict[str, Any]:
        return case(
            f"{profile.value}: {name}", expect, text, profile=profile.value, **{**domain, **more}
        )

    def proved(name: str, expect: str, bearing: str, text: str) -> dict[str, Any]:
        shown = proof(text, **{"ath": None, bearing: b64u(sha256(text.encode()).digest())})
        here = {"method": "POST", "url": URL, "bearing": "tth", "sender_constrained": True}
        return of(Profile.TXN, name, expect, text, proof=shown, **here)

    crossed = [
        of(wanted, f"shown a {given.value}", "accepted" if wanted is given else "wrong_typ", text)
        for wanted in Profile
        for given, text in made.items()
    ]
    txn_bound = txn_token(cnf={"jkt": jkt})
    return [
        *crossed,
        of(Profile.TXN, "for the server instead of the domain", "wrong_audience", txn_token(aud=AUDIENCE)),
        of(Profile.TXN, "of another domain", "wrong_audience", txn_token(), trust_domain="b.example"),
        of(Profile.TXN, "no domain asked for", "wrong_audience", txn_token(aud=""), trust_domain=""),
        of(Profile.TXN, "for another server of the domain", "wrong_audience", txn_token(tctx=other[0])),
        of(Profile.TXN, "of another type", "claims_malformed", txn_token(tctx=other[1])),
        of(Profile.TXN, "without context", "claims_malformed", txn_token(tctx=None)),
        of(Profile.TXN, "other arguments", "args_mismatch", txn_token(), arguments={**ARGS, "to": "EVIL"}),
        proved("bound to a key, proved", "accepted", "tth", txn_bound),
        proved("proof as for an access token", "proof_binding", "ath", txn_bound),
        of(Profile.RAR, "with scopes and an actor", "accepted", access_token(scope="a b", act={"sub": "x"})),
        of(Profile.RAR, "without a client", "claims_malformed", access_token(client_id="")),
        of(Profile.RAR, "for another server", "wrong_audience", access_token(aud="https://mail.example/mcp")),
        of(Profile.RAR, "a detail more", "claims_malformed", access_token(authorization_details=claims()["authorization_details"] * 2)),
        of(Profile.RAR, "without a detail", "claims_malformed", access_token(authorization_details=None)),
        of(Profile.RAR, "made in the second of the epoch", "revoked", access_token(), epochs=[["session", "ses_1", IAT * 1000]]),
        of(Profile.RAR, "lives too long", "ttl_too_long", access_token(exp=IAT + 3600)),
    ]  # fmt: skip


def document() -> dict[str, Any]:
    return {
        "about": "Call tokens and what verify_call answers. Key and times are fixed: tests only.",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks": jwks([JWK]),
        "cases": [*shape(), *content()],
    }


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
