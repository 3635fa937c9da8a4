"""Signed statements as compact tokens: taken apart strictly, their signature and times checked.

What every front that takes a token of somebody else shares. Rule 1: nothing is believed before the
signature holds. Rule 2: the algorithm is ours to choose. Whose statement it is, for whom, and what
follows from it is said by whoever calls. Reads no clock; each refusal is a 401.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from joserfc.jws import JWSRegistry

from guard_adapters.front.mcp.auth.access_token import refuse_token
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.protocol.json import Limits, loads
from guard_adapters.front.mcp.protocol.wire import WireRefused

# Which key family an `alg` calls for. EdDSA is read as Ed25519 (RFC 9864), the only curve we take.
FAMILIES: Final[Mapping[str, str]] = {
    "ES256": "ES256",
    "RS256": "RS256",
    "EdDSA": "Ed25519",
    "Ed25519": "Ed25519",
}
LEEWAY_MS: Final = 5_000
"""How far the clock of somebody else may differ from ours."""

_LIMITS: Final = Limits(body_bytes=16 * 2**10, depth=16, members=1_000)
_PARTS: Final = 3
_LAST_SECOND: Final = 10**11  # about the year 5138; milliseconds taken for seconds lie beyond


async def verified(
    token: str,
    keys: KeySource,
    *,
    types: frozenset[str],
    algorithms: frozenset[str] = frozenset(FAMILIES),
    now_ms: int,
) -> dict[str, Any]:
    """Return the claims of a token whose signature holds.

    Args:
        token: as it came.
        keys: of whom it must be.
        types: what `typ` may be, in lower case; a token without one counts as `jwt`.
        algorithms: what `alg` may be.
        now_ms: Unix milliseconds.

    Raises:
        WireRefused: 401; 503 while no keys can be had.
    """
    header, claims, signature = parts_of(token)
    family = FAMILIES[_algorithm(header, types, algorithms)]
    key = await keys.find(kid_of(header), family, now_ms=now_ms)
    if key is None:
        text = "No single key of the issuer fits the token. Get a new token."
        refuse_token("token_key_unknown", text)
    signed = token.rpartition(".")[0].encode("ascii")
    if not JWSRegistry.algorithms[family].verify(signed, signature, key):
        refuse_token("token_signature_bad", "The signature does not hold. Get a new token.")
    return claims


def _algorithm(header: Mapping[str, Any], types: frozenset[str], algorithms: frozenset[str]) -> str:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        taken = ", ".join(sorted(algorithms))
        refuse_token("token_alg_refused", f"The algorithm is not taken here. Use {taken}.")
    if "crit" in header or header.get("b64", True) is not True:
        text = "The token asks for extensions that are not known here. Use a plain token."
        refuse_token("token_crit_refused", text)
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in types:
        text = f"The token is of another type than {min(types)}. Send the right one."
        refuse_token("token_type_refused", text)
    return algorithm


def check_audience(claims: Mapping[str, Any], taken: frozenset[str]) -> None:
    """Return if the token is for one of these audiences, compared character by character."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(one, str) and one in taken for one in listed):
        text = f"The token is for another audience. Ask for resource={min(taken)}."
        refuse_token("token_audience_wrong", text)


def check_times(
    claims: Mapping[str, Any], now_ms: int, *, leeway_ms: int = LEEWAY_MS, most_ms: int = 0
) -> int:
    """Return when the token ends (Unix milliseconds); `most_ms`: longest life from now, 0 = any."""
    expires = instant_ms(claims, "exp")
    if expires is None:
        refuse_token("token_claims_bad", "The token has no exp claim. Get one that expires.")
    if now_ms >= expires + leeway_ms:
        refuse_token("token_expired", "The token has expired. Get a new token.")
    if most_ms and expires > now_ms + most_ms + leeway_ms:
        text = f"The token lives longer than {most_ms // 1000} s. Make one that ends sooner."
        refuse_token("token_ttl_too_long", text)
    for name in ("nbf", "iat"):
        starts = instant_ms(claims, name)
        if starts is not None and now_ms < starts - leeway_ms:
            text = "The token is not valid yet. Compare the clocks of issuer and guard."
            refuse_token("token_not_yet_valid", text)
    return expires


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return header, claims and signature, none of them believed yet."""
    parts = token.split(".")
    if len(parts) != _PARTS or not token.isascii():
        refuse_token("token_malformed", "The token is not a signed JWT. Send header.claims.sig.")
    return _object(parts[0]), _object(parts[1]), _bytes(parts[2])


def _bytes(part: str) -> bytes:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raw = b""
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != part:
        text = "A part of the token is not base64url without padding. Send it as it was issued."
        refuse_token("token_malformed", text)
    return raw


def _object(part: str) -> dict[str, Any]:
    try:
        return loads(_bytes(part), limits=_LIMITS)
    except WireRefused as wrong:
        if wrong.reason == "duplicate_key":
            text = "The token holds a claim twice. Get a token from a correct issuer."
            refuse_token("token_duplicate_claim", text)
        refuse_token("token_malformed", "A part of the token is no JSON object. Get a new token.")


def kid_of(header: Mapping[str, Any]) -> str | None:
    """Return which key the header names."""
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        refuse_token("token_malformed", "The token's kid is not a string. Get a new token.")
    return kid


def instant_ms(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a moment in Unix milliseconds, None where the claim is not there."""
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value < _LAST_SECOND
    ):
        text = f"The claim {name} is not a number of seconds. Get a token from a correct issuer."
        refuse_token("token_claims_bad", text)
    return int(value * 1000)


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that must be plain text."""
    value = claims.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        text = f"The claim {name} is missing or is no plain text. Get a token that has it."
        refuse_token("token_claims_bad", text)
    return value
