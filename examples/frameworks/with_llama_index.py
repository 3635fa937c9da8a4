"""LlamaIndex: the model reads that a person was asked, and the same call again waits on.

python examples/frameworks/with_llama_index.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.tools import FunctionTool

from guard_adapters.front.llama_index import GuardTools


class Scripted(FunctionCallingLLM):
    """A model that makes its calls one after the other."""

    turns: list[Any]

    @property
    def metadata(self) -> LLMMetadata:
        """Say that it calls functions."""
        return LLMMetadata(is_function_calling_model=True)

    async def achat_with_tools(self, *_: Any, **__: Any) -> ChatResponse:
        """Say what comes next."""
        call = self.turns.pop(0) if self.turns else None
        message = ChatMessage(role="assistant", content="" if call else "done")
        message.additional_kwargs["call"] = call
        return ChatResponse(message=message)

    def get_tool_calls_from_response(self, response: ChatResponse, **_: Any) -> list[ToolSelection]:
        """Return the call of a message."""
        call = response.message.additional_kwargs.get("call")
        if call is None:
            return []
        return [ToolSelection(tool_id="call_0", tool_name=call[0], tool_kwargs=call[1])]

    def _prepare_chat_with_tools(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"messages": []}

    def chat(self, *_: Any, **__: Any) -> Any:
        """Give none: this example asks in one way only."""
        raise NotImplementedError

    complete = stream_chat = stream_complete = achat = acomplete = chat
    astream_chat = astream_complete = chat


async def worked(bank: Bank, calls: Any) -> None:
    """Let an agent work and print what its model read."""
    guarded = GuardTools(bank.guard, server="bank", conversation="invoice-7")
    agent = FunctionAgent(
        tools=guarded.wrap([FunctionTool.from_defaults(one) for one in TOOLS]),
        llm=Scripted(turns=list(calls)),
        streaming=False,
    )
    handler = agent.run("Pay invoice 7, please.")
    async for event in handler.stream_events():
        if isinstance(event, ToolCallResult):
            print(f"{event.tool_name}: {event.tool_output.content}")
    await handler


async def work(bank: Bank) -> None:
    await worked(bank, CALLS)
    await bank.yes()
    await worked(bank, CALLS[-1:])


if __name__ == "__main__":
    play(work)
