"""A transmitter of security events, made from the specifications and from nothing of the guard.

RFC 8417 (the token), RFC 7515 (its signature), OpenID SSF 1.0 and CAEP 1.0 (the events). It can also
make every wrong token that a receiver must refuse.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_key() -> Any:
    return rsa.generate_private_key(65537, 2048)


@cache
def usual_key() -> Any:
    """Return the key of every transmitter that needs none of its own: making one takes long."""
    return new_key()


@dataclass
class Transmitter:
    """One issuer with one RSA key of 2048 bits."""

    issuer: str = "https://idp.example"
    audience: str = "https://guard.example"
    key: Any = field(default_factory=usual_key)
    kid: str = "k1"

    @property
    def jwks(self) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        n, e = (b64(x.to_bytes((x.bit_length() + 7) // 8, "big")) for x in (numbers.n, numbers.e))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}]}  # fmt: skip

    def claims(self, uri: str, subject: Any, *, at: int, **event: Any) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "jti": secrets.token_hex(8),
            "iat": at,
            "aud": self.audience,
            "sub_id": subject,
            "events": {uri: event},
        }

    def signed(self, claims: Any, *, header: Any = None, raw: bytes | None = None) -> bytes:
        top = {"alg": "RS256", "typ": "secevent+jwt", "kid": self.kid, **(header or {})}
        text = json.dumps(claims).encode() if raw is None else raw
        body = f"{b64(json.dumps(top).encode())}.{b64(text)}".encode()
        return body + b"." + b64(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).encode()

    def caep(self, name: str, subject: Any, *, at: int, **event: Any) -> bytes:
        return self.signed(self.claims(CAEP + name, subject, at=at, **event))

    def verification(self, state: str, *, at: int) -> bytes:
        about = {"format": "opaque", "id": sha256(state.encode()).hexdigest()[:12]}
        return self.signed(self.claims(SSF + "verification", about, at=at, state=state))
