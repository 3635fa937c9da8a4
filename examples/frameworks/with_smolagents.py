"""smolagents: a call that does not run raises, the model reads why, and the same call waits on.

python examples/frameworks/with_smolagents.py
"""

import asyncio
from typing import Any

from bank import CALLS, TOOLS, Bank, play
from smolagents import ChatMessage, Model, ToolCallingAgent, tool
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole
from smolagents.monitoring import LogLevel

from guard_adapters.front.smolagents import GuardTools


class Scripted(Model):
    """A model that makes its calls one after the other."""

    def __init__(self, calls: Any) -> None:
        super().__init__(model_id="scripted")
        self._turns = list(calls)

    def generate(self, *_: Any, **__: Any) -> ChatMessage:
        """Say what comes next."""
        done = ("final_answer", {"answer": "done"})
        name, given = self._turns.pop(0) if self._turns else done
        function = ChatMessageToolCallFunction(name=name, arguments=given)
        call = ChatMessageToolCall(function=function, id=f"call_{name}", type="function")
        return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=[call])


async def worked(bank: Bank, calls: Any) -> None:
    """Let an agent work and print what its model read."""
    guarded = GuardTools(bank.guard, server="bank", conversation="invoice-7")
    tools = guarded.wrap(tool(one) for one in TOOLS)
    agent = ToolCallingAgent(tools=tools, model=Scripted(calls), verbosity_level=LogLevel.OFF)
    await asyncio.to_thread(agent.run, "Pay invoice 7, please.")
    for step in agent.memory.steps:
        error, found = getattr(step, "error", None), getattr(step, "observations", None)
        if error or found:
            print(error or found)


async def work(bank: Bank) -> None:
    await worked(bank, CALLS)
    await bank.yes()
    await worked(bank, CALLS[-1:])


if __name__ == "__main__":
    play(work)
