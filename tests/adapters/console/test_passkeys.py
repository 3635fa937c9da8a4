"""New passkeys: which ones are proven to be bound to their device, and which only say so."""

from datetime import UTC, datetime
from hashlib import sha256

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from guard.errors import Refused
from guard.grant.people import Account
from guard.grant.signing import b64u, unb64u
from guard_adapters.console.passkeys import Models, creation, fresh
from tests.authenticator import BE, BS, PLACE, UP, UV, Authenticator, p256

CHALLENGE = b"c" * 32
AAGUID = bytes(range(16))
MODEL = "00010203-0405-0607-0809-0a0b0c0d0e0f"
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def named(unit, common):
    parts = (
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, "Maker"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def certificate(subject, key, issuer, signer, *, authority, aaguid=None):
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if aaguid is not None:
        oid = ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
        value = x509.UnrecognizedExtension(oid, b"\x04\x10" + aaguid)
        made = made.add_extension(value, critical=False)
    return made.sign(signer, SHA256())


class Maker:
    """Makes authenticators, and a certificate for each batch of them."""

    def __init__(self, seed, model=AAGUID, unit="Authenticator Attestation"):
        root, batch = p256(seed), p256(seed + 1)
        name = named("Root", f"Root {seed}")
        self.root = certificate(name, root, name, root, authority=True)
        self.batch = batch
        self.leaf = certificate(
            named(unit, "Batch 1"), batch, name, root, authority=False, aaguid=model,
        )  # fmt: skip

    @property
    def pem(self):
        return self.root.public_bytes(Encoding.PEM)

    def made(self, one, *, flags=UP | UV, chain=True):
        plain = one.create(CHALLENGE, flags=flags)
        data = sha256(PLACE.rp_id.encode()).digest() + bytes([0x40 | flags]) + bytes(4) + AAGUID
        data += len(one.ident).to_bytes(2, "big") + one.ident + one.cose
        text = unb64u(plain["response"]["clientDataJSON"])
        signed = data + sha256(text).digest()
        key = self.batch if chain else one.private
        statement = {"alg": -7, "sig": key.sign(signed, ec.ECDSA(SHA256()))}
        if chain:
            statement["x5c"] = [self.leaf.public_bytes(Encoding.DER)]
        whole = cbor2.dumps({"fmt": "packed", "attStmt": statement, "authData": data})
        return {**plain, "response": {**plain["response"], "attestationObject": b64u(whole)}}


@pytest.fixture(scope="module")
def maker():
    return Maker(100)


def enrol(credential, **models):
    return fresh(credential, CHALLENGE, PLACE, Models(**models))


def trusted(maker):
    return {"aaguids": frozenset({MODEL}), "roots": (maker.pem,)}


def test_a_model_that_a_trusted_certificate_proves_is_bound_to_its_device(maker):
    found = enrol(maker.made(Authenticator()), **trusted(maker))
    assert (found.aaguid, found.device_bound, found.backup_eligible) == (MODEL, True, False)


def test_a_key_that_can_be_copied_is_not_whatever_its_certificate_says(maker):
    found = enrol(maker.made(Authenticator(), flags=UP | UV | BE | BS), **trusted(maker))
    assert (found.device_bound, found.backup_eligible, found.backed_up) == (False, True, True)


def test_a_key_that_signs_for_itself_proves_no_model(maker):
    assert not enrol(maker.made(Authenticator(), chain=False), **trusted(maker)).device_bound


def test_without_a_list_of_models_nothing_is_bound(maker):
    made = maker.made(Authenticator())
    assert not enrol(made).device_bound
    assert not enrol(made, roots=(maker.pem,)).device_bound
    other = {"aaguids": frozenset({"f" * 8 + MODEL[8:]}), "roots": (maker.pem,)}
    assert not enrol(made, **other).device_bound


@pytest.mark.parametrize("more", [{"model": bytes(16)}, {"model": None}, {"unit": "Web Server"}])
def test_another_certificate_of_the_same_maker_proves_no_model(more):
    other = Maker(100, **more)
    assert not enrol(other.made(Authenticator()), **trusted(other)).device_bound


def test_the_certificate_of_another_maker_is_refused(maker):
    with pytest.raises(Refused) as refused:
        enrol(Maker(200).made(Authenticator()), **trusted(maker))
    assert refused.value.code == "enrolment_refused"


def test_a_plain_passkey_is_taken_where_models_are_listed_and_is_not_bound(maker):
    assert not enrol(Authenticator().create(CHALLENGE), **trusted(maker)).device_bound


def test_a_browser_is_asked_for_a_proof_only_where_one_is_of_use(maker):
    account = Account(name="ana", user_handle=b"h" * 64)
    asked = [
        creation(account, (), CHALLENGE, PLACE, models)["attestation"]
        for models in (Models(), Models(**trusted(maker)))
    ]
    assert asked == ["none", "direct"]
