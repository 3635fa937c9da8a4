"""The calls of a framework's process, judged by the guard that runs on this machine.

The tool runs here, with what the guard hands out for it. No guard, no call; a guard that leaves
while a tool runs leaves a result that is not released. It opens one connection for each event loop.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from guard.clock import Clock
from guard.errors import Unavailable
from guard.model.call import ToolCall, ToolResult
from guard.model.rerun import Rerun
from guard.ports import Ids, Tool
from guard.session.intent import TaskIntent
from guard_adapters._faults import Faults
from guard_adapters.front import seat_words as words
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, loads
from guard_adapters.front.mcp.socket.desk import Message
from guard_adapters.front.mcp.socket.frames import CONNECT_S, VERSION, Frames
from guard_adapters.front.native import Look

ANSWER_S: Final = 5.0
"""Longest wait for what needs no person and no tool (seconds)."""

Heard = tuple[Message, words.Words] | None


def _gone() -> Unavailable:
    return Unavailable(
        "No guard listens here, or it left.",
        code="guard_gone",
        next_step="Start `guard serve` as the same user, with the same socket.",
    )


class AttachedSeat:
    """What a framework's front calls, at the other end of a socket.

    Args:
        path: the socket of the running guard.
        person: for whom the agent acts, as this process authenticated them.
        agent: its name.
        span: returns the span that is current here, for the guard's own to hang under.
        faults: where it is said that no guard listens.
    """

    def __init__(
        self,
        path: str,
        *,
        person: str,
        agent: str,
        clock: Clock,
        ids: Ids,
        span: Callable[[], str] = lambda: "",
        faults: Faults | None = None,
    ) -> None:
        self._path, self._span, self._faults = path, span, faults or Faults()
        self._lost = f"No call runs, for no guard listens at {path}: start `guard serve`"
        self._hello: Message = {"hello": VERSION, "seat": {"person": person, "agent": agent}}
        self._clock, self._ids = clock, ids
        self._links: WeakKeyDictionary[asyncio.AbstractEventLoop, _Link] = WeakKeyDictionary()

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self._clock.now_ms()

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        return f"call_{self._ids.token(16).hex()}"

    async def adopted(self, native: str, asked: str = "") -> str:
        """Return the session of a conversation; this connection works in it from now on."""
        link = await self._link()
        handle, before = link.known.get(native, ("", 0))
        if not handle or (asked and hash(asked) != before):
            body = {"native": native, "asked": asked}
            handle = str((await link.answer("adopted", body))["session"])
            link.known[native] = handle, hash(asked)
        return handle

    async def start(
        self, native: str, *, intent: TaskIntent | None = None, words: tuple[str, ...] = ()
    ) -> str:
        """Open the session of a conversation before the agent runs; return its handle."""
        link = await self._link()
        declared = None if intent is None else intent.canonical
        body = {"native": native, "intent": declared, "words": list(words)}
        handle = str((await link.answer("start", body))["session"])
        link.known[native] = handle, 0
        return handle

    async def tell(self, native: str, words: str) -> None:
        """Take in what the person said in a conversation: what they name counts from now on."""
        link = await self._link()
        await link.answer("tell", {"native": native, "words": words})

    async def look(self, call: ToolCall) -> Look:
        """Judge the call and record nothing."""
        return words.look_of(await (await self._link()).answer("look", words.of_call(call)))

    async def claim(self, rerun: Rerun) -> Rerun | None:
        """Take a key; see `Reruns.claim`."""
        link = await self._link()
        return words.rerun_of(await link.answer("claim", words.of_rerun(rerun)))

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Record how a claimed call ended; it is handed over before this returns."""
        link = self._links.get(asyncio.get_running_loop())
        return _nothing() if link is None else link.settled(rerun)

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: int) -> ToolResult:
        """Let the guard judge the call and, if allowed, run the tool here."""
        link = await self._link()
        said = words.of_call(call.within(self._span()))
        with link.talk("call", {"call": said, "hold_ms": hold_ms}) as talk:
            frame, body = await talk.heard()
            if frame["do"] != "run":
                return words.result_of(body)  # the guard claims a run that was none
            ran = await tool.run(*words.run_of(body, call))
            talk.tell("ran", words.of_result(ran))
            _, body = await talk.heard()
            done = words.result_of(body)
            return replace(ran, labels=done.labels, narrowed=done.narrowed)

    async def _link(self) -> "_Link":
        loop = asyncio.get_running_loop()
        found = self._links.get(loop)
        if found is None or found.over.is_set():
            found = self._links[loop] = _Link(self._hello)
            try:
                async with asyncio.timeout(CONNECT_S):
                    await loop.create_unix_connection(lambda: found, self._path)
                    await asyncio.shield(found.ready)
            except OSError as wrong:  # includes the timeout
                gone = _gone()
                self._faults.met(self._lost, gone)
                raise gone from wrong
            else:
                self._faults.over(self._lost)
            finally:
                if not found.ready.done():
                    found.connection_lost(None)  # others wait for it, too
                    found.close()
        await asyncio.shield(found.ready)  # one that is taken back takes it from no other
        return found

    def close(self) -> None:
        """Leave the guard, on every event loop that still runs or may run again."""
        for loop, link in list(self._links.items()):
            if loop is not _running_loop() and loop.is_running():
                asyncio.run_coroutine_threadsafe(link.ended(), loop).result(CONNECT_S)
            elif not loop.is_closed():
                link.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that runs in this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _nothing() -> None:
    """Settle nothing: no guard knows of the call."""


