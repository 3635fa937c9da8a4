"""Our own stdin and stdout as an event loop sees them, with flow control in both directions.

Refuses to buffer without bound: whoever reads slowly makes us read slowly. Files and devices
that cannot be polled (`< requests.jsonl`, `/dev/null`) are read by one thread instead.
"""

import asyncio
import os
import stat
from collections.abc import Callable
from typing import IO, Final

from guard_adapters.front.mcp.stdio.child import Ears, Reading, small_reads

_CHUNK: Final = 256 * 1024


class Outlet:
    """Where lines go. A line is written in one piece, so that two answers never mix."""

    def __init__(self, transport: asyncio.WriteTransport | None, fd: int) -> None:
        self._transport = transport
        self._fd = fd

    def write(self, data: bytes) -> None:
        """Write all of `data`, or queue it in order."""
        if self._transport is None:
            while data:
                data = data[os.write(self._fd, data) :]
        elif not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Leave the pipe."""
        if self._transport is not None:
            self._transport.close()

    async def flush(self, seconds: float) -> None:
        """Wait until everything is out, at most `seconds`."""
        if self._transport is None:
            return
        for _ in range(int(seconds * 100)):
            if self._transport.is_closing() or not self._transport.get_write_buffer_size():
                return
            await asyncio.sleep(0.01)


class Inlet:
    """Where lines come from."""

    def __init__(self, transport: asyncio.ReadTransport | None) -> None:
        self._transport = transport

    def reading(self, on: bool) -> None:  # noqa: FBT001 - the one argument says it
        """Go on reading, or leave what comes in the pipe."""
        if self._transport is not None and not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()

    def close(self) -> None:
        """Read no more."""
        if self._transport is not None:
            self._transport.close()


class _Writing(asyncio.BaseProtocol):
    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    def pause_writing(self) -> None:
        self._ears.full(True)  # noqa: FBT003 - the one argument of the callback

    def resume_writing(self) -> None:
        self._ears.full(False)  # noqa: FBT003 - the one argument of the callback

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._ears.ended()  # nobody takes our answers any more: as good as the end of input


async def open_pipes(stdin: IO[bytes], stdout: IO[bytes], ears: Ears) -> tuple[Inlet, Outlet]:
    """Start to read `stdin` and make `stdout` writable; `ears` hears of all that happens."""
    loop = asyncio.get_running_loop()
    outlet = Outlet(None, stdout.fileno())
    if _pollable(stdout.fileno()):
        writer, _ = await loop.connect_write_pipe(lambda: _Writing(ears), stdout)
        outlet = Outlet(writer, stdout.fileno())
    if _pollable(stdin.fileno()):
        reader, _ = await loop.connect_read_pipe(lambda: Reading(ears), stdin)
        small_reads(reader)
        return Inlet(reader), outlet
    loop.run_in_executor(None, _read_all, stdin.fileno(), loop.call_soon_threadsafe, ears)
    return Inlet(None), outlet


def _pollable(fd: int) -> bool:
    mode = os.fstat(fd).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(fd)


def _read_all(fd: int, tell: Callable[..., object], ears: Ears) -> None:
    while data := os.read(fd, _CHUNK):
        tell(ears.data, data)
    tell(ears.ended)
