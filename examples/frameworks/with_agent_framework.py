"""Microsoft Agent Framework: a question ends the run with a request for approval.

python examples/frameworks/with_agent_framework.py
"""

from typing import Any

from agent_framework import (
    Agent,
    AgentSession,
    BaseChatClient,
    ChatResponse,
    Content,
    FunctionInvocationLayer,
    InMemoryHistoryProvider,
    Message,
    tool,
)
from bank import CALLS, TOOLS, Bank, play

from guard_adapters.front.agent_framework import GuardMiddleware


class Scripted(FunctionInvocationLayer[Any], BaseChatClient[Any]):
    """A client whose model makes its calls one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = [
            Content.from_function_call(f"call_{number}", name, arguments=given)
            for number, (name, given) in enumerate(CALLS)
        ]

    async def _next(self) -> ChatResponse[Any]:
        part = self._turns.pop(0) if self._turns else Content.from_text("done")
        return ChatResponse(messages=[Message("assistant", [part])])

    def _inner_get_response(self, *_: Any, **__: Any) -> Any:
        return self._next()


async def work(bank: Bank) -> None:
    guarded = GuardMiddleware(bank.guard, server="bank")
    agent = Agent(
        client=Scripted(),
        tools=[tool(one, approval_mode="never_require") for one in TOOLS],
        context_providers=[InMemoryHistoryProvider()],
        middleware=[guarded.prompts, guarded],
    )
    session = AgentSession(session_id="invoice-7")
    result: Any = await agent.run("Pay invoice 7, please.", session=session)
    parts = [part for message in result.messages for part in message.contents]
    asked = [part for part in parts if part.type == "function_approval_request"]
    print("asked to approve:", asked[0].additional_properties["text"])
    await bank.yes()
    answer = Message("user", [asked[0].to_function_approval_response(approved=True)])
    result = await agent.run(answer, session=session)
    parts += [part for message in result.messages for part in message.contents]
    for part in parts:
        if part.type == "function_result":
            print(part.result)


if __name__ == "__main__":
    play(work)
