"""Pydantic AI's agents with a scripted model; the history as JSON."""

from typing import Any

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
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"


def _response(turn: Any) -> ModelResponse:
    return ModelResponse(
        [ToolCallPart(n, dict(a), tool_call_id=f"call_{i}") for i, (n, a) in enumerate(turn)]
    )


async def _run(world: Any, turns: Any, **more: Any) -> Played:
    script = iter([*map(_response, turns), ModelResponse([TextPart("done")])])
    agent: Any = Agent(
        FunctionModel(lambda _messages, _info: next(script)),
        tools=functions(world),
        output_type=[str, DeferredToolRequests],
        capabilities=[GuardTools(world.guard, server="bank")],
    )
    result = await agent.run(conversation_id="t1", **more)
    parts = [part for one in result.all_messages() for part in one.parts]
    asked = result.output if isinstance(result.output, DeferredToolRequests) else None
    kept = ModelMessagesTypeAdapter.dump_json(result.all_messages())
    return Played(
        read=[str(one.content) for one in parts if isinstance(one, ToolReturnPart)],
        view=next(iter(asked.metadata.values())) if asked else None,
        kept=kept.decode(),
        state=(kept, [one.tool_call_id for one in asked.approvals] if asked else []),
    )


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, turns, user_prompt=world.says)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    kept, asked = played.state
    yes = DeferredToolResults(approvals={one: ToolApproved() for one in asked})
    history = ModelMessagesTypeAdapter.validate_json(kept)
    return await _run(world, turns, message_history=history, deferred_tool_results=yes)
