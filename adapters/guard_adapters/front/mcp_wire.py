"""MCP messages as bytes: read strictly, name what was read, write it again.

Rule 1: two readers of one message must see one message. What JSON leaves open (a key twice, a
number out of range, UTF-16, a key that differs from a reserved one in case only) is refused, so
that the tool that was judged is the tool the server behind us sees. Rule 2: this file opens no
connection, imports no protocol library and judges no call.
"""

import enum
import json
import math
import re
from collections.abc import Iterator, Mapping
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

VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"
LEGACY_VERSIONS: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSIONS: Final = ("2026-07-28",)

Era: TypeAlias = Literal["legacy", "modern"]
MessageId: TypeAlias = str | int

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Legal inside JSON strings, yet str.splitlines in a client breaks a line there.
_LINE_BREAKERS: Final = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a message may be: bytes, levels of nesting, values in all, digits of an integer."""

    body_bytes: int = 4 * 2**20
    depth: int = 64
    members: int = 10_000
    int_digits: int = 4_300  # the interpreter itself refuses to convert more
    lone_surrogates: bool = False


REQUEST_LIMITS: Final = Limits()
# A server may list much and may quote broken text; its answer is bounded by its size.
RESPONSE_LIMITS: Final = Limits(body_bytes=16 * 2**20, members=2_000_000, lone_surrogates=True)


def loads(raw: bytes, *, limits: Limits = REQUEST_LIMITS) -> dict[str, Any]:
    """Read one JSON object, or raise WireRefused (-32700 not JSON as we take it, -32600 too big).

    Big integers survive exactly; a float keeps the value of its double. RFC 8259, RFC 7493.
    """
    if len(raw) > limits.body_bytes:
        text = f"The message has {len(raw)} bytes, {limits.body_bytes} are allowed. Send less."
        refuse(INVALID_REQUEST, "body_too_large", text, status=413)
    value = _decode(raw, limits)
    if isinstance(value, list):
        text = "Batches are not part of MCP since 2025-06-18. Send each message alone."
        refuse(INVALID_REQUEST, "batch_refused", text)
    if not isinstance(value, dict):
        text = f"A message is a JSON object, not {_kind_of(value)}. Send an object."
        refuse(INVALID_REQUEST, "not_an_object", text)
    _check_shape(value, limits)
    return value


def dumps(message: Mapping[str, Any]) -> bytes:
    """Write compact UTF-8 JSON without any line break; text that UTF-8 cannot carry is escaped."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.translate(_LINE_BREAKERS).encode()
    except UnicodeEncodeError:  # a lone surrogate, let through in answers only
        return json.dumps(message, separators=(",", ":"), allow_nan=False).encode()


def _decode(raw: bytes, limits: Limits) -> Any:  # noqa: ANN401 - any JSON value
    decoder = json.JSONDecoder(
        object_pairs_hook=_pairs,
        parse_float=_real,
        parse_int=lambda digits: _integer(digits, limits.int_digits),
        parse_constant=_constant,
    )
    try:
        # Not json.loads(bytes): that one accepts UTF-16 and UTF-32 as well.
        return decoder.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        refuse(PARSE_ERROR, "not_utf8", "The message is not UTF-8. Encode JSON as UTF-8.")
    except RecursionError:
        refuse(PARSE_ERROR, "too_deep", f"Nest at most {limits.depth} levels.")
    except ValueError as wrong:
        place = f" at character {wrong.pos}" if isinstance(wrong, json.JSONDecodeError) else ""
        text = f"The message is not JSON{place}. Send one JSON object as RFC 8259 has it."
        refuse(PARSE_ERROR, "not_json", text)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        text = "An object holds one key twice; readers disagree about which counts. Send it once."
        refuse(PARSE_ERROR, "duplicate_key", text)
    for key in found:
        if _CONTROL.search(key):
            text = f"The key {shown(key)} holds a control character. Remove it."
            refuse(PARSE_ERROR, "control_in_key", text)
    return found


def _real(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):  # 1e400 would be written back as the invalid token Infinity
        text = "A number is beyond the range of a double. Send it as a string."
        refuse(PARSE_ERROR, "number_out_of_range", text)
    return number


def _integer(literal: str, digits: int) -> int:
    if len(literal) > digits:
        text = f"An integer has more than {digits} digits. Send it as a string."
        refuse(PARSE_ERROR, "number_out_of_range", text)
    return int(literal)


def _constant(literal: str) -> NoReturn:
    refuse(PARSE_ERROR, "not_json", f"{literal} is not JSON. Leave the member out or send null.")


def _check_shape(root: dict[str, Any], limits: Limits) -> None:
    members, level = 0, [root]
    for depth in range(1, limits.depth + 2):
        if not level:
            return
        if depth > limits.depth:
            refuse(PARSE_ERROR, "too_deep", f"Nest at most {limits.depth} levels.")
        below: list[Any] = []
        for node in level:
            members += len(node)
            if members > limits.members:
                text = f"The message holds more than {limits.members} values. Split it up."
                refuse(INVALID_REQUEST, "too_many_members", text)
            for value in _parts(node):
                if isinstance(value, dict | list):
                    below.append(value)
                elif isinstance(value, str) and not limits.lone_surrogates:
                    _check_text(value)
        level = below


def _parts(node: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node
        yield from node.values()
    else:
        yield from node


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        advice = "A string holds half of a surrogate pair. Send whole characters."
        refuse(PARSE_ERROR, "lone_surrogate", advice)


def _kind_of(value: object) -> str:
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
    text = f"An id is a string or an integer, not {_kind_of(found)}. Choose such an id."
    refuse(INVALID_REQUEST, "bad_id", text)


def era(message: Mapping[str, Any]) -> Era:
    """Tell the protocol era: modern requests carry their version in `params._meta`.

    Only the body counts; that headers agree with it is checked where there are headers.
    """
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, Mapping) else None
    return "modern" if isinstance(meta, Mapping) and VERSION_KEY in meta else "legacy"


def check_version(asked: object, served: tuple[str, ...] = MODERN_VERSIONS) -> str:
    """Return `asked` if it is one of `served`, else raise WireRefused (-32022, with the list)."""
    if isinstance(asked, str) and asked in served:
        return asked
    text = f"This protocol version is not served. Use one of {', '.join(served)}."
    data = {"supported": list(served), "requested": asked if isinstance(asked, str) else ""}
    raise WireRefused(UNSUPPORTED_VERSION, text, 400, "unsupported_version", data)


def readable_id(message: Mapping[str, Any]) -> MessageId | None:
    """Return the id to answer with, or None (JSON null) when there is none to repeat."""
    try:
        return message_id(message)
    except WireRefused:
        return None


def error_message(ident: MessageId | None, refused: WireRefused) -> dict[str, Any]:
    """Build the JSON-RPC error that tells the sender; `data.reason` is the stable word."""
    data = {"reason": refused.reason, **(refused.data or {})}
    error = {"code": refused.code, "message": refused.message, "data": data}
    return {"jsonrpc": "2.0", "id": ident, "error": error}
