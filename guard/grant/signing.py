"""Canonical bytes and ES256 signatures. Every key is an argument.

What is hashed or signed becomes bytes here and nowhere else: RFC 8785 for digests, the compact
form of RFC 7515 for tokens, RFC 7638 for the names of keys. One algorithm, ES256, on purpose: a
verifier that knows one cannot be talked into another. This file reads no key store, draws no
randomness and trusts no header.
"""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from guard.model.call import Json

UNSAFE_NUMBER: Final = 2**53
"""From here on a double skips integers, so two parsers may read two numbers (RFC 7493, 2.2)."""

MAX_CANONICAL: Final = 64 * 1024
"""Longest canonical form, in bytes: RFC 8785 in Python takes 0.5 ms a KiB."""

MAX_DEPTH: Final = 64
"""Deepest nesting: recursion in the canonicaliser ends far below Python's own limit."""

COORDINATE: Final = 32
"""Bytes of one P-256 coordinate and of one half of an ES256 signature (RFC 7518, 3.4)."""


class NotCanonical(ValueError):
    """A value has no RFC 8785 form that every parser reads alike. `path` says where."""

    def __init__(self, path: str, wrong: str) -> None:
        super().__init__(
            f"arguments_not_canonical: {path}: {wrong}. Send large numbers as strings."
        )
        self.code = "arguments_not_canonical"
        self.path = path
        self.wrong = wrong


class BadKey(ValueError):
    """A JWK is not one public P-256 key."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"bad_key: {wrong}.")
        self.code = "bad_key"
        self.wrong = wrong


def b64u(data: bytes) -> str:
    """Return unpadded base64url (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64u(text: str) -> bytes:
    """Return the bytes of unpadded base64url in its one spelling.

    Raises:
        ValueError: padding, a foreign character, or spare bits that are not zero. Lenient
            decoders accept those, and then several strings are one token.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError(f"not base64url: {wrong}") from None
    if b64u(data) != text:
        raise ValueError("not the one base64url spelling of its bytes")
    return data


def canonical(value: Json) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises:
        NotCanonical: NaN, Infinity, a lone surrogate, a number of magnitude 2^53 or more
            (floats too: 1e16 is printed as digits that parse as an integer), a key that is not
            a string, more than `MAX_DEPTH` levels, or more than `MAX_CANONICAL` bytes.
    """
    _check(value, "$", MAX_DEPTH)
    form = rfc8785.dumps(value)
    if len(form) > MAX_CANONICAL:
        raise NotCanonical("$", f"is {len(form)} bytes long, at most {MAX_CANONICAL} are signed")
    return form


def _check(value: Json, path: str, depth: int) -> None:
    if depth == 0:
        raise NotCanonical(path, f"is nested deeper than {MAX_DEPTH} levels")
    match value:
        case None | bool():
            pass
        case int() | float():
            _check_number(value, path)
        case str():
            _check_text(value, path)
        case list():
            for index, item in enumerate(value):
                _check(item, f"{path}[{index}]", depth - 1)
        case dict():
            for key, item in value.items():
                _check_text(key, f"{path} key")
                _check(item, f"{path}.{key}", depth - 1)
        case _:
            raise NotCanonical(path, f"is a {type(value).__name__}, which JSON does not have")


def _check_number(value: float, path: str) -> None:
    if not math.isfinite(value):
        raise NotCanonical(path, f"is {value!r}, which JSON does not have")
    if abs(value) >= UNSAFE_NUMBER:
        raise NotCanonical(path, "is a number of 2^53 or more, which parsers round differently")


def _check_text(value: object, path: str) -> None:
    if not isinstance(value, str):
        raise NotCanonical(path, f"is a {type(value).__name__}, not a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical(path, "holds a lone surrogate, which UTF-8 does not have") from None


def args_s256(tool: str, arguments: Mapping[str, Json] | None) -> str:
    """Return the digest that a call token carries: of the tool's name and parsed arguments.

    `_meta` stays out of it: trace ids differ for each observer. Absent arguments are `{}`.

    Raises:
        NotCanonical: the arguments have no RFC 8785 form.
    """
    return b64u(sha256(canonical({"arguments": dict(arguments or {}), "name": tool})).digest())


def signing_input(header: Mapping[str, Json], claims: Mapping[str, Json]) -> bytes:
    """Return the bytes that a signer signs: b64u(header) "." b64u(claims) (RFC 7515, 5.1).

    Raises:
        NotCanonical: a claim cannot be written so that every reader sees the same.
    """
    return f"{b64u(canonical(dict(header)))}.{b64u(canonical(dict(claims)))}".encode("ascii")


def compact(signed: bytes, signature: bytes) -> str:
    """Return the compact token for a signing input and its 64-byte signature."""
    return f"{signed.decode('ascii')}.{b64u(signature)}"


def es256_sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return the 64-byte ES256 signature of `data` (RFC 7518, 3.4).

    The nonce is derived from key and message (RFC 6979): a weak random source at signing time
    would give the key away, and test vectors can be made again byte for byte.
    """
    der = key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def es256_verify(key: ec.EllipticCurvePublicKey, data: bytes, signature: bytes) -> bool:
    """Return whether these 64 bytes sign `data` under `key`.

    (r, n-s) verifies as well as (r, s): a signature names a message, never a single use.
    """
    if len(signature) != 2 * COORDINATE:
        return False
    r = int.from_bytes(signature[:COORDINATE], "big")
    s = int.from_bytes(signature[COORDINATE:], "big")
    try:
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the four required members of a P-256 JWK (RFC 7518, 6.2.1)."""
    numbers = key.public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": b64u(numbers.x.to_bytes(COORDINATE, "big")),
        "y": b64u(numbers.y.to_bytes(COORDINATE, "big")),
    }


def public_key(jwk: Mapping[str, object]) -> ec.EllipticCurvePublicKey:
    """Return the key of a public P-256 JWK.

    Raises:
        BadKey: another type or curve, a private member (it has the same thumbprint, and nobody
            should be sending it), or coordinates that are not a point.
    """
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise BadKey(f"kty and crv are {jwk.get('kty')!r}, {jwk.get('crv')!r}, not 'EC', 'P-256'")
    if "d" in jwk:
        raise BadKey("the key is private: member 'd' must never be published")
    x, y = (_coordinate(jwk, name) for name in ("x", "y"))
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError:
        raise BadKey("x and y are not a point of P-256") from None


def _coordinate(jwk: Mapping[str, object], name: str) -> int:
    text = jwk.get(name)
    try:
        raw = unb64u(text) if isinstance(text, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != COORDINATE:
        raise BadKey(f"member {name!r} is not {COORDINATE} bytes of base64url")
    return int.from_bytes(raw, "big")


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of a P-256 JWK: the key's name everywhere."""
    members: dict[str, Json] = {name: str(jwk[name]) for name in ("crv", "kty", "x", "y")}
    return b64u(sha256(canonical(members)).digest())


def jwks(keys: Sequence[Mapping[str, str]]) -> dict[str, Json]:
    """Return the JWK set that verifiers fetch (RFC 7517, 5), each key named and limited to use."""
    rows: list[Json] = [verifying_jwk(jwk) for jwk in keys]
    return {"keys": rows}


def verifying_jwk(jwk: Mapping[str, str]) -> dict[str, Json]:
    """Return one public key as verifiers fetch it, named and limited to use (RFC 7517, 4)."""
    return {**jwk, "alg": "ES256", "kid": thumbprint(jwk), "use": "sig"}
