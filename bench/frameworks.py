# ruff: noqa: E402, E501  # the path comes first; figures read best on one line
"""What a front adds to one tool call of its framework, beside the decision; and `import guard`.

    python bench/frameworks.py

Each framework runs its own agent with a scripted model and one tool call, with the guard's front and
without it, interleaved; the guard behind the front allows at once, so that what is left is the
front's. The figure is the difference of the medians of the CPU of all threads (microseconds).
`import guard` is the median of fresh processes (milliseconds), less that of an empty one.
Prints one JSON object.
"""

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from agent_framework import Agent as FrameworkAgent
from agent_framework import tool as framework_tool
from agents import Agent as OpenAiAgent
from agents import RunConfig, Runner, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from pydantic_ai import Agent as PydanticAgent
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

from guard_adapters.front.agent_framework import GuardMiddleware as FrameworkGuard
from guard_adapters.front.intake import Intake
from guard_adapters.front.langchain import GuardMiddleware
from guard_adapters.front.native import Look, Native
from guard_adapters.front.openai_agents import GuardTools
from guard_adapters.front.pydantic_ai import GuardTools as PydanticGuard
from tests.frameworks.worlds import agent_framework, langchain

RUNS, WARM_UP, IMPORTS = 150, 15, 15
CALL = {"key": "7"}
QUIET = RunConfig(tracing_disabled=True)


class Allowing:
    """A guard that takes no time to say yes."""

    def now_ms(self) -> int:
        return 1

    def new_id(self) -> str:
        return "c"

    async def adopted(self, native: str) -> str:
        return native

    async def look(self, call: Any) -> Look:
        return Look(finds="no_question")

    async def claim(self, rerun: Any) -> None:
        return None

    def settle(self, rerun: Any) -> Awaitable[None]:
        return asyncio.sleep(0)

    async def call(self, call: Any, tool: Any, *, hold_ms: int) -> Any:
        return await tool.run(call, None)


GUARD: Any = SimpleNamespace(intake=Intake(calls=Allowing()))


def look(key: str) -> str:
    """Look something up."""
    return key


async def run_loop(guarded: bool) -> None:
    async def run(arguments: dict[str, Any]) -> str:
        return look(**arguments)

    if guarded:
        native = Native(server="bank", tool="look", arguments=CALL, session="t", call_id="c")
        await GUARD.intake.around(native, run)
    else:
        await run(CALL)


async def run_langchain(guarded: bool) -> None:
    said = AIMessage("", tool_calls=[{"name": "look", "args": CALL, "id": "c"}])
    model = langchain.Scripted(messages=iter([said, AIMessage("done")]))
    behind = [GuardMiddleware(GUARD, server="bank")] if guarded else []
    await create_agent(model, [look], middleware=behind).ainvoke({"messages": [("user", "go")]})


async def run_openai(guarded: bool) -> None:
    tools: Any = [function_tool(look)]
    model = ScriptedModel(
        [[function_call("look", json.dumps(CALL), call_id="c")], [assistant_message("done")]]
    )
    kept = GuardTools(GUARD, server="bank").wrap(tools) if guarded else tools
    await Runner.run(OpenAiAgent(name="a", model=model, tools=kept), "go", run_config=QUIET)


async def run_pydantic(guarded: bool) -> None:
    script = iter([ModelResponse([ToolCallPart("look", CALL)]), ModelResponse([TextPart("done")])])
    kept = [PydanticGuard(GUARD, server="bank")] if guarded else []
    agent: Any = PydanticAgent(
        FunctionModel(lambda _m, _i: next(script)), tools=[look], capabilities=kept
    )
    await agent.run("go")


async def run_framework(guarded: bool) -> None:
    kept = [FrameworkGuard(GUARD, server="bank")] if guarded else []
    model = agent_framework.Scripted([(("look", CALL),)])
    tools = [framework_tool(look, approval_mode="never_require")]
    await FrameworkAgent(client=model, tools=tools, middleware=kept).run("go")


def added_us(run: Callable[[bool], Awaitable[None]]) -> dict[str, float]:
    """Return the medians without and with the guard's front, and what it adds (microseconds)."""
    spent: dict[bool, list[float]] = {False: [], True: []}

    async def all_of_them() -> None:
        for turn in range(RUNS + WARM_UP):
            for guarded in (False, True):
                begun = time.process_time_ns()
                await run(guarded)
                if turn >= WARM_UP:
                    spent[guarded].append((time.process_time_ns() - begun) / 1000)

    gc.collect()
    gc.disable()
    asyncio.run(all_of_them())
    gc.enable()
    bare, kept = (statistics.median(spent[guarded]) for guarded in (False, True))
    return {
        "bare_us": round(bare, 1),
        "guarded_us": round(kept, 1),
        "added_us": round(kept - bare, 1),
    }


def import_ms() -> float:
    """Return what `import guard` adds to the start of an interpreter (milliseconds)."""

    def took(code: str) -> float:
        times = []
        for _ in range(IMPORTS):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append((time.perf_counter() - begun) * 1000)
        return statistics.median(times)

    return round(took("import guard") - took("pass"), 1)


def main() -> None:
    found: dict[str, Any] = {
        "own loop": added_us(run_loop),
        "langchain": added_us(run_langchain),
        "openai-agents": added_us(run_openai),
        "pydantic-ai": added_us(run_pydantic),
        "agent-framework": added_us(run_framework),
    }
    print(json.dumps({"fronts": found, "import_guard_ms": import_ms()}, indent=1))


if __name__ == "__main__":
    main()
