"""When a client goes away or takes a call back.

On the modern wire closing the stream is the cancel; on the legacy wire it explicitly is not, and
a notification says so. A call that waits for a person is the guard's own: taking it back ends the
waiting and goes no further. This file knows no message but its id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from guard_adapters.front.mcp.client.stream import Receive
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, MessageId, refuse

_PROMPT_S: Final = 0.02

Done = TypeVar("Done")
FlightKey = tuple[str, str, str, str, MessageId]


class Gone(Exception):
    """Nobody waits for the answer any more."""


async def attended(
    work: "asyncio.Task[Done]",
    *,
    receive: Receive,
    goes_on: "Flight | None" = None,
    every_s: float | None = None,
    tick: Callable[[], Awaitable[None]] | None = None,
) -> Done:
    """Wait for `work`, ticking every `every_s` seconds, until the client leaves.

    `goes_on` is the call where a lost connection is no cancel: that is noted, and waiting goes on.

    Raises:
        Gone: the client left or the work was taken back; the work has ended by then.
    """
    left: asyncio.Task[None] | None = None
    try:
        # Most answers come at once; those that take longer are worth a task that watches.
        await asyncio.wait({work}, timeout=_PROMPT_S)
        if not work.done():
            left = asyncio.create_task(_disconnected(receive))
        while not work.done():
            waiting: set[asyncio.Task[Any]] = {work} if left is None else {work, left}
            done, _ = await asyncio.wait(
                waiting, timeout=every_s, return_when=asyncio.FIRST_COMPLETED
            )
            if left in done:
                if goes_on is None:
                    break
                goes_on.left, left = True, None
            elif not done and tick is not None:
                await tick()
    finally:
        if left is not None:
            left.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
    if work.cancelled():
        raise Gone
    return work.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass(slots=True, kw_only=True)
class Flight:
    """One call that goes on when its client leaves. `forwarded` once it has gone upstream."""

    work: "asyncio.Task[Any] | None" = None
    forwarded: bool = False
    left: bool = False  # whoever made it has gone: its answer will reach nobody


class Flights:
    """Legacy calls under way in this process, by caller, server, session and id."""

    def __init__(self) -> None:
        self._flights: dict[FlightKey, Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def enter(self, key: FlightKey) -> Flight:
        """Register a call.

        Raises:
            WireRefused: -32600 if one with this id is under way: results would be mixed up.
        """
        if key in self._flights:
            text = "A request with this id is still running in this session. Use a new id."
            refuse(INVALID_REQUEST, "id_in_use", text)
        self._flights[key] = Flight()
        return self._flights[key]

    def leave(self, key: FlightKey) -> None:
        """Forget a call that has ended."""
        self._flights.pop(key, None)

    def take_back(self, key: FlightKey) -> bool:
        """End the waiting of a held call; False if there is none: the upstream must be told."""
        flight = self._flights.get(key)
        if flight is None or flight.forwarded or flight.work is None:
            if flight is not None:
                flight.left = True
            return False
        flight.work.cancel()
        return True


def flight_key(who: str, server: str, session: str, ident: MessageId) -> FlightKey:
    """Return the key of a call; the ids 1 and "1" are two ids."""
    return who, server, session, type(ident).__name__, ident
