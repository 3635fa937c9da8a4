"""CrewAI: a run cannot pause, so the model reads that a person was asked, and calls again.

python examples/frameworks/with_crewai.py
"""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from bank import CALLS, TOOLS, Bank, play
from crewai import Agent, Crew, Task
from crewai.llms.base_llm import BaseLLM
from crewai.tools import tool

from guard_adapters.front.crewai import GuardTools


class Scripted(BaseLLM):
    """A model that makes its calls one after the other."""

    turns: list[Any]
    heard: list[Any]

    def supports_function_calling(self) -> bool:
        """Say yes."""
        return True

    def call(self, messages: Any, *_: Any, **__: Any) -> Any:
        """Say what comes next."""
        self.heard[:] = messages if isinstance(messages, list) else []
        if not self.turns:
            return "done"
        name, given = self.turns.pop(0)
        function = SimpleNamespace(name=name, arguments=json.dumps(given))
        number = f"call_{len(self.turns)}"
        return [SimpleNamespace(id=number, type="function", function=function)]


async def worked(bank: Bank, calls: Any) -> None:
    """Let a crew work and print what its model read."""
    guarded = GuardTools(bank.guard, server="bank", conversation="invoice-7")
    model = Scripted(model="scripted", turns=list(calls), heard=[])
    tools = guarded.wrap([tool(one) for one in TOOLS])
    agent = Agent(role="clerk", goal="pay", backstory="none", llm=model, tools=tools)
    task = Task(description="Pay invoice 7.", expected_output="done", agent=agent)
    await asyncio.to_thread(Crew(agents=[agent], tasks=[task]).kickoff)
    for message in model.heard:
        if message.get("role") == "tool":
            print(message["content"])


async def work(bank: Bank) -> None:
    await worked(bank, CALLS)
    await bank.yes()
    await worked(bank, CALLS[-1:])


if __name__ == "__main__":
    play(work)
