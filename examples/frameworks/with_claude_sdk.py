"""Claude Agent SDK: hooks judge every call; a question puts the call off until a person answered.

    python examples/frameworks/with_claude_sdk.py

Claude's own program is played here: it asks the hooks before each call and tells them the result.
With the program and a key, `ClaudeSDKClient(options)` does the same.
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from claude_agent_sdk import ClaudeAgentOptions, create_sdk_mcp_server, tool

from guard_adapters.front.claude_sdk import GuardHooks


def claudes(function: Any) -> Any:
    """Return a plain function as a tool of the SDK."""
    types = {name: one for name, one in function.__annotations__.items() if name != "return"}

    @tool(function.__name__, function.__doc__, types)
    async def run(arguments: dict[str, Any]) -> dict[str, Any]:
        return {"content": [{"type": "text", "text": function(**arguments)}]}

    return run


class Program:
    """What Claude's program does with hooks and tools."""

    def __init__(self, options: ClaudeAgentOptions, tools: list[Any]) -> None:
        self._hooks: Any = options.hooks
        self._tools = {one.name: one for one in tools}

    async def _asked(self, kind: str, event: dict[str, Any]) -> dict[str, Any]:
        (hook,) = self._hooks[kind][0].hooks
        told = await hook({"hook_event_name": kind, **event}, event["tool_use_id"], None)
        return dict(told)

    async def call(self, number: int, name: str, given: dict[str, Any]) -> str:
        """Make one call of the model and return what it reads."""
        event = {
            "session_id": "invoice-7",
            "prompt_id": "p1",
            "tool_use_id": f"call_{number}",
            "tool_name": f"mcp__bank__{name}",
            "tool_input": given,
        }
        told = (await self._asked("PreToolUse", event)).get("hookSpecificOutput", {})
        if told.get("permissionDecision") in {"deny", "defer"}:
            return f"{told['permissionDecision']}: {told['permissionDecisionReason']}"
        result = await self._tools[name].handler(told.get("updatedInput", given))
        await self._asked("PostToolUse", {**event, "tool_response": result})
        return str(result["content"][0]["text"])


async def work(bank: Bank) -> None:
    hooks = GuardHooks(bank.guard)
    tools = hooks.wrap([claudes(one) for one in TOOLS], server="bank")
    options = ClaudeAgentOptions(
        hooks=hooks.hooks(), mcp_servers={"bank": create_sdk_mcp_server("bank", tools=tools)}
    )
    program = Program(options, list(tools))
    for number, (name, given) in enumerate(CALLS):
        print(f"{name}: {await program.call(number, name, given)}")
    await bank.yes()
    print(f"{name}: {await program.call(number, name, given)}")
    await hooks.aclose()


if __name__ == "__main__":
    play(work)
