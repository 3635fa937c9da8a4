"""Who is calling: checks the access token of a request and names its caller.

Rule 1: a token made for somebody else is refused, also when it is genuine (RFC 8707, RFC 9068).
Rule 2: the client's token ends here; nothing in this file hands it on, shows or stores it. A
caller's name never comes from what a client says about itself.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import quote, urlsplit

from guard.grant.dpop import PROOF_ALG, Proof
from guard_adapters.front.mcp.caller import Caller as Caller  # noqa: PLC0414  what a check returns
from guard_adapters.front.mcp.protocol.edge import Headers, single
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, REFUSED, WireRefused, refuse

_TOKEN: Final = re.compile(r"(bearer|dpop) +([a-z0-9\-._~+/]+=*)", re.IGNORECASE)
"""RFC 6750, 2.1; RFC 9449, 7.1."""

_ABOUT_PROOF: Final[Mapping[str, str]] = {
    "proof_required": "invalid_token",
    "use_nonce": "use_dpop_nonce",
    **dict.fromkeys(
        (
            "proof_missing", "proof_malformed", "proof_key", "proof_signature", "proof_binding",
            "proof_stale", "proof_replayed",
        ),
        "invalid_dpop_proof",
    ),
}  # fmt: skip
"""Refusals that a proof would mend, and what RFC 9449 calls each."""

_TOKEN_CHARS: Final = 16 * 2**10
_WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


class TokenCheck(Protocol):
    """Turns an access token into its caller, or raises WireRefused (401; 503 without keys)."""

    async def check(
        self, token: str, *, now_ms: int, proof: Proof | None = None, certificate: str = ""
    ) -> Caller:
        """Return the caller; `now_ms` is Unix time. Never logs or keeps the token.

        `proof` is what came with a token that was sent under the scheme DPoP; None: as a bearer.
        `certificate` is the SHA-256 of the client's certificate (base64url), where one was shown.
        """
        ...


class Misused(WireRefused):
    """A genuine token in hands that do not hold its key, or shown once too often."""

    caller: Caller

    @staticmethod
    def by(caller: Caller, no: WireRefused) -> "Misused":
        """Return the refusal with whose token it is: their session must know."""
        found = Misused(no.code, no.message, no.http_status, no.reason, no.data)
        found.caller = caller
        return found


def refuse_token(reason: str, message: str) -> NoReturn:
    """Raise the 401 that every refused token gets."""
    refuse(REFUSED, reason, message, status=401)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The one access token of a request; `bound`: sent under the scheme DPoP, with `proof`."""

    token: str = field(repr=False)
    bound: bool
    proof: str | None = field(default=None, repr=False)


def presented(headers: Headers) -> Presented:
    """Return the one access token of a request.

    Raises:
        WireRefused: 401 without one, 400 if a header is repeated.
    """
    given = single(headers, b"authorization")
    if given is None:
        refuse_token("token_missing", "No token came. Get one as the metadata describes.")
    found = _TOKEN.fullmatch(given)
    if found is None or len(given) > _TOKEN_CHARS:
        text = "The Authorization header is not of the form 'Bearer TOKEN' or 'DPoP TOKEN'."
        refuse_token("token_malformed", text)
    bound = found.group(1).lower() == "dpop"
    return Presented(
        token=found.group(2), bound=bound, proof=single(headers, b"dpop") if bound else None
    )


def refuse_unbound() -> NoReturn:
    """Raise the 401 for a token under the scheme DPoP that names no key (RFC 9449, 7.1)."""
    text = "The token names no key, so no proof can be for it. Send it as 'Bearer TOKEN'."
    refuse_token("token_not_bound", text)


class StaticKeys:
    """Development keys: the SHA-256 of each token, in hex, and who it stands for.

    Only digests are held, so neither memory dumps nor configuration files show a token.
    """

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        for digest in callers:
            if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
                raise ValueError("A key entry is not 64 hex digits. Write sha256(token) in hex.")
        self._callers = dict(callers)

    async def check(
        self,
        token: str,
        *,
        now_ms: int,  # noqa: ARG002 - they never expire
        proof: Proof | None = None,
        certificate: str = "",  # noqa: ARG002 - they are bound to none
    ) -> Caller:
        """Return the caller of a known key; the time taken does not depend on which it is."""
        if proof is not None:
            refuse_unbound()
        digest = sha256(token.encode()).hexdigest()
        found: Caller | None = None
        for known, caller in self._callers.items():
            if hmac.compare_digest(known, digest):
                found = caller
        if found is None:
            text = "The token is not one of the configured keys. Use a key from the guard's file."
            refuse_token("token_unknown", text)
        return found


def require_scopes(caller: Caller, needed: Iterable[str]) -> None:
    """Raise WireRefused (403) naming *all* needed scopes, if the token lacks one of them.

    Clients ask once for what a challenge names: one scope at a time would be one login each.
    """
    wanted = sorted(set(needed))
    missing = [scope for scope in wanted if scope not in caller.scopes]
    if missing:
        text = f"The token lacks the scope {' '.join(missing)}. Ask for a token with it."
        raise WireRefused(REFUSED, text, 403, "scope_missing", {"scopes": wanted})


def resource_uri(public_url: str, upstream: str) -> str:
    """Return the URI that tokens for this upstream must name as audience."""
    return f"{public_url.rstrip('/')}/mcp/{quote(upstream, safe='')}"


def metadata_path(public_url: str, upstream: str) -> str:
    """Return where the metadata is served: the well-known name before the path (RFC 9728, 3.1)."""
    return _WELL_KNOWN + urlsplit(resource_uri(public_url, upstream)).path


def metadata_url(public_url: str, upstream: str) -> str:
    """Return the absolute URL of the metadata, for challenges."""
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}{metadata_path(public_url, upstream)}"


def resource_metadata(
    public_url: str, upstream: str, *, issuers: Iterable[str], scopes: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the protected-resource metadata document (RFC 9728, 2)."""
    return {
        "resource": resource_uri(public_url, upstream),
        "authorization_servers": list(issuers),
        "scopes_supported": sorted({upstream_scope(upstream), *scopes}),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": [PROOF_ALG],
    }


def upstream_scope(upstream: str) -> str:
    """Return the scope that opens one upstream."""
    return f"mcp:{upstream}"


def challenge(refused: WireRefused, public_url: str, upstream: str) -> str:
    """Return the `WWW-Authenticate` value for a 401 or 403.

    RFC 6750, 3; RFC 9728, 5.1; RFC 9449, 7.1 and 9, where the proof is what is wrong.
    """
    scopes = (refused.data or {}).get("scopes") or [upstream_scope(upstream)]
    about_proof = refused.reason in _ABOUT_PROOF
    fields = {
        "resource_metadata": metadata_url(public_url, upstream),
        "scope": " ".join(scopes),
        **({"algs": PROOF_ALG} if about_proof else {}),
        **_error_of(refused),
    }
    scheme = "DPoP " if about_proof else "Bearer "
    return scheme + ", ".join(f'{name}="{_quotable(value)}"' for name, value in fields.items())


def _error_of(refused: WireRefused) -> dict[str, str]:
    if refused.reason == "token_missing":  # RFC 6750, 3.1: no error code without a token
        return {}
    error = {401: "invalid_token", 403: "insufficient_scope"}.get(refused.http_status)
    if error is None:
        refuse(INVALID_REQUEST, "no_challenge", "Send challenges with 401 and 403 only.")
    error = _ABOUT_PROOF.get(refused.reason, error)
    return {"error": error, "error_description": refused.message}


def _quotable(value: str) -> str:
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "'", value)
