"""ToolHive's validating webhook: each MCP request of a gateway, signed, judged, answered.

Rule 1: a body is read once its signature (HMAC-SHA256 over time and body) is right, its time is
within five minutes, and its uid is new. Rule 2: tool calls are judged as the tool they name; of all
else only lists and the session's own messages pass. ToolHive tells no end: outcomes are unknown.
"""

import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.grant.replay import MemoryReplay, ReplayUnavailable
from guard_adapters.front.gateways.asking import GatewayDesk, Wanted
from guard_adapters.front.mcp.judging.gate import Way, way
from guard_adapters.front.mcp.protocol.json import loads
from guard_adapters.front.mcp.protocol.wire import WireRefused

VERSION: Final = "v0.1.0"
PATH: Final = "/gateways/toolhive"
WINDOW_S: Final = 300
MOST_BYTES: Final = 2**20
MOST_UIDS: Final = 100_000
"""How many requests are remembered; within the window more are refused."""


class ToolHive:
    """Answers one gateway.

    Args:
        desk: what judges.
        key: the shared secret of the webhook.
        now_s: returns Unix time (seconds).
    """

    def __init__(self, desk: GatewayDesk, key: bytes, now_s: Callable[[], int]) -> None:
        self._desk, self._key, self._now_s = desk, key, now_s
        self._seen = MemoryReplay(start_ms=0, limit=MOST_UIDS)

    def routes(self) -> list[Route]:
        """Return the route, its full path, for the guard's own application."""
        return [Route(PATH, self._respond, methods=["POST"])]

    async def _respond(self, request: Request) -> Response:
        raw = await request.body()
        now_s = self._now_s()
        if not self._signed(request.headers, raw, now_s):
            return JSONResponse({"error": "signature_refused"}, status_code=401)
        try:
            asked = loads(raw)
            uid, message = str(asked["uid"]), asked["mcp_request"]
            method = str(message["method"])
        except (WireRefused, KeyError, TypeError):
            return JSONResponse({"error": "request_unusable"}, status_code=400)
        if not uid or not self._first(uid, now_s):
            return JSONResponse({"error": "request_replayed"}, status_code=409)
        allowed, code, text = await self._judged(asked, method)
        told = {"version": VERSION, "uid": uid, "allowed": allowed}
        if not allowed:
            told |= {"code": 403, "reason": code, "message": text}
        return JSONResponse(told)

    def _signed(self, headers: Mapping[str, str], raw: bytes, now_s: int) -> bool:
        at, given = headers.get("x-toolhive-timestamp", ""), headers.get("x-toolhive-signature", "")
        if not at.isascii() or not at.isdigit() or len(raw) > MOST_BYTES:
            return False
        expected = hmac.new(self._key, f"{at}.".encode() + raw, sha256).hexdigest()
        same = hmac.compare_digest(f"sha256={expected}".encode(), given.encode("utf-8", "replace"))
        return same and abs(now_s - int(at)) <= WINDOW_S

    def _first(self, uid: str, now_s: int) -> bool:
        # A clock may run ahead by the window: its time is good until twice that has gone by.
        until_s = now_s + 2 * WINDOW_S + 1
        try:
            return self._seen.first(uid, until_s * 1000, now_s * 1000)
        except ReplayUnavailable:
            return False

    async def _judged(self, asked: Mapping[str, Any], method: str) -> tuple[bool, str, str]:
        match way(method):
            case Way.LIST | Way.FORWARD:
                return True, "", ""
            case Way.METHOD | Way.UNKNOWN:
                return False, "method_not_judged", f"DENIED: {method} is not let through here."
            case Way.CALL:
                pass
        try:
            call = _wanted(asked)
        except (KeyError, TypeError):
            return False, "request_unusable", "DENIED: The call names no tool or nobody."
        verdict = await self._desk.verdict(call)
        return verdict.allowed, verdict.code, verdict.text


def _wanted(asked: Mapping[str, Any]) -> Wanted:
    """Return the call. Raises KeyError or TypeError: it names no tool, no server or nobody."""
    params, principal = asked["mcp_request"]["params"], asked["principal"]
    arguments = params.get("arguments") or {}
    texts = (principal["sub"], asked["context"]["server_name"], params["name"])
    if not all(isinstance(one, str) and one for one in texts) or not isinstance(arguments, dict):
        raise TypeError("call")
    return Wanted(
        person=texts[0],
        agent=str(principal.get("client_id") or "gateway"),
        server=texts[1],
        tool=texts[2],
        arguments=arguments,
    )
