"""What a result says: whether it failed, its value, and what policy may match in it.

Reads an MCP result object as one (`structuredContent`, else JSON in its text), anything else as
the value itself. Values are taken by the catalogue's `extract` paths only; nothing is guessed.
"""

import json

from guard.model.call import Json, ToolSpec
from guard.session.limit import found


def is_failure(result: Json) -> bool:
    """Return whether a tool's result says of itself that it failed."""
    return isinstance(result, dict) and _is_mcp(result) and result.get("isError") is True


def value_of(result: Json) -> Json:
    """Return what a result holds: of an MCP result its structured content, else its JSON text."""
    if not isinstance(result, dict) or not _is_mcp(result):
        return result
    return _structured(result)


def extracted(spec: ToolSpec, result: Json) -> dict[str, str]:
    """Return the catalogued values of a result by path and by role; none of one that failed."""
    if not spec.extract or is_failure(result):
        return {}
    value = value_of(result)
    if not isinstance(value, dict):
        return {}
    facts: dict[str, str] = {}
    for path, role in spec.extract.items():
        values = [str(one) for one in found(value, path) if one is not None]
        if values:
            facts[path] = values[0]
            facts.setdefault(role, values[0])
    return facts


def _is_mcp(result: dict[str, Json]) -> bool:
    return "content" in result or "structuredContent" in result


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
