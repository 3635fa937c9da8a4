"""The guard's end of one hook: one event in, one answer out, and the connection is over."""

import asyncio
from collections.abc import Callable
from typing import Final

from guard_adapters.front.coding.agents import DIALECTS, HookDesk, Said
from guard_adapters.front.mcp.judging.verdict import refusal
from guard_adapters.front.mcp.socket.desk import Message
from guard_adapters.front.mcp.socket.frames import VERSION, Frames

FAILED: Final = Said(exit=2, stderr=refusal("GUARD_UNAVAILABLE", "guard_failed").text)


class HookEnd(Frames):
    """Answers one event.

    Args:
        desk: returns the desk of an agent by its name.
        hello: the first frame.
        event: what came with it.
    """

    def __init__(self, desk: Callable[[str], HookDesk], hello: Message, event: Message) -> None:
        super().__init__()
        agent, proxied = hello["hook"], hello.get("proxied", [])
        if hello["hello"] != VERSION or agent not in DIALECTS or not isinstance(proxied, list):
            raise KeyError("hook")
        self._desk, self._event = desk(agent), event
        self._proxied = frozenset(map(str, proxied))
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to answer."""
        super().connection_made(transport)
        self._task = asyncio.create_task(self._answered())

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what waits."""
        super().connection_lost(exc)
        if self._task is not None:
            self._task.cancel()  # the agent gave up: a call that is held ends, none begins

    async def _answered(self) -> None:
        try:
            said = await self._desk.answer(self._event, self._proxied)
        except Exception:  # noqa: BLE001  the edge: a bug is a no to this call, and to no other
            said = FAILED
        told = {"exit": said.exit, "stdout": said.stdout, "stderr": said.stderr}
        self.send({"do": "said"}, told)
        self.close()
