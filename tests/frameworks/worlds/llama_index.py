"""LlamaIndex's function agent with a scripted model."""

import asyncio
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.tools import FunctionTool

from guard_adapters.front.llama_index import GuardTools
from tests.frameworks.worlds.played import Played, functions

pauses = False
cancels = True
asked = "go"


class Scripted(FunctionCallingLLM):
    turns: list[Any]

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_function_calling_model=True)

    def _prepare_chat_with_tools(self, *_: Any, **__: Any) -> Any:
        return {"messages": []}

    def _said(self) -> ChatResponse:
        turn = self.turns.pop(0) if self.turns else ()
        message = ChatMessage(role="assistant", content="" if turn else "done")
        message.additional_kwargs["turn"] = turn
        return ChatResponse(message=message)

    def get_tool_calls_from_response(self, response: Any, **_: Any) -> Any:
        turn = response.message.additional_kwargs.get("turn", ())
        return [
            ToolSelection(tool_id=f"call_{i}", tool_name=name, tool_kwargs=dict(given))
            for i, (name, given) in enumerate(turn)
        ]

    async def achat_with_tools(self, *_: Any, **__: Any) -> Any:
        return self._said()

    async def astream_chat_with_tools(self, *_: Any, **__: Any) -> Any:
        async def once() -> Any:
            yield self._said()

        return once()

    def chat(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    complete = stream_chat = stream_complete = achat = acomplete = chat
    astream_chat = astream_complete = chat


async def start(world: Any, *turns: Any) -> Played:
    guarded = GuardTools(world.guard, server="bank", conversation="t1")
    agent = FunctionAgent(
        tools=guarded.wrap([FunctionTool.from_defaults(one) for one in functions(world)]),
        llm=Scripted(turns=list(turns)),
        streaming=False,
    )
    handler = agent.run(world.says)
    try:
        read = [
            str(event.tool_output.content)
            async for event in handler.stream_events()
            if isinstance(event, ToolCallResult)
        ]
        await handler
    except asyncio.CancelledError:
        await handler.cancel_run()
        raise
    return Played(read=read, kept=str(handler.ctx.to_dict()) if handler.ctx else "")


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    tools = [FunctionTool.from_defaults(one) for one in functions(world)]
    return {"model": Scripted(turns=[turn]), "tools": tools}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    await made["agent"].run("go")
