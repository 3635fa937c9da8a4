"""A loop of one's own over a chat API: what the page on plain functions shows, and a list of messages."""

import asyncio
from typing import Any

from guard_adapters.front.native import Native, Ran, Waiting
from tests.frameworks.worlds.played import Played, functions, value_of

pauses = True
cancels = True
asked = "go"


class Loop:
    """Makes the calls that a model said; its ids repeat in every turn."""

    def __init__(self, world: Any) -> None:
        self.guard, self.says, self.read = world.guard, world.says, list[str]()
        self.tools = {one.__name__: one for one in functions(world)}
        self.waiting: Waiting | None = None

    async def run(self, turns: Any, begun: int) -> Played:
        left = list(turns)
        while left and self.waiting is None:
            turn = left[0]
            await asyncio.gather(*(self.call(begun, i, *one) for i, one in enumerate(turn)))
            if self.waiting is None:
                left, begun = left[1:], begun + 1
        view = self.waiting.view if self.waiting is not None else None
        return Played(read=self.read, view=view, kept=str(self.read), state=(left, begun))

    async def call(self, turn: int, number: int, name: str, arguments: Any) -> None:
        native = Native(
            server="bank",
            tool=name,
            arguments=dict(arguments),
            session="t1",
            scope=str(turn),
            call_id=f"call_{number}",
            asked=self.says,
        )

        async def run(judged: dict[str, Any]) -> object:
            return await value_of(self.tools[name](**judged))

        answer = await self.guard.intake.around(native, run)
        if isinstance(answer, Waiting):
            self.waiting = answer
        else:
            self.read.append(str(answer.result) if isinstance(answer, Ran) else answer.text)


async def start(world: Any, *turns: Any) -> Played:
    return await Loop(world).run(turns, 0)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    left, begun = played.state
    return await Loop(world).run([*left, *turns], begun)
