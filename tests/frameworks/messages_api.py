"""The messages API of Anthropic, as far as Claude's program asks it."""

import json
from typing import Any

from tests.frameworks.model_api import BANK, ModelApi, as_events, text_of

PREFIX = "mcp__bank__"


class MessagesApi(ModelApi):
    """A model as Claude's program asks it."""

    def takes(self, asked: Any) -> bool:
        names = {str(one.get("name")) for one in asked.get("tools", ())}
        return any(one.startswith(PREFIX) for one in names)

    def history(self, asked: Any) -> Any:
        return asked["messages"]

    def answer(self, path: str, asked: Any) -> tuple[str, str]:
        if not path.endswith("/v1/messages"):
            return "application/json", '{"input_tokens": 1}'
        blocks = self._said(asked)
        whole = self._message(asked, blocks)
        if not asked.get("stream"):
            return "application/json", json.dumps(whole)
        made = [("message_start", {"message": {**whole, "content": [], "stop_reason": None}})]
        for i, block in enumerate(blocks):
            made += [(kind, {"index": i, **more}) for kind, more in _block(block)]
        stop = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
        made += [("message_delta", {"delta": stop, "usage": {"output_tokens": 1}}), ("message_stop", {})]  # fmt: skip
        return as_events(made)

    def told(self, asked: Any) -> list[str]:
        content = [one["content"] for one in asked["messages"] if one["role"] == "user"]
        blocks = [one for parts in content if isinstance(parts, list) for one in parts]
        return [text_of(one["content"]) for one in blocks if one["type"] == "tool_result"]

    def _said(self, asked: Any) -> list[Any]:
        calls = self.calls(asked)
        made = [
            {
                "type": "tool_use",
                "id": f"toolu_{self.number()}",
                "name": f"{PREFIX}{name}" if name in BANK else name,
                "input": dict(given),
            }
            for name, given in calls
        ]
        return made or [{"type": "text", "text": "done"}]

    def _message(self, asked: Any, blocks: list[Any]) -> Any:
        return {
            "id": f"msg_{self.number()}",
            "type": "message",
            "role": "assistant",
            "model": asked.get("model"),
            "content": blocks,
            "stop_reason": "tool_use" if blocks[0]["type"] == "tool_use" else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }


def _block(block: Any) -> list[tuple[str, Any]]:
    if block["type"] == "text":
        empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    begun, told = {"content_block": empty}, {"delta": delta}
    return [("content_block_start", begun), ("content_block_delta", told), ("content_block_stop", {})]  # fmt: skip
