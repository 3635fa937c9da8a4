"""How the guard shows an authorization server that it is the client it says: by key or by secret.

What it sends is for one request to one server. It reads no answer.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote_plus

from guard.grant.signing import b64u
from guard.model.call import Json
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.made import Maker

LIFE_S: Final = 30
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Sent = tuple[Mapping[str, str], Mapping[str, str]]
"""Headers and form fields of one request."""


class ClientAuth(Protocol):
    """Authenticates the client of one request."""

    async def of(self) -> Sent:
        """Return what goes with the next request."""
        ...


@dataclass(frozen=True, slots=True)
class BySignature:
    """With a short token of the client's own key (RFC 7523, 2.2; `private_key_jwt`)."""

    client_id: str
    audience: str
    signer: LocalSigner
    maker: Maker

    async def of(self) -> Sent:
        """Return a new assertion: servers take each one once."""
        now_s = self.maker.clock.now_ms() // 1000
        claims: dict[str, Json] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "jti": b64u(self.maker.ids.token(16)),
            "iat": now_s,
            "exp": now_s + LIFE_S,
        }
        form = {
            "client_id": self.client_id,
            "client_assertion_type": _ASSERTION,
            "client_assertion": await self.signer.token(claims),
        }
        return {}, form


@dataclass(frozen=True, slots=True)
class BySecret:
    """With a secret that both sides know (RFC 6749, 2.3.1; `client_secret_basic`)."""

    client_id: str
    secret: Callable[[], str]  # read anew, so that a changed file is taken from the next call on

    async def of(self) -> Sent:
        """Return the header; both words are form-encoded first, as that section says."""
        words = f"{quote_plus(self.client_id)}:{quote_plus(self.secret())}"
        return {"authorization": f"Basic {base64.b64encode(words.encode()).decode()}"}, {}
