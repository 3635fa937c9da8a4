"""JSON from outside, read strictly, and written again as one line.

Rule 1: two readers of one message must see one message. What JSON leaves open (a key twice, a
number out of range, UTF-16, half a surrogate pair) is refused. Rule 2: reading is bounded in
bytes, depth and members. This file knows no method and no protocol.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from guard_adapters.front.mcp.protocol.wire import (
    INVALID_REQUEST,
    PARSE_ERROR,
    kind_of,
    refuse,
    shown,
)

if TYPE_CHECKING:
    from guard.config import Settings  # loads what a pipe never needs

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Legal inside JSON strings, yet str.splitlines in a client breaks a line there.
_LINE_BREAKERS: Final = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_BREAKING: Final = (*(chr(code).encode() for code in _LINE_BREAKERS), b"\r", b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a message may be: bytes, levels of nesting, values in all, digits of an integer."""

    body_bytes: int = 4 * 2**20
    depth: int = 64
    members: int = 10_000
    int_digits: int = 4_300  # the interpreter itself refuses to convert more
    lone_surrogates: bool = False


def limits_of(settings: "Settings") -> Limits:
    """Return how large a request of a client may be."""
    return Limits(
        body_bytes=settings.max_body_bytes,
        depth=settings.max_depth,
        members=settings.max_members,
    )


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
        text = f"A message is a JSON object, not {kind_of(value)}. Send an object."
        refuse(INVALID_REQUEST, "not_an_object", text)
    if not _surely_in_shape(raw, limits):
        _check_shape(value, limits)
    return value


def dumps(message: Mapping[str, Any]) -> bytes:
    """Write compact UTF-8 JSON without any line break; text that UTF-8 cannot carry is escaped."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.translate(_LINE_BREAKERS).encode()
    except UnicodeEncodeError:  # a lone surrogate, let through in answers only
        return json.dumps(message, separators=(",", ":"), allow_nan=False).encode()


class Written(dict[str, Any]):
    """A message that is there as bytes already: those are sent, and nobody writes them anew.

    It may hold no more than the id, if whoever sends it on has no need to read it.
    """

    __slots__ = ("raw",)

    def __init__(self, message: Mapping[str, Any], raw: bytes) -> None:
        super().__init__(message)
        self.raw = raw


def written(message: Mapping[str, Any]) -> bytes:
    """Return the message as one line without its end."""
    return message.raw if isinstance(message, Written) else dumps(message)


def as_read(message: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """Return what `loads` made of `raw`, with these bytes if they may be sent on as they are."""
    return message if any(part in raw for part in _BREAKING) else Written(message, raw)


def may_hold(raw: bytes, text: bytes) -> bool:
    r"""Return whether some string in this JSON could contain `text`, which is plain ASCII.

    False is certain: where nothing is escaped, a string stands in the bytes as it is.
    """
    return text in raw or b"\\" in raw


@lru_cache(maxsize=8)
def _decoder(digits: int) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_pairs,
        parse_float=_real,
        parse_int=lambda literal: _integer(literal, digits),
        parse_constant=_constant,
    )


def _decode(raw: bytes, limits: Limits) -> Any:  # noqa: ANN401 - any JSON value
    try:
        # Not json.loads(bytes): that one accepts UTF-16 and UTF-32 as well.
        return _decoder(limits.int_digits).decode(raw.decode("utf-8"))
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
    if "".join(found).isprintable():
        return found
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


def _surely_in_shape(raw: bytes, limits: Limits) -> bool:
    r"""Return whether the bytes alone show that `_check_shape` has nothing to find.

    Each level opens a bracket, each member takes two bytes, and half of a surrogate pair can
    only be written as an escape.
    """
    return (
        raw.count(b"{") + raw.count(b"[") <= limits.depth
        and len(raw) <= 2 * limits.members
        and (limits.lone_surrogates or b"\\u" not in raw)
    )


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
