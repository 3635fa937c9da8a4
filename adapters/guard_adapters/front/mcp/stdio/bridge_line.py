"""One stdio server behind HTTP: which line of it belongs to which HTTP stream.

Several streams share one pipe, so requests get ids and progress tokens of the pipe's own on the
way in and their old ones back on the way out. What a server sends unasked goes to the stream it
most likely belongs to: stdio does not say. This file judges nothing and answers for nobody.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from guard_adapters.front.mcp.protocol.events import LineSplitter
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, dumps, loads
from guard_adapters.front.mcp.protocol.wire import (
    CANCELLED,
    Kind,
    MessageId,
    WireRefused,
    classify,
    readable_id,
)

if TYPE_CHECKING:
    from guard_adapters.front.mcp.stdio.child import Child

Message = dict[str, Any]

SUBSCRIPTION: Final = "io.modelcontextprotocol/subscriptionId"
WAITING: Final = 1000  # messages for one stream that its reader has not taken

# Not about any request: better on the session's own stream, if there is one.
_GENERAL: Final = ("notifications/resources/", "notifications/tools/", "notifications/prompts/")


@dataclass(eq=False, slots=True, kw_only=True)
class Stream:
    """What one HTTP request gets from the child. None in the queue: nothing more comes."""

    ident: MessageId | None = None  # as the client chose it
    token: str | int | None = None
    answered: bool = False
    queue: "asyncio.Queue[Message | None]" = field(
        default_factory=lambda: asyncio.Queue(WAITING + 1)
    )

    def put(self, message: Message | None) -> None:
        """Queue a message; a reader that lags too far behind loses its stream."""
        if self.queue.qsize() < WAITING or message is None:
            if not self.queue.full():
                self.queue.put_nowait(message)
        elif self.queue.qsize() == WAITING:
            self.queue.put_nowait(None)


class Line:
    """The pipe of one child and the streams on it."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.general: Stream | None = None
        self.streams: dict[int, Stream] = {}
        self.ended = asyncio.Event()
        self._numbers = itertools.count(1)
        self._splitter = LineSplitter()

    def send(self, message: Mapping[str, Any]) -> None:
        """Write a message that expects no answer here; an id to cancel becomes the pipe's."""
        if message.get("method") == CANCELLED:
            params = message.get("params") or {}
            number = self._number(params.get("requestId"))
            if number is not None:
                message = {**message, "params": {**params, "requestId": number}}
        self._write(message)

    def ask(self, message: Message) -> tuple[int, Stream]:
        """Write a request; what belongs to it comes out of the stream, its answer last."""
        number = next(self._numbers)
        params = message.get("params") or {}
        meta = params.get("_meta") if isinstance(params.get("_meta"), dict) else {}
        stream = Stream(ident=message["id"], token=(meta or {}).get("progressToken"))
        sent = {**message, "id": number}
        if stream.token is not None:
            sent["params"] = {**params, "_meta": {**(meta or {}), "progressToken": number}}
        self.streams[number] = stream
        if self.ended.is_set():
            stream.put(None)
        self._write(sent)
        return number, stream

    def leave(self, number: int) -> None:
        """Forget a request; if it has no answer yet, tell the child that nobody waits for it."""
        stream = self.streams.pop(number, None)
        if stream is not None and not stream.answered:
            params = {"requestId": number, "reason": "the client closed its stream"}
            self._write({"jsonrpc": "2.0", "method": CANCELLED, "params": params})

    def received(self, chunk: bytes) -> None:
        """Take bytes from the child; what is no message is dropped."""
        for line in self._splitter.feed(chunk):
            if isinstance(line, WireRefused):
                continue
            try:
                message = loads(line, limits=RESPONSE_LIMITS)
                kind = classify(message)
            except WireRefused:
                continue
            if kind in {Kind.RESPONSE, Kind.ERROR}:
                self._answer(message)
            elif (stream := self._stream_for(message)) is not None:
                stream.put(message)

    def end(self) -> None:
        """Note that the child is gone."""
        self.ended.set()
        for stream in [*self.streams.values(), *([self.general] if self.general else [])]:
            stream.put(None)

    def _write(self, message: Mapping[str, Any]) -> None:
        if self.child is not None:
            self.child.write(dumps(message) + b"\n")

    def _number(self, ident: object) -> int | None:
        same = (
            n for n, s in self.streams.items() if s.ident == ident and type(s.ident) is type(ident)
        )
        return next(same, None)

    def _answer(self, message: Message) -> None:
        number = readable_id(message)
        stream = self.streams.get(number) if isinstance(number, int) else None
        if stream is not None and not stream.answered:
            stream.answered = True
            stream.put(_renamed({**message, "id": stream.ident}, number, stream))

    def _stream_for(self, message: Message) -> Stream | None:
        params = message.get("params") or {}
        meta = params.get("_meta")
        named = params.get("progressToken")
        if named is None and isinstance(meta, dict):
            named = meta.get(SUBSCRIPTION)
        stream = self.streams.get(named) if isinstance(named, int) else None
        if stream is not None:
            message.update(_renamed(message, named, stream))
            return stream
        latest = next(reversed(self.streams.values()), None)
        if self.general is not None and message["method"].startswith(_GENERAL):
            return self.general
        return latest or self.general


def _renamed(message: Message, number: object, stream: Stream) -> Message:
    """Give names of the pipe in a message their old values back."""
    for part in ("params", "result"):
        inner = message.get(part)
        if not isinstance(inner, dict):
            continue
        if part == "params" and inner.get("progressToken") == number:
            inner = {**inner, "progressToken": stream.token}
        meta = inner.get("_meta")
        if isinstance(meta, dict) and SUBSCRIPTION in meta:
            inner = {**inner, "_meta": {**meta, SUBSCRIPTION: _like(meta[SUBSCRIPTION], stream)}}
        message = {**message, part: inner}
    return message


def _like(found: object, stream: Stream) -> object:
    # Some servers write the id of the subscription as text whatever it was.
    return str(stream.ident) if isinstance(found, str) else stream.ident
