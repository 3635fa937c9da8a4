"""A verifier of call tokens that shares no line with the guard's, after docs/verify-a-call-token.md.

Signatures, keys and thumbprints are PyJWT's and joserfc's; nothing of `guard` is imported. Whoever
writes one in another language can follow it step by step. It is for tests: it remembers nothing.
"""

import base64
import hashlib
import json
import math
import re
from urllib.parse import urlsplit

import rfc8785
from joserfc.jwk import ECKey
from jwt.algorithms import ECAlgorithm
from jwt.exceptions import InvalidKeyError

SKEW_S, LONGEST_S, WINDOW_S, LONGEST = 2, 60, 60, 8192
DETAIL = "https://guardcall.dev/tool-call"
ES256 = ECAlgorithm(ECAlgorithm.SHA256)
PUBLIC = {"kty", "crv", "x", "y"}


class No(Exception):
    """The code of a refusal."""


def need(good, code):
    if not good:
        raise No(code)


def b64u(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64u(text):
    """Base64url in its one spelling: no padding, no foreign character, no spare bits."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise ValueError(text)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u(raw) != text:
        raise ValueError(text)
    return raw


def strict(raw):
    """JSON with one reading: UTF-8, no name twice, no NaN, no infinity."""

    def pairs(found):
        names = [name for name, _ in found]
        if len(set(names)) != len(names):
            raise ValueError("a name twice")
        return dict(found)

    def constant(word):
        raise ValueError(word)

    return json.loads(raw.decode(), object_pairs_hook=pairs, parse_constant=constant)


def split(token, code):
    pieces = token.split(".")
    need(len(pieces) == 3, code)
    try:
        return [unb64u(one) for one in pieces], ".".join(pieces[:2]).encode()
    except ValueError:
        raise No(code) from None


def holds(jwk, signed, signature):
    key = ECAlgorithm.from_jwk(json.dumps({name: jwk[name] for name in PUBLIC}))
    return len(signature) == 64 and ES256.verify(signed, key, signature)


def thumbprint(jwk):
    """The name of a key (RFC 7638), if it is one: both numbers of 32 bytes, a point of the curve."""
    try:
        need(all(len(unb64u(jwk[name])) == 32 for name in ("x", "y")), "proof_malformed")
        ECAlgorithm.from_jwk(json.dumps({name: jwk[name] for name in PUBLIC}))
        return ECKey.import_key({name: jwk[name] for name in PUBLIC}).thumbprint()
    except (KeyError, TypeError, ValueError, InvalidKeyError):
        raise No("proof_malformed") from None


def whole(claims, name, code="claims_malformed"):
    value = claims.get(name)
    need(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53, code)
    return value


def text(claims, name):
    value = claims.get(name)
    need(isinstance(value, str) and value, "claims_malformed")
    return value


def plain(value):
    """Whether RFC 8785 gives a value one form that every parser reads alike."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, (int, float)):
        return math.isfinite(value) and abs(value) < 2**53
    if isinstance(value, str):
        return not re.search("[\ud800-\udfff]", value)
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    return all(plain(one) for one in inner)


def address(url):
    parts = urlsplit(url)
    scheme, default = parts.scheme.lower(), {"http": 80, "https": 443}
    if scheme not in default or not parts.hostname or "@" in parts.netloc:
        raise ValueError(url)
    free = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

    def respelled(found):
        letter = chr(int(found[0][1:], 16))
        return letter if letter in free else found[0].upper()

    path = re.sub("%[0-9A-Fa-f]{2}", respelled, parts.path) or "/"
    return scheme, parts.hostname, parts.port or default[scheme], path


def header_of(raw, keys, profile):
    """Steps 1 and 2 of the header: its type, its algorithm, its members, its key."""
    try:
        header = strict(raw)
    except ValueError:
        raise No("token_malformed") from None
    need(isinstance(header, dict), "token_malformed")
    need(header.get("typ") == profile, "wrong_typ")
    need(header.get("alg") == "ES256", "wrong_alg")
    need(set(header) == {"typ", "alg", "kid"} and isinstance(header["kid"], str), "bad_header")
    need(header["kid"] in keys, "unknown_key")
    return keys[header["kid"]]


def addressed(claims, document, case, profile):
    """Who made it, for whom, and the one detail that says which call it is for."""
    need(claims.get("iss") == document["issuer"], "wrong_issuer")
    here, domain = document["audience"], case.get("trust_domain", "")
    wanted = domain if profile == "txntoken+jwt" else here
    need(wanted and claims.get("aud") == wanted, "wrong_audience")
    if profile == "txntoken+jwt":
        detail = claims.get("tctx")
    else:
        details = claims.get("authorization_details")
        detail = details[0] if isinstance(details, list) and len(details) == 1 else None
    need(isinstance(detail, dict) and detail.get("type") == DETAIL, "claims_malformed")
    elsewhere = "wrong_audience" if profile == "txntoken+jwt" else "claims_malformed"
    need(detail.get("locations") == [here], elsewhere)
    return detail


def agent_of(claims, profile):
    if "act" not in claims and profile == "at+jwt":
        return text(claims, "client_id")
    actor = claims.get("act")
    return text(actor if isinstance(actor, dict) else {}, "sub")


def in_time(claims, profile, now_ms):
    iat, exp = whole(claims, "iat"), whole(claims, "exp")
    foreign = profile == "at+jwt"
    made_ms = iat * 1000 if foreign and "iat_ms" not in claims else whole(claims, "iat_ms")
    need(made_ms // 1000 == iat, "claims_malformed")
    nbf = iat if foreign and "nbf" not in claims else whole(claims, "nbf")
    need(now_ms < (exp + SKEW_S) * 1000, "expired")
    need(max(nbf * 1000, made_ms) <= now_ms + SKEW_S * 1000, "not_yet_valid")
    need(0 < exp - iat <= LONGEST_S, "ttl_too_long")
    return made_ms, exp - iat


def this_call(detail, case):
    need(detail["tool"] == case["tool"], "tool_mismatch")
    arguments = case["arguments"] or {}
    need(plain(arguments), "args_mismatch")
    said = rfc8785.dumps({"arguments": arguments, "name": case["tool"]})
    need(detail["args_s256"] == b64u(hashlib.sha256(said).digest()), "args_mismatch")
    schema = case.get("schema_s256")
    need(schema is None or detail.get("schema_s256") == schema, "schema_mismatch")
    need(detail["binding"] >= case.get("binding_min", 0), "binding_too_low")


def certified(kid, detail, life_s, document, case):
    """Where the key is that of a site: what its certificate allows."""
    if "delegations" not in case:
        return
    found = [one for one in case["delegations"] if one["kid"] == kid]
    need(found, "delegation_missing")
    one, now_s = found[0], case["now_ms"] // 1000
    need(one["issued_s"] - LONGEST_S <= now_s < one["not_after_s"], "delegation_expired")
    tools = [tuple(pair) for pair in one["tools"]]
    within = (document["audience"], detail["tool"]) in tools
    close = detail["binding"] <= one["binding_max"] and life_s <= one["max_ttl_s"]
    need(within and close, "delegation_exceeded")


def possessed(claims, case):
    """Step 7: a token with `cnf` is for whoever holds that key."""
    if "cnf" not in claims:
        need(not case.get("sender_constrained", False), "not_sender_constrained")
        return
    need(case.get("proof"), "proof_missing")
    proof = case["proof"]
    need(len(proof) <= 4096, "proof_malformed")
    (head, body, signature), signed = split(proof, "proof_malformed")
    try:
        header, shown = strict(head), strict(body)
    except ValueError:
        raise No("proof_malformed") from None
    need(isinstance(header, dict) and isinstance(shown, dict), "proof_malformed")
    need(set(header) == {"typ", "alg", "jwk"}, "proof_malformed")
    need((header["typ"], header["alg"]) == ("dpop+jwt", "ES256"), "proof_malformed")
    jwk = header["jwk"]
    need(isinstance(jwk, dict) and "d" not in jwk and jwk.get("crv") == "P-256", "proof_malformed")
    cnf = claims["cnf"]
    bound = cnf.get("jkt") if isinstance(cnf, dict) and set(cnf) == {"jkt"} else None
    need(bound == thumbprint(jwk), "proof_key")
    need(holds(jwk, signed, signature), "proof_signature")
    made_s = whole(shown, "iat", "proof_malformed")
    need(isinstance(shown.get("jti"), str) and shown["jti"], "proof_malformed")
    try:
        here = address(shown["htu"]) == address(case["url"])
    except (KeyError, TypeError, ValueError):
        here = False
    need(here and shown.get("htm") == case["method"], "proof_binding")
    digest = b64u(hashlib.sha256(case["token"].encode()).digest())
    need(shown.get(case.get("bearing", "ath")) == digest, "proof_binding")
    need(abs(case["now_ms"] - made_s * 1000) <= WINDOW_S * 1000, "proof_stale")
    need("nonces" not in case or shown.get("nonce") in case["nonces"], "use_nonce")


def answer(document, case):
    """Return `accepted`, or the code of the refusal."""
    try:
        _check(document, case)
    except No as no:
        return str(no)
    return "accepted"


def _check(document, case):
    token, profile = case["token"], case.get("profile", "tool-call+jwt")
    need(token, "token_missing")
    need(len(token) <= LONGEST, "token_too_large")
    (head, body, signature), signed = split(token, "token_malformed")
    key = header_of(head, {one["kid"]: one for one in document["jwks"]["keys"]}, profile)
    need(holds(key, signed, signature), "bad_signature")
    try:
        claims = strict(body)
    except ValueError:
        raise No("claims_malformed") from None
    need(isinstance(claims, dict), "claims_malformed")
    detail = addressed(claims, document, case, profile)
    for name in ("tool", "args_s256", "session"):
        text(detail, name)
    whole(detail, "binding")
    names = {
        "session": detail["session"], "agent": agent_of(claims, profile),
        "principal": text(claims, "sub"), "tool": detail["tool"], "server": document["audience"],
        "kid": key["kid"], "jti": text(claims, "jti"), "everything": "",
    }  # fmt: skip
    need(profile == "at+jwt" or text(claims, "scope"), "claims_malformed")
    made_ms, life_s = in_time(claims, profile, case["now_ms"])
    for kind, name, at_ms in case.get("epochs", []):
        need(names.get(kind) != name or made_ms > at_ms, "revoked")
    this_call(detail, case)
    certified(key["kid"], detail, life_s, document, case)
    possessed(claims, case)
    memory = case.get("replay", "empty")  # last: a failed try uses no token up
    need(memory != "cold", "replay_store_cold")
    need(memory != "full", "replay_store_unavailable")
    need(memory != "shown", "replayed")
