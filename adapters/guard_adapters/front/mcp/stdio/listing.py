"""The tools that the server behind a pipe publishes: asked for by the guard itself, page by page.

It learns nothing and hides nothing; the desk does.
"""

import secrets
from typing import Any, Final

from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.private import clean
from guard_adapters.front.mcp.socket.desk import Gone, Message, Wires

_PAGES: Final = 50
_ENVELOPE: Final = "io.modelcontextprotocol/"


async def all_tools(asked: Asked, wires: Wires) -> list[Message]:
    """Return every tool, asked for in the envelope of `asked`. Raises Gone."""
    meta = asked.params.get("_meta") or {}
    envelope = {key: value for key, value in meta.items() if key.startswith(_ENVELOPE)}
    found: list[Message] = []
    params: dict[str, Any] = {"_meta": envelope} if envelope else {}
    for _ in range(_PAGES):
        ident = "guard-" + secrets.token_hex(16)
        ask = {"jsonrpc": "2.0", "id": ident, "method": "tools/list", "params": params}
        page = clean(await wires.ask("server", ask))
        found += tools_of(page) or []
        cursor = (page.get("result") or {}).get("nextCursor")
        if not isinstance(cursor, str):
            return found
        params = {**params, "cursor": cursor}
    raise Gone("GUARD_UNAVAILABLE")


def tools_of(message: Message) -> list[Message] | None:
    """Return the tools in the answer to one tools/list, or None if it is none."""
    result = message.get("result")
    tools = result.get("tools") if isinstance(result, dict) else None
    if not isinstance(tools, list):
        return None
    return [tool for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str)]
