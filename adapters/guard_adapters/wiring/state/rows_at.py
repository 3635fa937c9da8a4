"""Where guard.yaml says that rows are kept: a file in the state folder, or a database for several.

It reads the database's URL, which is in no error and no repr, and opens neither: commands that ask
the running guard load this, and none of what a store is made of.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from guard.config import Installation
from guard.errors import Unusable
from guard_adapters._owned import is_private
from guard_adapters.wiring.state.places import environment

if TYPE_CHECKING:
    from guard_adapters.store.postgres.database import Address

FILE = "guard.sqlite"
MAX_URL = 4096


def address(installation: Installation, folder: Path) -> "Address | None":
    """Return where the database is; None: rows are kept in a file.

    Raises:
        Unusable: `store_url_missing`, `store_url_unsafe`, `store_driver_missing`.
    """
    named = installation.store
    if named.url_env:
        url = environment().get(named.url_env, "")
        where = f"the environment variable {named.url_env}"
    elif named.url_file:
        url = _private(folder / named.url_file)
        where = f"the file {named.url_file!r}"
    else:
        return None
    if not url.strip():
        raise Unusable(
            f"guard.store names {where}, and it is not there or empty.",
            code="store_url_missing",
            next_step="Put the URL of the database there: postgresql://user:password@host/name.",
        )
    try:
        from guard_adapters.store.postgres.database import Address  # noqa: PLC0415  an extra
    except ImportError as missing:
        raise Unusable(
            "guard.store names a PostgreSQL database, and its driver is not installed.",
            code="store_driver_missing",
            next_step="pip install 'guardcall[postgres]'",
        ) from missing
    return Address(url.strip())


def _private(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(file.fileno())
        if not is_private(seen):
            raise Unusable(
                f"The file has mode {stat.S_IMODE(seen.st_mode):04o} and owner {seen.st_uid}, "
                f"expected 0600 and {os.geteuid()}: others may have read the password in it.",
                code="store_url_unsafe",
                where=str(path),
                next_step="Run chmod 600 on it, and change the password.",
            )
        return file.read(MAX_URL).decode("utf-8", "replace")
