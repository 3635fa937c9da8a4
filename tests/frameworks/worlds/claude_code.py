"""Claude Code by its settings files, as people use it; its model is a script on loopback."""

import json
from pathlib import Path
from typing import Any

from tests.frameworks.messages_api import MessagesApi
from tests.frameworks.worlds import hooked
from tests.frameworks.worlds.played import Played

pauses = False
cancels = True
asked = "go"
hands = False
QUIET = {
    "ANTHROPIC_API_KEY": "none",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "ENABLE_TOOL_SEARCH": "false",
}
"""What keeps the program from asking anybody but its model."""


class ClaudeCode:
    """Its own permissions allow the bank and the shell."""

    agent = "claude"
    settings = "settings.json"
    api = MessagesApi
    says = "go"

    def configured(self, home: Path, model: str, bank: str) -> None:
        del model
        servers = {"mcpServers": {"bank": {"type": "http", "url": bank}}}
        (home / "mcp.json").write_text(json.dumps(servers))
        self._home = home

    def words(self, session: str) -> list[str]:
        again = ["--resume", session] if session else []
        bank = ["--mcp-config", str(self._home / "mcp.json"), "--strict-mcp-config"]
        words = [hooked.found("claude"), "-p", self.says, *bank, *again]
        return [*words, "--allowedTools", "mcp__bank,Bash"]

    def environ(self, home: Path, model: str) -> dict[str, str]:
        return {**QUIET, "ANTHROPIC_BASE_URL": model, "CLAUDE_CONFIG_DIR": str(home)}


async def start(world: Any, *turns: Any) -> Played:
    return await hooked.start(world, ClaudeCode(), turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    return await hooked.start(world, ClaudeCode(), turns, played.state)
