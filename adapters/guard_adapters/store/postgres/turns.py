"""One after the other: what concerns one session waits for its turn, in the order it came."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """The queues of this guard, one a session; an empty one is forgotten."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)

    @asynccontextmanager
    async def of(self, session_id: str) -> AsyncIterator[None]:
        """Wait for this session's turn, and hold it."""
        queue = self._queues[session_id]
        queue.wanted += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.wanted -= 1
            if queue.wanted == 0:
                self._queues.pop(session_id, None)


class _Queue:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0
