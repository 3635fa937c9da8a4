"""What a passkey signs to say yes, and whether it did: on `cryptography` alone, also years later.

Rule 1: the challenge is a digest of the question, the view, the person and the answer, recomputed
from the stored row; nothing that a browser sends is believed without it. Rule 2: whatever has two
readings, comes from a frame of another page, or names another origin is no signature at all. It
knows no reviewers, and whether a person's yes counts is decided in `guard.grant.votes`.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from guard.grant.signing import b64u, canonical, unb64u
from guard.grant.strict import NotStrictJson, strict_json

LABEL: Final = b"guard/approval/v1\0"
ES256: Final = -7
EDDSA: Final = -8
RS256: Final = -257
ALGS: Final = (EDDSA, ES256, RS256)
"""COSE algorithms that are taken, the best first (RFC 9053, RFC 8812)."""

MIN_RSA_BITS: Final = 2048
MAX_CLIENT_DATA: Final = 8 * 1024
HEAD: Final = 37
"""Bytes of authenticator data before anything optional (WebAuthn, 6.1)."""

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Everything that one signature is for. Its digest is the challenge."""

    approval: str
    binding: str
    nonce: str
    view_sha256: str
    reviewer: str  # the principal who signs
    decision: Literal["approve", "deny"]
    pending_until_ms: int
    grant_ttl_s: int
    seen_sha256: str  # of the marks of every part that the page held, see `guard.grant.seen`

    def challenge(self) -> bytes:
        """Return SHA-256("guard/approval/v1" 0x00 JCS of all members), 32 bytes."""
        form = canonical(
            {
                "approval": self.approval,
                "binding": self.binding,
                "nonce": self.nonce,
                "view_sha256": self.view_sha256,
                "reviewer": self.reviewer,
                "decision": self.decision,
                "pending_until": self.pending_until_ms,
                "grant_ttl": self.grant_ttl_s,
                "seen_sha256": self.seen_sha256,
            }
        )
        return sha256(LABEL + form).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What an authenticator answered (WebAuthn, 5.2.2), as bytes."""

    client_data: bytes
    authenticator_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The public half of a passkey: SubjectPublicKeyInfo in DER, and its COSE algorithm."""

    spki: bytes
    alg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a signature must have been made: the page's origin and the passkeys' domain."""

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a good assertion says of its making. The last two are claims of the authenticator."""

    user_verified: bool
    sign_count: int
    backup_eligible: bool
    backed_up: bool


class NotSigned(Exception):
    """The assertion is no signature of this. `code` is stable."""

    def __init__(self, code: str, wrong: str) -> None:
        super().__init__(f"{code}: {wrong}.")
        self.code = code
        self.wrong = wrong


def proven(given: Assertion, key: SigningKey, challenge: bytes, place: Place) -> Proven:
    """Return what a good assertion says (WebAuthn, 7.2, steps 11 to 22).

    Args:
        given: the authenticator's answer.
        key: the passkey that must have signed.
        challenge: the 32 bytes that must have been signed.
        place: where.

    Raises:
        NotSigned: with the code of the first thing that is wrong.
    """
    check_client_data(given.client_data, "webauthn.get", challenge, place)
    found = _authenticator_data(given.authenticator_data, place)
    _signature(given, key)
    return found


def presented_challenge(client_data: bytes) -> bytes:
    """Return the challenge that a client says it signed: to look it up, not to believe it.

    Raises:
        NotSigned: `assertion_malformed`.
    """
    value = _read(client_data).get("challenge")
    try:
        return unb64u(value if isinstance(value, str) else "?")
    except ValueError:
        raise NotSigned("assertion_malformed", "its challenge is not base64url") from None


def _read(client_data: bytes) -> dict[str, object]:
    try:
        found = strict_json(client_data) if len(client_data) <= MAX_CLIENT_DATA else None
    except NotStrictJson as wrong:
        raise NotSigned("assertion_malformed", f"clientDataJSON: {wrong.wrong}") from None
    if not isinstance(found, dict):
        raise NotSigned("assertion_malformed", "clientDataJSON is not a small JSON object")
    return dict(found)


def check_client_data(raw: bytes, kind: str, challenge: bytes, place: Place) -> None:
    """Check what a browser says that it asked for (WebAuthn, 5.8.1).

    Args:
        raw: clientDataJSON.
        kind: `webauthn.get`, or `webauthn.create` for a new passkey.
        challenge: what must have been asked for.
        place: where.

    Raises:
        NotSigned: with the code of the first thing that is wrong.
    """
    found = _read(raw)
    if found.get("type") != kind:
        raise NotSigned("assertion_wrong_type", f"type is {found.get('type')!r}")
    if found.get("challenge") != b64u(challenge):
        raise NotSigned("assertion_wrong_challenge", "it signs something else")
    if found.get("origin") != place.origin:
        raise NotSigned("assertion_wrong_origin", f"origin is {found.get('origin')!r}")
    # Absent in older browsers. Whoever frames this page may have covered what was on it.
    if found.get("crossOrigin", False) is not False or "topOrigin" in found:
        raise NotSigned("assertion_framed", "it was made inside another page")


def _authenticator_data(raw: bytes, place: Place) -> Proven:
    flags = raw[32] if len(raw) >= HEAD else 0
    longer = len(raw) > HEAD
    if len(raw) < HEAD or flags & ATTESTED or longer != bool(flags & EXTENDED):
        raise NotSigned("assertion_malformed", "authenticatorData has another length")
    if raw[:32] != sha256(place.rp_id.encode()).digest():
        raise NotSigned("assertion_wrong_rp", "it was made for another domain")
    if not flags & PRESENT:
        raise NotSigned("assertion_no_presence", "nobody touched the authenticator")
    if flags & BACKED_UP and not flags & ELIGIBLE:
        raise NotSigned("assertion_malformed", "a key that cannot be backed up says that it is")
    return Proven(
        user_verified=bool(flags & VERIFIED),
        sign_count=int.from_bytes(raw[33:HEAD], "big"),
        backup_eligible=bool(flags & ELIGIBLE),
        backed_up=bool(flags & BACKED_UP),
    )


def _signature(given: Assertion, key: SigningKey) -> None:
    signed = given.authenticator_data + sha256(given.client_data).digest()
    try:
        found = load_der_public_key(key.spki)
        match key.alg, found:
            case -7, ec.EllipticCurvePublicKey() if found.curve.name == "secp256r1":
                found.verify(given.signature, signed, ec.ECDSA(SHA256()))
            case -8, Ed25519PublicKey():
                found.verify(given.signature, signed)
            case -257, rsa.RSAPublicKey() if found.key_size >= MIN_RSA_BITS:
                found.verify(given.signature, signed, padding.PKCS1v15(), SHA256())
            case _:
                raise NotSigned("assertion_wrong_alg", f"no key of COSE algorithm {key.alg}")
    except InvalidSignature:
        raise NotSigned("assertion_bad_signature", "this key did not sign it") from None
    except (ValueError, UnsupportedAlgorithm):
        raise NotSigned("assertion_wrong_alg", "the stored key cannot be read") from None
