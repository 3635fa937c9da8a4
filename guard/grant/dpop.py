"""Proofs that a request comes from the holder of a key: made, and checked (DPoP, RFC 9449).

A proof is a small token, signed for one method, one address and one other token. Both sides are
here, so that they cannot drift apart; the guard makes proofs for its upstreams and checks those of
agents, and a tool server checks those of the guard. Rule 1: one algorithm, ES256. Rule 2: the
address of a request comes from settings, never from the request. Keys, time and ids are arguments;
this file remembers nothing: who takes a token more than once must remember the id of each proof.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import urlsplit

from guard.grant.signing import (
    UNSAFE_NUMBER,
    BadKey,
    b64u,
    canonical,
    es256_verify,
    public_key,
    signing_input,
    thumbprint,
    unb64u,
)
from guard.grant.strict import NotStrictJson, strict_json
from guard.model.call import Json

PROOF_TYP: Final = "dpop+jwt"
PROOF_ALG: Final = "ES256"
WINDOW_MS: Final = 60_000
"""How far the moment of a proof may be from now, in both directions."""

NONCE_MS: Final = 60_000
"""How long a nonce is the current one; it is taken for as long again."""

MAX_PROOF: Final = 4 * 1024
"""Longest proof, in characters: four times what one with a long address needs."""

_SHOWN_LABEL: Final = b"guard/proof/v1\0"
_NONCE_LABEL: Final = b"guard/dpop-nonce/v1\0"
_PORTS: Final = {"http": 80, "https": 443}
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

Bearing = Literal["ath", "tth"]
"""Which claim names the token: `ath` an access token (RFC 9449, 4.2), `tth` a transaction token."""


class ProofRefused(ValueError):
    """A proof does not show what it should. `code` is stable, `message` is for a log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came with a token, and what request it must be for.

    `text` is the compact proof; `method` and `url` are those of this request, as the server's own
    settings say them. `nonces` are those of ours that count now, see `nonces`; None: none is asked
    for. `bearing` names the claim that holds the token's digest.
    """

    text: str | None = field(repr=False)
    method: str
    url: str
    nonces: tuple[str, ...] | None = None
    bearing: Bearing = "ath"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a good proof showed: which key (RFC 7638), under which id, made when (Unix s)."""

    jkt: str
    jti: str
    made_s: int

    def key(self) -> str:
        """Return the name under which a memory of proofs keeps this one."""
        return b64u(sha256(_SHOWN_LABEL + canonical([self.jkt, self.jti])).digest())

    def until_ms(self) -> int:
        """Return until when it must be remembered: as long as it would be taken."""
        return self.made_s * 1000 + WINDOW_MS


def proof_input(
    jwk: Mapping[str, str],
    *,
    method: str,
    url: str,
    jti: str,
    now_ms: int,
    token: str = "",
    nonce: str = "",
    bearing: Bearing = "ath",
) -> bytes:
    """Return the bytes that the key's holder signs for one request (RFC 9449, 4.2).

    Args:
        jwk: the four public members of the key, see `guard.grant.signing.public_jwk`.
        method: as in `POST`.
        url: where the request goes; query and fragment stay out of the proof.
        jti: at least 96 random bits, never used before with this key.
        now_ms: Unix milliseconds.
        token: what the proof goes with; empty where there is none yet, as at a token endpoint.
        nonce: what the server asked for; empty: nothing.
        bearing: under which claim the token's digest stands.
    """
    claims: dict[str, Json] = {
        "jti": jti,
        "htm": method,
        "htu": htu_of(url),
        "iat": now_ms // 1000,
    }
    if token:
        claims[bearing] = token_digest(token)
    if nonce:
        claims["nonce"] = nonce
    return signing_input({"alg": PROOF_ALG, "jwk": dict(jwk), "typ": PROOF_TYP}, claims)


def check_proof(proof: Proof, *, token: str, jkt: str | None, now_ms: int) -> Shown:
    """Return what the proof shows, or refuse (RFC 9449, 4.3).

    Args:
        proof: what came, and for which request.
        token: what it must go with; empty where there is none.
        jkt: thumbprint of the key that it must be made with; None takes any.
        now_ms: Unix milliseconds.

    Raises:
        ProofRefused: `proof_missing`, `proof_malformed`, `proof_key`, `proof_signature`,
            `proof_binding`, `proof_stale`, `use_nonce`; in this order.
    """
    if not proof.text:
        raise ProofRefused("proof_missing", "The token is bound to a key; no proof came with it.")
    signed, header, claims, signature = _parts(proof.text)
    jwk = _jwk(header)
    try:
        key, name = public_key(jwk), thumbprint(jwk)
    except BadKey as wrong:
        raise ProofRefused("proof_malformed", f"The proof's key: {wrong}.") from None
    if jkt is not None and not _same(jkt, name):
        raise ProofRefused("proof_key", "The token is bound to another key than the proof's.")
    if not es256_verify(key, signed, signature):
        raise ProofRefused("proof_signature", "The proof's signature does not verify.")
    shown = _shown(claims, name)
    _check_request(claims, proof, token)
    if abs(now_ms - shown.made_s * 1000) > WINDOW_MS:
        raise ProofRefused(
            "proof_stale", f"The proof was made at {shown.made_s}, now is {now_ms // 1000}."
        )
    _check_nonce(claims, proof)
    return shown


