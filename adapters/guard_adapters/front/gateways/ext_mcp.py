"""agentgateway's `mcpGuardrails`: each MCP request of a gateway is judged, and its result taken in.

Rule 1: every answer is one of the protocol, never a failed call of it: a gateway that is told to
fail open would take that for a yes. What gRPC itself refuses the guard never sees: metadata above
8 KiB, a broken frame or compression, an unknown method. Rule 2: who calls is what the gateway's
operator wrote into `metadata`, never a header or the message. Rule 3: what leaves towards the
server is the judged call with its credential; a result without a call that was allowed is not
handed on. Rule 4: nothing is read of a caller without the gateway's key.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from guard.errors import Refused, Unusable
from guard_adapters.front.bearer import bears, digest_of
from guard_adapters.front.gateways.asking import GatewayDesk, Verdict, Wanted
from guard_adapters.front.mcp.judging.gate import (
    Asked,
    Way,
    admit,
    judged,
    outgoing,
    tool_name,
    way,
)
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, dumps, loads
from guard_adapters.front.mcp.protocol.trace import parent_of, read
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.server import HttpServer

if TYPE_CHECKING:
    from guard_adapters.front.gateways.ext_mcp_wire import Message

    Work = Callable[[Message, Message, str], Awaitable[None]]

GRACE_S: Final = 1
"""How long calls of the protocol may take to end when the guard is told to stop (seconds)."""

_MOST_BYTES: Final = RESPONSE_LIMITS.body_bytes + 2**16


class _No(Exception):
    """An answer of the protocol that is a no; `code` is one of its `AuthorizationError.Code`."""

    def __init__(self, code: str, reason: str, text: str, **data: object) -> None:
        super().__init__(reason)
        self.code, self.text = code, text
        self.data = {"code": reason, **data}


class ExtMcp:
    """Answers one gateway.

    Args:
        desk: what judges, for a gateway that sends the arguments that it is handed.
        token: what the gateway must bear.
        server: returns how a server of the catalogue takes credentials, None where it has none.
    """

    def __init__(
        self, desk: GatewayDesk, token: str, server: Callable[[str], HttpServer | None]
    ) -> None:
        self._desk, self._expected, self._server = desk, digest_of(token), server

    async def check_request(self, sent: AsyncIterator[bytes], context: "Message") -> "Message":
        """Return `pass` or `mutated` for an allowed request, else `error`."""
        from guard_adapters.front.gateways.ext_mcp_wire import (  # noqa: PLC0415  an extra
            McpRequest,
            McpRequestResult,
        )

        return await self._answered(McpRequestResult(), self._request, McpRequest, sent, context)

    async def check_response(self, sent: AsyncIterator[bytes], context: "Message") -> "Message":
        """Take in how an allowed call ended; return `pass`, what may be released, or `error`."""
        from guard_adapters.front.gateways.ext_mcp_wire import (  # noqa: PLC0415  an extra
            McpResponse,
            McpResponseResult,
        )

        return await self._answered(McpResponseResult(), self._response, McpResponse, sent, context)

    async def _answered(
        self,
        told: "Message",
        work: "Work",
        kind: "Message",
        sent: AsyncIterator[bytes],
        context: "Message",
    ) -> "Message":
        try:
            said = dict(context.invocation_metadata() or ())
            self._borne(said)
            message = _parsed(kind, await anext(sent, b""))
            await work(message, told, read(said.get("traceparent")))
        except _No as no:
            _error(told, no)
        except WireRefused as wrong:
            _error(told, _No("INVALID", wrong.reason, wrong.message))
        except Exception:  # noqa: BLE001  rule 1: whatever failed, the gateway is told no
            text = "GUARD_UNAVAILABLE: The call could not be judged and did not run."
            _error(told, _No("UNKNOWN", "guard_failed", text))
        return told

    def _borne(self, said: Mapping[str, object]) -> None:
        if not bears(str(said.get("authorization", "")), self._expected):
            raise _No("PERMISSION_DENIED", "gateway_unknown", "This gateway is not known here.")

    async def _request(self, asked: "Message", told: "Message", span: str) -> None:
        if way(asked.method) in {Way.LIST, Way.FORWARD}:
            return _pass(told)
        params = loads(asked.mcp_request) if asked.HasField("mcp_request") else {}
        message = admit({"method": asked.method, "params": params})
        verdict = await self._desk.verdict(_wanted(asked, message, span))
        if not verdict.allowed or verdict.call is None:
            raise _refused(verdict)
        try:
            sent = self._carried(message, verdict, told)
        except Refused as no:  # the credential may not go there, so nothing goes
            await self._desk.ended(verdict.id, None, failed=True)
            told.Clear()
            raise _No("PERMISSION_DENIED", no.code, f"DENIED: {no.message}") from no
        told.metadata.update({"call": verdict.id})
        if sent == params:
            return _pass(told)
        told.mutated = dumps(sent)
        return None

    def _carried(self, message: Asked, verdict: Verdict, told: "Message") -> dict[str, Any]:
        """Put the headers of the call into `told`; return the params that are to be sent."""
        assert verdict.call is not None  # noqa: S101  `_request` looked
        call = verdict.call
        server = self._server(call.server) or HttpServer(name=call.server, url="")
        carried = Carried(
            delivery=server.delivery,
            url=server.url,
            credential=verdict.credential,
            key=call.idempotency,
        )
        static = carried.server_key()
        headers = [
            *carried.headers(),
            *(static.headers("POST", server.url, "") if static is not None else ()),
        ]
        for name, value in headers:
            told.header_mutation.set.add(key=name.decode(), value=value)
        params: dict[str, Any] = outgoing(message, call, carried.in_meta).get("params", {})
        return params

    async def _response(self, asked: "Message", told: "Message", _span: str) -> None:
        if way(asked.method) in {Way.LIST, Way.FORWARD}:
            return _pass(told)
        ident = _said(asked, "call")
        if not ident:
            text = "The gateway does not say which call this ends. Send it mcpGuardrails.call."
            raise _No("INVALID", "decision_unknown", text)
        try:
            clean = self._desk.scrubbed(ident, asked.mcp_response)
            result = loads(clean, limits=RESPONSE_LIMITS)
            text = await self._desk.ended(ident, result, failed=False)
        except Refused as no:
            raise _No("PERMISSION_DENIED", no.code, f"RESULT_WITHHELD: {no.message}") from no
        if text:
            if asked.method != "tools/call":
                raise _No("PERMISSION_DENIED", "result_withheld", text)
            clean = dumps({"content": [{"type": "text", "text": text}], "isError": True})
        if clean == asked.mcp_response:
            return _pass(told)
        told.mutated = clean
        return None


@asynccontextmanager
async def answering(service: ExtMcp, address: str) -> AsyncIterator[int]:
    """Serve until left, in clear text as gateways expect it; yield the port.

    Args:
        service: what answers.
        address: host and port; a port of 0 takes a free one.

    Raises:
        Unusable: `extra_missing`: grpcio is not installed; `address_in_use`.
    """
    try:
        from grpc import aio  # noqa: PLC0415  an extra

        from guard_adapters.front.gateways.ext_mcp_wire import handlers  # noqa: PLC0415  the same
    except ImportError as missing:
        raise Unusable(
            f"agentgateway is answered with {missing.name}.",
            code="extra_missing",
            next_step="pip install 'guardcall[gateways]'",
        ) from None
    # Without so_reuseport, a second server of this account gets an error and no share of the calls.
    # No limit of gRPC's: what is too long is answered by `_parsed`, and no failed call.
    options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)]
    server = aio.server(options=options)
    server.add_generic_rpc_handlers((handlers(service.check_request, service.check_response),))
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as wrong:
        raise Unusable(
            f"The guard cannot listen for agentgateway on {address}.",
            code="address_in_use",
            next_step="Set guard.serve.ext_mcp_port to a free port, or to 0.",
        ) from wrong
    await server.start()
    try:
        yield port
    finally:
        await server.stop(GRACE_S)


def _parsed(kind: "Message", raw: bytes) -> "Message":
    """Return a message of this class; what is none, or too long, is answered with a no."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415  an extra

    if len(raw) > _MOST_BYTES:
        text = f"The message has {len(raw)} bytes, {_MOST_BYTES} are allowed. Send less."
        raise _No("INVALID", "body_too_large", text)
    try:
        return kind.FromString(raw)
    except DecodeError:
        raise _No("INVALID", "request_unusable", "This is no message of ExtMcp.") from None


