"""smolagents with a scripted model; nothing of a run is kept by the framework."""

from typing import Any

from smolagents import ChatMessage, Model, ToolCallingAgent, tool
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole
from smolagents.monitoring import LogLevel

from guard_adapters.front.smolagents import GuardTools
from tests.frameworks.worlds.played import Played, functions, until_left

pauses = False
cancels = False


class Scripted(Model):
    def __init__(self, turns: Any) -> None:
        super().__init__(model_id="scripted")
        self.turns = list(turns)

    def generate(self, *_: Any, **__: Any) -> ChatMessage:
        turn = self.turns.pop(0) if self.turns else (("final_answer", {"answer": "done"}),)
        calls = [
            ChatMessageToolCall(
                function=ChatMessageToolCallFunction(name=name, arguments=dict(given)),
                id=f"call_{i}",
                type="function",
            )
            for i, (name, given) in enumerate(turn)
        ]
        return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=calls)


def _steps(turn: Any) -> list[Any]:
    """Return one call at a time where one may not run: it ends the others of its turn."""
    sure = all(name == "look" for name, _ in turn)
    return [turn] if sure else [(call,) for call in turn]


async def start(world: Any, *turns: Any) -> Played:
    guarded = GuardTools(world.guard, server="bank", conversation="t1")
    steps = [step for turn in turns for step in _steps(turn)]
    agent = ToolCallingAgent(
        tools=guarded.wrap(tool(one) for one in functions(world, awaited=False)),
        model=Scripted(steps),
        verbosity_level=LogLevel.OFF,
    )
    await guarded.run(until_left(world, lambda: agent.run(world.says)))
    read = []
    for step in agent.memory.steps:
        if (error := getattr(step, "error", None)) is not None:
            read.append(str(error))
        elif (found := getattr(step, "observations", None)) is not None:
            read.append(str(found))
    return Played(read=[one for one in read if one != "done"], kept=str(agent.memory.steps))


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"model": Scripted([turn]), "tools": [tool(one) for one in functions(world)]}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    await made["guarded"].run(lambda: made["agent"].run("go"))
