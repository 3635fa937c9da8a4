"""A guard in a folder and calls of one person at its desk: what tests of what it kept start from."""

import asyncio

from guard.model.call import ToolCall, argument_bytes
from guard.model.identity import Agent, Principal, Who
from guard.testing import RecordingTool
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load

ADA = Who(principal=Principal(issuer="https://id.example", subject="ada"), agent=Agent(id="bot"))


def installed(folder, config, rules):
    """Write the settings and the rules; return the path of the settings."""
    (folder / "rules.cedar").write_text(rules)
    (folder / "guard.yaml").write_text(config)
    return folder / "guard.yaml"


def ran(config, *plays):
    """Let each play have its turn with one guard, and close it; return what they returned."""
    wired = build(load(config))
    try:
        return [asyncio.run(play(wired)) for play in plays]
    finally:
        wired.close()


async def called(desk, session, name, call, args, tool=None):
    """Make the call with this id to a tool by its full name; nobody is waited for."""
    server, _, short = name.partition("/")
    made = ToolCall(
        id=call, session=session, server=server, tool=short, arguments=argument_bytes(args)
    )
    return await desk.call(made, tool or RecordingTool(), hold_ms=0)
