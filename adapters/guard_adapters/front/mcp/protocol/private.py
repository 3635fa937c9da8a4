"""Names that only the guard may write, and messages without them.

What a client or a server sends under such a name is taken out, so that neither can speak for the
guard. It judges nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from guard_adapters.front.mcp.protocol.json import Written, dumps, may_hold

PRIVATE: Final = "dev.guardcall/"
"""Names that only the guard may write: taken out of what clients and servers send."""

_MARK: Final = PRIVATE.encode()
SESSION_KEY: Final = PRIVATE + "session"
INTENT_KEY: Final = PRIVATE + "intent"
TOKEN_KEY: Final = PRIVATE + "call-token"
IDEMPOTENCY_KEY: Final = PRIVATE + "idempotency-key"
NARROWED_KEY: Final = PRIVATE + "narrowed"


def parted(message: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a message without the guard's names, and what its `_meta` held under them."""
    params = message.get("params")
    if not isinstance(params, dict):
        return dict(message), {}
    meta = params.get("_meta")
    private: dict[str, Any] = {}
    if isinstance(meta, dict):
        private = {key: value for key, value in meta.items() if key.startswith(PRIVATE)}
    # Arguments belong to the tool and are judged as they are; everything else is envelope.
    clean = {
        key: value if key == "arguments" else without_private(value)
        for key, value in params.items()
    }
    if private and not clean["_meta"]:
        del clean["_meta"]
    return {**message, "params": clean}, private


def without_private(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value without any member that has one of the guard's names."""
    if isinstance(value, list):
        return [without_private(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_private(item) for key, item in value.items() if not key.startswith(PRIVATE)
    }


def clean(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message without the guard's names; one that holds none as it is, bytes and all."""
    raw = message.raw if isinstance(message, Written) else dumps(message)
    if not may_hold(raw, _MARK):
        return message
    found: dict[str, Any] = without_private(message)
    return found
