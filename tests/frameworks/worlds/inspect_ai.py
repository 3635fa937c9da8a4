"""Inspect's own loop over tool calls in a sample, without a model in it."""

from typing import Any

from inspect_ai.dataset import Sample
from inspect_ai.event import SampleInitEvent
from inspect_ai.log import Transcript
from inspect_ai.log._transcript import init_transcript
from inspect_ai.model import ChatMessageAssistant, ChatMessageTool, execute_tools
from inspect_ai.tool import ToolCall, ToolDef

from guard_adapters.front.inspect_ai import GuardTools
from tests.frameworks.worlds.played import Played, functions, value_of

pauses = False
cancels = True
asked = "go"


def _awaited(function: Any) -> Any:
    async def execute(**arguments: Any) -> str:
        return await value_of(function(**arguments))

    names = {name: name for name in function.__annotations__ if name != "return"}
    execute.__signature__ = __import__("inspect").signature(function)  # type: ignore[attr-defined]
    execute.__annotations__ = function.__annotations__
    return ToolDef(execute, name=function.__name__, description="A tool.", parameters=names)


def sample(says: str) -> None:
    """Begin the run of a sample, as Inspect does."""
    init_transcript(begun := Transcript())
    begun._event(SampleInitEvent(sample=Sample(input=says), state={}))


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, turns, conversation="t1")


async def _run(world: Any, turns: Any, **named: Any) -> Played:
    guarded = GuardTools(world.guard, server="bank", **named)
    tools = guarded.wrap([_awaited(one) for one in functions(world)])
    sample(world.says)
    read = []
    for turn in turns:
        calls = [ToolCall(f"call_{i}", name, dict(given)) for i, (name, given) in enumerate(turn)]
        said = ChatMessageAssistant(content="", tool_calls=calls)
        messages = (await execute_tools([said], tools)).messages
        for one in messages:
            if isinstance(one, ChatMessageTool):
                read.append(one.error.message if one.error else one.text)
    return Played(read=read, kept=str(read))


async def unnamed(world: Any, *turns: Any) -> None:
    """Let one run of a sample make these calls, in a conversation that nobody named."""
    await _run(world, turns)


async def resume(world: Any, _: Played, *turns: Any) -> Played:
    return await start(world, *turns)


def given(world: Any, _: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"tools": [_awaited(one) for one in functions(world)]}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    calls = [ToolCall("call_0", "look", {"key": "7"})]
    tools = made["guarded"].wrap(made["tools"])
    await execute_tools([ChatMessageAssistant(content="", tool_calls=calls)], tools)
