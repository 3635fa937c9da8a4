"""The last word of an upstream, and what stands in for it where there is none.

It names what came back and cleans it; whether a client may have it is decided elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import Upstream
from guard_adapters.front.mcp.client.stream import JSON_HEADERS
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.edge import HeaderList
from guard_adapters.front.mcp.protocol.events import Event
from guard_adapters.front.mcp.protocol.wire import (
    GUARD_UNAVAILABLE,
    MessageId,
    WireRefused,
    error_message,
)

_DRAIN_S: Final = 2


@dataclass(slots=True, kw_only=True)
class Reply:
    """The last word of an upstream. `event` carried it, if it came in a stream."""

    status: int
    headers: HeaderList
    message: dict[str, Any] | None = field(default=None, repr=False)
    event: Event | None = None
    rest: AsyncIterator[bytes] | None = field(default=None, repr=False)
    resumable: bool = False  # a stream that ended early and may be read on elsewhere
    code: str = ""  # of the guard: why this is not what the upstream said


def answers(message: Mapping[str, Any], ident: MessageId | None) -> bool:
    """Return whether this is the answer to the request with this id; 1 and "1" differ."""
    found = message.get("id")
    return "method" not in message and type(found) is type(ident) and found == ident


def is_events(upstream: Upstream) -> bool:
    """Return whether the answer is a stream of events."""
    kind = next((value for name, value in upstream.headers if name.lower() == b"content-type"), b"")
    return kind.split(b";")[0].strip().lower() == b"text/event-stream"


def failed(asked: Asked, code: str, text: str, status: int = 502) -> Reply:
    """Return the answer for an upstream that could not be talked to."""
    refused = WireRefused(GUARD_UNAVAILABLE, f"{text} Try again later.", status, code)
    message = error_message(asked.id, refused)
    return Reply(status=status, headers=list(JSON_HEADERS), message=message, code=code)


def unreached(asked: Asked, error: UpstreamFailed) -> Reply:
    """Return the answer for an upstream that gave none."""
    if error.sent:
        return failed(asked, "upstream_broke_off", "The server broke off before its answer.")
    return failed(asked, "upstream_unreachable", "The server cannot be reached.")


def credential_refused(asked: Asked) -> Reply:
    """Return the answer where the upstream refused the guard's credential.

    Its challenge is about the guard, not about the client, and never passes.
    """
    text = (
        "The server refused the guard's own credential, or wants one that it did not get. An "
        "operator must look at `credential` of this server."
    )
    return failed(asked, "upstream_credential_refused", text)


async def drained(reply: Reply) -> None:
    """Read the stream of an answer to its end: else its connection cannot be used again."""
    if reply.rest is None:
        return
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in reply.rest:
                pass
    except (TimeoutError, UpstreamFailed, WireRefused):
        return
