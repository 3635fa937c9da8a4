"""The relay's half of the socket: a desk whose judge is the running guard.

No guard, no call; a result that the guard could not record is not released. Nothing beyond the
standard library is loaded, because many relays run at once.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from guard_adapters.front.mcp.judging.verdict import Word
from guard_adapters.front.mcp.protocol.json import Written
from guard_adapters.front.mcp.protocol.wire import WireRefused, error_message
from guard_adapters.front.mcp.socket.desk import Gone, Message, Reply, Side, Wires
from guard_adapters.front.mcp.socket.frames import CONNECT_S, VERSION, Frames, Hello, Pulled


@dataclass(slots=True, kw_only=True)
class _Call:
    """One request at the guard, as its relay sees it."""

    wires: Wires
    answer: Reply = field(default_factory=Reply)
    runs: set[Reply] = field(default_factory=set)
    left: bool = False  # something of it has gone to the server
    lost: bool = False  # the guard went away

    def guard_lost(self) -> None:
        """Say what became of it, as soon as that can be told."""
        self.lost = True
        if not self.runs and not self.answer.done():
            word: Word = "RESULT_WITHHELD" if self.left else "GUARD_UNAVAILABLE"
            self.answer.set_exception(Gone(word))
            self.answer.exception()  # marks it as seen: nobody may be waiting


class _ToGuard(Frames):
    """The relay's end."""

    def __init__(self, hello: Hello, before: Pulled | None) -> None:
        super().__init__()
        self._hello = hello
        self._before = before
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.pulled = Pulled()  # what the server must be given, to pull credentials
        self.lost = False
        self._calls: dict[int, _Call] = {}
        self._numbers = itertools.count(1)

    def call(self, side: Side, message: Message, wires: Wires) -> Reply:
        """Hand one request to the guard; cancelling the reply takes it back."""
        number, call = next(self._numbers), _Call(wires=wires)
        self._calls[number] = call
        call.answer.hear(lambda reply: self._over(number, call, reply))
        self.send({"do": "call", "n": number, "side": side}, message)
        return call.answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        hello = self._hello
        said = {"agent": hello.agent, "upstream": hello.upstream, "session": hello.session}
        before: Message = {"started": self._before is not None}
        if self._before is not None and self._before.environ:
            before |= {"environ": dict(self._before.environ), "sealed": self._before.sealed}
        self.send({"hello": VERSION, **before, **said}, hello.initialize)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(Gone("GUARD_UNAVAILABLE"))
            self.ready.exception()  # marks it as seen: nobody may be waiting
        for call in list(self._calls.values()):
            call.guard_lost()

    def frame(self, frame: Message, raw: bytes) -> None:
        """Act on what the guard says; what is about a call that ended here is dropped."""
        if "hello" in frame:
            if not self.ready.done():
                environ = dict(frame.get("environ") or {})
                self.pulled = Pulled(environ=environ, sealed=frame.get("sealed") or "")
                self.ready.set_result(None)
            return
        number: int = frame["n"]
        if (call := self._calls.get(number)) is None:
            return
        message = Written({"id": frame.get("id")}, raw)
        match frame["do"]:
            case "done" if not call.answer.done():
                call.answer.set_result(message)
            case "tick":
                call.wires.tell(frame["to"], message)
            case "run":
                self._run(call, number, frame, message)
            case _:
                return  # a second last word, or what a newer guard says: nothing of this call

    def _run(self, call: _Call, number: int, frame: Message, message: Message) -> None:
        call.left = call.left or frame["to"] == "server"
        said = {"do": "result", "n": number, "k": frame["k"]}

        def answered(done: Reply) -> None:
            call.runs.discard(done)
            if call.lost:
                call.guard_lost()
            elif done.cancelled():
                return
            elif isinstance(gone := done.exception(), Gone):
                self.send({**said, "gone": gone.word})
            else:
                self.send(said, done.result())

        try:
            running = call.wires.ask(frame["to"], message)
        except WireRefused as refused:
            self.send(said, error_message(frame.get("id"), refused))
            return
        call.runs.add(running)
        running.hear(answered)

    def _over(self, number: int, call: _Call, reply: Reply) -> None:
        del self._calls[number]
        if reply.cancelled():
            self.send({"do": "cancel", "n": number})
        for running in tuple(call.runs):
            running.cancel()


class Attached:
    """A desk whose judge is the guard at the other end of the socket."""

    def __init__(self, path: str, agent: str, upstream: str, *, session: str = "") -> None:
        self._path = path
        self._hello = Hello(agent=agent, upstream=upstream, session=session)
        self._link: _ToGuard | None = None
        self._linking = asyncio.Lock()
        self._before: Pulled | None = None  # with which the server was started, if it was

    async def environ(self) -> Mapping[str, str]:
        """Return what the server must be started with; nothing where there is no guard now."""
        try:
            self._before = (await self._connected()).pulled
        except Gone:
            self._before = Pulled()
        return self._before.environ

    def begin(self, side: Side, message: Message, wires: Wires) -> Reply | None:
        """Hand a request to the guard at once, if there is one. None: `settle` knows the way."""
        link = self._link
        if link is None or link.lost or message["method"] == "initialize":
            return None
        return link.call(side, message, wires)

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        """Let the guard settle one request. Raises Gone when there is no guard to do it."""
        link = self._link
        if link is None or link.lost:
            link = await self._connected()
        if message["method"] == "initialize" and side == "client":
            self._hello = replace(self._hello, initialize=message)
        return await link.call(side, message, wires)

    async def aclose(self) -> None:
        """Leave the guard."""
        if self._link is not None:
            self._link.close()

    async def _connected(self) -> _ToGuard:
        async with self._linking:
            if self._link is not None and not self._link.lost:
                return self._link
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(CONNECT_S):
                    _, link = await loop.create_unix_connection(
                        lambda: _ToGuard(self._hello, self._before), self._path
                    )
                    await link.ready
            except OSError as wrong:  # includes the timeout
                raise Gone("GUARD_UNAVAILABLE") from wrong
            self._link = link
            return link
