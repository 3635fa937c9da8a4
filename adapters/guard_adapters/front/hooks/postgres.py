"""PostgreSQL credentials for a child process, in the files that libpq reads at every connection.

`PGSERVICEFILE` says where and as whom, because a role for one call has a name of its own;
`PGPASSFILE` the password. Both hold something during an approved call alone, in a folder that only
this account can enter, under a name that only the child was given.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guard.grant.credential import Credential
from guard_adapters.front.hooks.gate import NOTHING, Given
from guard_adapters.front.hooks.private import OwnFolder

PLACE: Final = "PGPASSFILE"
SERVICE: Final = "guard"
OWNER_ONLY: Final = 0o600
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  a file system in memory; the folder in it is our own
_PLAIN: Final = ("host", "port", "user")


class PostgresFiles:
    """Writes the files; give `environ` to the child. A client that names no host uses them.

    Args:
        given: what the child was started with, where that was before this guard.

    Raises:
        OSError: the folder has come into other hands.
    """

    def __init__(self, given: Given = NOTHING) -> None:
        place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        known = given.get(PLACE, "")
        self._folder = (
            Path(known).parent if known else Path(tempfile.mkdtemp(prefix="guard-pg-", dir=place))
        )
        self._own = OwnFolder(self._folder)
        self._own.take()
        self._empty()

    @property
    def environ(self) -> dict[str, str]:
        """Return what the child must be given."""
        return {
            "PGSERVICE": SERVICE,
            "PGSERVICEFILE": str(self._folder / "service"),
            PLACE: str(self._folder / "pass"),
        }

    def close(self) -> None:
        """Remove the files, unless they are another's by now."""
        self._own.leave()

    @contextmanager
    def holding(self, credential: Credential) -> Iterator[None]:
        """Hold this call's credential for as long as the block runs; one of another kind is not."""
        parts = credential.parts
        if not set(_PLAIN) <= parts.keys() or "database" not in parts:
            yield
            return
        lines = [f"[{SERVICE}]", *(f"{name}={parts[name]}" for name in _PLAIN)]
        lines.append(f"dbname={parts['database']}")
        for name, part in (("sslcert", "certificate"), ("sslkey", "key")):
            if part in parts:
                self._write(part, parts[part])
                lines.append(f"{name}={self._folder / part}")
        try:
            if "password" in parts:
                where = ":".join(_escaped(parts[name]) for name in ("host", "port", "database"))
                who = f"{_escaped(parts['user'])}:{_escaped(parts['password'])}"
                self._write("pass", f"{where}:{who}\n")
            self._write("service", "\n".join(lines) + "\n")
            yield
        finally:
            self._empty()

    def _empty(self) -> None:
        for name in ("certificate", "key"):
            (self._folder / name).unlink(missing_ok=True)
        for name in ("service", "pass"):
            self._write(name, "")

    def _write(self, name: str, text: str) -> None:
        draft = self._folder / f".{name}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(self._folder / name)  # whole or not at all: libpq may be reading


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")