def _wanted(asked: "Message", message: Asked, span: str) -> Wanted:
    """Return the call that is asked about, by whom the gateway's operator says that it is made."""
    person, names = _said(asked, "person"), list(asked.service_names)
    if not person:
        text = "The gateway does not say who calls. Write metadata.person, such as jwt.sub."
        raise _No("INVALID", "request_unusable", text)
    if len(names) != 1:
        raise _No("INVALID", "request_unusable", "A call goes to one server.")
    return Wanted(
        person=person,
        agent=_said(asked, "agent") or "gateway",
        server=names[0],
        tool=tool_name(message),
        arguments=judged(message),
        session=_said(asked, "session"),
        traceparent=parent_of(message.params) or span,
    )


def _said(asked: "Message", name: str) -> str:
    """Return what the operator's configuration says under a name; empty where that is no text."""
    fields = asked.metadata_context.fields
    found: str = fields[name].string_value if name in fields else ""
    return found


def _refused(verdict: Verdict) -> _No:
    data: dict[str, Any] = {}
    if (waiting := verdict.waiting) is not None:
        data = {"approval_id": waiting.approval_id, "expires_at_ms": waiting.expires_at_ms}
    gone = verdict.text.startswith("GUARD_UNAVAILABLE")
    return _No("UNKNOWN" if gone else "PERMISSION_DENIED", verdict.code, verdict.text, **data)


def _pass(told: "Message") -> None:
    getattr(told, "pass").SetInParent()


def _error(told: "Message", no: _No) -> None:
    told.Clear()
    told.error.code = told.error.Code.Value(no.code)
    told.error.reason = no.text
    told.error.mcp_error = dumps(no.data)
