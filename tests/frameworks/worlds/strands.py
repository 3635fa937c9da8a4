"""Strands with a scripted model; its session in files."""

import json
from typing import Any

from strands import Agent, tool
from strands.models import Model
from strands.session import FileSessionManager

from guard_adapters.front.strands import guard_agent
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"


class Scripted(Model):
    def __init__(self, turns: Any) -> None:
        self.turns = list(turns)

    def update_config(self, **_: Any) -> None: ...

    def get_config(self) -> Any:
        return {}

    def structured_output(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def stream(self, *_: Any, **__: Any) -> Any:
        turn = self.turns.pop(0) if self.turns else ()
        yield {"messageStart": {"role": "assistant"}}
        for i, (name, given) in enumerate(turn):
            use = {"name": name, "toolUseId": f"call_{i}"}
            yield {"contentBlockStart": {"start": {"toolUse": use}}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(dict(given))}}}}
            yield {"contentBlockStop": {}}
        if not turn:
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": "done"}}}
            yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "tool_use" if turn else "end_turn"}}


async def _run(world: Any, said: Any, turns: Any) -> Played:
    agent = Agent(
        model=Scripted(turns),
        tools=[tool(one) for one in functions(world)],
        session_manager=FileSessionManager(session_id="t1", storage_dir=str(world.folder)),
        callback_handler=None,
    )
    result = await guard_agent(agent, world.guard, server="bank").invoke_async(said)
    contents = [part for one in agent.messages for part in one["content"]]
    asked = list(result.interrupts or ())
    return Played(
        read=[str(one["toolResult"]["content"]) for one in contents if "toolResult" in one],
        view=asked[0].reason if asked else None,
        kept="".join(one.read_text() for one in world.folder.rglob("*.json")),
        state=[one.id for one in asked],
    )


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, world.says, turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    said = [{"interruptResponse": {"interruptId": one, "response": "yes"}} for one in played.state]
    return await _run(world, said, turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"model": Scripted([turn]), "tools": [tool(one) for one in functions(world)]}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    await made["agent"].invoke_async("go")
