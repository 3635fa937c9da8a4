"""A judged call of a plain HTTP API on its way: the request is written anew, and sent once.

No header of the client goes up but what it accepts; credential and idempotency key are put on here.
No redirect is followed. Of the answer, body and a few headers come back, the credential taken out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.grant.refusals import TURNED_AWAY
from guard.grant.scrub import Scrub
from guard.model.call import Json, Outcome, ToolCall, ToolResult
from guard.model.route import Unclear, Written, written
from guard_adapters._http.carrying import Address, Nonces, Sending, headers_for
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import HttpClient, Upstream
from guard_adapters.front.legacy.request import FORM, JSON, Asked
from guard_adapters.front.mcp.client.cancel import Flight
from guard_adapters.front.mcp.protocol.edge import HeaderList, Headers, encoded
from guard_adapters.front.mcp.upstream.outcome import echoed

_UP: Final = frozenset({b"accept", b"accept-language"})
_DOWN: Final = frozenset(
    {b"content-type", b"content-language", b"etag", b"last-modified", b"retry-after"}
)
# Whoever stands between may have given up although the API acted.
_UNKNOWN: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: HeaderList = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One plain HTTP API: where it is, and how it is reached."""

    name: str
    url: str
    http: HttpClient
    nonces: Nonces = field(default_factory=Nonces)


def said(status: int, code: str, text: str, more: Mapping[str, Json] | None = None) -> Answer:
    """Return an answer of the guard itself."""
    body = json.dumps({**(more or {}), "code": code, "message": text}).encode()
    return Answer(status=status, headers=[(b"content-type", JSON.encode())], body=body)


@dataclass(slots=True, kw_only=True)
class RoutedTool:
    """The tool behind one request, as the guard sees it."""

    api: Api
    asked: Asked
    headers: Headers = field(repr=False)  # of the client
    read_s: float
    most: int  # bytes of an answer
    ran: bool = False
    client: Flight = field(default_factory=Flight)

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        """Send the judged call; what the API says is the result."""
        asked = self.asked
        try:
            found = written(asked.route, call.parsed(), form=asked.form, bare=asked.bare)
            upstream = await self._sent(found, call, credential)
            raw = await self._read(upstream)
        except Unclear as odd:
            return _failed(said(403, odd.code, f"The call cannot be written: {odd.wrong}."))
        except Refused as no:
            return _failed(said(403, no.code, str(no)))
        except UpstreamFailed as failed:
            if failed.sent:
                told = said(502, "outcome_unknown", "The call may have run. Read the state first.")
                return ToolResult(outcome=Outcome.UNKNOWN, value=told)
            return _failed(said(503, "upstream_unreachable", "The server cannot be reached."))
        return replace(self._result(upstream, raw), unheard=self.client.left)

    async def _sent(
        self, request: Written, call: ToolCall, credential: Credential | None
    ) -> Upstream:
        url = self.api.url.rstrip("/") + request.target
        upstream = await self._once(url, request, call, credential)
        if not self.api.nonces.asked_again(Address(url), upstream.status, upstream.named()):
            return upstream
        await upstream.aclose()  # refused unread, for want of a nonce (RFC 9449, 9)
        return await self._once(url, request, call, credential)

    async def _once(
        self, url: str, request: Written, call: ToolCall, credential: Credential | None
    ) -> Upstream:
        address, method = Address(url), self.asked.route.method
        own: tuple[tuple[str, str], ...] = ()
        if credential is not None:
            nonce = self.api.nonces.of(address)
            own = headers_for(credential, Sending(method=method, url=address, nonce=nonce))
        head = [*self._head(request, call), *encoded(own)]
        self.ran = True
        upstream = await self.api.http.open_upstream(
            method, url, head, request.body, read_s=self.read_s
        )
        if credential is not None:
            upstream.scrub = Scrub(credential.secret)
        return upstream

    def _head(self, request: Written, call: ToolCall) -> HeaderList:
        head = [(name.lower(), value) for name, value in self.headers if name.lower() in _UP]
        head.append((b"accept-encoding", b"identity"))
        if request.body:
            head.append((b"content-type", (FORM if self.asked.form else JSON).encode()))
        if (key := call.idempotency) is not None:
            head += encoded([(key.header or "Idempotency-Key", key.value)])
        return head

    async def _read(self, upstream: Upstream) -> bytes:
        try:
            return await upstream.read(self.most)
        finally:
            await upstream.aclose()

    def _result(self, upstream: Upstream, raw: bytes) -> ToolResult:
        status = upstream.status
        if status == HTTPStatus.UNAUTHORIZED:  # about the guard, not about the client
            text = "The server refused the guard's own credential. An operator must look at it."
            answer = said(502, TURNED_AWAY, text)
            return ToolResult(outcome=Outcome.ERROR, value=answer, refused=TURNED_AWAY)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return _failed(said(502, "upstream_redirects", "The server answered with a redirect."))
        kept = [(name.lower(), value) for name, value in upstream.headers if name.lower() in _DOWN]
        if any(name.lower() == b"content-encoding" for name, _ in upstream.headers):
            return _failed(said(502, "answer_unreadable", "The server compressed its answer."))
        scrub = upstream.scrub
        kept = [(name, scrub.whole(value) if scrub else value) for name, value in kept]
        good = Outcome.OK if status < HTTPStatus.BAD_REQUEST else Outcome.ERROR
        return ToolResult(
            outcome=Outcome.UNKNOWN if status in _UNKNOWN else good,
            value=Answer(status=status, headers=kept, body=raw),
            shown=_shown(raw),
            labels=echoed(upstream),
        )


def _shown(raw: bytes) -> Any:  # noqa: ANN401  any JSON value
    """Return what a model will read of a body: JSON, or text."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")


def _failed(answer: Answer) -> ToolResult:
    return ToolResult(outcome=Outcome.ERROR, value=answer)
