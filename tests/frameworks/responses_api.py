"""The responses API of OpenAI, as far as Codex asks it."""

import json
from typing import Any

from tests.frameworks.model_api import BANK, ModelApi, as_events, text_of

SPACE = "mcp__bank"
SPACES = {
    **dict.fromkeys(BANK, SPACE),
    **dict.fromkeys(("spawn_agent", "wait_agent"), "multi_agent_v1"),
}
"""Where the tools of the bank are, and those of sub-agents."""

USED = {
    "input_tokens": 1,
    "input_tokens_details": None,
    "output_tokens": 1,
    "output_tokens_details": None,
    "total_tokens": 2,
}


class ResponsesApi(ModelApi):
    """A model as Codex asks it."""

    def takes(self, asked: Any) -> bool:
        return any(one.get("name") == SPACE for one in asked.get("tools", ()))

    def history(self, asked: Any) -> Any:
        return asked["input"]

    def answer(self, path: str, asked: Any) -> tuple[str, str]:
        if not path.endswith("/responses"):
            return "application/json", "{}"
        made = [self._call(name, given) for name, given in self.calls(asked)]
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]}  # fmt: skip
        number = f"resp_{self.number()}"
        return as_events(
            [
                ("response.created", {"response": {"id": number}}),
                *(
                    ("response.output_item.done", {"output_index": i, "item": one})
                    for i, one in enumerate(made or [{"id": f"msg_{self.number()}", **said}])
                ),
                ("response.completed", {"response": {"id": number, "usage": USED}}),
            ]
        )

    def told(self, asked: Any) -> list[str]:
        items = [one for one in asked["input"] if one["type"] == "function_call_output"]
        return [text_of(one["output"]) for one in items]

    def _call(self, name: str, given: Any) -> Any:
        number = self.number()
        space = {"namespace": SPACES[name]} if name in SPACES else {}
        made = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}"}
        return {**made, "name": name, "arguments": json.dumps(dict(given)), **space}
