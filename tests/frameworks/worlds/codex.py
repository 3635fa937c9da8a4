"""Codex, whose hooks ask the guard, and whose model is a script on loopback."""

import json
from pathlib import Path
from typing import Any

from tests.frameworks.responses_api import ResponsesApi
from tests.frameworks.worlds import hooked
from tests.frameworks.worlds.played import Played

pauses = False
cancels = True
asked = "go"
hands = False
tells_failures = False
"""It asks before an MCP call that then fails, and never tells its end."""


class Codex:
    """Its hooks run without a person's word here: nobody is there to trust them."""

    agent = "codex"
    settings = "hooks.json"
    api = ResponsesApi
    says = "go"
    trust = ("--dangerously-bypass-hook-trust",)

    def configured(self, home: Path, model: str, bank: str) -> None:
        lines = [
            'model = "scripted"',
            'model_provider = "loop"',
            "[model_providers.loop]",
            'name = "loop"',
            f"base_url = {json.dumps(model + '/v1')}",
            'wire_api = "responses"',
            "[mcp_servers.bank]",
            f"url = {json.dumps(bank)}",
        ]
        (home / "config.toml").write_text("\n".join(lines))

    def words(self, session: str) -> list[str]:
        flags = ["--skip-git-repo-check", *self.trust]
        free = ["--dangerously-bypass-approvals-and-sandbox"]
        again = ["resume", session] if session else []
        return [hooked.found("codex"), "exec", *again, *flags, *free, self.says]

    def environ(self, home: Path, model: str) -> dict[str, str]:
        del model
        return {"CODEX_HOME": str(home)}


async def start(world: Any, *turns: Any) -> Played:
    return await hooked.start(world, Codex(), turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    return await hooked.start(world, Codex(), turns, played.state)
