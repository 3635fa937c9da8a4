"""Put this in front of any ASGI application, and its tools run only with a call token.

`CallGate(app, verifier=..., clock=...)` stands before an MCP endpoint of any make, and with
`reads=posted({"POST /refunds": "refund"})` before plain routes, whose JSON body is the arguments.
It decides nothing, and there is no switch to turn it off. What the application reads afterwards is
the message as it was checked, written anew, without the token.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guard.clock import Clock
from guard.grant.dpop import PROOF_ALG, nonces
from guard.grant.presented import STEPS
from guard.grant.strict import NotStrictJson, strict_json
from guard.grant.verify import CallRefused, Proof, VerifiedCall, Verifier
from guard.model.call import Json
from guard_adapters.front.verified import (
    REFUSED,
    TOKEN_KEY,
    as_current,
    called_in,
    checked,
    proof_in,
    token_in,
)

MAX_BODY: Final = 1024 * 1024
"""Longest message, in bytes, unless set otherwise: it is held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One tool call, as a request carries it.

    `body` is the message without the token; `token` is None where a header would carry it; `ident`
    is the id of a JSON-RPC message; `rpc` says how a refusal is spelled.
    """

    tool: str
    arguments: Mapping[str, Json] | None
    body: bytes
    token: str | None = None
    ident: Json = None
    rpc: bool = False


Reads = Callable[[Scope, bytes], Asked | None]
"""Takes the request's scope and whole body; returns the call in it, or None for no call.

Raises CallRefused for what has two readings: the application could take the other one.
"""


class _TooLong(Exception):
    """The body is longer than the limit."""


class CallGate:
    """ASGI middleware: verifies the call token of every request that calls a tool.

    Args:
        app: what runs behind it. WebSocket connections do not reach it: nobody could read them.
        verifier: this server's keys, issuer, audience and memory.
        clock: tells the time.
        reads: finds the call in a request; see `mcp_calls` and `posted`.
        binding_min: the least level that tools of this server accept.
        schemas: tool name -> digest of its definition, to be the one that the guard pinned.
        refused: told of each refusal, for logs and counters.
        max_body_bytes: longest message.
        origin: how clients spell this server, as in `https://shop.example`: proofs of possession
            must be for it. Without it, tokens that are bound to a key are refused.
        nonce_key: 32 secret bytes, the same at every server of this name: proofs must then hold a
            nonce of ours, a minute or two old (RFC 9449, 9), and cannot be made in advance.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        verifier: Verifier,
        clock: Clock,
        reads: Reads | None = None,
        binding_min: int = 0,
        schemas: Mapping[str, str] | None = None,
        refused: Callable[[CallRefused], None] | None = None,
        max_body_bytes: int = MAX_BODY,
        origin: str = "",
        nonce_key: bytes = b"",
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._clock = clock
        self._reads = reads or mcp_calls
        self._binding_min = binding_min
        self._schemas = schemas or {}
        self._refused = refused
        self._max_body = max_body_bytes
        self._origin = origin.rstrip("/")
        self._nonce_key = nonce_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify a request that calls a tool and hand it on; let what calls none pass."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            case _:
                await self._app(scope, receive, send)  # start and end of the server

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: Asked | None = None
        try:
            body = await _whole(receive, self._max_body)
            asked = self._reads(scope, body)
            call = None if asked is None else await self._check(asked, scope)
        except CallRefused as no:
            if self._refused is not None:
                self._refused(no)
            await self._answer(no, asked)(scope, receive, send)
        except _TooLong:
            answer = JSONResponse({"error": {"code": "body_too_large"}}, status_code=413)
            await answer(scope, receive, send)
        except ClientDisconnect:
            return  # half a message is none
        else:
            if asked is None or call is None:
                await self._app(scope, _once(body, receive), send)
                return
            with as_current(call):
                await self._app(_clean(scope, asked), _once(asked.body, receive), send)

    async def _check(self, asked: Asked, scope: Scope) -> VerifiedCall:
        headers, profile = scope["headers"], self._verifier.profile
        return await checked(
            self._verifier,
            token_in(headers, profile) if asked.token is None else asked.token,
            asked.tool,
            asked.arguments,
            clock=self._clock,
            schema_s256=self._schemas.get(asked.tool),
            binding_min=self._binding_min,
            proof=self._proof(scope),
        )

    def _proof(self, scope: Scope) -> Proof | None:
        if not self._origin:
            return None
        return proof_in(
            scope["headers"],
            method=scope["method"],
            url=f"{self._origin}{scope['path']}",
            profile=self._verifier.profile,
            nonces=self._nonces() if self._nonce_key else None,
        )

    def _nonces(self) -> tuple[str, str]:
        return nonces(self._nonce_key, self._clock.now_ms())

    def _answer(self, no: CallRefused, asked: Asked | None) -> Response:
        """Return the refusal in the caller's own form.

        JSON-RPC errors travel with status 200, but for what HTTP itself can mend: a nonce.
        """
        data: dict[str, Any] = {"code": no.code, "step": no.step}
        headers = {"www-authenticate": _challenge(no)}
        if no.code == "use_nonce":
            headers["dpop-nonce"] = self._nonces()[0]
        if asked is None or not asked.rpc:
            said = {"error": {**data, "message": no.message}}
            return JSONResponse(said, status_code=401, headers=headers)
        error = {"code": REFUSED, "message": f"Refused: {no.message}", "data": data}
        body = {"jsonrpc": "2.0", "id": asked.ident, "error": error}
        if no.code == "use_nonce":
            return JSONResponse(body, status_code=401, headers=headers)
        return JSONResponse(body)


