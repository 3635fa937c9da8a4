"""The queue while somebody looks at it: pushed whole whenever it has changed, never as a delta.

A pushed fragment carries text and plain links only, so nothing in it can send anything. It ends
with the login, and after a while by itself: the page connects again.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response, StreamingResponse

from guard.errors import Unavailable
from guard_adapters.console.app import Page, Visit
from guard_adapters.console.fitting import fitted
from guard_adapters.console.looking import Looking

EVERY_S: Final = 1.0
"""How often the queue is looked at (seconds)."""
LOOKS: Final = 600
"""Looks before the stream ends and the page asks anew, with its login."""
QUIET: Final = 15
"""Looks without a change before an empty line tells whether somebody still listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The stream of one guard's queue."""

    desk: Looking
    every_s: float = EVERY_S

    def pages(self) -> tuple[Page, ...]:
        """Return the page that streams."""
        return (Page(path="/live/queue", answer=self.queue),)

    async def queue(self, visit: Visit) -> Response:
        """Return server-sent events, each with the whole queue."""
        return StreamingResponse(self._events(visit), media_type="text/event-stream")

    async def _events(self, visit: Visit) -> AsyncIterator[str]:
        last, quiet, skip = "", 0, visit.number("skip")
        for _ in range(LOOKS):
            try:
                found = await self.desk.queue(visit.who, skip)
            except Unavailable:
                return  # the page connects again, and shows an error if it lasts
            text = visit.render("queue_list.html", queue=fitted(found), now_ms=self.desk.now_ms())
            if text != last:
                last, quiet = text, 0
                lines = "".join(f"data: {line}\n" for line in text.splitlines())
                yield f"{lines}\n"
            else:
                quiet += 1
                if quiet % QUIET == 0:
                    yield ": nothing new\n\n"
            await asyncio.sleep(self.every_s)
