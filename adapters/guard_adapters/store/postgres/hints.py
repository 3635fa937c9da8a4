"""Hints that an approval has changed: one connection that listens, and a look every second.

NOTIFY can be lost with its connection, so nobody relies on it: each second, and once after every
new connection, all who wait are compared with their rows, in one statement.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final

from guard.errors import Unavailable
from guard_adapters.store.postgres.database import FAILED, Connection, Database
from guard_adapters.store.waiting import Waiting, Woken

CHANNEL: Final = "guard_approvals"
LOOK_S: Final = 1.0
"""Pause between two looks at the rows of all who wait (seconds)."""

AGAIN_S: Final = 0.2
"""A connection that failed sooner than this is made anew after this pause (seconds)."""


class Hints:
    """Wakes those who wait for an approval that any guard changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting = Waiting()
        self._listener: Connection = None
        self._looks: set[asyncio.Future[None]] = set()
        self._others: dict[str, Callable[[str], Awaitable[None]]] = {}
        self._each_second: set[str] = set()

    def also(
        self, channel: str, look: Callable[[str], Awaitable[None]], *, each_second: bool = False
    ) -> None:
        """Call `look` with what is said on a channel, and with nothing when a hint may be lost.

        That is at every new connection, and, where a look is cheap, each second. Before `start`.
        """
        self._others[channel] = look
        if each_second:
            self._each_second.add(channel)

    def start(self) -> None:
        """Listen and look until the store is closed."""
        self._database.keep(self._listen)
        self._database.keep(self._look_again)

    @asynccontextmanager
    async def on(self, approval_id: str) -> AsyncIterator[Woken]:
        """Register for the changes of one approval; what falls before the first look is seen."""
        async with self._waiting.on(approval_id) as waiter:
            yield waiter

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            with suppress(*FAILED):
                await self._connected()
            # One that was cut is made anew at once: whoever is answered meanwhile waits for it.
            if loop.time() - began < AGAIN_S:
                await asyncio.sleep(AGAIN_S)

    async def _connected(self) -> None:
        gone = asyncio.Event()
        db = await self._database.address.connect(timeout_ms=self._database.timeout_ms)
        self._listener = db
        try:
            db.add_termination_listener(lambda _: gone.set())
            await db.add_listener(CHANNEL, lambda *said: self._waiting.wake(said[3]))
            for channel in self._others:
                await db.add_listener(channel, self._said)
            await self._look()
            await self._look_elsewhere(self._others)
            await gone.wait()
        finally:
            self._listener = None
            db.terminate()

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(*FAILED):
                await self._look()
                await self._look_elsewhere(self._each_second)

    def _said(self, *said: object) -> None:
        """Take a hint: (connection, process, channel, payload)."""
        task = asyncio.ensure_future(self._tried(str(said[2]), str(said[3])))
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _tried(self, channel: str, name: str) -> None:
        with suppress(*FAILED, Unavailable):  # the next look comes in a second
            await self._others[channel](name)

    async def _look_elsewhere(self, channels: Iterable[str]) -> None:
        for channel in channels:
            await self._tried(channel, "")

    async def _look(self) -> None:
        """Wake those whose question is not open any more, in one statement for all."""
        waited = self._waiting.rows()
        if not waited:
            return
        async with self._database.connection() as db:
            ended = await db.fetch(
                "SELECT id FROM approvals WHERE id = ANY($1) AND status <> 'pending'", waited
            )
        for row in ended:
            self._waiting.wake(row[0])

    def cut(self) -> None:
        """Cut the connection that listens, as a network may at any time. From any thread."""
        self._database.hand(self._cut())

    async def _cut(self) -> None:
        if self._listener is not None:
            self._listener.terminate()
