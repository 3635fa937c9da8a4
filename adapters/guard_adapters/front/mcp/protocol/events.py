"""Cut byte streams into stdio lines and server-sent events, the same for every chunking.

Rule 1: what the splitter holds is bounded. Rule 2: an event keeps its id, type, retry and
comments, because resuming clients depend on them; only its data may be replaced. This file reads
no JSON and waits for nothing.
"""

import re
from dataclasses import dataclass
from typing import Final

from guard_adapters.front.mcp.protocol.wire import (
    GUARD_UNAVAILABLE,
    INVALID_REQUEST,
    WireRefused,
    refuse,
)

LINE_LIMIT: Final = 16 * 2**20
EVENT_LIMIT: Final = 4 * 2**20

_END_OF_LINE: Final = re.compile(rb"\r\n|\r|\n")
_LINE_COST: Final = 32  # what holding a line costs beside its bytes: bounds a flood of short ones
_BOM: Final = b"\xef\xbb\xbf"


class LineSplitter:
    r"""Splits the stdio wire: one message per line, ended by `\n` (a `\r` before it is dropped).

    Empty lines are skipped. A line of more than `limit` bytes is thrown away as it arrives and
    appears once, in its place, as a WireRefused to answer with; the lines after it are good.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._held = bytearray()
        self._dropping = False

    def feed(self, chunk: bytes) -> list[bytes | WireRefused]:
        """Take the next bytes, return the lines that they complete."""
        lines: list[bytes | WireRefused] = []
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._hold(chunk[start:end], lines)
            self._complete(lines)
            start = end + 1
        self._hold(chunk[start:], lines)
        return lines

    def finish(self) -> bytes | None:
        """Return the unfinished line at the end of the stream, or None; it is not a message."""
        left = bytes(self._held).strip()
        self._held.clear()
        return left or None

    def _hold(self, part: bytes, lines: list[bytes | WireRefused]) -> None:
        if self._dropping:
            return
        if len(self._held) + len(part) > self._limit:
            self._dropping = True
            self._held.clear()
            text = f"A line is longer than {self._limit} bytes. Send a smaller message."
            lines.append(WireRefused(INVALID_REQUEST, text, 413, "line_too_long"))
            return
        self._held += part

    def _complete(self, lines: list[bytes | WireRefused]) -> None:
        if not self._dropping and (line := bytes(self._held).removesuffix(b"\r")).strip():
            lines.append(line)
        self._held.clear()
        self._dropping = False


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event as its lines came, without line ends (HTML standard, 9.2.6)."""

    lines: tuple[bytes, ...]

    @property
    def data(self) -> bytes | None:
        """The payload; empty for a priming event, None if the event has no data line."""
        found = self._values(b"data")
        return b"\n".join(found) if found else None

    @property
    def id(self) -> bytes | None:
        """The last id line, or None."""
        return self._last(b"id")

    @property
    def event(self) -> bytes | None:
        """The event type, or None for the default `message`."""
        return self._last(b"event")

    def _last(self, field: bytes) -> bytes | None:
        found = self._values(field)
        return found[-1] if found else None

    def _values(self, field: bytes) -> list[bytes]:
        parts = (line.partition(b":") for line in self.lines)
        return [value.removeprefix(b" ") for name, _, value in parts if name == field]


class EventSplitter:
    """Splits a `text/event-stream`, holding at most `limit` bytes of one unfinished event.

    Comments between events come out at once, as events without fields: they keep connections
    alive. An event that the stream's end cuts off is dropped, as the standard asks.
    """

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self._limit = limit
        self._lines: list[bytes] = []
        self._line = bytearray()
        self._size = 0
        self._skip_lf = False
        self._first = True

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes, return the events that they complete.

        Raises WireRefused (50300) when one event is larger than the limit; the stream is then
        of no further use.
        """
        if not chunk:
            return []
        start = 1 if self._skip_lf and chunk[:1] == b"\n" else 0
        # A CR at the end has ended its line; an LF that follows belongs to it. Forget that after
        # any non-empty chunk, else a later LF, and with it an event, is lost.
        self._skip_lf = start < len(chunk) and chunk.endswith(b"\r")
        events: list[Event] = []
        for end in _END_OF_LINE.finditer(chunk, start):
            self._hold(chunk[start : end.start()])
            self._end_line(events)
            start = end.end()
        self._hold(chunk[start:])
        return events

    def finish(self) -> bool:
        """Tell whether the stream ended inside an event, which is thus lost."""
        return bool(self._lines or self._line)

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            text = f"The server sent an event of more than {self._limit} bytes; it is withheld."
            advice = f"{text} Ask for less."
            refuse(GUARD_UNAVAILABLE, "event_too_large", advice, status=502)
        self._line += part

    def _end_line(self, events: list[Event]) -> None:
        line = bytes(self._line)
        self._line.clear()
        if self._first:
            self._first, line = False, line.removeprefix(_BOM)
        if line.startswith(b":") and not self._lines:
            events.append(Event((line,)))
        elif line:
            self._lines.append(line)
            self._size += _LINE_COST
            return
        elif self._lines:
            events.append(Event(tuple(self._lines)))
            self._lines.clear()
        self._size = 0


def write_event(event: Event, data: bytes | None = None) -> bytes:
    r"""Write `event` back, its payload replaced by `data` unless that is None.

    The new payload stands where the first old data line stood, or last if there was none; line
    ends within it become several data lines.
    """
    if data is None:
        return b"".join(line + b"\n" for line in event.lines) + b"\n"
    payload = [b"data: " + part for part in _END_OF_LINE.split(data)]
    lines: list[bytes] = []
    for line in event.lines:
        if line.partition(b":")[0] != b"data":
            lines.append(line)
        elif payload:
            lines, payload = lines + payload, []
    return b"".join(line + b"\n" for line in lines + payload) + b"\n"
