"""Plain HTTP APIs behind the guard: `/http/<server>/...` is a tool call, by the catalogue's routes.

For applications that know neither MCP nor the guard and are given another base URL. The order of
checks is the order of `_answer`: edge, API, caller, body, route, arguments, then the guard. What
goes up is written anew from what was judged; it merges no APIs and keeps no state.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from guard.errors import ApprovalPending, GuardError
from guard.model.call import ToolCall, ToolResult, argument_bytes
from guard_adapters.front.legacy.request import Asked, Table, body_of, signed_in
from guard_adapters.front.legacy.wire import Answer, Api, RoutedTool, said
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.client.cancel import attended
from guard_adapters.front.mcp.client.stream import Receive, Scope, Send
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.http.endpoint import Access, caller_of
from guard_adapters.front.mcp.judging.gate import noted
from guard_adapters.front.mcp.judging.verdict import Word, refusal_of
from guard_adapters.front.mcp.protocol.edge import Headers, check_edge, single
from guard_adapters.front.mcp.protocol.json import limits_of
from guard_adapters.front.mcp.protocol.private import NARROWED_KEY
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, WireRefused, refuse

PREFIX: Final = "/http/"
_STATUS: Final[Mapping[Word, int]] = {
    "DENIED": 403,
    "NO_ANSWER": 403,
    "REVOKED": 403,
    "TOOL_CHANGED": 403,
    "APPROVAL_PENDING": 503,  # the same request again waits on
    "GUARD_UNAVAILABLE": 503,
    "OUTCOME_UNKNOWN": 502,
    "RESULT_WITHHELD": 502,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHttp:
    """`/http/<server>/...`: the ASGI application before all plain HTTP APIs of one guard.

    `tables` are the routes of each API.
    """

    front: GuardFront
    access: Access
    apis: Mapping[str, Api]
    tables: Mapping[str, Table]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; see the order of checks above."""
        try:
            answer = await self._answer(scope, receive)
        except WireRefused as no:
            answer = said(no.http_status, no.reason, no.message)
            if no.http_status == 401:  # noqa: PLR2004  RFC 9110, 15.5.2 asks for a challenge
                challenge = (b"www-authenticate", b'Bearer, Basic realm="guard"')
                answer = replace(answer, headers=[*answer.headers, challenge])
        head = list(answer.headers)
        if answer.status not in {204, 304}:  # RFC 9110, 8.6
            head.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        check_edge(scope["headers"], self.access.edge)
        name, rest = _taken_apart(scope)
        api = self.apis.get(name)
        if api is None:
            text = "There is no such API here. Use one of the configured paths."
            refuse(INVALID_REQUEST, "unknown_server", text, status=404)
        headers = signed_in(scope["headers"])
        caller = await caller_of(self.front, self.access, headers, name, scope["method"])
        settings = self.front.settings
        body = await body_of(receive, settings.max_body_bytes)
        asked = self.tables[name].read(scope, rest, body, limits_of(settings))
        return await self._called(api, asked, headers, caller, receive)

    async def _called(
        self, api: Api, asked: Asked, headers: Headers, caller: Caller, receive: Receive
    ) -> Answer:
        settings = self.front.settings
        raw = argument_bytes(asked.arguments)
        if len(raw) > settings.max_args_bytes:
            text = f"The arguments have more than {settings.max_args_bytes} bytes. Send less."
            refuse(INVALID_REQUEST, "arguments_too_large", text, status=413)
        tool = RoutedTool(
            api=api,
            asked=asked,
            headers=headers,
            read_s=settings.tool_timeout_s,
            most=settings.max_line_bytes,
        )
        try:
            session = await self.front.session(caller, single(headers, b"guard-session") or "", b"")
            call = ToolCall(
                id=self.front.new_id(),
                session=session,
                server=api.name,
                tool=asked.spec.tool,
                arguments=raw,
                acting=caller.acting,
            )
            work = self.front.call(call, tool, hold_ms=self.front.hold_ms(caller))
            running = asyncio.create_task(work)
            result = await attended(running, receive=receive, goes_on=tool.client)
        except GuardError as error:
            return self._no(error, ran=tool.ran)
        return _noted(result)

    def _no(self, error: GuardError, *, ran: bool) -> Answer:
        pending = error.approval_id if isinstance(error, ApprovalPending) else ""
        link = self.front.approve_at(pending) if pending else ""
        no = refusal_of(error, ran=ran, held_at=link)
        answer = said(_STATUS[no.word], str(no.data["code"]), no.text, no.data)
        again = (b"retry-after", str(self.front.settings.retry_after_s).encode())
        return replace(answer, headers=[*answer.headers, again]) if pending else answer


def _taken_apart(scope: Scope) -> tuple[str, bytes]:
    """Return the API's name and the rest of the path, as it was sent."""
    raw: bytes = scope["raw_path"]
    name, _, rest = raw.removeprefix(PREFIX.encode()).partition(b"/")
    return name.decode("latin-1"), b"/" + rest


def _noted(result: ToolResult) -> Answer:
    """Return the answer, with a note of what the guard took away."""
    answer: Any = result.value
    assert isinstance(answer, Answer)  # noqa: S101  made by `RoutedTool`
    note = noted({}, result).get("_meta", {}).get(NARROWED_KEY)
    if not note:
        return answer
    return replace(
        answer, headers=[*answer.headers, (b"guard-narrowed", json.dumps(note).encode())]
    )
