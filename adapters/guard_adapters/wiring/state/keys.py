"""The secrets of one installation, each in a file that only its owner can read.

Made once, whole or not at all; a file that others can read is refused. It hands out bytes and
knows nothing of what they are for.
"""

import os
import stat
from pathlib import Path

from guard.errors import Unusable
from guard_adapters._owned import is_private

OWNER_ONLY = 0o600


def secret(path: Path, size: int = 32) -> bytes:
    """Return the secret of this file, making it where there is none.

    Args:
        path: the file; its folder is made with mode 0700.
        size: bytes of randomness.

    Raises:
        Unusable: `key_file_unsafe` or `key_file_unreadable`.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _create(path, os.urandom(size))
    return _read(path, size)


def _create(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces what another process made first.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path, size: int) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(file.fileno())
        if not is_private(seen):
            raise Unusable(
                f"The secret has mode {stat.S_IMODE(seen.st_mode):04o} and owner {seen.st_uid}, "
                f"expected {OWNER_ONLY:04o} and {os.geteuid()}.",
                code="key_file_unsafe",
                where=str(path),
                next_step="Others may have read it: delete it, and a new one is made.",
            )
        content = file.read(size + 1)
    if len(content) != size:
        raise Unusable(
            f"The secret has not {size} bytes.", code="key_file_unreadable", where=str(path),
            next_step="Restore it from a copy, or delete it, and a new one is made.",
        )  # fmt: skip
    return content
