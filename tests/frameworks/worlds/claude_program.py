"""The Claude Agent SDK with its own command line program, which asks a scripted model on loopback.

What outlives a run is what the program itself keeps in its folder, and the name of the session.
"""

import asyncio
from pathlib import Path
from typing import Any

from claude_agent_sdk import (
    ClaudeAgentOptions,
    ClaudeSDKClient,
    ResultMessage,
    ToolResultBlock,
    UserMessage,
    create_sdk_mcp_server,
)

from guard_adapters.front.claude_sdk import GuardHooks
from tests.frameworks.messages_api import MessagesApi
from tests.frameworks.worlds.claude_code import QUIET
from tests.frameworks.worlds.claude_sdk import _tools
from tests.frameworks.worlds.played import Played

pauses = True
cancels = True
asked = "go"
WAIT_S = 60


async def _run(world: Any, turns: Any, session: str | None) -> Played:
    home, hooks, api = world.folder / "home", GuardHooks(world.guard), MessagesApi(turns)
    home.mkdir(exist_ok=True)
    where = {"ANTHROPIC_BASE_URL": api.url, "CLAUDE_CONFIG_DIR": str(home), "HOME": str(home)}
    tools = hooks.wrap(_tools(world), server="bank")
    options = ClaudeAgentOptions(
        hooks=hooks.hooks(),
        mcp_servers={"bank": create_sdk_mcp_server("bank", tools=tools)},
        allowed_tools=["mcp__bank"],
        env={**QUIET, **where},
        cwd=str(world.folder),
        setting_sources=[],
        resume=session,
    )
    try:
        read, ended = await _ended(options, world.says if session is None else "")
    finally:
        await hooks.aclose()
        await asyncio.to_thread(api.close)
    told = [{"approval_id": one.id, "tool": one.action} for one in world.asked[-1:]]
    view = dict(*told) if ended.deferred_tool_use else None
    return Played(read=read, view=view, kept=_kept(home), state=ended.session_id)


async def _ended(options: Any, says: str) -> tuple[list[str], ResultMessage]:
    """Return what the model read, and how the run ended. A session that is resumed is told nothing."""
    read, ended = [], None
    async with ClaudeSDKClient(options) as client:
        if says:
            await client.query(says)
        async with asyncio.timeout(WAIT_S):
            async for message in client.receive_response():
                if isinstance(message, UserMessage) and isinstance(message.content, list):
                    results = [one for one in message.content if isinstance(one, ToolResultBlock)]
                    read += [_text(one.content) for one in results]
                if isinstance(message, ResultMessage):
                    ended = message
    assert ended is not None
    return read, ended


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(one["text"] for one in content or ())


def _kept(home: Path) -> str:
    files = [one for one in home.rglob("*") if one.is_file()]
    return "".join(one.read_text(errors="replace") for one in files)


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, turns, None)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    return await _run(world, turns, played.state)
