"""A passkey in software: signs what a test wants, wrong things included."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
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
    ident: bytes = b"key-1"

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

    @property
    def cose(self) -> bytes:
        """Return the public half as authenticators write it (RFC 9053); P-256 only."""
        numbers = self.private.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: x, -3: y})

    def create(
        self, challenge: bytes, /, *, flags: int | None = None, **said: Any
    ) -> dict[str, Any]:
        """Make a new passkey, as `PublicKeyCredential.toJSON` gives it. `said`: see `sign`."""
        members = {
            "type": "webauthn.create",
            "challenge": b64u(challenge),
            "origin": self.place.origin,
            "crossOrigin": False,
            **said,
        }
        kept = {name: value for name, value in members.items() if value is not None}
        data = sha256(self.place.rp_id.encode()).digest()
        data += bytes([0x40 | (self.flags if flags is None else flags)])
        data += self.count.to_bytes(4, "big") + bytes(16)
        data += len(self.ident).to_bytes(2, "big") + self.ident + self.cose
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "id": b64u(self.ident),
            "rawId": b64u(self.ident),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64u(json.dumps(kept, separators=(",", ":")).encode()),
                "attestationObject": b64u(made),
            },
        }

    def answer(self, challenge: bytes, /, *, user: str = "", **said: Any) -> dict[str, Any]:
        """Sign, as `PublicKeyCredential.toJSON` gives it. `user`: the handle, base64url."""
        found = self.sign(challenge, **said)
        return {
            "id": b64u(self.ident),
            "rawId": b64u(self.ident),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64u(found.client_data),
                "authenticatorData": b64u(found.authenticator_data),
                "signature": b64u(found.signature),
                "userHandle": user or None,
            },
        }

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
