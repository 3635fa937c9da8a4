"""By which code a server's verifier refused a call token. Every standalone relay loads it."""

from collections.abc import Mapping
from typing import Any

from guard.grant.presented import STEPS
from guard_adapters.front.mcp.protocol.wire import REFUSED


def refusal_code(message: Mapping[str, Any]) -> str:
    """Return the code by which a server's verifier refused the call token; empty: it did not."""
    match message.get("error"):
        case {"code": int(number), "data": {"code": str(code)}} if number == REFUSED:
            return code if code in STEPS else ""
        case _:
            return ""
