"""The guard's half of the socket: every attached stdio relay gets a desk of its own.

Guests that are no relay (hooks of coding agents, processes of frameworks) get their own end.

Rule 1: only processes of the same user are heard (SO_PEERCRED), in a directory that nobody else
can enter. Rule 2: a relay that leaves takes its calls with it: what was held ends, what ran is
unknown. The agent's name is the relay's word; within one user nothing better is to be had.
"""

import asyncio
import contextlib
import itertools
import os
import socket
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from guard.errors import Unusable
from guard_adapters.front.hooks.gate import peer_of
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, as_read, loads
from guard_adapters.front.mcp.protocol.wire import WireRefused, classify, error_message, readable_id
from guard_adapters.front.mcp.socket.desk import Desk, Gone, Message, Reply, Side, no_answer
from guard_adapters.front.mcp.socket.frames import CONNECT_S, VERSION, Frames, Hello, Pulled

if TYPE_CHECKING:
    from guard_adapters.front.hooks.child import Hooks

Pulls = Callable[[str, int, Pulled | None], AbstractAsyncContextManager["Hooks | None"]]
"""Opens the hooks of one relay's server, if it has any.

It takes the server's name, the relay's process, and what the server was started with; None: it has
not been started yet.
"""

Guest = Callable[[Message, Message], Frames]
"""Makes the guard's end for one that is no relay, from both halves of its first frame."""


class _ToRelay(Frames):
    """The guard's end."""

    def __init__(
        self,
        seat: Callable[[Hello], Desk],
        guests: Mapping[str, Guest],
        ends: "set[Frames]",
        pulls: Pulls,
    ) -> None:
        super().__init__()
        self._seat, self._guests, self._ends, self._pulls = seat, guests, ends, pulls
        self._pid = 0
        self._sitting: asyncio.Task[None] | None = None
        self._desk: Desk | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.asked: dict[tuple[int, int], Reply] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pid, uid = peer_of(transport.get_extra_info("socket"))
        if uid != os.getuid():
            self.close()
            return
        self._ends.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._ends.discard(self)
        for task in self._tasks.values():
            task.cancel()  # its client is gone: a held call ends, a running one is unknown
        if self._sitting is not None:
            self._sitting.cancel()

    def frame(self, frame: Message, raw: bytes) -> None:
        """Act on what the relay says. Messages are read as strictly as from any client."""
        if self._sitting is None:
            self._greeted(frame, raw)
            return
        if self._desk is None:
            raise KeyError("hello")  # it must wait for ours
        number: int = frame["n"]
        match frame["do"]:
            case "call":
                message = as_read(loads(raw, limits=RESPONSE_LIMITS), raw)
                classify(message)
                work = self._call(self._desk, number, frame["side"], message)
                task = self._tasks[number] = asyncio.create_task(work)
                task.add_done_callback(lambda _: self._tasks.pop(number, None))
            case "cancel":
                if (held := self._tasks.get(number)) is not None:
                    held.cancel()
            case "result":
                self._result((number, frame["k"]), frame, raw)
            case _:
                raise KeyError(frame["do"])

    def _greeted(self, frame: Message, raw: bytes) -> None:
        for kind, made in self._guests.items():
            if kind in frame:
                self._handed_over(made(frame, loads(raw, limits=RESPONSE_LIMITS) if raw else {}))
                return
        said = {name: frame[name] for name in ("agent", "upstream", "session")}
        if frame["hello"] != VERSION or not all(isinstance(one, str) for one in said.values()):
            raise KeyError("hello")
        first = loads(raw, limits=RESPONSE_LIMITS) if raw else None
        hello = Hello(**said, initialize=first)
        before = _pulled(frame) if frame.get("started") is True else None
        self._sitting = asyncio.create_task(self._sit(hello, before))

    async def _sit(self, hello: Hello, before: Pulled | None) -> None:
        """Be there for one relay until it leaves; its hooks end with it."""
        try:
            async with self._pulls(hello.upstream, self._pid, before) as hooks:
                self._desk = self._seat(replace(hello, hooks=hooks))
                given: Message = {}
                if hooks is not None:
                    given = {"environ": hooks.environ, "sealed": hooks.sealed}
                self.send({"hello": VERSION, **given})
                await asyncio.get_running_loop().create_future()
        except Exception:  # noqa: BLE001 - the edge: who cannot be seated gets no guard
            self.close()

    def _handed_over(self, guest: Frames) -> None:
        """Let the connection belong to a guest; who is at its other end was looked at already."""
        assert self._transport is not None  # noqa: S101  a frame came through it
        self._ends.discard(self)
        self._ends.add(guest)
        guest.left = lambda: self._ends.discard(guest)
        self._transport.set_protocol(guest)
        guest.connection_made(self._transport)

    def _result(self, key: tuple[int, int], frame: Message, raw: bytes) -> None:
        waiting = self.asked.pop(key, None)
        if waiting is None or waiting.done():
            return
        if "gone" in frame:
            waiting.set_exception(Gone(frame["gone"]))
            return
        try:
            answer = as_read(loads(raw, limits=RESPONSE_LIMITS), raw)
        except WireRefused:
            waiting.set_exception(Gone("RESULT_WITHHELD"))
            return
        waiting.set_result(answer)

    async def _call(self, desk: Desk, number: int, side: Side, message: Message) -> None:
        answer = await _settled(desk, side, message, _Far(self, number))
        self.send({"do": "done", "n": number, "id": answer.get("id")}, answer)


