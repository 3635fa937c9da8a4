"""LangChain: a question interrupts the graph; once a person answered, any resume wakes it.

python examples/frameworks/with_langchain.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from guard_adapters.front.langchain import GuardMiddleware


class Scripted(GenericFakeChatModel):
    """A model that makes its calls one after the other."""

    def bind_tools(self, *_: Any, **__: Any) -> Any:
        """Take any tools."""
        return self


async def work(bank: Bank) -> None:
    turns = [
        AIMessage("", tool_calls=[ToolCall(name=name, args=given, id=f"call_{number}")])
        for number, (name, given) in enumerate(CALLS)
    ]
    agent: Any = create_agent(
        Scripted(messages=iter([*turns, AIMessage("done")])),
        TOOLS,
        middleware=[GuardMiddleware(bank.guard, server="bank")],
        checkpointer=InMemorySaver(),
    )
    thread = {"configurable": {"thread_id": "invoice-7"}}
    state = await agent.ainvoke({"messages": [("user", "Pay invoice 7, please.")]}, thread)
    print("interrupted:", state["__interrupt__"][0].value["text"])
    await bank.yes()
    state = await agent.ainvoke(Command(resume=True), thread)
    for message in state["messages"]:
        if isinstance(message, ToolMessage):
            print(f"{message.name}: {message.content}")


if __name__ == "__main__":
    play(work)
