"""The frames on the unix socket between a thin stdio relay and the running guard.

One frame per line: a JSON object, and after a tab the message it is about, if any, as bytes that
the relay passes on without reading them. Relay: `hello`, `call`, `result`, `cancel`; guard:
`hello`, `run`, `tick`, `done`. An end that breaks these rules is left at once. Nothing here judges.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from guard_adapters.front.mcp.protocol.events import LineSplitter
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, written
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.mcp.socket.desk import Message

if TYPE_CHECKING:
    from guard_adapters.front.hooks.child import Hooks

VERSION: Final = 1
CONNECT_S: Final = 2.0
_HEAD_BYTES: Final = 4096
_FRAME_BYTES: Final = RESPONSE_LIMITS.body_bytes + _HEAD_BYTES  # a line of the pipe, our words
_READ_BYTES: Final = 64 * 1024
_HEAD: Final = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a relay's server was started with, to pull credentials; the guard sealed it then."""

    environ: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    sealed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a relay says of itself; `initialize` is repeated after the guard was restarted."""

    agent: str
    upstream: str
    session: str = ""  # a handle given on the relay's command line
    initialize: Message | None = None
    hooks: "Hooks | None" = None  # the guard's own: what the relay's server may pull


class Frames(asyncio.BufferedProtocol):
    """One end of the socket: frames in, frames out."""

    def __init__(self) -> None:
        self._splitter = LineSplitter(_FRAME_BYTES)
        self._buffer = bytearray(_READ_BYTES)  # else each read asks the kernel for memory
        self._transport: asyncio.Transport | None = None
        self.left: Callable[[], None] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream socket's is
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever keeps this end that it is over."""
        del exc
        self.left()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return where the next bytes go."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Act on every frame that the bytes which came complete."""
        for line in self._splitter.feed(bytes(self._buffer[:nbytes])):
            try:
                if isinstance(line, WireRefused):
                    raise line
                head, _, raw = line.partition(b"\t")
                self.frame(_read(head), raw)
            except (WireRefused, KeyError, TypeError):
                self.close()  # the other end is no guard, or no relay: nothing it says counts
                return

    def frame(self, frame: Message, raw: bytes) -> None:
        """Act on one frame and its message. Raises KeyError or TypeError if it is not known."""
        raise KeyError(*frame, len(raw))

    def send(self, frame: Message, message: Message | None = None) -> None:
        """Queue one frame; after the end of the connection it goes nowhere."""
        if self._transport is not None and not self._transport.is_closing():
            tail = b"\n" if message is None else b"\t" + written(message) + b"\n"
            self._transport.write(_HEAD.encode(frame).encode() + tail)

    def close(self) -> None:
        """Leave the other end."""
        if self._transport is not None:
            self._transport.close()


def _read(head: bytes) -> Message:
    """Return our own words of a frame. Raises KeyError or TypeError if they are none."""
    if len(head) > _HEAD_BYTES:  # also bounds how deep it can nest
        raise KeyError("head")
    try:
        found = json.loads(head)
    except ValueError as wrong:
        raise KeyError("head") from wrong
    if not isinstance(found, dict):
        raise TypeError(type(found).__name__)
    return found
