"""The guard as ssh-agent of a child process: one identity in an approved call, one signature of it.

The key stays here. The socket lies in a folder that only this account can enter, under a name that
only the child was given; the kernel says who asks. All other requests fail, as agents answer them.
Source: draft-ietf-sshm-ssh-agent, sections 3 and 4.
"""

import asyncio
import struct
from base64 import b64decode
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from guard.clock import Clock
from guard.errors import Refused
from guard_adapters.front.hooks.gate import NOTHING, Active, Given, HookGate
from guard_adapters.front.hooks.private import LONGEST, HookSocket

FAILURE: Final = b"\x05"
REQUEST_IDENTITIES, IDENTITIES_ANSWER = 11, 12
SIGN_REQUEST, SIGN_RESPONSE = 13, 14
PLACE: Final = "SSH_AUTH_SOCK"
ALGORITHM: Final = b"ssh-ed25519"


class SshAgent:
    """Listens on `path`; give it to the child as SSH_AUTH_SOCK.

    Args:
        gate: says what may be used now, and by whom.
        clock: tells the time.
        given: what the child was started with, where that was before this guard.
    """

    def __init__(self, gate: HookGate, clock: Clock, given: Given = NOTHING) -> None:
        self._gate = gate
        self._clock = clock
        self._socket = HookSocket("guard-ssh-", self._talk, given.get(PLACE, ""))
        self.path = self._socket.path

    @property
    def environ(self) -> dict[str, str]:
        """Return what the child must be given."""
        return {PLACE: str(self.path)}

    async def open(self) -> None:
        """Begin to listen."""
        await self._socket.open()

    async def aclose(self) -> None:
        """Stop, and remove the socket."""
        await self._socket.aclose()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pid: int
    ) -> None:
        while True:
            size = struct.unpack(">I", await reader.readexactly(4))[0]
            if not 1 <= size <= LONGEST:
                return
            answer = self._answer(await reader.readexactly(size), pid)
            writer.write(struct.pack(">I", len(answer)) + answer)
            await writer.drain()

    def _answer(self, asked: bytes, pid: int) -> bytes:
        try:
            active = self._gate.active(pid, self._clock.now_ms())
            if asked[0] == REQUEST_IDENTITIES:
                return _identities(active)
            if asked[0] == SIGN_REQUEST:
                return _signed(active, asked[1:])
        except (Refused, ValueError, struct.error, KeyError):
            return FAILURE
        return FAILURE


def _identities(active: Active) -> bytes:
    certificate = _blob(active)
    if active.signatures < 1:
        return bytes([IDENTITIES_ANSWER]) + struct.pack(">I", 0)
    head = bytes([IDENTITIES_ANSWER]) + struct.pack(">I", 1)
    return head + _string(certificate) + _string(b"guard")


def _signed(active: Active, asked: bytes) -> bytes:
    key, rest = _taken(asked)
    data, _flags = _taken(rest)
    if key != _blob(active) or active.signatures < 1:
        return FAILURE
    active.signatures -= 1  # before it is made: two at once must not both find one left
    private = load_ssh_private_key(active.credential.secret.encode(), None)
    if not isinstance(private, Ed25519PrivateKey):
        return FAILURE
    signature = _string(ALGORITHM) + _string(private.sign(data))
    return bytes([SIGN_RESPONSE]) + _string(signature)


def _blob(active: Active) -> bytes:
    return b64decode(active.credential.parts["certificate"].split()[1])


def _string(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def _taken(raw: bytes) -> tuple[bytes, bytes]:
    size = struct.unpack(">I", raw[:4])[0]
    if size > len(raw) - 4:
        raise ValueError("the field is longer than the message")
    return raw[4 : 4 + size], raw[4 + size :]
