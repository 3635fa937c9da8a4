"""Who listens for changed lists (`subscriptions/listen`, MCP 2026-07-28), and what they are told.

A session that is narrowed can do less than its client's list says: the guard tells whoever listens,
under the id of their subscription, as the server would. What the server tells goes by itself.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from guard.ports import Waiter
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.wire import notice
from guard_adapters.front.mcp.tools.pins import LIST_CHANGED

LISTEN: Final = "subscriptions/listen"
SUBSCRIPTION: Final = "io.modelcontextprotocol/subscriptionId"

_DAY_MS: Final = 86_400_000

Relisted = Callable[[], AbstractAsyncContextManager[Waiter]]
Tell = Callable[[dict[str, Any]], Awaitable[None]]


def listens(asked: Asked) -> bool:
    """Return whether a request asks to hear of changed lists of tools."""
    if asked.method != LISTEN or asked.id is None:
        return False
    wanted = asked.params.get("notifications")
    return isinstance(wanted, dict) and wanted.get("toolsListChanged") is True


async def told(asked: Asked, relisted: Relisted, tell: Tell) -> None:
    """Tell of each change of the caller's list, until cancelled."""
    meta = {"_meta": {SUBSCRIPTION: asked.id}}
    async with relisted() as changes:
        while True:
            if await changes.wait(_DAY_MS):
                await tell(notice(LIST_CHANGED, meta))
