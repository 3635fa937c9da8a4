"""The claims of a call token: which person's agent may make which call, where, until when.

One object says it, in three forms: the guard's own token, a transaction token, and the detail with
which an authorization server is asked for an access token. The forms cannot pass for one another:
each has its own `typ`. This file signs nothing and reads no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guard.grant.credential import (
    DEFAULT_TTL_S,
    MAX_TTL_S,
    ApprovalEvidence,
    BoundCall,
    Unissuable,
    lifetime_s,
)
from guard.model.call import Json
from guard.model.facts import Binding

DETAIL_TYPE: Final = "https://guardcall.dev/tool-call"
"""`type` of the authorization detail (RFC 9396, 2.1)."""


class Profile(StrEnum):
    """The forms of a call token, by the `typ` of their header."""

    TOOL_CALL = "tool-call+jwt"  # the guard's own: can never pass for an access token
    TXN = "txntoken+jwt"  # draft-ietf-oauth-transaction-tokens: for a trust domain
    RAR = "at+jwt"  # signed by an authorization server that was asked with `call_detail`


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenForm:
    """How one server takes the guard's token.

    `trust_domain` is the audience of a transaction token; `key_bound`: only with a proof of
    possession.
    """

    profile: Profile = Profile.TOOL_CALL
    trust_domain: str = ""
    key_bound: bool = False


def call_claims(
    call: BoundCall,
    *,
    issuer: str,
    jti: str,
    now_ms: int,
    ttl_s: int = DEFAULT_TTL_S,
    binding: Binding = Binding.L2,
    scopes: frozenset[str] = frozenset(),
    form: TokenForm = TokenForm(),
    jkt: str = "",
) -> dict[str, Json]:
    """Return the claims of a token that the guard signs (RFC 7519, with RFC 9396 details).

    Args:
        call: what was decided.
        issuer: the guard's URI.
        jti: the lease's id, from `guard.grant.credential.token_id`.
        now_ms: Unix milliseconds; `iat_ms` keeps them so that a revocation need not wait for the
            next whole second.
        ttl_s: seconds, `MIN_TTL_S` to `MAX_TTL_S`.
        binding: the level that is really reached with this upstream.
        scopes: what policy left of the upstream's own scopes.
        form: how the upstream takes it.
        jkt: thumbprint of the key that the token is bound to (RFC 7800, 3.1; RFC 9449, 6.1).

    Raises:
        Unissuable: the life is out of range, the audience is empty, or the form is one that only an
            authorization server signs.
    """
    iat = now_ms // 1000
    actor: dict[str, Json] = {"sub": call.parent} if call.parent else {}
    claims: dict[str, Json] = {
        "iss": issuer,
        "sub": call.principal,
        "act": {"sub": call.agent} | ({"act": actor} if actor else {}),
        "iat": iat,
        "nbf": iat - 1,
        "exp": iat + lifetime_s(ttl_s, MAX_TTL_S),
        "iat_ms": now_ms,
        "jti": jti,
        "scope": " ".join((f"tool:{call.tool}", *sorted(scopes))),
        **_own(call, binding, form),
    }
    if jkt:
        claims["cnf"] = {"jkt": jkt}
    return claims | _present({"client_id": call.client_id})


def _own(call: BoundCall, binding: Binding, form: TokenForm) -> dict[str, Json]:
    """Return the claims in which the forms differ."""
    detail = call_detail(call, binding)
    match form.profile:
        case Profile.TOOL_CALL:
            own: dict[str, Json] = {"aud": call.audience, "authorization_details": [detail]}
            return own | _present({"txn": call.txn})
        case Profile.TXN:
            if not form.trust_domain:
                raise Unissuable("audience_missing", "a transaction token needs a trust domain")
            return {
                "aud": form.trust_domain,
                "txn": call.txn or call.session,
                "req_wl": call.agent,
                "tctx": detail,
                "rctx": {"risk": call.risk, "device_compliant": call.device_compliant},
            }
        case Profile.RAR:
            raise Unissuable("profile_foreign", "an authorization server signs access tokens")


def call_detail(call: BoundCall, binding: Binding) -> dict[str, Json]:
    """Return what every form says of the call: an authorization detail (RFC 9396, 2).

    Alone in `authorization_details`, it is the request for an access token for this call.

    Raises:
        Unissuable: the audience is empty.
    """
    if not call.audience:
        raise Unissuable("audience_missing", "a call token needs exactly one audience, got ''")
    detail: dict[str, Json] = {
        "type": DETAIL_TYPE,
        "locations": [call.audience],
        "tool": call.tool,
        "args_s256": call.args_s256,
        "session": call.session,
        "seq": call.seq,
        "binding": int(binding),
    }
    if call.approval is not None:
        detail["approval"] = _evidence(call.approval)
    optional = {"schema_s256": call.schema_s256, "intent": call.intent}
    return detail | _present({**optional, "prev": call.prev, "policy": call.policy})


def _evidence(approval: ApprovalEvidence) -> dict[str, Json]:
    by: list[Json] = list(approval.by)
    named: dict[str, Json] = {
        "id": approval.id,
        "by": by,
        "method": approval.method,
        "at": approval.at_ms,
    }
    return named | _present({"evidence_s256": approval.evidence_s256})


def _present(claims: Mapping[str, str]) -> dict[str, Json]:
    return {name: value for name, value in claims.items() if value}
