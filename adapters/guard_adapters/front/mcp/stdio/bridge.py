"""HTTP in front of a stdio command, for the guard's own HTTP front and nobody else.

Rule 1: commands come from the operator's configuration only. Rule 2: two principals never share
a child. A legacy session has a child of its own, as over stdio; modern requests of one principal
share one. This file judges nothing: what arrives here was judged by the HTTP front.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from guard.errors import Unusable
from guard.grant.credential import Credential
from guard_adapters._faults import Faults
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import Headers, HttpClient, Upstream
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, dumps, loads
from guard_adapters.front.mcp.protocol.wire import HTTP_STATUS, Kind, classify, era
from guard_adapters.front.mcp.stdio.bridge_line import Line, Stream
from guard_adapters.front.mcp.stdio.child import Command, Ears, absent, start

if TYPE_CHECKING:
    from guard_adapters.front.hooks.child import Hooks

Pulls = Callable[[HookGate], AbstractAsyncContextManager["Hooks"]]

MAX_CHILDREN: Final = 64
IDLE_S: Final = 600.0
# What a server that knows HTTP would answer with; -32021: the client lacks a capability.
_STATUS: Final = {**HTTP_STATUS, -32021: 400}
_JSON: Final = (b"content-type", b"application/json")
_EVENTS: Final = (b"content-type", b"text/event-stream")
_SESSION: Final = b"mcp-session-id"
NOT_STARTED: Final = "server_not_started"


@dataclass(eq=False, slots=True, kw_only=True)
class _Kept:
    """One child and how long nobody has used it."""

    line: Line
    used: float
    hooks: "Hooks | None" = None
    busy: int = 0
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)


@dataclass(slots=True, kw_only=True)
class Bridge:
    """The children of one configured command, by principal and session."""

    command: Command
    pulls: Pulls | None = None  # opens what each child may pull credentials from
    name: str = ""  # of the server, for whoever operates the guard
    faults: Faults = field(default_factory=Faults)
    max_children: int = MAX_CHILDREN
    idle_s: float = IDLE_S
    children: dict[tuple[str, str], _Kept] = field(default_factory=dict)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def for_caller(self, who: str) -> "BridgeClient":
        """Return what stands for the HTTP client in requests of this principal."""
        return BridgeClient(self, who)

    def look(self) -> None:
        """Say now if there is no such program: else nobody knows before the first call."""
        if why := absent(self.command):
            self.faults.note(self._unstarted, f"{NOT_STARTED}: {why}")

    async def line(self, who: str, session: str) -> _Kept:
        """Return the child of this principal and session, started if need be.

        Raises:
            UpstreamFailed: there are too many children, or it cannot be started.
        """
        key = (who, session)
        async with self._starting:
            await self.reap()
            kept = self.children.get(key)
            if kept is None or kept.line.ended.is_set():
                if len(self.children) >= self.max_children:
                    raise UpstreamFailed(f"{self.max_children} children run already", sent=False)
                kept = self.children[key] = await self._started()
            return kept

    async def _started(self) -> _Kept:
        line, gate = Line(), HookGate()
        kept = _Kept(line=line, used=_now())
        ears = Ears(line.received, line.end, lambda _: None)
        command = self.command
        try:
            if self.pulls is not None:
                kept.hooks = await kept.closing.enter_async_context(self.pulls(gate))
                command = replace(command, env={**command.env, **kept.hooks.environ})
            line.child = await start(command, ears)
        except (Unusable, OSError) as wrong:
            await kept.closing.aclose()
            code = wrong.code if isinstance(wrong, Unusable) else NOT_STARTED
            self.faults.note(self._unstarted, _why(wrong))
            raise UpstreamFailed(code, sent=False) from wrong
        self.faults.over(self._unstarted)
        gate.pid = line.child.pid  # until now, nobody was let in
        return kept

    @property
    def _unstarted(self) -> str:
        return f"The server {self.name!r} cannot be started"

    async def reap(self) -> None:
        """Stop children that ended or that nobody used for `idle_s`."""
        oldest = _now() - self.idle_s
        for key, kept in list(self.children.items()):
            if kept.line.ended.is_set() or (not kept.busy and kept.used < oldest):
                await self.stop(key)

    async def stop(self, key: tuple[str, str]) -> bool:
        """Stop one child; return whether there was one."""
        kept = self.children.pop(key, None)
        if kept is None or kept.line.child is None:
            return False
        kept.line.end()
        await kept.line.child.stop()
        await kept.closing.aclose()
        return True

    async def aclose(self) -> None:
        """Stop all children."""
        await asyncio.gather(*(self.stop(key) for key in list(self.children)))


def _why(wrong: Unusable | OSError) -> str:
    """Return why a program cannot be started, in the words of the system where it has some."""
    cause = wrong if isinstance(wrong, OSError) else wrong.__cause__
    code = wrong.code if isinstance(wrong, Unusable) else NOT_STARTED
    said = cause.strerror if isinstance(cause, OSError) else ""
    return f"{code}: {said}" if said else code


def _now() -> float:
    return asyncio.get_running_loop().time()


class BridgeClient(HttpClient):
    """Takes the place of the HTTP client: same requests, answered by a child process."""

    def __init__(self, bridge: Bridge, who: str) -> None:
        # Not super().__init__: there is no connection, so there is no pool and no TLS.
        self._bridge, self._who = bridge, who

    async def open_upstream(
        self, method: str, url: str, headers: Headers, body: bytes, *, read_s: float | None = None
    ) -> Upstream:
        """Answer one request as a streamable HTTP server would; see `HttpClient`."""
        del url
        named = next((value for name, value in headers if name.lower() == _SESSION), b"")
        key = (self._who, named.decode("latin-1"))
        if named and key not in self._bridge.children:
            return Said(404, (), b"")
        match method:
            case "GET" if named:
                return self._listening(self._bridge.children[key])
            case "DELETE" if named:
                await self._bridge.stop(key)
                return Said(200, (), b"")
            case "POST":
                return await self._posted(key, loads(body, limits=RESPONSE_LIMITS), read_s)
            case _:
                return Said(405, (), b"")

    @asynccontextmanager
    async def lending(self, credential: Credential | None, session: str) -> AsyncIterator[None]:
        """Let the child of this session pull this credential for as long as the block runs.

        Raises:
            UpstreamFailed: the child cannot be started.
        """
        known = not session or (self._who, session) in self._bridge.children
        if credential is None or not known or self._bridge.pulls is None:
            yield
            return
        kept = await self._bridge.line(self._who, session)
        assert kept.hooks is not None  # noqa: S101  the bridge has them, so its children do
        async with kept.hooks.during(credential):
            yield

    async def aclose(self) -> None:
        """Nothing of its own to close: the bridge stops its children."""

    def _listening(self, kept: _Kept) -> Upstream:
        if kept.line.general is not None:
            return Said(409, (), b"")
        stream = kept.line.general = Stream()
        kept.busy += 1
        return Streamed(kept, stream, None, first=None, headers=())

    async def _posted(
        self, key: tuple[str, str], message: dict[str, Any], read_s: float | None
    ) -> Upstream:
        kind = classify(message)
        head: Headers = ()
        if message.get("method") == "initialize" and not key[1] and era(message) == "legacy":
            key = (key[0], secrets.token_hex(16))
            head = ((_SESSION, key[1].encode()),)
        kept = await self._bridge.line(*key)
        kept.used = _now()
        if kind is not Kind.REQUEST:
            kept.line.send(message)
            return Said(202, (), b"")
        number, stream = kept.line.ask(message)
        kept.busy += 1
        answer = Streamed(kept, stream, number, first=None, headers=head)
        try:
            async with asyncio.timeout(read_s):
                first = await stream.queue.get()
        except BaseException as error:
            await answer.aclose()
            if isinstance(error, TimeoutError):
                raise UpstreamFailed("no answer in time", sent=True) from error
            raise
        if first is None:
            await answer.aclose()
            raise UpstreamFailed("the server ended", sent=True)
        if not stream.answered or stream.queue.qsize():
            answer.first = first
            return answer
        await answer.aclose()
        code = first.get("error", {}).get("code")
        status = _STATUS.get(code, 200) if era(message) == "modern" else 200
        return Said(status, (_JSON, *head), dumps(first))


class Said(Upstream):
    """An answer that is there as a whole."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self._body = status, headers, body
        self.scrub = None  # a pipe carries no key of ours

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        if self._body:
            yield self._body

    async def aclose(self) -> None:
        """Nothing is open."""


class Streamed(Upstream):
    """An answer as server-sent events, for as long as the request lasts."""

    def __init__(
        self,
        kept: _Kept,
        stream: Stream,
        number: int | None,
        *,
        first: dict[str, Any] | None,
        headers: Headers,
    ) -> None:
        self.status, self.headers, self.first = 200, (_EVENTS, *headers), first
        self.scrub = None
        self._kept, self._stream, self._number = kept, stream, number
        self._left = False

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """Yield one event per message; the answer to the request is the last one.

        Raises:
            UpstreamFailed: the child ended first.
        """
        message = self.first or await self._stream.queue.get()
        while message is not None:
            yield b"event: message\ndata: " + dumps(message) + b"\n\n"
            if self._number is not None and "method" not in message:
                return
            message = await self._stream.queue.get()
        if self._number is not None:
            raise UpstreamFailed("the server ended", sent=True)

    async def aclose(self) -> None:
        """Leave; a request without an answer is withdrawn."""
        if self._left:
            return
        self._left = True
        line = self._kept.line
        self._kept.used, self._kept.busy = _now(), self._kept.busy - 1
        if self._number is not None:
            line.leave(self._number)
        elif line.general is self._stream:
            line.general = None
