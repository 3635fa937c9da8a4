"""Inspect: a question is a tool error, and the same call again waits on.

python examples/frameworks/with_inspect_ai.py
"""

from typing import Any

from bank import CALLS, TOOLS, Bank, play
from inspect_ai.model import ChatMessageAssistant, ChatMessageTool, execute_tools
from inspect_ai.tool import Tool, ToolCall, tool

from guard_adapters.front.inspect_ai import GuardTools

LOOK, WIPE, PAY = TOOLS


@tool
def look() -> Tool:
    """Look an invoice up."""

    async def execute(key: str) -> str:
        """Look an invoice up.

        Args:
            key: its number.
        """
        return LOOK(key)

    return execute


@tool
def wipe() -> Tool:
    """Delete an invoice."""

    async def execute(key: str) -> str:
        """Delete an invoice.

        Args:
            key: its number.
        """
        return WIPE(key)

    return execute


@tool
def pay() -> Tool:
    """Pay somebody."""

    async def execute(to: str, amount: int) -> str:
        """Pay somebody.

        Args:
            to: whom.
            amount: how much (cents).
        """
        return PAY(to, amount)

    return execute


async def worked(bank: Bank, calls: Any) -> None:
    """Run the calls of a model as a solver does, and print what it would read."""
    guarded = GuardTools(bank.guard, server="bank", conversation="sample-1")
    tools = guarded.wrap([look(), wipe(), pay()])
    for number, (name, given) in enumerate(calls):
        call = ToolCall(f"call_{number}", name, given)
        said = ChatMessageAssistant(content="", tool_calls=[call])
        for message in (await execute_tools([said], tools)).messages:
            if isinstance(message, ChatMessageTool):
                print(message.error.message if message.error else message.text)


async def work(bank: Bank) -> None:
    await worked(bank, CALLS)
    await bank.yes()
    await worked(bank, CALLS[-1:])


if __name__ == "__main__":
    play(work)
