"""Which MCP messages are judged, and how one of them becomes a tool call.

Rule 1: enforcement is at the call; what is not in the table is judged as unknown. Rule 2: what
leaves towards a server is made from the bytes that were judged. This file opens no connection,
knows no transport and evaluates no policy; HTTP and stdio share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from guard.model.call import Definition, ToolCall, ToolResult, argument_bytes
from guard_adapters.front.mcp.protocol.private import (
    IDEMPOTENCY_KEY,
    INTENT_KEY,
    NARROWED_KEY,
    SESSION_KEY,
    TOKEN_KEY,
    parted,
)
from guard_adapters.front.mcp.protocol.trace import parent_of
from guard_adapters.front.mcp.protocol.wire import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    Era,
    MessageId,
    era,
    readable_id,
    refuse,
)

Text = TypeVar("Text", str, bytes)

METHOD_TOOL: Final = "mcp:"
"""Prefix of the tool names under which judged methods other than tools/call appear."""


class Way(StrEnum):
    """What happens to a message from a client."""

    CALL = "call"  # tools/call: judged as the tool it names
    METHOD = "method"  # judged as the tool `mcp:<method>`
    UNKNOWN = "unknown"  # judged as the tool `mcp:unknown`
    LIST = "list"  # forwarded; definitions are checked and hidden tools left out
    FORWARD = "forward"


GATE: Final[Mapping[str, Way]] = {
    "tools/call": Way.CALL,
    "tasks/update": Way.METHOD,  # feeds input to a running tool
    "resources/read": Way.METHOD,
    "prompts/get": Way.METHOD,
    "tools/list": Way.LIST,
    "tasks/get": Way.FORWARD,
    "tasks/cancel": Way.FORWARD,
    "completion/complete": Way.FORWARD,
    "resources/subscribe": Way.FORWARD,
    "resources/unsubscribe": Way.FORWARD,
    "subscriptions/listen": Way.FORWARD,
    "logging/setLevel": Way.FORWARD,
    "initialize": Way.FORWARD,
    "server/discover": Way.FORWARD,
    "ping": Way.FORWARD,
    "resources/list": Way.FORWARD,
    "resources/templates/list": Way.FORWARD,
    "prompts/list": Way.FORWARD,
}


def way(method: str) -> Way:
    """Return what happens to `method`; notifications pass, an unknown request is judged."""
    if method.startswith("notifications/"):
        return Way.FORWARD
    return GATE.get(method, Way.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One message from a client, read and with the guard's own keys taken out of it."""

    message: dict[str, Any] = field(repr=False)
    method: str
    id: MessageId | None
    era: Era
    way: Way
    session: str = ""  # the handle it presented
    intent: bytes = b""
    progress_token: str | int | None = None
    is_retry: bool = False  # it answers what the server asked for (inputResponses)

    @property
    def params(self) -> dict[str, Any]:
        """Return the params, an empty object if there are none."""
        params: dict[str, Any] = self.message.get("params") or {}
        return params


def admit(
    message: Mapping[str, Any],
    *,
    session: str = "",
    intent: bytes = b"",
    max_intent_bytes: int = 4096,
) -> Asked:
    """Take the guard's keys out of a request or notification and name its way.

    `session` and `intent` are what came beside the message (headers, command line).

    Raises:
        WireRefused: -32020 if message and surroundings name different sessions or intents,
            -32602 if a key does not hold what it should.
    """
    clean, private = parted(message)
    params = clean.get("params") or {}
    meta = params.get("_meta") if isinstance(params.get("_meta"), dict) else {}
    token = (meta or {}).get("progressToken")
    return Asked(
        message=clean,
        method=clean["method"],
        id=readable_id(clean),
        era=era(clean),
        way=way(clean["method"]),
        session=_one("session", _handle(private.get(SESSION_KEY)), session),
        intent=_bounded(_one("intent", _intent(private.get(INTENT_KEY)), intent), max_intent_bytes),
        progress_token=token if isinstance(token, str | int) else None,
        is_retry="inputResponses" in params,
    )


