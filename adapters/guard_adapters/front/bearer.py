"""A token that programs bear, known here by its digest alone. It says who may ask, nothing more."""

import hmac
from hashlib import sha256


def digest_of(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256."""
    return sha256(token.encode()).digest()


def bears(authorization: str, expected: bytes) -> bool:
    """Return whether an `Authorization` header bears the token of this digest (RFC 6750, 2.1)."""
    scheme, _, given = authorization.partition(" ")
    # Digests are compared: equal lengths, so that the time says nothing about the token.
    said = sha256(given.strip().encode("utf-8", "replace")).digest()
    return hmac.compare_digest(said, expected) and scheme.lower() == "bearer"
