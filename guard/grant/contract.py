"""A task that a host signed: an agent may carry it and cannot change it.

A compact JWS (RFC 7515) of type `guard-intent+jwt`, ES256 only, for one guard, one person and one
agent, for at most a day; a mandate names its session and lasts at most 31 days. Whether the task
may replace the one in force is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.errors import Refused
from guard.grant.presented import ALG, HEADER, CallRefused, Keys, parts
from guard.grant.signing import (
    compact,
    es256_sign,
    es256_verify,
    public_jwk,
    signing_input,
    thumbprint,
)
from guard.grant.strict import NotStrictJson, strict_json
from guard.model.call import Json
from guard.model.identity import Who

TYP: Final = "guard-intent+jwt"
LONGEST_S: Final = 86_400
"""Longest life of a contract (s)."""
LONGEST_MANDATE_S: Final = 31 * 86_400
"""Longest life of a mandate (s): it is counted in one session, and an operator ends it there."""
SKEW_S: Final = 5

_STRINGS: Final = ("aud", "iss", "sub", "agent")
_CLAIMS: Final = frozenset({*_STRINGS, "iat", "exp", "intent", "session"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A verified contract. `intent` is the declaration; `session` is empty if any may take it."""

    intent: Mapping[str, Json]
    issued_s: int
    expires_s: int
    session: str
    kid: str


def is_contract(declared: bytes) -> bool:
    """Return whether a declaration is a signed one: JSON objects begin with a brace."""
    return declared.count(b".") == 2 and not declared.lstrip().startswith(b"{")  # noqa: PLR2004


def sign_contract(
    key: ec.EllipticCurvePrivateKey,
    intent: Mapping[str, Json],
    *,
    guard: str,
    who: Who,
    now_s: int,
    ttl_s: int = 3600,
    session: str = "",
) -> str:
    """Return the compact token by which a host declares a task for one person and agent.

    Args:
        key: the host's P-256 key; its public half is one of the guard's `intent_keys`.
        intent: the declaration, as `parse_intent` reads it.
        guard: the name of the guard that shall take it.
        who: the person and the agent that it is for.
        now_s: Unix seconds.
        ttl_s: its life, at most a day, of a mandate at most 31 days (s).
        session: the only session that may take it; empty = any of theirs.

    Raises:
        ValueError: `ttl_s` is not positive or too long, or a mandate names no session.
    """
    if not session and "mandate" in intent:
        raise ValueError("a mandate is for one session, and none is named")
    if not 0 < ttl_s <= _longest(intent):
        raise ValueError(f"ttl_s is {ttl_s}, expected 1 to {_longest(intent)}")
    header: dict[str, Json] = {
        "alg": ALG,
        "typ": TYP,
        "kid": thumbprint(public_jwk(key.public_key())),
    }
    claims: dict[str, Json] = {
        "aud": guard,
        "iss": who.principal.issuer,
        "sub": who.principal.subject,
        "agent": who.agent.id,
        "iat": now_s,
        "exp": now_s + ttl_s,
        "intent": dict(intent),
    }
    if session:
        claims["session"] = session
    signed = signing_input(header, claims)
    return compact(signed, es256_sign(key, signed))


def verified_contract(
    token: str, keys: Keys, *, guard: str, who: Who, session: str, now_s: int
) -> Contract:
    """Return the contract, if its signature holds and it is for this guard, person and agent, now.

    Args:
        token: the compact token.
        keys: the hosts' public keys by thumbprint.
        guard: the name of this guard.
        who: the authenticated person and agent that present it.
        session: the session that shall take it.
        now_s: Unix seconds.

    Raises:
        Refused: `contract_forged`: it is not a token of that type, or no known key signed it;
            `contract_not_yours`: it is for somebody else, another session, or another time.
    """
    contract, claims = _signed(token, keys)
    expected = (guard, who.principal.issuer, who.principal.subject, who.agent.id)
    if tuple(claims[name] for name in _STRINGS) != expected:
        raise _not_yours("it is for another guard, person or agent")
    if contract.session not in {"", session}:
        raise _not_yours("it is for another session")
    if not contract.issued_s - SKEW_S <= now_s < contract.expires_s:
        raise _not_yours("it has expired, or is not valid yet")
    return contract


def _signed(token: str, keys: Keys) -> tuple[Contract, dict[str, Json]]:
    try:
        signed, raw_header, payload, signature = parts(token)
        header = strict_json(raw_header)
    except (CallRefused, NotStrictJson):
        raise _forged("it is not a compact token") from None
    if not isinstance(header, dict) or header.keys() != HEADER:
        raise _forged("its header does not hold exactly alg, kid and typ")
    if header["alg"] != ALG or header["typ"] != TYP:
        raise _forged(f"its header does not say {ALG} and {TYP}")
    kid = header["kid"]
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None or not es256_verify(key, signed, signature):
        raise _forged("no key in intent_keys signed it")
    try:
        claims = strict_json(payload)
    except NotStrictJson:
        raise _forged("its claims are not strict JSON") from None
    return _contract(claims, str(kid))


def _contract(claims: Json, kid: str) -> tuple[Contract, dict[str, Json]]:
    if not isinstance(claims, dict) or not claims.keys() <= _CLAIMS:
        raise _forged(f"its claims are not among {sorted(_CLAIMS)}")
    intent, session = claims.get("intent"), claims.get("session", "")
    issued, expires = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(expires) is not int or not isinstance(session, str):
        raise _forged("iat and exp are not whole seconds, or session is no handle")
    if not isinstance(intent, dict) or any(type(claims.get(name)) is not str for name in _STRINGS):
        raise _forged("aud, iss, sub, agent or intent is missing")
    if not 0 < expires - issued <= _longest(intent):
        raise _forged(f"it lives longer than {_longest(intent)} s")
    if not session and "mandate" in intent:  # its calls are counted in one session
        raise _forged("it is a mandate and names no session")
    found = Contract(intent=intent, issued_s=issued, expires_s=expires, session=session, kid=kid)
    return found, claims


def _longest(intent: Mapping[str, Json]) -> int:
    return LONGEST_MANDATE_S if intent.get("mandate") is True else LONGEST_S


def _forged(why: str) -> Refused:
    return Refused(
        f"The signed task is refused: {why}.",
        code="contract_forged",
        next_step="Sign it with guard.grant.contract.sign_contract and a key in intent_keys.",
    )


def _not_yours(why: str) -> Refused:
    return Refused(
        f"The signed task is refused: {why}.",
        code="contract_not_yours",
        next_step="Ask the host application for a task for this session.",
    )