def _handle(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return refuse(INVALID_PARAMS, "bad_session", f"{SESSION_KEY} must be a string. Send one.")


def _intent(value: object) -> bytes:
    if value is None or isinstance(value, str):
        return (value or "").encode()
    if isinstance(value, dict):
        return argument_bytes(value)
    return refuse(INVALID_PARAMS, "bad_intent", f"{INTENT_KEY} must be an object. Send one.")


def _one(what: str, inside: Text, beside: Text) -> Text:
    if inside and beside and inside != beside:
        text = f"Message and header declare different values for {what}. Send it once."
        refuse(HEADER_MISMATCH, f"{what}_mismatch", text)
    return inside or beside


def _bounded(intent: bytes, limit: int) -> bytes:
    if len(intent) > limit:
        text = f"The intent has {len(intent)} bytes, {limit} are allowed. Declare less."
        refuse(INVALID_PARAMS, "intent_too_large", text)
    return intent


def tool_name(asked: Asked) -> str:
    """Return the name under which this message is judged.

    Raises:
        WireRefused: -32602 if tools/call names no tool, or one that looks like a judged method:
            permission for a method would otherwise be permission for a tool of that name.
    """
    match asked.way:
        case Way.CALL:
            name = asked.params.get("name")
            if not isinstance(name, str) or not name or name.startswith(METHOD_TOOL):
                text = f"params.name must name a tool and not start with {METHOD_TOOL!r}. Name one."
                refuse(INVALID_PARAMS, "bad_tool_name", text)
            return name
        case Way.METHOD:
            return METHOD_TOOL + asked.method
        case Way.UNKNOWN | Way.LIST | Way.FORWARD:
            return METHOD_TOOL + "unknown"


def tool_call(  # one keyword per fact that the front alone knows
    asked: Asked,
    *,
    call_id: str,
    session: str,
    server: str,
    definition: Definition = "unpinned",
    max_args_bytes: int = 256 * 2**10,
    acting: tuple[str, ...] = (),
) -> ToolCall:
    """Return the call that this message asks for; its arguments are serialised here, once.

    Raises:
        WireRefused: -32602 if arguments are no object or larger than `max_args_bytes`.
    """
    raw = argument_bytes(judged(asked))
    if len(raw) > max_args_bytes:
        text = f"The arguments have {len(raw)} bytes, {max_args_bytes} are allowed. Send less."
        refuse(INVALID_PARAMS, "arguments_too_large", text)
    return ToolCall(
        id=call_id,
        session=session,
        server=server,
        tool=tool_name(asked),
        arguments=raw,
        definition=definition,
        intent=asked.intent,
        acting=acting,
        traceparent=parent_of(asked.params),
    )


def judged(asked: Asked) -> dict[str, Any]:
    """Return what of a message is judged as the arguments of its call.

    Raises:
        WireRefused: -32602 if arguments are no object.
    """
    if asked.way is not Way.CALL:
        rest = {key: value for key, value in asked.params.items() if key != "_meta"}
        return rest if asked.way is Way.METHOD else {"method": asked.method, "params": rest}
    arguments = asked.params.get("arguments", {})
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        refuse(INVALID_PARAMS, "bad_arguments", "params.arguments must be an object. Send one.")
    return arguments


def outgoing(asked: Asked, call: ToolCall, token: str = "") -> dict[str, Any]:
    """Return the message to send: the client's envelope around the bytes of `call`.

    `token` goes into `_meta` for servers that check call tokens, and so do the span of the guard
    and, unless it has a header, the idempotency key of the run.
    """
    params = dict(asked.params)
    parsed = call.parsed()
    match asked.way:
        case Way.CALL:
            if parsed or "arguments" in params:
                params["arguments"] = parsed
        case Way.METHOD:
            meta = {"_meta": params["_meta"]} if "_meta" in params else {}
            params = {**parsed, **meta}
        case Way.UNKNOWN | Way.LIST | Way.FORWARD:
            pass  # whole or not at all: nothing in it can be narrowed
    span = call.traceparent if call.traceparent != parent_of(params) else ""
    own = {key: value for key, value in ((TOKEN_KEY, token), ("traceparent", span)) if value}
    if call.idempotency is not None and not call.idempotency.header:
        own[IDEMPOTENCY_KEY] = call.idempotency.value
    if own:
        params["_meta"] = {**(params.get("_meta") or {}), **own}
    return {**asked.message, "params": params} if params else dict(asked.message)


def noted(answer: dict[str, Any], result: ToolResult) -> dict[str, Any]:
    """Return the result of a call with what was narrowed: in the call, and of its session."""
    note: list[dict[str, str]] = [{"reason": code, "path": path} for code, path in result.narrowed]
    note += [{"id": name, "dimension": part, "reason": code} for name, part, code in result.reduced]
    if not note:
        return answer
    return {**answer, "_meta": {**(answer.get("_meta") or {}), NARROWED_KEY: note}}
