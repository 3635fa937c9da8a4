import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guard.errors import Unusable
from guard.grant.signing import es256_verify, public_key
from guard_adapters.issuer.local_key import LocalSigner


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def written(path, data, mode=0o600):
    path.write_bytes(data)
    path.chmod(mode)
    return path


async def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "key.pem"
    first, second = LocalSigner.from_file(path), LocalSigner.from_file(path)
    assert first.kid == second.kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert es256_verify(public_key(second.public_jwk), b"x", await first.sign(b"x"))
    assert [child.name for child in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_can_reach_is_refused(tmp_path, mode):
    path = written(tmp_path / "key.pem", pem(ec.generate_private_key(ec.SECP256R1())), mode)
    with pytest.raises(Unusable) as no:
        LocalSigner.from_file(path)
    assert no.value.code == "key_file_unsafe"


def test_a_link_to_a_key_is_refused(tmp_path):
    LocalSigner.from_file(tmp_path / "key.pem")
    (tmp_path / "link.pem").symlink_to(tmp_path / "key.pem")
    with pytest.raises(Unusable):
        LocalSigner.from_file(tmp_path / "link.pem")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a key",
        pem(ed25519.Ed25519PrivateKey.generate()),
        pem(ec.generate_private_key(ec.SECP384R1())),
    ],
)
def test_another_kind_of_key_is_refused(tmp_path, data):
    with pytest.raises(Unusable) as no:
        LocalSigner.from_file(written(tmp_path / "key.pem", data))
    assert no.value.code == "key_file_unreadable"


def test_a_place_that_cannot_hold_a_key_is_named(tmp_path):
    with pytest.raises(Unusable) as no:
        LocalSigner.from_file(tmp_path / "missing" / "key.pem")
    assert "missing" in str(no.value)


def test_a_process_that_comes_second_takes_the_key_that_is_there(tmp_path, monkeypatch):
    path = tmp_path / "key.pem"
    real = os.link

    def raced(source, target):
        monkeypatch.setattr(os, "link", real)
        LocalSigner.from_file(path)
        real(source, target)

    monkeypatch.setattr(os, "link", raced)
    assert LocalSigner.from_file(path).kid == LocalSigner.from_file(path).kid


def test_the_signer_shows_its_name_and_not_its_key(tmp_path):
    signer = LocalSigner.from_file(tmp_path / "key.pem")
    assert repr(signer) == f"LocalSigner(kid={signer.kid!r})"
    assert "d" not in signer.public_jwk
