"""A signing key in a file that only its owner can read.

Made once, whole or not at all: two starting processes end up with the same key. A file that others
can read or write is refused, and so is a link: whoever can swap the key can allow any call.
"""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from guard.errors import Unusable
from guard.grant.signing import compact, es256_sign, public_jwk, signing_input, thumbprint
from guard.model.call import Json
from guard_adapters._owned import is_private

OWNER_ONLY = 0o600
LONGEST_PEM = 16 * 1024


class LocalSigner:
    """Signs with a P-256 key held in memory; fulfils `guard.ports.Signer`."""

    alg = "ES256"
    public_jwk: Mapping[str, str]

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public_jwk = public_jwk(key.public_key())
        self.kid = thumbprint(self.public_jwk)

    def __repr__(self) -> str:
        """Return the key's name only."""
        return f"LocalSigner(kid={self.kid!r})"

    async def sign(self, signing_input: bytes) -> bytes:
        """Return the 64-byte signature."""
        return es256_sign(self._key, signing_input)

    async def token(self, claims: Mapping[str, Json]) -> str:
        """Return these claims as a signed token (RFC 7519).

        Raises:
            NotCanonical: a claim cannot be written so that every reader sees the same.
        """
        signed = signing_input({"alg": self.alg, "kid": self.kid, "typ": "JWT"}, claims)
        return compact(signed, await self.sign(signed))

    async def look(self) -> None:
        """Return at once: this key does not change."""

    async def aclose(self) -> None:
        """Return at once: nothing is open."""

    def current(self) -> "LocalSigner":
        """Return this key: alone, it is the one that signs."""
        return self

    def published(self) -> tuple[Mapping[str, str], ...]:
        """Return the public keys that verifiers should know: this one."""
        return (self.public_jwk,)

    @classmethod
    def from_file(cls, path: Path) -> "LocalSigner":
        """Return the signer of a PEM file, making the file where there is none.

        Raises:
            Unusable: `key_file_unsafe` or `key_file_unreadable`.
        """
        if not path.exists():
            make_pem(path, ec.generate_private_key(ec.SECP256R1()))
        return cls.load(path)

    @classmethod
    def from_own_folder(cls, path: Path) -> "LocalSigner":
        """Return the signer of a PEM file, making its folder too. Raises as `from_file`."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls.from_file(path)

    @classmethod
    def load(cls, path: Path) -> "LocalSigner":
        """Return the signer of a PEM file that is there. Raises as `from_file`."""
        key = read_pem(path)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise unreadable(path, "its key is not a P-256 key")
        return cls(key)


def make_pem(path: Path, key: PrivateKeyTypes) -> None:
    """Write a new key to a file of its owner alone; never over one that is there.

    Raises:
        Unusable: `key_file_unreadable`: it cannot be made.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never over a key that is already there.
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is read
    except OSError as wrong:
        raise unreadable(path, f"it cannot be made ({wrong.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)


def read_pem(path: Path) -> PrivateKeyTypes:
    """Return the key in a file that nobody else can read.

    Raises:
        Unusable: `key_file_unsafe` or `key_file_unreadable`.
    """
    try:
        return load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError):
        raise unreadable(path, "it is not an unencrypted PEM private key") from None


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as wrong:
        raise unreadable(path, f"it cannot be opened ({wrong.strerror})") from None
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(file.fileno())
        if not is_private(seen):
            raise Unusable(
                f"The signing key has mode {stat.S_IMODE(seen.st_mode):04o} and owner "
                f"{seen.st_uid}, expected {OWNER_ONLY:04o} and {os.geteuid()}.",
                code="key_file_unsafe",
                where=str(path),
                next_step="Others may have read it: delete it, and a new key is made.",
            )
        return file.read(LONGEST_PEM)


def unreadable(path: Path, wrong: str) -> Unusable:
    """Return the error of a key file that cannot be used."""
    return Unusable(
        f"The signing key cannot be used: {wrong}.",
        code="key_file_unreadable",
        where=str(path),
        next_step="Give another path, or delete the file, and a new key is made.",
    )
