"""The API of Gemini, as far as Gemini CLI asks it."""

import json
from typing import Any

from tests.frameworks.model_api import BANK, ModelApi

PREFIX = "mcp_bank_"


class GeminiApi(ModelApi):
    """A model as Gemini CLI asks it."""

    def takes(self, asked: Any) -> bool:
        declared = [one for held in asked.get("tools", ()) for one in held.get("functionDeclarations", ())]  # fmt: skip
        return any(one["name"].startswith(PREFIX) for one in declared)

    def history(self, asked: Any) -> Any:
        return asked["contents"]

    def answer(self, path: str, asked: Any) -> tuple[str, str]:
        if "enerateContent" not in path:
            return "application/json", '{"totalTokens": 1}'
        made = [
            {
                "functionCall": {
                    "name": f"{PREFIX}{name}" if name in BANK else name,
                    "args": dict(given),
                }
            }
            for name, given in self.calls(asked)
        ]
        content = {"role": "model", "parts": made or [{"text": "done"}]}
        used = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        whole = {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "usageMetadata": used}  # fmt: skip
        if path.endswith(":streamGenerateContent"):
            return "text/event-stream", f"data: {json.dumps(whole)}\r\n\r\n"
        return "application/json", json.dumps(whole)

    def told(self, asked: Any) -> list[str]:
        parts = [part for one in asked["contents"] for part in one["parts"]]
        answers = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]  # fmt: skip
        return [str(one.get("output", one.get("error"))) for one in answers]
