"""The key of an authority that signs certificates, from a file that only the guard can read."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from guard.errors import Unusable
from guard_adapters.issuer.made import read_secret

Authority = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def authority(path: Path, made: str) -> Authority:
    """Return the unencrypted private key of a file, in PEM or as ssh-keygen writes it.

    Args:
        path: the file.
        made: how to make a good one.

    Raises:
        Unusable: `secret_file_unusable`; `issuer_unusable`: it holds no EC or Ed25519 key.
    """
    key = _loaded(path)
    if isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise _unusable(path, "EC or Ed25519", made)


def ec_authority(path: Path, made: str) -> ec.EllipticCurvePrivateKey:
    """Return such a key where only an EC one will do. Raises as `authority`."""
    key = _loaded(path)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key
    raise _unusable(path, "EC", made)


def _loaded(path: Path) -> object:
    raw = read_secret(path).encode() + b"\n"
    try:
        if b"OPENSSH" in raw[:64]:
            return load_ssh_private_key(raw, None)
        return load_pem_private_key(raw, None)
    except (ValueError, TypeError):
        return None


def _unusable(path: Path, kind: str, made: str) -> Unusable:
    return Unusable(
        f"The authority for certificates is no unencrypted {kind} key.",
        code="issuer_unusable",
        where=str(path),
        next_step=made,
    )
