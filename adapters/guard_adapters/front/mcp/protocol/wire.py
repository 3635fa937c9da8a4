"""MCP messages by name: what one is, which era it is of, and how it is refused.

Rule 1: two readers of one message must see one message; what could be read in two ways is
refused, so that the tool that was judged is the tool the server behind us sees. Rule 2: this file
opens no connection, imports no protocol library and judges no call.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn, TypeAlias

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
HEADER_MISMATCH: Final = -32020
UNSUPPORTED_VERSION: Final = -32022
# Our own codes lie outside -32768..-32000, which JSON-RPC 2.0 (section 5.1) and MCP reserve.
REFUSED: Final = 40300
GUARD_UNAVAILABLE: Final = 50300

HTTP_STATUS: Final[Mapping[int, int]] = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    METHOD_NOT_FOUND: 404,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
    REFUSED: 200,
    GUARD_UNAVAILABLE: 200,
}

CANCELLED: Final = "notifications/cancelled"

VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"
LEGACY_VERSIONS: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")

Era: TypeAlias = Literal["legacy", "modern"]
MessageId: TypeAlias = str | int


@dataclass(eq=False)  # not frozen: contextlib sets __traceback__; compared by identity
class WireRefused(Exception):
    """A message that goes no further.

    `code` is the JSON-RPC error code, `http_status` the status that carries it over HTTP,
    `reason` the stable word for logs and programs, `message` a sentence that says what to do.
    No field ever holds an argument value or a token.
    """

    code: int
    message: str
    http_status: int
    reason: str
    data: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


def refuse(code: int, reason: str, message: str, *, status: int | None = None) -> NoReturn:
    """Raise WireRefused with the HTTP status that belongs to `code`, unless `status` is given."""
    raise WireRefused(code, message, HTTP_STATUS[code] if status is None else status, reason)


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words for whoever sent it."""
    return "null" if value is None else f"a {type(value).__name__}"


def shown(key: str) -> str:
    """Return a key from outside as short ASCII text, safe in a log or a message."""
    return ascii(key if len(key) <= 64 else key[:64] + "...")  # noqa: PLR2004 - enough to find it


class Kind(enum.Enum):
    """What a JSON-RPC 2.0 message is (sections 4 and 5 of its specification)."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    RESPONSE = "response"
    ERROR = "error"


def classify(message: Mapping[str, Any]) -> Kind:
    """Name the message, or raise WireRefused (-32600) if it is none or two things at once."""
    if message.get("jsonrpc") != "2.0":
        refuse(INVALID_REQUEST, "not_jsonrpc", 'The member "jsonrpc" must be "2.0". Add it.')
    match [key for key in ("method", "result", "error") if key in message]:
        case ["method"]:
            return _call_kind(message)
        case ["result"]:
            message_id(message)
            return Kind.RESPONSE
        case ["error"] if isinstance(message["error"], dict):
            # An error about a message that could not be read has id null (section 5).
            if message.get("id") is not None:
                message_id(message)
            return Kind.ERROR
        case _:
            text = "A message holds exactly one of method, result and an error object. Send one."
            refuse(INVALID_REQUEST, "not_a_message", text)


def _call_kind(message: Mapping[str, Any]) -> Kind:
    if not isinstance(message["method"], str) or not message["method"]:
        text = 'The member "method" must be a non-empty string. Name the method.'
        refuse(INVALID_REQUEST, "bad_method", text)
    if "params" in message and not isinstance(message["params"], dict):
        text = 'The member "params" must be an object. Send named parameters.'
        refuse(INVALID_REQUEST, "bad_params", text)
    if "id" not in message:
        return Kind.NOTIFICATION
    message_id(message)
    return Kind.REQUEST


def message_id(message: Mapping[str, Any]) -> MessageId:
    """Return the id, a string or an integer; 1 and "1" differ. Raise WireRefused otherwise."""
    found = message.get("id")
    if isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool)):
        return found
    text = f"An id is a string or an integer, not {kind_of(found)}. Choose such an id."
    refuse(INVALID_REQUEST, "bad_id", text)


def era(message: Mapping[str, Any]) -> Era:
    """Tell the protocol era: modern requests carry their version in `params._meta`.

    Only the body counts; that headers agree with it is checked where there are headers.
    """
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, Mapping) else None
    return "modern" if isinstance(meta, Mapping) and VERSION_KEY in meta else "legacy"


def readable_id(message: Mapping[str, Any]) -> MessageId | None:
    """Return the id to answer with, or None (JSON null) when there is none to repeat."""
    try:
        return message_id(message)
    except WireRefused:
        return None


def notice(method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Build a notification."""
    found: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    return found if params is None else {**found, "params": dict(params)}


def taken_back(ident: MessageId | None) -> dict[str, Any]:
    """Build what tells a server that nobody waits for its answer any more."""
    why = "The guard no longer allows this call."
    return notice(CANCELLED, {"requestId": ident, "reason": why})


def error_message(ident: MessageId | None, refused: WireRefused) -> dict[str, Any]:
    """Build the JSON-RPC error that tells the sender; `data.reason` is the stable word."""
    data = {"reason": refused.reason, **(refused.data or {})}
    error = {"code": refused.code, "message": refused.message, "data": data}
    return {"jsonrpc": "2.0", "id": ident, "error": error}
