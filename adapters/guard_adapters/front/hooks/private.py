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
        self._folder = self.path.parent
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the folder has come into other hands.
        """
        own_folder(self._folder)
        self.path.unlink(missing_ok=True)  # left behind by a guard that was killed
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=LONGEST)

    async def aclose(self) -> None:
        """Stop, and remove the socket."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        pid, uid = peer_of(connection)
        async with to_its_end(writer):
            if uid == os.geteuid():
                await self._talk(reader, writer, pid)


def own_folder(folder: Path) -> None:
    """Make a folder that only this account can enter, or look that it is one.

    Raises:
        OSError: it is not: whoever can put files there could play the guard.
    """
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == PRIVATE
    if not private or found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "not a folder of this account alone", str(folder))


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
