"""The relay's half of the socket: a desk whose judge is the running guard.

No guard, no call; a result that the guard could not record is not released. Nothing beyond the
standard library is loaded, because many relays run at once.
"""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

from guard_adapters.front.mcp_desk import Gone, Message, Side, Wires, Written
from guard_adapters.front.mcp_frames import CONNECT_S, VERSION, Frames, Hello
from guard_adapters.front.mcp_wire import WireRefused, error_message


@dataclass(slots=True, kw_only=True)
class _Call:
    """One request at the guard, as its relay sees it."""

    wires: Wires
    answer: asyncio.Future[Message]
    runs: set[asyncio.Future[Message]] = field(default_factory=set)
    left: bool = False  # something of it has gone to the server


class _ToGuard(Frames):
    """The relay's end."""

    def __init__(self, hello: Hello) -> None:
        super().__init__()
        self._hello = hello
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.calls: dict[int, _Call] = {}
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        said = {"agent": self._hello.agent, "upstream": self._hello.upstream}
        self.send({"hello": VERSION, **said}, self._hello.initialize)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.lost = True
        waiting: list[asyncio.Future[Any]] = [call.answer for call in self.calls.values()]
        for future in [self.ready, *waiting]:
            if not future.done():
                future.set_exception(Gone("GUARD_UNAVAILABLE"))
                future.exception()  # marks it as seen: nobody may be waiting

    def frame(self, frame: Message, raw: bytes) -> None:
        """Act on what the guard says; what is about a call that ended here is dropped."""
        if "hello" in frame:
            if not self.ready.done():
                self.ready.set_result(None)
            return
        number: int = frame["n"]
        if (call := self.calls.get(number)) is None:
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

        def answered(done: asyncio.Future[Message]) -> None:
            call.runs.discard(done)
            if done.cancelled():
                return
            if isinstance(gone := done.exception(), Gone):
                self.send({**said, "gone": gone.word})
            else:
                self.send(said, done.result())

        try:
            running = call.wires.ask(frame["to"], message)
        except WireRefused as refused:
            self.send(said, error_message(frame.get("id"), refused))
            return
        call.runs.add(running)
        running.add_done_callback(answered)


class Attached:
    """A desk whose judge is the guard at the other end of the socket."""

    def __init__(self, path: str, agent: str, upstream: str) -> None:
        self._path = path
        self._hello = Hello(agent=agent, upstream=upstream)
        self._link: _ToGuard | None = None
        self._linking = asyncio.Lock()
        self._numbers = itertools.count(1)

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        """Let the guard settle one request. Raises Gone when there is no guard to do it."""
        link = self._link
        if link is None or link.lost:
            link = await self._connected()
        if message["method"] == "initialize" and side == "client":
            self._hello = Hello(
                agent=self._hello.agent, upstream=self._hello.upstream, initialize=message
            )
        number = next(self._numbers)
        call = _Call(wires=wires, answer=asyncio.get_running_loop().create_future())
        link.calls[number] = call
        link.send({"do": "call", "n": number, "side": side}, message)
        try:
            return await call.answer
        except asyncio.CancelledError:
            link.send({"do": "cancel", "n": number})
            raise
        except Gone:
            raise await _what_became(call) from None
        finally:
            del link.calls[number]
            for running in call.runs:
                running.cancel()

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
                        lambda: _ToGuard(self._hello), self._path
                    )
                    await link.ready
            except OSError as wrong:  # includes the timeout
                raise Gone("GUARD_UNAVAILABLE") from wrong
            self._link = link
            return link


async def _what_became(call: _Call) -> Gone:
    if not call.left:
        return Gone("GUARD_UNAVAILABLE")
    if call.runs:  # still running: what comes of it can be told only when it has ended
        await asyncio.wait(call.runs)
    return Gone("RESULT_WITHHELD")
