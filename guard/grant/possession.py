"""Checks that whoever presents a call token holds the key that the token is bound to (RFC 9449).

A proof is a small token of its own, signed by that key for one request and one call token. Its
`jti` is not remembered: the call token is good once, and its memory sees to that. This file fetches
nothing, reads no clock and takes the request's address from settings, never from the request.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.presented import ALG, MAX_TOKEN, CallRefused, VerifiedCall, brief
from guard.grant.signing import (
    UNSAFE_NUMBER,
    BadKey,
    NotStrictJson,
    b64u,
    es256_verify,
    public_key,
    strict_json,
    thumbprint,
    unb64u,
)
from guard.model.call import Json

PROOF_TYP: Final = "dpop+jwt"
WINDOW_MS: Final = 60_000
"""How far the moment of a proof may be from now, in both directions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came with the token, and what request it must be for.

    `text` is the compact proof; `method` and `url` are those of this request, the URL without query
    and fragment, as the server's own settings say it.
    """

    text: str | None = field(repr=False)
    method: str
    url: str


def check_possession(
    call: VerifiedCall, token: str, proof: Proof | None, now_ms: int, *, required: bool
) -> None:
    """Return if the token is free for all, or bound to a key that the proof shows.

    Args:
        call: what the token says.
        token: the compact token.
        proof: what came with it; None where nothing can come.
        now_ms: Unix milliseconds.
        required: refuse tokens that anyone could present.

    Raises:
        CallRefused: `not_sender_constrained` or one of the `proof_...` codes (RFC 9449, 4.3).
    """
    if "cnf" not in call.claims:
        if required:
            raise CallRefused("not_sender_constrained", "This tool takes only key-bound tokens.")
        return
    if proof is None or not proof.text:
        # Only its key holder may use it: never a bearer.
        raise CallRefused("proof_missing", "The token is bound to a key; no proof came with it.")
    signed, header, claims, signature = _parts(proof.text)
    key = _key(header, call)
    if not es256_verify(key, signed, signature):
        raise CallRefused("proof_signature", "The proof's signature does not verify.")
    _check_claims(claims, token, proof, now_ms)


def _parts(text: str) -> tuple[bytes, dict[str, Json], dict[str, Json], bytes]:
    pieces = text.split(".")
    if len(text) > MAX_TOKEN or len(pieces) != 3:  # noqa: PLR2004  header, payload, signature
        raise CallRefused("proof_malformed", "The proof is no compact token.")
    try:
        header, claims = (strict_json(unb64u(piece)) for piece in pieces[:2])
        signature = unb64u(pieces[2])
    except (NotStrictJson, ValueError):
        raise CallRefused("proof_malformed", "A part of the proof cannot be read.") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise CallRefused("proof_malformed", "A part of the proof is not an object.")
    return text.rpartition(".")[0].encode(), header, claims, signature


def _key(header: dict[str, Json], call: VerifiedCall) -> ec.EllipticCurvePublicKey:
    jwk = header.get("jwk")
    if (
        header.keys() != {"alg", "jwk", "typ"}
        or (header["typ"], header["alg"]) != (PROOF_TYP, ALG)
        or not isinstance(jwk, dict)
    ):
        raise CallRefused(
            "proof_malformed", f"The header is not alg {ALG}, typ {PROOF_TYP} and a jwk alone."
        )
    try:
        key = public_key(jwk)
    except BadKey as wrong:
        raise CallRefused("proof_malformed", f"The proof's key: {wrong}.") from None
    bound = call.claims.get("cnf")
    named = bound.get("jkt") if isinstance(bound, dict) and bound.keys() == {"jkt"} else None
    if not isinstance(named, str) or not _same(named, thumbprint(jwk)):
        raise CallRefused("proof_key", "The token is bound to another key than the proof's.")
    return key


def _check_claims(claims: dict[str, Json], token: str, proof: Proof, now_ms: int) -> None:
    iat, jti = claims.get("iat"), claims.get("jti")
    if type(iat) is not int or not 0 <= iat < UNSAFE_NUMBER or not isinstance(jti, str) or not jti:
        raise CallRefused("proof_malformed", f"iat is {brief(iat)}, jti {brief(jti)}.")
    if claims.get("htm") != proof.method or claims.get("htu") != proof.url:
        raise CallRefused("proof_binding", "The proof is for another method or address.")
    of_token, digest = claims.get("ath"), b64u(sha256(token.encode()).digest())
    if not isinstance(of_token, str) or not _same(of_token, digest):
        raise CallRefused("proof_binding", "The proof is for another token.")
    if abs(now_ms - iat * 1000) > WINDOW_MS:
        raise CallRefused("proof_stale", f"The proof was made at {iat}, now is {now_ms // 1000}.")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
