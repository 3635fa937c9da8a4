"""Files that a server on this machine reads, and folders in which several processes write.

It knows no format. A reader finds a file as it was or as it is, never a part of it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE = 0o644


@contextmanager
def locked(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a folder: `alone`, or together with others who only read.

    The folder itself is locked: reading writes nothing, not even a lock file.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Put a file that a server must be able to read in the place of the one before it."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.chmod(READABLE)
    draft.replace(path)
