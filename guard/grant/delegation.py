"""The certificate by which tool servers take tokens that a site signed with its own key.

A compact JWS of type `guard-delegation+jwt` by the control plane, for at most eight hours. It
travels as member `dlg` of the site's key in its key set. Whoever verifies a call enforces what it
allows; how many calls were made is counted by the control plane, from the site's receipts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.offline import Authority, OfflineRefused, claims_by, signed_by
from guard.grant.signing import BadKey, public_key, thumbprint
from guard.model.call import Json

TYP: Final = "guard-delegation+jwt"
LONGEST_S: Final = 8 * 3600
MAX_TTL_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """What a site's key may sign, and until when (Unix seconds).

    `tools` are (audience, tool): the name of a server as its tokens have it, and one of its tools.
    """

    site: str
    kid: str
    issued_s: int
    not_after_s: int
    tools: frozenset[tuple[str, str]]
    max_ttl_s: int
    binding_max: int
    max_calls: int
    seq: int

    def fault(self, *, audience: str, tool: str, life_s: int, binding: int, now_ms: int) -> str:
        """Return the code of what it does not allow; empty: it allows the call."""
        code = ""
        within = (audience, tool) in self.tools
        if not within or life_s > self.max_ttl_s or binding > self.binding_max:
            code = "delegation_exceeded"
        if not self.issued_s - MAX_TTL_S <= now_ms // 1000 < self.not_after_s:
            code = "delegation_expired"
        return code


def sign_delegation(authority: Authority, delegation: Delegation, jwk: Mapping[str, str]) -> str:
    """Return the certificate for the site's public key (JWK).

    Raises:
        ValueError: it lives longer than eight hours, or the key is another one.
    """
    if not 0 < delegation.not_after_s - delegation.issued_s <= LONGEST_S:
        raise ValueError(f"a delegation lives 1 to {LONGEST_S} s")
    if thumbprint(jwk) != delegation.kid:
        raise ValueError("the key is not the one of the delegation")
    claims: dict[str, Json] = {
        "sub": delegation.site,
        "cnf": {"jwk": {name: jwk[name] for name in ("crv", "kty", "x", "y")}},
        "iat": delegation.issued_s,
        "exp": delegation.not_after_s,
        "tools": [[*pair] for pair in sorted(delegation.tools)],
        "max_ttl_s": delegation.max_ttl_s,
        "binding_max": delegation.binding_max,
        "max_calls": delegation.max_calls,
        "seq": delegation.seq,
    }
    return signed_by(authority, TYP, claims)


def read_delegation(token: str, key: ec.EllipticCurvePublicKey) -> Delegation:
    """Return the certificate of a token that the control plane signed.

    Raises:
        OfflineRefused: `bundle_malformed`, `bundle_forged`.
    """
    raw = claims_by(key, TYP, token)
    try:
        return Delegation(
            site=str(raw["sub"]),
            kid=thumbprint(raw["cnf"]["jwk"]),
            issued_s=int(raw["iat"]),
            not_after_s=int(raw["exp"]),
            tools=frozenset((str(audience), str(tool)) for audience, tool in raw["tools"]),
            max_ttl_s=int(raw["max_ttl_s"]),
            binding_max=int(raw["binding_max"]),
            max_calls=int(raw["max_calls"]),
            seq=int(raw["seq"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        said = f"A part of the delegation is missing ({wrong})."
        raise OfflineRefused("bundle_malformed", said) from None


NO_CERTIFICATE: Final = ("", "")
"""Of a guard that is no site."""


def certified(jwks: dict[str, Json], certificate: tuple[str, str]) -> dict[str, Json]:
    """Return a key set in which a certificate (kid, token) stands beside the key that it names."""
    kid, token = certificate
    rows = jwks["keys"]
    if not token or not isinstance(rows, list):
        return jwks
    return {
        **jwks,
        "keys": [
            {**row, "dlg": token} if isinstance(row, dict) and row["kid"] == kid else row
            for row in rows
        ],
    }


def delegations(jwks: Mapping[str, Any], authority: Mapping[str, str]) -> Mapping[str, Delegation]:
    """Return the certificates in a site's key set, by `kid`; a key without a genuine one has none.

    Raises:
        BadKey: `authority` is no public P-256 key.
    """
    trusted = public_key(authority)
    found: dict[str, Delegation] = {}
    for entry in jwks.get("keys", ()):
        try:
            one = read_delegation(entry["dlg"], trusted)
            if thumbprint(entry) == one.kid:
                found[one.kid] = one
        except (KeyError, TypeError, BadKey, OfflineRefused):
            continue
    return found
