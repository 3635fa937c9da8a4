"""Keys that almost are a key we judge by: refuse them before anybody reads the message.

Some servers match JSON keys without regard to case (Go's encoding/json did so in an MCP SDK,
CVE-2026-27896). `{"name": "read", "Name": "delete"}` is then one call here and another call
there. Where the two readings could differ, the message goes no further. This file changes no key
and never guesses which spelling was meant.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guard_adapters.front.mcp.protocol.private import PRIVATE
from guard_adapters.front.mcp.protocol.wire import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    VERSION_KEY,
    refuse,
    shown,
)


def _folded(*keys: str) -> dict[str, str]:
    return {key.casefold(): key for key in keys}


_ENVELOPE: Final = _folded("jsonrpc", "id", "method", "params", "result", "error")
_PARAMS: Final = _folded(
    "_meta", "name", "arguments", "uri", "inputResponses", "requestState", "task", "taskId",
    "cursor", "protocolVersion", "capabilities", "clientInfo", "requestId", "ref", "argument",
    "context", "level", "notifications", "progressToken", "progress", "total",
)  # fmt: skip
_META: Final = _folded(
    VERSION_KEY,
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/clientCapabilities",
    "progressToken",
)
_ANSWER: Final = _folded("action", "content", "role", "model", "stopReason", "roots", "_meta")


def refuse_near_keys(message: Mapping[str, Any]) -> None:
    """Raise WireRefused (-32600 or -32602) if a key of the protocol occurs in another spelling.

    Looks at the envelope, `params`, `params._meta`, `params.inputResponses` and each answer in
    it; `arguments` belong to the tool and are checked by `refuse_near_arguments`.
    """
    _compare(message, _ENVELOPE, "the message", INVALID_REQUEST)
    params = message.get("params")
    if not isinstance(params, Mapping):
        return
    _compare(params, _PARAMS, "params", INVALID_PARAMS)
    meta, answers = params.get("_meta"), params.get("inputResponses")
    if isinstance(meta, Mapping):
        _compare(meta, _META, "params._meta", INVALID_PARAMS)
        _refuse_near_private(meta)
    if isinstance(answers, Mapping):
        _refuse_siblings(answers, frozenset(), "params.inputResponses")
        for answer in answers.values():
            if isinstance(answer, Mapping):
                _compare(answer, _ANSWER, "an input response", INVALID_PARAMS)


def _refuse_near_private(meta: Mapping[str, Any]) -> None:
    """The guard's own names are taken out as they are spelled; their likes must not get past it."""
    for key in meta:
        if key.casefold().startswith(PRIVATE) and not key.startswith(PRIVATE):
            text = f"The key {shown(key)} in params._meta reads like a name of the guard."
            refuse(INVALID_PARAMS, "near_key", f"{text} Send one of yours.")


def refuse_near_arguments(arguments: Mapping[str, Any], schema: Mapping[str, Any] | None) -> None:
    """Raise WireRefused (-32602) if an argument case-folds onto a declared one or onto another.

    `schema` is the tool's pinned inputSchema. Keys that the schema itself declares are taken as
    declared, also when two of them fold together. Nested objects are compared as far as the
    schema declares their properties; a free map (file names, headers) keeps its own keys.
    """
    todo: list[tuple[Mapping[str, Any], Any, str]] = [(arguments, schema, "arguments")]
    while todo:
        node, rules, where = todo.pop()
        declared = _properties(rules)
        if declared or node is arguments:
            _compare(node, _folded(*declared), where, INVALID_PARAMS, exact=frozenset(declared))
            _refuse_siblings(node, frozenset(declared), where)
        todo.extend(
            (part, below, f"{where}.{key}")
            for key, below in declared.items()
            for part, below in _objects(node.get(key), below)
        )


def _properties(rules: object) -> Mapping[str, Any]:
    found = rules.get("properties") if isinstance(rules, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _objects(value: object, rules: object) -> Iterable[tuple[Mapping[str, Any], Any]]:
    if isinstance(value, Mapping):
        yield value, rules
    elif isinstance(value, list) and isinstance(rules, Mapping):
        for item in value:
            yield from _objects(item, rules.get("items"))


def _compare(
    node: Mapping[str, Any],
    reserved: Mapping[str, str],
    where: str,
    code: int,
    *,
    exact: frozenset[str] = frozenset(),
) -> None:
    for key in node:
        meant = reserved.get(key.casefold())
        if meant is not None and key != meant and key not in exact:
            text = f"The key {shown(key)} in {where} reads like {meant!r}. Write {meant!r}."
            refuse(code, "near_key", text)


def _refuse_siblings(node: Mapping[str, Any], exact: frozenset[str], where: str) -> None:
    seen: dict[str, str] = {}
    for key in node:
        other = seen.setdefault(key.casefold(), key)
        if other != key and not {key, other} <= exact:
            text = f"The keys {shown(other)} and {shown(key)} in {where} differ in case only."
            refuse(INVALID_PARAMS, "near_key", f"{text} Send one of them.")
