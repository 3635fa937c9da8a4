"""Tokens on their way to the receivers that are pushed to (RFC 8935), each stream in its order.

A token leaves the store when its receiver took it, or said that it never will. Anything else is
tried again, later each time: the tokens behind it wait, so that what lifts never comes before what
it lifts.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from guard.clock import Clock
from guard.ports.transmit import OutStream, OutToken, Transmissions
from guard_adapters._faults import Faults
from guard_adapters._http.deliver import NotTaken, deliver
from guard_adapters._http.failed import UpstreamFailed

LEASE_MS: Final = 60_000
"""Longest work on one token: a guard that dies keeps it no longer than this."""

PAUSE_MS: Final = 2_000
LONGEST_PAUSE_MS: Final = 300_000

NEVER: Final = frozenset({"invalid_request", "invalid_issuer", "invalid_audience", "invalid_state"})
"""Errors of a receiver that the same token will meet each time (RFC 8935, 2.4)."""

Deliver = Callable[..., Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Sending:
    """Sends what waits. `opened` unseals the header of a stream; `post` sends, for tests."""

    rows: Transmissions
    clock: Clock
    opened: Callable[[str], str] = field(repr=False)
    post: Deliver = deliver
    faults: Faults = field(default_factory=Faults)
    _busy: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def round(self) -> None:
        """Begin to send of every stream that is pushed and idle, and return."""
        for stream in await self.rows.streams():
            if _goes(stream) and stream.id not in self._busy:
                task = asyncio.create_task(self._drained(stream.id))
                self._busy[stream.id] = task

    async def settled(self) -> None:
        """Wait until everything that was begun has ended."""
        await asyncio.gather(*self._busy.values())

    async def aclose(self) -> None:
        """Stop; what was not taken yet is sent by the next guard."""
        busy = [*self._busy.values()]
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    async def _drained(self, stream_id: str) -> None:
        try:
            # Whatever fails, the token is due again later.
            with self.faults.around(f"Nothing is sent on stream {stream_id}"):
                while await self._one(stream_id):
                    pass
        finally:
            self._busy.pop(stream_id, None)

    async def _one(self, stream_id: str) -> bool:
        """Send the oldest token as the stream is now; return whether the next one may follow."""
        found = (one for one in await self.rows.streams() if one.id == stream_id)
        stream = next(found, None)
        if stream is None or not _goes(stream):
            return False
        header = self.opened(stream.header) if stream.header else ""
        token = await self.rows.head(stream.id, self.clock.now_ms(), LEASE_MS)
        if token is None:
            return False
        headers = {"content-type": "application/secevent+jwt", "accept": "application/json"}
        headers |= {"authorization": header} if header else {}
        try:
            await self.post(stream.url, token.token.encode(), headers, within_s=LEASE_MS / 2000)
        except NotTaken as no:
            if _error(no.said) not in NEVER:
                return await self._again(token)
            await self.rows.done(stream.id, [token.id], taken=False)
        except UpstreamFailed:
            return await self._again(token)
        else:
            await self.rows.done(stream.id, [token.id], taken=True)
        return True

    async def _again(self, token: OutToken) -> bool:
        pause_ms = min(PAUSE_MS << min(token.tries, 10), LONGEST_PAUSE_MS)
        await self.rows.later(token.id, self.clock.now_ms() + pause_ms)
        return False


def _goes(stream: OutStream) -> bool:
    return bool(stream.url) and stream.status == "enabled"


def _error(said: bytes) -> str:
    """Return the code of an answer of RFC 8935, 2.3; empty: it is none."""
    try:
        found = json.loads(said)
    except ValueError:
        return ""
    return str(found.get("err", "")) if isinstance(found, dict) else ""