def _pulled(frame: Message) -> Pulled:
    environ, sealed = frame.get("environ") or {}, frame.get("sealed") or ""
    if not isinstance(environ, dict) or not isinstance(sealed, str) or not sealed.isascii():
        raise KeyError("environ")
    texts = {name: value for name, value in environ.items() if isinstance(value, str)}
    return Pulled(environ=texts, sealed=sealed)


async def _settled(desk: Desk, side: Side, message: Message, wires: "_Far") -> Message:
    try:
        return await desk.settle(side, message, wires)
    except Gone as gone:
        return no_answer(message, gone.word)
    except WireRefused as refused:
        return error_message(readable_id(message), refused)
    except Exception:  # noqa: BLE001 - the edge: a bug answers with a refusal, for this call alone
        return no_answer(message, "RESULT_WITHHELD" if wires.sent else "GUARD_UNAVAILABLE")


class _Far:
    """The wires of one request, at the other end of the socket."""

    def __init__(self, link: _ToRelay, number: int) -> None:
        self._link, self._number = link, number
        self._turns = itertools.count(1)
        self.sent = False

    def ask(self, side: Side, message: Message) -> Reply:
        self.sent = True
        key = (self._number, next(self._turns))
        waiting = self._link.asked[key] = Reply()
        waiting.hear(lambda _: self._answered(key))
        frame = {"do": "run", "n": key[0], "k": key[1], "to": side, "id": message.get("id")}
        self._link.send(frame, message)
        return waiting

    def _answered(self, key: tuple[int, int]) -> None:
        self._link.asked.pop(key, None)

    def tell(self, side: Side, message: Message) -> None:
        self._link.send({"do": "tick", "n": self._number, "to": side}, message)


class Attachments:
    """The guard's side of all that attach.

    Args:
        path: the socket.
        seat: gives each relay its desk.
        guests: who else may come, by the member of the first frame that says so.
        pulls: opens what a relay's server may pull credentials from.
    """

    def __init__(
        self,
        path: str,
        seat: Callable[[Hello], Desk],
        guests: Mapping[str, Guest] | None = None,
        pulls: Pulls = lambda _upstream, _pid, _before: contextlib.nullcontext(),
    ) -> None:
        self._path, self._seat, self._guests, self._pulls = path, seat, guests or {}, pulls
        self._ends: set[Frames] = set()
        self._server: asyncio.AbstractServer | None = None

    async def open(self) -> None:
        """Listen.

        Raises:
            Unusable: the directory is open to others, or another guard listens already.
        """
        own_directory(Path(self._path).parent)
        listener = _bound(self._path)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: _ToRelay(self._seat, self._guests, self._ends, self._pulls), sock=listener
        )

    async def aclose(self) -> None:
        """Stop to listen and leave all relays: they refuse from now on."""
        if self._server is not None:
            self._server.close()
            _removed(self._path)
        for end in list(self._ends):
            end.close()


def own_directory(directory: Path) -> None:
    """Make sure that `directory` is ours alone: mode 0700, our uid, no symbolic link.

    Raises:
        Unusable: it is not; who can replace the socket can play the guard.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    if not private or found.st_uid != os.getuid():
        raise Unusable(
            f"{str(directory)!r} must be a directory with mode 0700 that belongs to uid "
            f"{os.getuid()}, got mode {stat.S_IMODE(found.st_mode):04o}, uid {found.st_uid}.",
            code="socket_dir_unsafe",
            next_step="Change its owner and mode, or name another directory.",
        )


def _bound(path: str) -> socket.socket:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(CONNECT_S)
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            probe.connect(path)
            raise Unusable(
                f"A guard listens on {path!r} already.",
                code="guard_already_running",
                next_step="Stop it first, or give this one another socket.",
            )
    _removed(path)  # left behind by a guard that was killed
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    Path(path).chmod(0o600)
    return listener


def _removed(path: str) -> None:
    Path(path).unlink(missing_ok=True)
