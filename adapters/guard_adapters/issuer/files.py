"""Key and certificate of one call as files, for clients that read nothing else.

The folder is in memory where the machine has such a place, for the owner alone, and gone when the
block ends. It never leaves a key on a disk unless there is no other place.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guard.grant.credential import Credential

MEMORY: Final = Path("/dev/shm")  # noqa: S108  a file system in memory; the folder in it is our own
OWNER_ONLY: Final = 0o600


@contextmanager
def as_files(credential: Credential, *names: str) -> Iterator[Mapping[str, Path]]:
    """Write these parts to files of their own and yield their paths by name.

    Raises:
        KeyError: the credential has no such part.
    """
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="guard-", dir=place))
    try:
        yield {name: _written(folder / name, credential.parts[name]) for name in names}
    finally:
        shutil.rmtree(folder)


def _written(path: Path, text: str) -> Path:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path