def token_digest(token: str) -> str:
    """Return how a proof names a token (RFC 9449, 4.2, `ath`)."""
    return b64u(sha256(token.encode()).digest())


def htu_of(url: str) -> str:
    """Return an address as a proof names it: normalised, without query and fragment.

    Two spellings of one address give one text (RFC 3986, 6.2.2 and 6.2.3; RFC 9449, 4.3).

    Raises:
        ValueError: it is no absolute http or https address, or names a user.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not host or "@" in parts.netloc:
        raise ValueError("not an absolute http or https address without a user")
    shown_host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _PORTS[scheme]} else f":{parts.port}"
    path = re.sub(r"%[0-9A-Fa-f]{2}", _respelled, parts.path) or "/"
    return f"{scheme}://{shown_host}{port}{path}"


def nonces(key: bytes, now_ms: int) -> tuple[str, str]:
    """Return the nonce to ask for now and the one before it, both of which count (RFC 9449, 8)."""
    bucket = now_ms // NONCE_MS
    return _nonce(key, bucket), _nonce(key, bucket - 1)


def _nonce(key: bytes, bucket: int) -> str:
    return b64u(hmac.digest(key, _NONCE_LABEL + str(bucket).encode(), sha256))


def _respelled(found: re.Match[str]) -> str:
    letter = chr(int(found.group()[1:], 16))
    return letter if letter in _UNRESERVED else found.group().upper()


def _parts(text: str) -> tuple[bytes, dict[str, Json], dict[str, Json], bytes]:
    pieces = text.split(".")
    if len(text) > MAX_PROOF or len(pieces) != 3:  # noqa: PLR2004  header, payload, signature
        raise ProofRefused("proof_malformed", "The proof is no compact token.")
    try:
        header, claims = (strict_json(unb64u(piece)) for piece in pieces[:2])
        signature = unb64u(pieces[2])
    except (NotStrictJson, ValueError):
        raise ProofRefused("proof_malformed", "A part of the proof cannot be read.") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ProofRefused("proof_malformed", "A part of the proof is not an object.")
    return text.rpartition(".")[0].encode(), header, claims, signature


def _jwk(header: Mapping[str, Json]) -> dict[str, Json]:
    jwk = header.get("jwk")
    if (
        header.keys() != {"alg", "jwk", "typ"}
        or (header["typ"], header["alg"]) != (PROOF_TYP, PROOF_ALG)
        or not isinstance(jwk, dict)
    ):
        raise ProofRefused(
            "proof_malformed",
            f"The header is not alg {PROOF_ALG}, typ {PROOF_TYP} and a jwk alone.",
        )
    return jwk


def _shown(claims: Mapping[str, Json], jkt: str) -> Shown:
    iat, jti = claims.get("iat"), claims.get("jti")
    # type() because True is an int.
    if type(iat) is not int or not 0 <= iat < UNSAFE_NUMBER or not isinstance(jti, str) or not jti:
        raise ProofRefused("proof_malformed", "iat is no whole second or jti no text.")
    return Shown(jkt=jkt, jti=jti, made_s=iat)


def _check_request(claims: Mapping[str, Json], proof: Proof, token: str) -> None:
    named = claims.get("htu")
    try:
        here = isinstance(named, str) and htu_of(named) == htu_of(proof.url)
    except ValueError:
        here = False
    if claims.get("htm") != proof.method or not here:
        raise ProofRefused("proof_binding", "The proof is for another method or address.")
    of_token = claims.get(proof.bearing)
    if token and (not isinstance(of_token, str) or not _same(of_token, token_digest(token))):
        raise ProofRefused("proof_binding", "The proof is for another token.")


def _check_nonce(claims: Mapping[str, Json], proof: Proof) -> None:
    if proof.nonces is None:
        return
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not any(_same(nonce, ours) for ours in proof.nonces):
        raise ProofRefused("use_nonce", "The proof does not hold a nonce of this server.")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
