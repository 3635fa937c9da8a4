"""What an authorization server answered, and whether the token in it is what was asked for.

A server that gives less than asked is free to: the tool will notice. More is never handed over. A
server's own words are not repeated: they may quote what was sent.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guard.errors import GuardError, Refused, Unavailable
from guard.grant.signing import unb64u
from guard.model.call import Json
from guard_adapters._http.api import Answer
from guard_adapters.issuer.proof_key import ProofKey

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  a name
SLACK_MS: Final = 2_000
"""How much later than the lease a token may end: whole seconds, and the time of the request."""

_CODE = re.compile(r"[a-z_]{1,40}")
_GRANT_IS_WRONG: Final = frozenset(
    {"invalid_scope", "invalid_target", "invalid_authorization_details", "unauthorized_client"}
)
"""What servers say (RFC 6749, 8707, 9396) where the grant, and not the server, is the matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one exchange asked for: nothing else may come back."""

    scope: str
    details: Sequence[Mapping[str, Json]]
    prover: ProofKey | None = field(repr=False)
    deadline_ms: int
    resource: str


def check_bound(token: str, wanted: Wanted) -> None:
    """Return if a token that can be read (a JWT, RFC 9068) is bound as it was asked to be.

    An opaque one says nothing, and what its server says of it is checked by `ends_of`.

    Raises:
        Unavailable: `issuer_unavailable`: it is for another resource, key or call.
    """
    claims = claims_in(token)
    if claims is None:
        return
    named = claims.get("aud")
    if named not in (wanted.resource, [wanted.resource]):
        raise unavailable("its token is for another resource, or for more than one")
    cnf = claims.get("cnf")
    jkt = cnf.get("jkt") if isinstance(cnf, dict) else None
    if wanted.prover is not None and jkt != wanted.prover.jkt:
        raise unavailable("its token is not bound to the key of this call")
    if wanted.details and not _holds(claims.get("authorization_details"), wanted.details):
        raise unavailable("its token is not for this call alone (authorization_details)")


def claims_in(token: str) -> Mapping[str, Any] | None:
    """Return the claims of a JWT, unverified; None for what is none."""
    body = token.split(".")
    if len(body) != 3:  # noqa: PLR2004  RFC 7515, 3.1
        return None
    try:
        found = json.loads(unb64u(body[1]))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def ends_of(found: Mapping[str, Any], wanted: Wanted, now_ms: int) -> int:
    """Return when the token of an answer ends (Unix ms).

    Raises:
        Unavailable: `issuer_unavailable`: it is more than was asked for, or another thing.
    """
    if found.get("issued_token_type") != ACCESS_TOKEN:
        raise unavailable("what it issued is no access token")
    kind = str(found.get("token_type", "")).lower()  # RFC 6749, 5.1: in any case
    if kind != ("bearer" if wanted.prover is None else "dpop"):
        raise unavailable("its token is not bound as it was asked to be")
    if "refresh_token" in found:
        raise unavailable("it gave a refresh token, which would outlive the call")
    scope = found.get("scope", wanted.scope)
    if not isinstance(scope, str) or set(scope.split()) - set(wanted.scope.split()):
        raise unavailable("its token has more scopes than were asked for")
    if wanted.details and not _holds(found.get("authorization_details"), wanted.details):
        raise unavailable("its token is not for this call alone (authorization_details)")
    life = found.get("expires_in")
    if type(life) is not int or now_ms + life * 1000 > wanted.deadline_ms + SLACK_MS:
        raise unavailable("its token would outlive the lease; set ttl_s to what it gives")
    return now_ms + life * 1000


def _holds(found: object, wanted: Sequence[Mapping[str, Json]]) -> bool:
    """Return whether a token is for the call that was asked for, and for nothing beside it.

    A server may add members to a detail (RFC 9396, 7.1); those that were sent must be as sent.
    """
    if not isinstance(found, list) or len(found) != len(wanted):
        return False
    return all(
        isinstance(one, dict) and all(one.get(name) == value for name, value in asked.items())
        for one, asked in zip(found, wanted, strict=True)
    )


def error_of(answer: Answer) -> str:
    """Return the error code of an answer (RFC 6749, 5.2), empty if it has none."""
    found = answer.object().get("error")
    return found if isinstance(found, str) and _CODE.fullmatch(found) else ""


def refused(answer: Answer) -> GuardError:
    """Return what to raise for an answer without a token."""
    error = error_of(answer)
    if error in _GRANT_IS_WRONG:
        return Refused(
            f"The authorization server does not give this grant: {error}.",
            code="grant_unusable",
            next_step="Check the tool's grant (its scopes) and the audience: "
            "see docs/issuers/oauth-exchange.md.",
        )
    return unavailable(f"it answered {answer.status} ({error or 'no error code'})")


def unavailable(wrong: str) -> Unavailable:
    """Return what to raise where there is no token that may be used."""
    return Unavailable(
        f"The authorization server gave no token: {wrong}.",
        code="issuer_unavailable",
        next_step="Check client, key and server: see docs/issuers/oauth-exchange.md.",
    )
