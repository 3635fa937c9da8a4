"""New passkeys: what a browser is asked for, and what comes back, checked with `webauthn`.

The library checks attestation, flags and keys; what it leaves open is checked here as well. A model
of authenticator that no certificate proves is a mere claim. It keeps nothing, and a signature of a
known passkey is checked by `guard.grant.assertion` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guard.errors import Refused, Unusable
from guard.grant.assertion import ALGS, Assertion, NotSigned, Place, check_client_data
from guard.grant.people import Account, Passkey
from guard.grant.signing import b64u, unb64u

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

TIMEOUT_MS: Final = 120_000
MODEL_OID: Final = "1.3.6.1.4.1.45724.1.1.4"
UNIT: Final = "Authenticator Attestation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Which models are proven to be bound to their device: AAGUIDs, and root certificates (PEM)."""

    aaguids: frozenset[str] = frozenset()
    roots: tuple[bytes, ...] = ()

    @property
    def wanted(self) -> bool:
        """Return whether a new passkey is asked to prove its model."""
        return bool(self.aaguids and self.roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A new passkey as its authenticator described it."""

    credential_id: str
    spki: bytes
    cose: bytes
    alg: int
    sign_count: int
    aaguid: str
    backup_eligible: bool
    backed_up: bool
    device_bound: bool


def creation(
    account: Account, known: Sequence[Passkey], challenge: bytes, place: Place, models: Models
) -> dict[str, Any]:
    """Return the options for `navigator.credentials.create`, as JSON.

    Args:
        account: who enrols; authenticators keep its user handle.
        known: their passkeys so far: one authenticator is enrolled once.
        challenge: 32 random bytes.
        place: the console.
        models: whether the model must be proven.
    """
    exclude = [{"type": "public-key", "id": one.credential_id} for one in known]
    return {
        "rp": {"id": place.rp_id, "name": "guardcall"},
        "user": {
            "id": b64u(account.user_handle),
            "name": account.name,
            "displayName": account.name,
        },
        "challenge": b64u(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in ALGS],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": exclude,
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "direct" if models.wanted else "none",
    }


def request(
    challenge: bytes, place: Place, *, uv: bool = True, known: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the options for `navigator.credentials.get`, as JSON; of nobody known: any passkey."""
    return {
        "challenge": b64u(challenge),
        "rpId": place.rp_id,
        "timeout": TIMEOUT_MS,
        "userVerification": "required" if uv else "preferred",
        "allowCredentials": [{"type": "public-key", "id": one} for one in known],
    }


def fresh(credential: object, challenge: bytes, place: Place, models: Models) -> Fresh:
    """Return a new passkey that a browser sent.

    Raises:
        Refused: `enrolment_refused`, or the code of what its client data says wrongly.
    """
    # At the first enrolment: the library and its parsers take 0.1 s to load.
    from webauthn import verify_registration_response  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415
    from webauthn.helpers.structs import AttestationFormat  # noqa: PLC0415

    try:
        check_client_data(client_data(credential), "webauthn.create", challenge, place)
        found = verify_registration_response(
            credential=dict(_mapping(credential)),
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            require_user_verification=True,
            pem_root_certs_bytes_by_fmt={AttestationFormat.PACKED: [*models.roots]},
        )
        return _described(found, models)
    except NotSigned as wrong:
        raise Refused(f"The passkey is refused: {wrong.wrong}.", code=wrong.code) from None
    except (WebAuthnException, ValueError) as wrong:
        raise _refused(str(wrong)) from None


def _described(found: "VerifiedRegistration", models: Models) -> Fresh:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  with the library
        Encoding,
        PublicFormat,
    )
    from webauthn.helpers import (  # noqa: PLC0415
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
        parse_attestation_object,
    )

    decoded = decode_credential_public_key(found.credential_public_key)
    if decoded.alg not in ALGS:
        raise _refused(f"its algorithm {int(decoded.alg)} is not taken")
    single = found.credential_device_type == "single_device"
    statement = parse_attestation_object(found.attestation_object)
    # A chain is checked only where there is one: a key that signs for itself proves no model.
    chain = statement.att_stmt.x5c or []
    proven = found.fmt == "packed" and models.wanted and _of_model(chain, found.aaguid)
    key = decoded_public_key_to_cryptography(decoded)
    return Fresh(
        credential_id=b64u(found.credential_id),
        spki=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        cose=found.credential_public_key,
        alg=int(decoded.alg),
        sign_count=found.sign_count,
        aaguid=found.aaguid,
        backup_eligible=not single,
        backed_up=found.credential_backed_up,
        device_bound=single and proven and found.aaguid in models.aaguids,
    )


def _of_model(chain: Sequence[bytes], aaguid: str) -> bool:
    """Return whether the first certificate is for this very model (WebAuthn, 8.2.1).

    The library checks the chain and the signature, and not this: with it alone one model of a
    maker could claim to be another.
    """
    from cryptography import x509  # noqa: PLC0415  with the library

    if not chain:
        return False
    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        units = leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
        signs_others = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        model = leaf.extensions.get_extension_for_oid(x509.ObjectIdentifier(MODEL_OID)).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    named = isinstance(model, x509.UnrecognizedExtension) and model.value == (
        b"\x04\x10" + bytes.fromhex(aaguid.replace("-", ""))
    )
    return named and not signs_others and [one.value for one in units] == [UNIT]


def answered(credential: object) -> tuple[str, Assertion]:
    """Return credential id and assertion of what `PublicKeyCredential.toJSON` made.

    Raises:
        Unusable: `request_unusable`: something is missing or is not base64url.
    """
    ident = _mapping(credential).get("id")
    if not isinstance(ident, str) or not ident or len(ident) > 1400:  # noqa: PLR2004  1023 bytes
        raise _unusable("id")
    return ident, Assertion(
        client_data=_bytes(credential, "response", "clientDataJSON"),
        authenticator_data=_bytes(credential, "response", "authenticatorData"),
        signature=_bytes(credential, "response", "signature"),
    )


def client_data(credential: object) -> bytes:
    """Return what the browser says that it asked for, to look its challenge up.

    Raises:
        Unusable: `request_unusable`.
    """
    return _bytes(credential, "response", "clientDataJSON")


def user_handle(credential: object) -> bytes:
    """Return whom the authenticator says that it belongs to; nothing if it says nothing."""
    response = _mapping(_mapping(credential).get("response"))
    return _bytes(credential, "response", "userHandle") if response.get("userHandle") else b""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _bytes(credential: object, *path: str) -> bytes:
    value = credential
    for name in path:
        value = _mapping(value).get(name)
    try:
        return unb64u(value if isinstance(value, str) else "?")
    except ValueError:
        raise _unusable(".".join(path)) from None


def _unusable(name: str) -> Unusable:
    return Unusable(
        f"The browser's answer cannot be used: {name} is missing or not base64url.",
        code="request_unusable",
    )


def _refused(why: str) -> Refused:
    return Refused(
        f"The passkey is refused: {why}.",
        code="enrolment_refused",
        next_step="Try again, or with another authenticator.",
    )
