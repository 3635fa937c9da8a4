"""Pydantic AI: a question ends the run with a deferred call; the history is JSON that can wait.

python examples/frameworks/with_pydantic_ai.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, ToolApproved
from pydantic_ai.messages import (
    ModelMessagesTypeAdapter,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import FunctionModel

from guard_adapters.front.pydantic_ai import GuardTools


async def work(bank: Bank) -> None:
    turns = [ModelResponse([ToolCallPart(name, given)]) for name, given in CALLS]
    script = iter([*turns, ModelResponse([TextPart("done")])])
    agent: Any = Agent(
        FunctionModel(lambda _messages, _info: next(script)),
        tools=TOOLS,
        output_type=[str, DeferredToolRequests],
        capabilities=[GuardTools(bank.guard, server="bank")],
    )
    result = await agent.run("Pay invoice 7, please.", conversation_id="invoice-7")
    print("deferred:", *(one.tool_name for one in result.output.approvals))
    saved = ModelMessagesTypeAdapter.dump_json(result.all_messages())
    answers = {one.tool_call_id: ToolApproved() for one in result.output.approvals}
    await bank.yes()
    result = await agent.run(
        message_history=ModelMessagesTypeAdapter.validate_json(saved),
        deferred_tool_results=DeferredToolResults(approvals=answers),
        conversation_id="invoice-7",
    )
    for message in result.all_messages():
        for part in message.parts:
            if isinstance(part, ToolReturnPart):
                print(f"{part.tool_name}: {part.content}")


if __name__ == "__main__":
    play(work)
