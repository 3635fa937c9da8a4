"""One stdio server as a child process: what it inherits, how its pipes flow, how it ends.

Rule 1: the child sees a short list of variables and what the operator configured, never the
guard's own settings. Rule 2: it lives in its own session and process group, so that nothing it
started outlives it. This file reads no message and decides nothing.
"""

import asyncio
import contextlib
import errno
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guard.errors import Unusable

# Not XDG_RUNTIME_DIR: it leads to the guard's own socket.
INHERITED: Final = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LOGNAME", "PATH",
        "SHELL", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER",
    }
)  # fmt: skip
GUARD_PREFIX: Final = "GUARD_"

CLOSE_S: Final = 3.0  # after its input ended
TERM_S: Final = 2.0  # after SIGTERM


def child_environment(
    inherited: Mapping[str, str], configured: Mapping[str, str]
) -> dict[str, str]:
    """Return the child's environment: the allow-listed part of ours, then the configured values.

    Raises:
        Unusable: a configured name starts with GUARD_, which is the guard's own.
    """
    if ours := sorted(name for name in configured if name.upper().startswith(GUARD_PREFIX)):
        raise Unusable(
            f"The environment of a server may not hold {ours!r}: these names are the guard's own.",
            code="server_env_reserved",
            next_step="Rename the variable or remove it from the server's configuration.",
        )
    kept = {name: value for name, value in inherited.items() if name in INHERITED}
    return kept | dict(configured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start: argv, its whole environment and its working directory (None = ours)."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str | None = None


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom a child tells: its output, the end of its output, and whether its input is full."""

    data: Callable[[bytes], None]
    ended: Callable[[], None]
    full: Callable[[bool], None]


READ_BYTES: Final = 64 * 1024  # a pipe holds no more


def small_reads(transport: asyncio.ReadTransport) -> None:
    """Read as much as a pipe holds: asyncio's 256 KiB cost three calls of the kernel a read."""
    transport.max_size = READ_BYTES  # type: ignore[attr-defined]  # not public; unknown, it is idle


class _Pipes(asyncio.SubprocessProtocol):
    """The event loop's view of the child."""

    def __init__(self, ears: Ears) -> None:
        self.ears = ears
        self.exited: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pause_writing(self) -> None:
        """Tell that the child does not read fast enough."""
        self.ears.full(True)  # noqa: FBT003 - the one argument of the callback

    def resume_writing(self) -> None:
        """Tell that the child reads again."""
        self.ears.full(False)  # noqa: FBT003 - the one argument of the callback

    def process_exited(self) -> None:
        """Wake whoever waits for the end."""
        if not self.exited.done():
            self.exited.set_result(None)


class Reading(asyncio.Protocol):
    """A pipe that is read: what comes and its end are told to `ears`."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    def data_received(self, data: bytes) -> None:
        """Tell what came."""
        self._ears.data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell its end."""
        del exc
        self._ears.ended()


class Child:
    """A running server. Write lines to it; stop it exactly once, in the order that MCP gives."""

    def __init__(
        self,
        transport: asyncio.SubprocessTransport,
        pipes: _Pipes,
        stdout: asyncio.ReadTransport,
    ) -> None:
        self._transport = transport
        self._exited = pipes.exited
        stdin = transport.get_pipe_transport(0)
        assert isinstance(stdin, asyncio.WriteTransport)  # noqa: S101 - asked for with PIPE
        small_reads(stdout)
        self._stdin, self._stdout = stdin, stdout

    @property
    def pid(self) -> int:
        """The process id, which is also its group's id."""
        return self._transport.get_pid()

    @property
    def running(self) -> bool:
        """Whether the process has not exited yet."""
        return not self._exited.done()

    def write(self, data: bytes) -> None:
        """Queue bytes for the child's stdin; after its end they go nowhere."""
        if not self._stdin.is_closing():
            self._stdin.write(data)

    def reading(self, on: bool) -> None:  # noqa: FBT001 - the one argument says it
        """Read the child's output, or leave it in the pipe while nobody takes it."""
        with contextlib.suppress(RuntimeError):  # closed already: nothing left to pause
            (self._stdout.resume_reading if on else self._stdout.pause_reading)()

    async def exited(self) -> int:
        """Wait for the end, return the exit code; 128 + n after signal n, as a shell says it."""
        await asyncio.shield(self._exited)
        code = self._transport.get_returncode() or 0
        return code if code >= 0 else 128 - code

    async def stop(self, *, gently: bool = True) -> int:
        """Close stdin, 3 s; SIGTERM to the group, 2 s; SIGKILL. Return the exit code.

        Source: MCP, transports, stdio, shutdown. `gently=False` starts with SIGTERM, for when
        we are told to end at once.
        """
        self._stdin.close()
        if not (gently and await self._gone(CLOSE_S)):
            self._signal(signal.SIGTERM)
            if not await self._gone(TERM_S):
                self._signal(signal.SIGKILL)
        code = await self.exited()
        self._signal(signal.SIGTERM)  # what it started and left behind
        self._transport.close()
        self._stdout.close()
        return code

    async def _gone(self, seconds: float) -> bool:
        done, _ = await asyncio.wait([self._exited], timeout=seconds)
        return bool(done)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def absent(command: Command) -> str:
    """Return why the program cannot be started, in the system's words; empty: it can be found.

    Starts nothing, and looks where the system will: what begins with no `/` is below `cwd`.
    """
    below, first = Path(command.cwd or ""), _first(command.argv)
    if not os.access(below, os.X_OK):
        return os.strerror(errno.EACCES if os.access(below, os.F_OK) else errno.ENOENT)
    folders = [""] if os.sep in first else os.get_exec_path(command.env)
    there = [one for folder in folders if _is_file(one := below / folder / first)]
    if any(os.access(one, os.X_OK) for one in there):
        return ""
    return os.strerror(errno.EACCES if there else errno.ENOENT)


def _is_file(place: Path) -> bool:
    with contextlib.suppress(OSError):  # below a folder that we may not enter
        return place.is_file()
    return False


async def start(command: Command, ears: Ears) -> Child:
    """Start the server; its stderr is ours.

    Raises:
        Unusable: the program cannot be started; nothing is running.
    """
    loop = asyncio.get_running_loop()
    ours, theirs = os.pipe()
    # Without the process's own transport: that one tells a turn late.
    stdout, _ = await loop.connect_read_pipe(lambda: Reading(ears), open(ours, "rb", buffering=0))  # noqa: SIM115, ASYNC230, PTH123 - the transport closes it
    try:
        transport, pipes = await loop.subprocess_exec(
            lambda: _Pipes(ears),
            *command.argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=theirs,
            stderr=None,
            env=dict(command.env),
            cwd=command.cwd,
            start_new_session=True,
        )
    except OSError as wrong:
        stdout.close()
        raise Unusable(
            f"The server {_first(command.argv)!r} cannot be started: {wrong.strerror}.",
            code="server_not_started",
            next_step="Check the command after `--` and that it is on the PATH.",
        ) from wrong
    finally:
        os.close(theirs)
    return Child(transport, pipes, stdout)


def _first(argv: Sequence[str]) -> str:
    return argv[0] if argv else ""