def _challenge(no: CallRefused) -> str:
    """Return the `WWW-Authenticate` of a refusal (RFC 6750, 3; RFC 9449, 7.1 and 9)."""
    if no.step != STEPS["proof_key"]:
        return 'Bearer error="invalid_token"'
    error = "use_dpop_nonce" if no.code == "use_nonce" else "invalid_dpop_proof"
    return f'DPoP error="{error}", algs="{PROOF_ALG}"'


def mcp_calls(scope: Scope, body: bytes) -> Asked | None:
    """Return the `tools/call` of an MCP message over HTTP; every other message passes.

    Raises:
        CallRefused: `args_mismatch`: a body that is no single JSON-RPC message with one reading.
    """
    if scope["method"] in {"GET", "HEAD", "OPTIONS", "DELETE"}:
        return None  # they carry no message
    message = _object(body)
    if message.get("method") != "tools/call":
        return None
    params = message.get("params")
    if not isinstance(params, dict):
        raise CallRefused("args_mismatch", "params is not an object.")
    name, arguments = called_in(params)
    meta, token = params.get("_meta"), None
    if isinstance(meta, dict) and TOKEN_KEY in meta:
        carried = meta.pop(TOKEN_KEY)
        token = carried if isinstance(carried, str) else ""
    return Asked(
        tool=name,
        arguments=arguments,
        body=_written(message),
        token=token,
        ident=message.get("id"),
        rpc=True,
    )


def posted(tools: Mapping[str, str], *, passing: Collection[str] = ()) -> Reads:
    """Return a reader for plain HTTP tools: the body, a JSON object, is the arguments.

    Args:
        tools: method and path, as in `POST /refunds` -> the tool that such a request calls.
        passing: requests that call no tool, such as `GET /healthz`. Any other is refused: a path
            that the application takes for the same (`/refunds/`) must not be a way around.
    """

    def reads(scope: Scope, body: bytes) -> Asked | None:
        place = f"{scope['method']} {scope['path']}"
        if place in passing:
            return None
        if place not in tools:
            raise CallRefused("tool_mismatch", "No tool is declared for this method and path.")
        if scope["query_string"]:
            raise CallRefused("args_mismatch", "A query string is not among the arguments checked.")
        arguments = _object(body) if body else None
        written = b"" if arguments is None else _written(arguments)
        return Asked(tool=tools[place], arguments=arguments, body=written)

    return reads


def _object(body: bytes) -> dict[str, Json]:
    try:
        value = strict_json(body)
    except NotStrictJson as wrong:
        raise CallRefused("args_mismatch", f"The body: {wrong.wrong}.") from None
    if not isinstance(value, dict):
        raise CallRefused("args_mismatch", "The body is not one JSON object.")
    return value


def _written(value: Mapping[str, Json]) -> bytes:
    # ASCII, so that a lone surrogate is refused by the verifier and not by an encoder here.
    return json.dumps(value, separators=(",", ":")).encode("ascii")


async def _whole(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise _TooLong
        if not message.get("more_body", False):
            return bytes(body)


def _once(body: bytes, receive: Receive) -> Receive:
    """Return a channel that hands the body out once and then says what the server says."""
    given = False

    async def channel() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return channel


def _clean(scope: Scope, asked: Asked) -> Scope:
    """Return the scope for the message as it was checked, without a header that held the token."""
    gone = {b"content-length", b"content-type", b"transfer-encoding"}
    if asked.token is None:
        gone |= {b"authorization", b"txn-token", b"dpop"}
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in gone]
    length = str(len(asked.body)).encode()
    own = [(b"content-type", b"application/json"), (b"content-length", length)]
    return {**scope, "headers": [*kept, *own]}
