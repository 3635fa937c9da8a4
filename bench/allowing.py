"""The call that is measured in each framework, and a guard that allows it at once."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from guard_adapters.front.intake import Intake
from guard_adapters.front.native import Look

CALL = {"key": "7"}
LOOK = (("look", CALL),)

Run = Callable[[], Awaitable[object]]


class Allowing:
    """A guard that takes no time to say yes."""

    def now_ms(self) -> int:
        return 1

    def new_id(self) -> str:
        return "c"

    async def adopted(self, native: str, asked: str) -> str:
        return native

    async def look(self, call: Any) -> Look:
        return Look(finds="no_question")

    async def claim(self, rerun: Any) -> None:
        return None

    def settle(self, rerun: Any) -> Awaitable[None]:
        return asyncio.sleep(0)

    async def call(self, call: Any, tool: Any, *, hold_ms: int) -> Any:
        return await tool.run(call, None)


GUARD: Any = SimpleNamespace(intake=Intake(calls=Allowing()))


def look(key: str) -> str:
    """Look something up.

    Args:
        key: what to look up.
    """
    return key
