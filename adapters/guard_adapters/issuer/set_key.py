"""The RSA key that signs what the guard tells others, in a file that only its owner can read.

RS256 with 2048 bits: what every receiver of the interoperability profile takes. Not the key of call
tokens: neither passes for the other.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.jwk import RSAKey

from guard.model.call import Json
from guard_adapters.issuer.local_key import make_pem, read_pem, unreadable

BITS: Final = 2048


class RsaSigner:
    """Signs with a key held in memory."""

    alg = "RS256"

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        public = RSAKey.import_key(key.public_key())
        self.kid = public.thumbprint()
        named: dict[str, Json] = {"kid": self.kid, "use": "sig", "alg": self.alg}
        numbers = public.as_dict(private=False)
        self._public = named | {name: str(numbers[name]) for name in ("kty", "n", "e")}

    def __repr__(self) -> str:
        """Return the key's name only."""
        return f"RsaSigner(kid={self.kid!r})"

    def signed(self, text: bytes) -> bytes:
        """Return the signature over these bytes (RFC 7518, 3.3)."""
        return self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())

    def public(self) -> Mapping[str, Json]:
        """Return the public key (a JWK)."""
        return self._public

    @classmethod
    def from_file(cls, path: Path) -> "RsaSigner":
        """Return the signer of a PEM file, making the file where there is none.

        Raises:
            Unusable: `key_file_unsafe` or `key_file_unreadable`.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            make_pem(path, rsa.generate_private_key(65537, BITS))
        key = read_pem(path)
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < BITS:
            raise unreadable(path, f"its key is no RSA key of {BITS} bits")
        return cls(key)
