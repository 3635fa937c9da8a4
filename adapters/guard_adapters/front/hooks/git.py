"""The guard as credential helper of git in a child process: the key of one call, for its address.

git asks at every request and forgets the answer. The helper that it runs only carries the question
here, over a Unix socket whose other end the kernel names; see `git_ask`.
"""

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Final

from guard.clock import Clock
from guard.errors import Refused
from guard_adapters._http.origins import PORTS
from guard_adapters.front.hooks.gate import NOTHING, Given, HookGate
from guard_adapters.front.hooks.private import HookSocket

ASKED_S: Final = 5.0
PLACE: Final = "GIT_CONFIG_VALUE_1"
USER: Final = "x-access-token"
"""What forges take as the user of a token."""


class GitHelper:
    """Listens on a Unix socket; give `environ` to the child.

    Args:
        gate: says what may be used now, and by whom.
        clock: tells the time.
        given: what the child was started with, where that was before this guard.
    """

    def __init__(self, gate: HookGate, clock: Clock, given: Given = NOTHING) -> None:
        self._gate = gate
        self._clock = clock
        words = shlex.split(given.get(PLACE, ""))
        self._socket = HookSocket("guard-git-", self._talk, words[-1] if words else "")

    @property
    def environ(self) -> dict[str, str]:
        """Return what the child must be given: this helper, and none of the machine's own."""
        asking = Path(__file__).resolve().with_name("git_ask.py")
        words = [sys.executable, "-I", "-S", str(asking)]
        return {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "credential.helper",
            "GIT_CONFIG_VALUE_0": "",  # an empty one drops those before it
            "GIT_CONFIG_KEY_1": "credential.helper",
            PLACE: f"!{shlex.join([*words, str(self._socket.path)])}",
            "GIT_TERMINAL_PROMPT": "0",
        }

    async def open(self) -> None:
        """Begin to listen."""
        await self._socket.open()

    async def aclose(self) -> None:
        """Stop, and remove the socket."""
        await self._socket.aclose()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pid: int
    ) -> None:
        async with asyncio.timeout(ASKED_S):
            asked = await reader.readuntil(b"\n\n")
        writer.write(self._answer(asked, pid))
        await writer.drain()

    def _answer(self, asked: bytes, pid: int) -> bytes:
        lines = asked.decode("utf-8", "replace").splitlines()
        named = {name: value for name, _, value in (one.partition("=") for one in lines)}
        scheme, host = named.get("protocol", ""), named.get("host", "")
        where = f"{scheme}://{host if ':' in host else f'{host}:{PORTS.get(scheme, 0)}'}"
        try:
            credential = self._gate.active(pid, self._clock.now_ms()).credential
        except Refused:
            return b""
        if where not in credential.parts.get("origins", "").split():
            return b""
        return f"username={USER}\npassword={credential.secret}\n\n".encode()
