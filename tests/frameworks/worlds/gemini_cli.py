"""Gemini CLI, whose hooks ask the guard, and whose model is a script on loopback."""

import json
from pathlib import Path
from typing import Any

from tests.frameworks.gemini_api import GeminiApi
from tests.frameworks.worlds import hooked
from tests.frameworks.worlds.played import Played

pauses = False
cancels = True
asked = "go"
hands = False


class GeminiCli:
    """It takes every tool that the guard lets go on: nobody is there to be asked."""

    agent = "gemini"
    settings = ".gemini/settings.json"
    api = GeminiApi
    says = "go"

    def configured(self, home: Path, model: str, bank: str) -> None:
        del model
        file = home / self.settings
        more = {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "mcpServers": {"bank": {"httpUrl": bank}},
        }
        file.write_text(json.dumps({**json.loads(file.read_text()), **more}))

    def words(self, session: str) -> list[str]:
        again = ["--resume", session] if session else []
        words = [hooked.found("gemini"), "--skip-trust", "--yolo", "-m", "gemini-2.5-flash"]
        return [*words, *again, "-p", self.says]

    def environ(self, home: Path, model: str) -> dict[str, str]:
        del home
        return {
            "GEMINI_API_KEY": "none",
            "GEMINI_TELEMETRY_ENABLED": "false",
            "GOOGLE_GEMINI_BASE_URL": model,
        }


async def start(world: Any, *turns: Any) -> Played:
    return await hooked.start(world, GeminiCli(), turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    return await hooked.start(world, GeminiCli(), turns, played.state)
