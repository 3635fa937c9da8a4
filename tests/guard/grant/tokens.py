"""Makes call tokens for tests: good ones, and bad ones that a good signer would never make."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.claims import Profile, TokenForm, call_claims
from guard.grant.credential import BoundCall
from guard.grant.replay import MemoryReplay
from guard.grant.signing import (
    args_s256,
    compact,
    es256_sign,
    public_jwk,
    signing_input,
    thumbprint,
)
from guard.model.facts import Binding

KEY = ec.derive_private_key(0x5EED_0F_600D_CA11, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0x5EED_0F_BAD_CA11, ec.SECP256R1())
JWK = public_jwk(KEY.public_key())
KID = thumbprint(JWK)
KEYS = {KID: KEY.public_key()}
ISSUER = "https://guard.example"
AUDIENCE = "https://ledger.example/mcp"
NOW_MS = 1_800_000_000_250
TOOL = "pay"
ARGS = {"amount_minor": 1200, "currency": "EUR", "to": "ACME"}
TYP = Profile.TOOL_CALL.value
HEADER = {"alg": "ES256", "kid": KID, "typ": TYP}
JTI = "AAAAAAAAAAAAAAAAAAAAAA"


def bound(**changes: Any) -> BoundCall:
    fields = {
        "call_id": "call_1",
        "server": "ledger",
        "tool": TOOL,
        "args_s256": args_s256(TOOL, ARGS),
        "audience": AUDIENCE,
        "principal": "alice",
        "agent": "agent:books",
        "session": "ses_1",
        "schema_s256": "c2NoZW1h",
    }
    return BoundCall(**{**fields, **changes})


def claims(*, now_ms: int = NOW_MS, jti: str = JTI, **changes: Any) -> dict[str, Any]:
    made = call_claims(bound(), issuer=ISSUER, jti=jti, now_ms=now_ms, binding=Binding.L2)
    return {**made, **changes}


def signed(payload: dict[str, Any], header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    data = signing_input(HEADER if header is None else header, payload)
    return compact(data, es256_sign(key, data))


def token(**changes: Any) -> str:
    return signed(claims(**changes))


DOMAIN = "shop.example"
TXN = TokenForm(profile=Profile.TXN, trust_domain=DOMAIN)


def txn_token(**changes: Any) -> str:
    """Return a transaction token for the same call."""
    made = call_claims(bound(), issuer=ISSUER, jti=JTI, now_ms=NOW_MS, form=TXN)
    return signed({**made, **changes}, {**HEADER, "typ": Profile.TXN.value})


def access_token(**changes: Any) -> str:
    """Return what an authorization server signs that was asked for this call (RFC 9396, 9068)."""
    taken = ("iss", "aud", "sub", "iat", "exp", "jti", "authorization_details")
    made = {name: value for name, value in claims().items() if name in taken}
    fields = {**made, "client_id": "guard", **changes}
    return signed(fields, {**HEADER, "typ": Profile.RAR.value})


def settings(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "now_ms": NOW_MS,
        "keys": KEYS,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "replay": MemoryReplay(start_ms=NOW_MS - 60_000),
    }
    return {**fields, **changes}
