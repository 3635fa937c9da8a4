"""OpenAI Agents SDK: a question interrupts the run, whose state is a text that can wait anywhere.

python examples/frameworks/with_openai_agents.py
"""

import json

from agents import Agent, RunConfig, Runner, RunState, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call
from bank import CALLS, TOOLS, Bank, play

from guard_adapters.front.openai_agents import GuardTools

QUIET = RunConfig(tracing_disabled=True)


async def work(bank: Bank) -> None:
    turns = [
        [function_call(name, json.dumps(given), call_id=f"call_{number}")]
        for number, (name, given) in enumerate(CALLS)
    ]
    guarded = GuardTools(bank.guard, server="bank")
    agent = Agent(
        name="clerk",
        model=ScriptedModel([*turns, [assistant_message("done")]]),
        tools=guarded.wrap([function_tool(one) for one in TOOLS]),
    )
    context = {"session_id": "invoice-7"}
    result = await Runner.run(agent, "Pay invoice 7, please.", context=context, run_config=QUIET)
    print("interrupted at:", *(one.name for one in result.interruptions))
    saved = result.to_state().to_string()
    await bank.yes()
    state = await RunState.from_string(agent, saved)
    await guarded.resume(state, conversation="invoice-7")
    result = await Runner.run(agent, state, run_config=QUIET)
    for item in result.to_input_list():
        if item.get("type") == "function_call_output":
            print(item.get("output"))


if __name__ == "__main__":
    play(work)
