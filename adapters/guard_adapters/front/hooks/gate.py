"""What a child process that knows nothing of the guard may be given: the credential of one call.

Such a process asks by itself, at moments of its own, for a key, a password or a token. The gate is
open while one judged call runs in it, and for that call only: calls that need a credential take
turns. Rule: no active call, no answer. It never says what the answer would have been.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guard.errors import Refused
from guard.grant.credential import Credential

_UCRED: Final = struct.Struct("3i")
MOST_ANCESTORS: Final = 32

Given = Mapping[str, str]
"""What a child process was started with, so that it finds its hooks: names and values."""

NOTHING: Final[Given] = {}


@dataclass(slots=True, kw_only=True)
class Active:
    """The credential of the call that runs, and how often it may still be used to sign."""

    credential: Credential
    signatures: int = 1


class HookGate:
    """Opens for one call at a time, for one process and what it started.

    Args:
        pid: the process; 0 as long as none was started: then nobody is let in.
    """

    def __init__(self, pid: int = 0) -> None:
        self.pid = pid
        self._active: Active | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def opened(self, credential: Credential | None) -> AsyncIterator[None]:
        """Let the process have this credential for as long as the block runs.

        A call without a credential does not wait for others, and opens nothing.
        """
        if credential is None:
            yield
            return
        async with self._turn:
            self._active = Active(credential=credential)
            try:
                yield
            finally:
                self._active = None

    def active(self, peer: int, now_ms: int) -> Active:
        """Return what this process may have now.

        Raises:
            Refused: `no_active_call`: no call runs, or its credential has ended; `peer_refused`:
                it is not our process, nor one that it started.
        """
        if not self.pid or not descends(peer, self.pid):
            raise Refused("This process may not ask.", code="peer_refused")
        active = self._active
        if active is None or not active.credential.live(now_ms):
            raise Refused("No call runs that needs this.", code="no_active_call")
        return active


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Return process and user at the other end of a Unix socket, as the kernel has them."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, _ = _UCRED.unpack(raw)
    return pid, uid


def descends(pid: int, ancestor: int) -> bool:
    """Return whether a process is this one or was started by it, at any remove."""
    for _ in range(MOST_ANCESTORS):
        if pid == ancestor:
            return True
        if pid <= 1:
            return False
        pid = _parent(pid)
    return False


def _parent(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(fields.rpartition(")")[2].split()[1])
