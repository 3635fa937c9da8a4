"""What a recorded result says of itself: whether it failed, and the values that policy may match.

Reads an MCP result object as one (`structuredContent`, else JSON in its text), anything else as
the value itself. Values are taken by the catalogue's `extract` paths only; nothing is guessed.
"""

import json

from guard.model.call import Json, ToolSpec
from guard.session.limit import found


def result_facts(spec: ToolSpec, result: Json) -> tuple[dict[str, str], bool]:
    """Return the extracted values by path and by role, and whether the result is an error."""
    failed = False
    if isinstance(result, dict) and ("content" in result or "structuredContent" in result):
        failed = result.get("isError") is True
        result = _structured(result)
    if failed or not isinstance(result, dict):
        return {}, failed
    facts: dict[str, str] = {}
    for path, role in spec.extract.items():
        values = [str(one) for one in found(result, path) if one is not None]
        if values:
            facts[path] = values[0]
            facts.setdefault(role, values[0])
    return facts, failed


def _structured(result: dict[str, Json]) -> Json:
    if result.get("structuredContent") is not None:
        return result["structuredContent"]
    blocks = result.get("content")
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict) and isinstance(block.get("text"), str):
            try:
                value: Json = json.loads(str(block["text"]))
            except (ValueError, RecursionError):
                return None
            return value
    return None
