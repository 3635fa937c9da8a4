"""What a result says: whether it failed, its value, and what policy may match in it.

Reads an MCP result object as one (`structuredContent`, else JSON in its text), anything else as
the value itself. Values are taken by the catalogue's `extract` paths only; nothing is guessed.
"""

import json
from collections.abc import Iterator

from guard.model.call import Json, ToolSpec
from guard.session.limit import found


def is_failure(result: Json) -> bool:
    """Return whether a tool's result says of itself that it failed."""
    return isinstance(result, dict) and _is_mcp(result) and result.get("isError") is True


def value_of(result: Json, *, parse: bool = True) -> Json:
    """Return what a result holds: of an MCP result its structured content, else its texts.

    Args:
        result: as the agent reads it.
        parse: whether a text that is JSON counts as what it says. Where nobody knows the fields of
            a result, a stranger's file could pretend to be a list of records.
    """
    if isinstance(result, str) and parse:  # of a function, which has no other way to say it
        return _parsed(result) if result.lstrip()[:1] in {"{", "["} else result
    if not isinstance(result, dict) or not _is_mcp(result):
        return result
    if result.get("structuredContent") is not None:
        return result["structuredContent"]
    texts = [_parsed(one) if parse else one for one in _texts(result)]
    return texts[0] if len(texts) == 1 else texts or None


def extracted(spec: ToolSpec, result: Json) -> dict[str, str]:
    """Return the catalogued values of a result by path and by role; none of one that failed."""
    if not spec.extract or is_failure(result):
        return {}
    value = value_of(result)
    if isinstance(value, list) and isinstance(result, dict):
        value = value[0] if value else None  # of several texts the first one
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
    """Return whether an object is an MCP result, and not a value that has a field like one."""
    if "structuredContent" in result:
        return True
    blocks = result.get("content")
    return isinstance(blocks, list) and all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in blocks
    )


def _texts(result: dict[str, Json]) -> Iterator[str]:
    """Yield the texts of a result, those of embedded resources too."""
    blocks = result.get("content")
    for block in blocks if isinstance(blocks, list) else ():
        inner = block.get("resource", block) if isinstance(block, dict) else None
        text = inner.get("text") if isinstance(inner, dict) else None
        if isinstance(text, str):
            yield text


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value
