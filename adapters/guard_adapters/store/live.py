"""Calls that tools work on in this process, and how one is stopped; who holds a list of tools.

Nothing here is kept: what must outlive the process is in the rows. It decides nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from guard.grant.credential import Credential
from guard.model.call import ToolResult
from guard.ports.live import Flight, Seat, Tool, can_stop
from guard_adapters.store.waiting import Waiting


class _Seat:
    """One call under way. A cut ends what its tool does, or is remembered until the tool ends."""

    def __init__(self, flight: Flight) -> None:
        self.flight = flight
        self.cut = ""
        self.stops = True  # until the tool is known, nothing runs that could not be stopped
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._cancelled = False

    async def run(self, tool: Tool, credential: Credential | None) -> ToolResult | None:
        if self.cut:
            return None
        self.stops = can_stop(tool)
        call = self.flight.call
        if not self.stops:
            return await tool.run(call, credential)
        task = self._task = asyncio.current_task()
        before = task.cancelling() if task else 0
        try:
            return await tool.run(call, credential)
        except asyncio.CancelledError:
            # As in `asyncio.timeout`: somebody else's cancel, at the same time, is theirs.
            if not self._cancelled or task is None or task.uncancel() > before:
                raise
            self._cancelled = False
            return None
        finally:
            self._task = None
            if self._cancelled and task is not None:  # the tool ended all the same
                task.uncancel()

    def stop(self, why: str) -> bool:
        """Cut the call; return whether its tool can be stopped. From any thread."""
        self.cut = self.cut or why
        if self.stops:
            self._loop.call_soon_threadsafe(self._stop)
        return self.stops

    def _stop(self) -> None:
        if self._task is not None and not self._cancelled:
            self._cancelled = True
            self._task.cancel()


class LiveCalls:
    """The `Live` port of one process."""

    def __init__(self) -> None:
        self._seats: dict[str, _Seat] = {}
        self._turns: dict[str, int] = defaultdict(int)
        self.lists = Waiting()

    @contextmanager
    def aboard(self, flight: Flight) -> Generator[Seat]:
        """Make a call findable as long as it is under way."""
        seat = self._seats[flight.call.id] = _Seat(flight)
        try:
            yield seat
        finally:
            self._seats.pop(flight.call.id, None)

    def flights(self) -> Sequence[Flight]:
        """Return every call that is under way here."""
        return [one.flight for one in list(self._seats.values())]

    def cut(self, call_id: str, why: str) -> bool | None:
        """Stop a call; None where there is none, else whether its tool can be stopped."""
        seat = self._seats.get(call_id)
        return None if seat is None else seat.stop(why)

    def relist(self, who: str) -> None:
        """Note that the tools of a caller have changed, and wake whoever holds its list."""
        self._turns[who] += 1
        self.lists.wake(who)

    def turn(self, who: str) -> int:
        """Return how often the tools of a caller have changed."""
        return self._turns.get(who, 0)