class _Link(Frames):
    """One connection: any number of talks, each told apart by its number."""

    def __init__(self, hello: Message) -> None:
        super().__init__()
        self._hello = hello
        self._talks: dict[int, asyncio.Queue[Heard]] = {}
        self._numbers = itertools.count(1)
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.known: dict[str, tuple[str, int]] = {}  # handle, hash of what was asked last
        self.over = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who comes."""
        super().connection_made(transport)
        self.send(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        """End every talk."""
        super().connection_lost(exc)
        self.over.set()
        if not self.ready.done():
            self.ready.set_exception(_gone())
            self.ready.exception()  # marks it as seen: nobody may be waiting
        for heard in self._talks.values():
            heard.put_nowait(None)

    async def ended(self) -> None:
        """Leave, and return once the connection is over."""
        self.close()
        await self.over.wait()

    def frame(self, frame: Message, raw: bytes) -> None:
        """Hand a frame to its talk; what is about a talk that ended is dropped."""
        if "hello" in frame:
            if not self.ready.done():
                self.ready.set_result(None)
            return
        if (heard := self._talks.get(frame["n"])) is not None:
            heard.put_nowait((frame, loads(raw, limits=RESPONSE_LIMITS)))

    @contextmanager
    def talk(self, do: str, body: words.Words) -> Iterator["_Talk"]:
        """Begin a talk; whatever is raised inside takes it back at the guard."""
        number, heard = next(self._numbers), asyncio.Queue[Heard]()
        self._talks[number] = heard
        self.send({"do": do, "n": number}, body)
        try:
            yield _Talk(self, number, heard)
        except BaseException:
            self.send({"do": "cancel", "n": number})
            raise
        finally:
            del self._talks[number]

    async def answer(self, do: str, body: words.Words) -> words.Words:
        """Return the guard's answer to what needs neither person nor tool."""
        with self.talk(do, body) as talk:
            try:
                async with asyncio.timeout(ANSWER_S):
                    return (await talk.heard())[1]
            except TimeoutError as late:
                raise _gone() from late

    def settled(self, rerun: Rerun) -> Awaitable[None]:
        """Tell how a call ended; awaiting it waits for the guard's word that it is recorded."""
        number, heard = next(self._numbers), asyncio.Queue[Heard]()
        self._talks[number] = heard
        self.send({"do": "settle", "n": number}, words.of_rerun(rerun))
        if self.over.is_set():
            heard.put_nowait(None)
        return self._recorded(number, heard)

    async def _recorded(self, number: int, heard: asyncio.Queue[Heard]) -> None:
        """Wait for the guard's word; without one, a second attempt is not run, and told so."""
        try:
            async with asyncio.timeout(ANSWER_S):
                said = await heard.get()
        except TimeoutError as late:
            raise _gone() from late
        finally:
            del self._talks[number]
        if said is None:
            raise _gone()
        if said[0]["do"] == "no":
            raise words.error_of(said[1])


class _Talk:
    """One question and what is said about it."""

    def __init__(self, link: _Link, number: int, heard: "asyncio.Queue[Heard]") -> None:
        self._link, self._number, self._heard = link, number, heard

    def tell(self, do: str, body: words.Words) -> None:
        """Say more about it."""
        self._link.send({"do": do, "n": self._number}, body)

    async def heard(self) -> tuple[Message, words.Words]:
        """Return what the guard says next.

        Raises:
            GuardError: it says no.
            Unavailable: `guard_gone`.
        """
        if self._link.over.is_set() and self._heard.empty():
            raise _gone()
        said = await self._heard.get()
        if said is None:
            raise _gone()
        if said[0]["do"] == "no":
            raise words.error_of(said[1])
        return said
