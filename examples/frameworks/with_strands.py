"""Strands: a question interrupts the run; its answer is a wake-up and nothing more.

python examples/frameworks/with_strands.py
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from bank import CALLS, TOOLS, Bank, play
from strands import Agent, tool
from strands.models import Model

from guard_adapters.front.strands import guard_agent


class Scripted(Model):
    """A model that makes its calls one after the other."""

    def __init__(self) -> None:
        self._turns = list(enumerate(CALLS))

    def update_config(self, **_: Any) -> None:
        """Have nothing to set."""

    def get_config(self) -> dict[str, Any]:
        """Return no settings."""
        return {}

    def structured_output(self, *_: Any, **__: Any) -> Any:
        """Give none."""
        raise NotImplementedError

    async def stream(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        """Say what comes next."""
        turn = self._turns.pop(0) if self._turns else None
        yield {"messageStart": {"role": "assistant"}}
        if turn is None:
            start, delta = {}, {"text": "done"}
        else:
            number, (name, given) = turn
            start = {"toolUse": {"name": name, "toolUseId": f"call_{number}"}}
            delta = {"toolUse": {"input": json.dumps(given)}}
        yield {"contentBlockStart": {"start": start}}
        yield {"contentBlockDelta": {"delta": delta}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "tool_use" if turn else "end_turn"}}


async def work(bank: Bank) -> None:
    made = Agent(model=Scripted(), tools=[tool(one) for one in TOOLS], callback_handler=None)
    agent = guard_agent(made, bank.guard, server="bank", conversation="invoice-7")
    result = await agent.invoke_async("Pay invoice 7, please.")
    print("interrupted:", result.interrupts[0].reason["text"])
    await bank.yes()
    answer = {"interruptId": result.interrupts[0].id, "response": "look again"}
    await agent.invoke_async([{"interruptResponse": answer}])
    for message in agent.messages:
        for part in message["content"]:
            if "toolResult" in part:
                print(part["toolResult"]["content"][0]["text"])


if __name__ == "__main__":
    play(work)
