"""Secrets out of what is written and shown: salted digests, and arguments with gaps.

Rule 1: a plain digest of arguments never leaves this file: a small space of arguments (an amount,
a name) can be guessed from one. Rule 2: what the catalogue calls secret, and what merely looks like
a secret by its name, is replaced. The salt is an argument: whoever erases it erases the content.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from guard.model.call import ArgSpec, Json
from guard.model.secret_name import looks_secret

LABEL: Final = b"guard/args/v1\0"
SALT: Final = 16
"""Bytes of salt: too many to guess, one salt for each call."""

SHOWN: Final = 64
"""Bits of a digest that a redacted view shows: enough to see that two values are one."""


class BadSalt(ValueError):
    """A salt of the wrong length: a short one can be guessed together with its content."""

    def __init__(self, size: int) -> None:
        super().__init__(f"bad_salt: a salt has {SALT} bytes, not {size}.")
        self.code = "bad_salt"


def salted_sha256(salt: bytes, data: bytes) -> str:
    """Return SHA-256("guard/args/v1" 0x00 salt || data), lower-case hex: what a leaf may hold.

    Raises:
        BadSalt: the salt has not `SALT` bytes.
    """
    if len(salt) != SALT:
        raise BadSalt(len(salt))
    return sha256(LABEL + salt + data).hexdigest()


def redacted(
    arguments: Mapping[str, Json], args: Mapping[str, ArgSpec], salt: bytes
) -> dict[str, Json]:
    """Return the arguments as they may be kept and shown.

    Args:
        arguments: parsed.
        args: the catalogue's word on argument paths; elements of one array share a path.
        salt: 16 random bytes of this call.
    """
    return {name: _view(value, name, name, args, salt) for name, value in arguments.items()}


def _view(value: Json, name: str, path: str, args: Mapping[str, ArgSpec], salt: bytes) -> Json:
    entry = args.get(path)
    role = entry.role if entry else ""
    hidden = role == "secret" or (entry is not None and entry.opaque)
    if hidden or (not role and looks_secret(name, value)):
        return _gap(value, salt)
    match value:
        case dict():
            return {n: _view(v, n, f"{path}.{n}", args, salt) for n, v in value.items()}
        case list():
            return [_view(item, name, path, args, salt) for item in value]
        case None | bool() | int() | float() | str():
            return value


def _gap(value: Json, salt: bytes) -> str:
    # repr, not JSON: a secret that has no JSON form must still be hidden, not refused.
    digest = salted_sha256(salt, repr(value).encode("utf-8", "surrogatepass"))
    return f"[secret {digest[: SHOWN // 4]}]"
