"""Lists of tools: learn what is published, leave out what this caller may never call.

Leaving out is a courtesy to the model; the call decides. Before the first call of a pinned tool
the guard asks for the list itself, so that a client that never lists is checked too.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guard.model.call import ToolSpec
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, loads
from guard_adapters.front.mcp.protocol.private import clean
from guard_adapters.front.mcp.protocol.wire import MessageId, WireRefused
from guard_adapters.front.mcp.tools.pins import MAX_AGE_MS
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.reply import answers, is_events

PRIVATE_TTL_MS: Final = 60_000
_PAGES: Final = 50
_ASK_S: Final = 5
_ENVELOPE: Final = "io.modelcontextprotocol/"
_PARAM_HEADER: Final = b"mcp-param-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The lists of one upstream, as one caller sees them."""

    front: GuardFront
    passage: Passage

    def learn(self, asked: Asked, message: Mapping[str, Any] | None) -> frozenset[str]:
        """Remember the definitions of one page and return the names in it."""
        found = tools_of(message)
        server, who = self.passage.server.name, self.passage.who
        result = message["result"] if message and "result" in message else {}
        if "cursor" not in asked.params and "nextCursor" not in result and found is not None:
            self.passage.book.listed(server, who, found, self._until(result))
        elif found is not None:
            self.passage.book.learn(server, who, found)
        return frozenset(name for tool in found or () if isinstance(name := tool.get("name"), str))

    def shown(
        self, asked: Asked, message: dict[str, Any] | None, allowed: frozenset[str]
    ) -> dict[str, Any] | None:
        """Return the page without tools that are hidden from this caller or changed."""
        found = tools_of(message)
        if message is None or found is None:
            return message
        kept = [tool for tool in found if self._is_shown(tool.get("name"), allowed)]
        result = {**message["result"], "tools": kept}
        if asked.era == "modern" and (len(kept) < len(found) or "cacheScope" in result):
            # It depends on who asks: no shared cache may hand it to somebody else.
            result["cacheScope"] = "private"
            ttl = result.get("ttlMs")
            result["ttlMs"] = min(ttl, PRIVATE_TTL_MS) if isinstance(ttl, int) else PRIVATE_TTL_MS
        return {**message, "result": result}

    def _is_shown(self, name: object, allowed: frozenset[str]) -> bool:
        if not isinstance(name, str) or name not in allowed:
            return False
        server = self.passage.server.name
        spec = self.front.spec(server, name)
        return self.passage.book.state(server, self.passage.who, name, spec) != "changed"

    async def refresh(self, asked: Asked, tool: str, spec: ToolSpec | None) -> None:
        """Ask the upstream for its list if judging or sending this call depends on it.

        An upstream that does not answer leaves the book as it was: pinned tools count as changed.
        """
        book, server, who = self.passage.book, self.passage.server.name, self.passage.who
        if book.fresh(server, who, self.front.now_ms()):
            return
        pinned = spec is not None and bool(spec.pins)
        # Without the schema these headers could not be compared, and would not be sent on.
        param = any(name.lower().startswith(_PARAM_HEADER) for name, _ in self.passage.headers)
        unknown = param and book.definition(server, who, tool) is None
        if not (pinned or unknown):
            return
        try:
            found, ttl = await self._asked_for(asked)
        except (UpstreamFailed, WireRefused):
            return
        book.listed(server, who, found, self._until({"ttlMs": ttl}))

    def _until(self, result: Mapping[str, Any]) -> int:
        ttl = result.get("ttlMs")
        age = min(ttl, MAX_AGE_MS) if isinstance(ttl, int) and ttl > 0 else MAX_AGE_MS
        return self.front.now_ms() + age

    async def _asked_for(self, asked: Asked) -> tuple[list[Mapping[str, Any]], int]:
        found: list[Mapping[str, Any]] = []
        cursor: str | None = None
        ttl = MAX_AGE_MS
        for _ in range(_PAGES):
            result = await self._page(asked, cursor)
            found += result.get("tools") or []
            if isinstance(result.get("ttlMs"), int):
                ttl = min(ttl, result["ttlMs"])
            cursor = result.get("nextCursor")
            if not isinstance(cursor, str):
                return found, ttl
        raise UpstreamFailed(f"more than {_PAGES} pages of tools", sent=True)

    async def _page(self, asked: Asked, cursor: str | None) -> dict[str, Any]:
        meta = asked.params.get("_meta") or {}
        envelope = {key: value for key, value in meta.items() if key.startswith(_ENVELOPE)}
        params: dict[str, Any] = {"_meta": envelope} if envelope else {}
        if cursor is not None:
            params["cursor"] = cursor
        ident = "guard-" + secrets.token_hex(16)
        message = {"jsonrpc": "2.0", "id": ident, "method": "tools/list", "params": params}
        answer = await self._own(message, ident)
        result = answer.get("result")
        if not isinstance(result, dict):
            raise UpstreamFailed("it refused to list its tools", sent=True)
        return result

    async def _own(self, message: dict[str, Any], ident: MessageId) -> dict[str, Any]:
        upstream = await self.passage.open("POST", message, read_s=_ASK_S)
        try:
            if not is_events(upstream):
                raw = await upstream.read(self.passage.settings.max_line_bytes)
                return clean(loads(raw, limits=RESPONSE_LIMITS))
            async for _, found in self.passage.events(upstream):
                if found is not None and answers(found, ident):
                    return clean(found)
            raise UpstreamFailed("no answer in the stream", sent=True)
        finally:
            await upstream.aclose()


def tools_of(message: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    """Return the definitions in an answer to tools/list, or None if it is none."""
    result = message.get("result") if message else None
    tools = result.get("tools") if isinstance(result, dict) else None
    return [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else None
