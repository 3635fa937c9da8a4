"""Access tokens that are JWTs (RFC 9068): accept one for this very resource, or say why not.

Rule 1: nothing in a token is believed before its signature holds, and the algorithm is ours to
choose, not the token's. Rule 2: a token bound to a key (`cnf`) is never a bearer token: it is taken
with a proof of that key (RFC 9449) or not at all. Reads no clock.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from joserfc.jws import JWSRegistry

from guard.grant.dpop import Proof
from guard_adapters.front.mcp.auth import Caller, refuse_token, refuse_unbound
from guard_adapters.front.mcp.json import Limits, loads
from guard_adapters.front.mcp.jwks import KeySource
from guard_adapters.front.mcp.proofs import Proofs
from guard_adapters.front.mcp.wire import WireRefused

# Which key family an `alg` calls for. EdDSA is read as Ed25519 (RFC 9864), the only curve we take.
_FAMILIES: Final[Mapping[str, str]] = {
    "ES256": "ES256",
    "RS256": "RS256",
    "EdDSA": "Ed25519",
    "Ed25519": "Ed25519",
}
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_LIMITS: Final = Limits(body_bytes=16 * 2**10, depth=16, members=1_000)
_PARTS: Final = 3
_MAX_ACTORS: Final = 8  # each is judged: a chain nobody can follow is none
_LAST_SECOND: Final = 10**11  # about the year 5138; milliseconds taken for seconds lie beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtRules:
    """Whose tokens are taken, and for what: compared exactly, character by character.

    `leeway_ms` is how far the issuer's clock may differ from ours.
    """

    issuer: str
    resource: str
    algorithms: frozenset[str] = frozenset(_FAMILIES)
    leeway_ms: int = 5_000

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= _FAMILIES.keys():
            known = ", ".join(sorted(_FAMILIES))
            raise ValueError(f"algorithms must be among {known}, got {sorted(self.algorithms)!r}.")
        if not self.issuer or not self.resource:
            raise ValueError("issuer and resource must not be empty. Name both.")


class JwtCheck:
    """Checks signature, issuer, audience, times and binding of one issuer's access tokens."""

    def __init__(self, rules: JwtRules, keys: KeySource, proofs: Proofs) -> None:
        self._rules = rules
        self._keys = keys
        self._proofs = proofs

    async def check(self, token: str, *, now_ms: int, proof: Proof | None = None) -> Caller:
        """Return the caller, or raise WireRefused (401; 503 while no keys can be had)."""
        header, claims, signature = _parts(token)
        algorithm = self._algorithm(header)
        key = await self._keys.find(_kid(header), _FAMILIES[algorithm], now_ms=now_ms)
        if key is None:
            text = "No single key of the issuer fits the token. Get a new token."
            refuse_token("token_key_unknown", text)
        signed = token.rpartition(".")[0].encode("ascii")
        if not JWSRegistry.algorithms[_FAMILIES[algorithm]].verify(signed, signature, key):
            refuse_token("token_signature_bad", "The signature does not hold. Get a new token.")
        self._check_addressee(claims)
        self._check_times(claims, now_ms)
        self._check_possession(claims, token, proof, now_ms)
        return Caller(
            claims["iss"],
            _text(claims, "sub"),
            _agent(claims),
            _scopes(claims),
            acting=_acting(claims),
        )

    def _algorithm(self, header: Mapping[str, Any]) -> str:
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in self._rules.algorithms:
            taken = ", ".join(sorted(self._rules.algorithms))
            refuse_token("token_alg_refused", f"The algorithm is not taken here. Use {taken}.")
        if "crit" in header or header.get("b64", True) is not True:
            text = "The token asks for extensions that are not known here. Use a plain token."
            refuse_token("token_crit_refused", text)
        kind = header.get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            text = "The token is of another type than at+jwt. Send the access token."
            refuse_token("token_type_refused", text)
        return algorithm

    def _check_possession(
        self, claims: Mapping[str, Any], token: str, proof: Proof | None, now_ms: int
    ) -> None:
        if "cnf" not in claims:
            if proof is not None:
                refuse_unbound()
            return
        bound = claims["cnf"]
        jkt = bound.get("jkt") if isinstance(bound, dict) and bound.keys() == {"jkt"} else None
        if not isinstance(jkt, str):
            text = "The token is bound to a key in a way that is not known here. Use DPoP."
            refuse_token("token_binding_unknown", text)
        if proof is None:
            text = "The token is bound to a key. Send it as 'DPoP TOKEN', with a proof."
            refuse_token("proof_required", text)
        self._proofs.check(proof, token=token, jkt=jkt, now_ms=now_ms)

    def _check_addressee(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._rules.issuer:
            text = "The token comes from another issuer. Get one from the issuer in the metadata."
            refuse_token("token_issuer_wrong", text)
        audience = claims.get("aud")
        listed = audience if isinstance(audience, list) else [audience]
        if self._rules.resource not in listed:
            text = f"The token is for another audience. Ask for resource={self._rules.resource}."
            refuse_token("token_audience_wrong", text)

    def _check_times(self, claims: Mapping[str, Any], now_ms: int) -> None:
        expires, leeway = _instant_ms(claims, "exp"), self._rules.leeway_ms
        if expires is None:
            refuse_token("token_claims_bad", "The token has no exp claim. Get one that expires.")
        if now_ms >= expires + leeway:
            refuse_token("token_expired", "The token has expired. Get a new token.")
        for name in ("nbf", "iat"):
            starts = _instant_ms(claims, name)
            if starts is not None and now_ms < starts - leeway:
                text = "The token is not valid yet. Compare the clocks of issuer and guard."
                refuse_token("token_not_yet_valid", text)


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
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


def _kid(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        refuse_token("token_malformed", "The token's kid is not a string. Get a new token.")
    return kid


def _instant_ms(claims: Mapping[str, Any], name: str) -> int | None:
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


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        text = f"The claim {name} is missing or is no plain text. Get a token that has it."
        refuse_token("token_claims_bad", text)
    return value


def _agent(claims: Mapping[str, Any]) -> str:
    """Name the program: its client id."""
    agent = _text(claims, "client_id" if "client_id" in claims else "azp")
    if " " in agent:  # a blank separates the actors below it: nobody may choose a name with one
        refuse_token("token_claims_bad", "The client_id holds a blank. Register it without.")
    return agent


def _acting(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Name who acts for it, the calling one last: the outermost `act` is (RFC 8693, 4.1)."""
    actors: list[str] = []
    actor = claims.get("act")
    while isinstance(actor, dict):
        actors.append(quote(_text(actor, "sub"), safe=""))
        actor = actor.get("act")
    if actor is not None:
        refuse_token("token_claims_bad", "The claim act is not an object. Get a new token.")
    if len(actors) > _MAX_ACTORS:
        text = f"The claim act names {len(actors)} actors, {_MAX_ACTORS} are taken. Delegate less."
        refuse_token("token_claims_bad", text)
    return tuple(reversed(actors))


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    granted = claims.get("scope", "")
    if not isinstance(granted, str):
        text = "The claim scope is not text with blanks between. Get a token from a correct issuer."
        refuse_token("token_claims_bad", text)
    return frozenset(granted.split())
