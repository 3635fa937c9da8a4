"""Workload identities as SPIFFE JWT-SVIDs: which process calls, as its platform attests it.

Rule 1: only trust domains that the operator lists. Rule 2: an SVID is for this guard and short, and
says who the process is, never for whom it acts. Keys come from the Workload API of the machine, so
no key is configured; the library that speaks it is loaded where a socket is configured.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

from guard.errors import Unusable
from guard.model.identity import Workload
from guard_adapters.front.mcp.auth.access_token import refuse_token
from guard_adapters.front.mcp.auth.jwks import FetchedKeys, KeySource
from guard_adapters.front.mcp.auth.jws import (
    check_audience,
    check_times,
    parts_of,
    text_of,
    verified,
)

Bundles = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Returns the JWK set of one trust domain."""

_TYPES: Final = frozenset({"jwt", "jose"})
_ALGORITHMS: Final = frozenset({"ES256", "RS256"})
_LONGEST_MS: Final = 24 * 3_600_000
_TIMEOUT_S: Final = 3.0


class Svids:
    """Checks JWT-SVIDs of the listed trust domains."""

    def __init__(self, trust_domains: frozenset[str], bundles: Bundles) -> None:
        self._keys: Mapping[str, KeySource] = {
            domain: FetchedKeys(partial(bundles, domain)) for domain in trust_domains
        }

    async def workload(self, token: str, audiences: frozenset[str], *, now_ms: int) -> Workload:
        """Return the attested workload of a JWT-SVID.

        Raises:
            WireRefused: 401; 503 while the Workload API gives no keys.
        """
        _, unbelieved, _ = parts_of(token)
        keys = self._keys.get(domain_of(text_of(unbelieved, "sub")))
        if keys is None:
            text = "The workload is of a trust domain that is not taken here."
            refuse_token("workload_foreign", text)
        claims = await verified(token, keys, types=_TYPES, algorithms=_ALGORITHMS, now_ms=now_ms)
        check_audience(claims, audiences)
        check_times(claims, now_ms, most_ms=_LONGEST_MS)
        return Workload(id=text_of(claims, "sub"), attested=True)


def domain_of(ident: str) -> str:
    """Return the trust domain of a SPIFFE ID, empty where it is none."""
    from spiffe.spiffe_id.spiffe_id import SpiffeId, SpiffeIdError  # noqa: PLC0415  an extra

    try:
        read = SpiffeId(ident)
    except SpiffeIdError:
        return ""
    # The library reads capitals, too: one workload would have two names.
    return read.trust_domain.name if str(read) == ident else ""


def workload_api(socket: str) -> Bundles:
    """Return what asks the Workload API behind a socket for trust bundles.

    Raises:
        Unusable: `extra_missing`: the library is not installed.
    """
    try:
        from spiffe import TrustDomain, WorkloadApiClient  # noqa: PLC0415  an extra
        from spiffe.errors import PySpiffeError  # noqa: PLC0415  the same
    except ImportError as missing:
        raise Unusable(
            f"Workload identities need {missing.name}.",
            code="extra_missing",
            next_step="pip install 'guardcall[spiffe]'",
        ) from None

    def fetched(domain: str) -> Mapping[str, Any]:
        try:
            with WorkloadApiClient(socket) as client:
                bundle = client.fetch_jwt_bundles(timeout=_TIMEOUT_S).get_bundle_for_trust_domain(
                    TrustDomain(domain)
                )
        except PySpiffeError as error:
            raise OSError(f"The Workload API gave no bundle ({type(error).__name__}).") from error
        authorities = {} if bundle is None else bundle.jwt_authorities
        return {"keys": [_jwk(kid, key) for kid, key in authorities.items()]}

    async def bundles(domain: str) -> Mapping[str, Any]:
        return await asyncio.to_thread(fetched, domain)  # the library waits in its own way

    return bundles


def _jwk(kid: str, key: Any) -> Mapping[str, Any]:  # noqa: ANN401  a key of `cryptography`
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kind = RSAKey if isinstance(key, RSAPublicKey) else ECKey
    return {**kind.import_key(pem).as_dict(private=False), "kid": kid, "use": "sig"}
