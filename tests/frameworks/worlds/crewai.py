"""CrewAI with a scripted model that calls functions natively."""

import json
from types import SimpleNamespace
from typing import Any

from crewai import Agent, Crew, Task
from crewai.llms.base_llm import BaseLLM
from crewai.tools import tool

from guard_adapters.front.crewai import GuardTools
from tests.frameworks.worlds.played import Played, functions, until_left

pauses = False
cancels = False
asked = "go"


class Scripted(BaseLLM):
    turns: list[Any]
    heard: list[Any]

    def supports_function_calling(self) -> bool:
        return True

    def call(self, messages: Any, *_: Any, **__: Any) -> Any:
        self.heard.clear()
        self.heard.extend(messages if isinstance(messages, list) else [])
        if not self.turns:
            return "done"
        return [
            SimpleNamespace(
                id=f"call_{i}",
                type="function",
                function=SimpleNamespace(name=name, arguments=json.dumps(dict(given))),
            )
            for i, (name, given) in enumerate(self.turns.pop(0))
        ]


async def start(world: Any, *turns: Any) -> Played:
    guarded = GuardTools(world.guard, server="bank", conversation="t1")
    model = Scripted(model="scripted", turns=list(turns), heard=[])
    agent = Agent(
        role="clerk",
        goal="work",
        backstory="none",
        llm=model,
        tools=guarded.wrap([tool(one) for one in functions(world, awaited=False)]),
    )
    task = Task(description=world.says, expected_output="done", agent=agent)
    crew = Crew(agents=[agent], tasks=[task])
    await guarded.run(until_left(world, crew.kickoff))
    read = [str(one["content"]) for one in model.heard if one.get("role") == "tool"]
    return Played(read=read, kept=str(model.heard))


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    model = Scripted(model="scripted", turns=[turn], heard=[])
    return {"model": model, "tools": [tool(one) for one in functions(world)]}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    task = made["Task"](description="go", expected_output="done", agent=made["agent"])
    crew = made["Crew"](agents=[made["agent"]], tasks=[task])
    await made["guarded"].run(crew.kickoff)
