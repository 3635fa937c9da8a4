"""A passkey in software: signs what a test wants, wrong things included."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guard.grant.assertion import EDDSA, ES256, Assertion, Place, SigningKey
from guard.grant.signing import b64u

PLACE = Place(origin="https://guard.corp.example", rp_id="guard.corp.example")
UP, UV, BE, BS = 0x01, 0x04, 0x08, 0x10


def p256(seed: int = 1) -> ec.EllipticCurvePrivateKey:
    """Return the same key for the same seed."""
    return ec.derive_private_key(seed, ec.SECP256R1())


@dataclass(kw_only=True)
class Authenticator:
    """One key at one place. `count` is what it says of its signatures so far."""

    private: Any = field(default_factory=p256)
    place: Place = PLACE
    flags: int = UP | UV
    count: int = 0

    @property
    def key(self) -> SigningKey:
        """Return the public half."""
        spki = self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        match self.private:
            case Ed25519PrivateKey():
                return SigningKey(spki=spki, alg=EDDSA)
            case rsa.RSAPrivateKey():
                return SigningKey(spki=spki, alg=-257)
            case _:
                return SigningKey(spki=spki, alg=ES256)

    def sign(
        self, challenge: bytes, /, *, extra: bytes = b"", raw: bytes = b"", **said: Any
    ) -> Assertion:
        """Sign a challenge. `said` changes members of clientDataJSON; None leaves one out."""
        members = {
            "type": "webauthn.get",
            "challenge": b64u(challenge),
            "origin": self.place.origin,
            "crossOrigin": False,
            **said,
        }
        kept = {name: value for name, value in members.items() if value is not None}
        client = raw or json.dumps(kept, separators=(",", ":")).encode()
        self.count += 1 if self.count else 0
        data = sha256(self.place.rp_id.encode()).digest() + bytes([self.flags])
        data += self.count.to_bytes(4, "big") + extra
        signed = data + sha256(client).digest()
        match self.private:
            case Ed25519PrivateKey():
                signature = self.private.sign(signed)
            case rsa.RSAPrivateKey():
                signature = self.private.sign(signed, padding.PKCS1v15(), SHA256())
            case _:
                signature = self.private.sign(
                    signed, ec.ECDSA(SHA256(), deterministic_signing=True)
                )
        return Assertion(client_data=client, authenticator_data=data, signature=signature)
