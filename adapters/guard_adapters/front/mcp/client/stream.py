"""The client's side of one HTTP exchange: one JSON answer, or a stream of events.

Each event leaves at once. Whether it is one or the other is decided by what is sent first. This
file reads nothing from the client and knows no message.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from guard_adapters.front.mcp.protocol.edge import HeaderList
from guard_adapters.front.mcp.protocol.events import Event, write_event
from guard_adapters.front.mcp.protocol.json import written

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Scope = MutableMapping[str, Any]

JSON_HEADERS: Final = [(b"content-type", b"application/json")]
EVENT_HEADERS: Final = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class ClientStream:
    """What a client is sent. `streaming` is set once the head of an event stream went out."""

    def __init__(self, send: Send, *, takes_events: bool) -> None:
        self._send = send
        self.takes_events = takes_events
        self.streaming = False

    async def open(self, headers: HeaderList | None = None, status: int = 200) -> None:
        """Send the head of an event stream, unless it has gone out."""
        if not self.streaming:
            self.streaming = True
            head = EVENT_HEADERS if headers is None else headers
            await self._send({"type": "http.response.start", "status": status, "headers": head})

    async def event(self, data: bytes) -> None:
        """Send one written event, opening the stream if need be."""
        await self.open()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def message(self, message: MutableMapping[str, Any]) -> None:
        """Send one message of the guard itself as an event."""
        await self.event(b"event: message\ndata: " + written(message) + b"\n\n")

    async def end(self, data: bytes = b"") -> None:
        """End the event stream with a last event, if any."""
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    async def answer(
        self, status: int, headers: HeaderList, message: MutableMapping[str, Any] | None
    ) -> None:
        """Send the one answer: as JSON, or as the last event of a stream already open."""
        if self.streaming:
            last = (
                b"" if message is None else b"event: message\ndata: " + written(message) + b"\n\n"
            )
            await self.end(last)
            return
        body = b"" if message is None else written(message)
        head = [*headers, (b"content-length", str(len(body)).encode())]
        await self._send({"type": "http.response.start", "status": status, "headers": head})
        await self._send({"type": "http.response.body", "body": body})


def rewritten(event: Event, message: MutableMapping[str, Any]) -> bytes:
    """Return the event with its id, type and retry, and with this message in it."""
    return write_event(event, written(message))
