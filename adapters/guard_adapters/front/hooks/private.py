"""A Unix socket for one child process: in a folder of this account, under a name that only it has.

The kernel says who asks; a process of another account is not talked to at all. What is said on the
socket is somebody else's matter.
"""

import asyncio
import errno
import os
import secrets
import shutil
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from guard_adapters.front.hooks.gate import peer_of

PRIVATE: Final = 0o700

LONGEST: Final = 64 * 1024
"""Longest message, in bytes."""

_TAKEN: Final = ".taken"
"""Tells in a folder who took it last."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
"""Carries on one connection to its end; is told which process is at the other end."""


class HookSocket:
    """Listens on `path`.

    Args:
        name: begins the name of the folder.
        talk: see `Talk`.
        path: where a guard before this one listened, for a child that knows no other place.
    """

    def __init__(self, name: str, talk: Talk, path: str = "") -> None:
        self._talk = talk
        self.path = (
            Path(path) if path else Path(tempfile.mkdtemp(prefix=name)) / (secrets.token_hex(16))
        )
        self._folder = OwnFolder(self.path.parent)
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the folder has come into other hands.
        """
        self._folder.take()
        self.path.unlink(missing_ok=True)  # left behind by a guard that was killed
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=LONGEST)

    async def aclose(self) -> None:
        """Stop, and remove the socket if nobody listens in its place by now."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._folder.leave()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        pid, uid = peer_of(connection)
        async with to_its_end(writer):
            if uid == os.geteuid():
                await self._talk(reader, writer, pid)


class OwnFolder:
    """A folder that only this account can enter. Who takes it last has it, and removes it.

    A link that begins before the one of before has ended is given the same places: the end of the
    older one must not remove them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark = secrets.token_hex(16)

    def take(self) -> None:
        """Make the folder, or look that it is one of this account alone.

        Raises:
            OSError: it is not: whoever can put files there could play the guard.
        """
        self._folder.mkdir(mode=PRIVATE, exist_ok=True)
        found = self._folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == PRIVATE
        if not private or found.st_uid != os.geteuid():
            where = str(self._folder)
            raise PermissionError(errno.EPERM, "not a folder of this account alone", where)
        (self._folder / _TAKEN).write_text(self._mark, encoding="ascii")

    def leave(self) -> None:
        """Remove the folder, unless somebody has taken it since."""
        with suppress(OSError, UnicodeError):
            if (self._folder / _TAKEN).read_text(encoding="ascii") == self._mark:
                shutil.rmtree(self._folder, ignore_errors=True)


@asynccontextmanager
async def to_its_end(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close a connection after the block; who says nothing in time, half or too much is left."""
    try:
        yield
    except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        return
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
