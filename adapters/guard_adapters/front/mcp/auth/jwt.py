"""Access tokens that are JWTs (RFC 9068): accept one for this very resource, or say why not.

Rule 1: nothing in a token is believed before its signature holds, and the algorithm is ours to
choose, not the token's. Rule 2: a token bound to a key (`cnf`) is never a bearer token: it is taken
with a proof of that key (RFC 9449, or the client certificate of RFC 8705) or not at all. Reads no
clock.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from guard.detect.reuse import KINDS
from guard.grant.dpop import Proof
from guard_adapters.front.mcp.auth.access_token import Caller, Misused, refuse_token, refuse_unbound
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.auth.jws import (
    FAMILIES,
    LEEWAY_MS,
    check_audience,
    check_times,
    text_of,
    verified,
)
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.protocol.wire import WireRefused

_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_X5T: Final = "x5t#S256"  # RFC 8705, 3.1
_LONG: Final = 320  # an address has at most that many characters (RFC 3696)
_MAX_ACTORS: Final = 8  # each is judged: a chain nobody can follow is none


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtRules:
    """Whose tokens are taken, and for what: compared exactly, character by character.

    `leeway_ms` is how far the issuer's clock may differ from ours.
    """

    issuer: str
    resource: str
    algorithms: frozenset[str] = frozenset(FAMILIES)
    leeway_ms: int = LEEWAY_MS

    def __post_init__(self) -> None:
        if not self.algorithms or not self.algorithms <= FAMILIES.keys():
            known = ", ".join(sorted(FAMILIES))
            raise ValueError(f"algorithms must be among {known}, got {sorted(self.algorithms)!r}.")
        if not self.issuer or not self.resource:
            raise ValueError("issuer and resource must not be empty. Name both.")


class JwtCheck:
    """Checks signature, issuer, audience, times and binding of one issuer's access tokens."""

    def __init__(self, rules: JwtRules, keys: KeySource, proofs: Proofs) -> None:
        self._rules = rules
        self._keys = keys
        self._proofs = proofs

    async def check(
        self, token: str, *, now_ms: int, proof: Proof | None = None, certificate: str = ""
    ) -> Caller:
        """Return the caller, or raise WireRefused (401; 503 while no keys can be had).

        Raises:
            Misused: the token is genuine, and whoever sent it does not hold its key.
        """
        rules = self._rules
        claims = await verified(
            token, self._keys, types=_TYPES, algorithms=rules.algorithms, now_ms=now_ms
        )
        if claims.get("iss") != rules.issuer:
            text = "The token comes from another issuer. Get one from the issuer in the metadata."
            refuse_token("token_issuer_wrong", text)
        check_audience(claims, frozenset({rules.resource}))
        check_times(claims, now_ms, leeway_ms=rules.leeway_ms)
        caller = Caller(
            claims["iss"],
            text_of(claims, "sub"),
            _agent(claims),
            _scopes(claims),
            acting=_acting(claims),
            claims=_names(claims),
        )
        try:
            self._check_possession(claims, token, proof, certificate, now_ms)
        except WireRefused as no:
            if no.reason in KINDS:
                raise Misused.by(caller, no) from no
            raise
        return caller

    def _check_possession(
        self,
        claims: Mapping[str, Any],
        token: str,
        proof: Proof | None,
        certificate: str,
        now_ms: int,
    ) -> None:
        if "cnf" not in claims:
            if proof is not None:
                refuse_unbound()
            return
        bound = claims["cnf"]
        single = isinstance(bound, dict) and len(bound) == 1
        way, key = next(iter(bound.items())) if single else ("", "")
        if way not in {"jkt", _X5T} or not isinstance(key, str):
            text = "The token is bound to a key in a way that is not known here. Use DPoP or mTLS."
            refuse_token("token_binding_unknown", text)
        if way == _X5T:
            if not hmac.compare_digest(certificate.encode(), key.encode()):
                text = "The token is bound to another client certificate, or none came. Use yours."
                refuse_token("certificate_mismatch", text)
            return
        if proof is None:
            text = "The token is bound to a key. Send it as 'DPoP TOKEN', with a proof."
            refuse_token("proof_required", text)
        self._proofs.check(proof, token=token, jkt=key, now_ms=now_ms)


def _agent(claims: Mapping[str, Any]) -> str:
    """Name the program: its client id."""
    agent = text_of(claims, "client_id" if "client_id" in claims else "azp")
    if " " in agent:  # a blank separates the actors below it: nobody may choose a name with one
        refuse_token("token_claims_bad", "The client_id holds a blank. Register it without.")
    return agent


def _names(claims: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return by which names security events may speak of this person and their login."""
    known = ["email", "sid"] if claims.get("email_verified", True) is True else ["sid"]
    named = ((name, claims.get(name)) for name in known)
    return tuple(
        (name, value) for name, value in named if isinstance(value, str) and 0 < len(value) <= _LONG
    )


def _acting(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Name who acts for it, the calling one last: the outermost `act` is (RFC 8693, 4.1)."""
    actors: list[str] = []
    actor = claims.get("act")
    while isinstance(actor, dict):
        actors.append(quote(text_of(actor, "sub"), safe=""))
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
