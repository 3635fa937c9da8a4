"""The HTTP edge of the MCP front: what headers may come in, go up and come down.

Rule 1: header lists are allow-lists; no credential, cookie or forwarding header of one side
reaches the other. Rule 2: routing headers must say what the body says, and what goes up is
written anew from the body that was judged. This file knows raw ASGI header lists only; it sends
nothing and decides no call.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from mcp.shared.inbound import (
    MCP_PARAM_HEADER_PREFIX,
    NAME_BEARING_METHODS,
    InboundLadderRejection,
    classify_inbound_request,
    decode_header_value,
    encode_header_value,
    find_duplicated_routing_header,
    find_invalid_x_mcp_header,
    mcp_param_headers,
    unsupported_protocol_version_rejection,
    validate_mcp_param_headers,
    x_mcp_header_map,
)

from guard_adapters.front.mcp.protocol.trace import parent_of
from guard_adapters.front.mcp.protocol.wire import (
    HEADER_MISMATCH,
    HTTP_STATUS,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY_VERSIONS,
    UNSUPPORTED_VERSION,
    VERSION_KEY,
    Kind,
    WireRefused,
    classify,
    era,
    refuse,
)

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]
HeaderList: TypeAlias = list[tuple[bytes, bytes]]


def encoded(headers: Iterable[tuple[str, str]]) -> HeaderList:
    """Return headers of our own as they go up."""
    return [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in headers]


Authority: TypeAlias = tuple[str, int]

_OWS: Final = b" \t"  # RFC 9110, 5.6.3; some servers leave it around values, clients refuse it
_PARAM: Final = MCP_PARAM_HEADER_PREFIX.lower().encode()
_UP: Final = frozenset(
    b"accept accept-language content-type user-agent mcp-protocol-version last-event-id "
    b"traceparent tracestate".split()
)
_DOWN: Final = frozenset(
    b"content-type mcp-protocol-version cache-control allow retry-after x-accel-buffering".split()
)
# Two readers may each take another copy of these.
_SINGLE: Final = frozenset(
    b"host origin authorization dpop content-type mcp-session-id last-event-id traceparent "
    b"guard-session guard-intent guard-workload guard-device".split()
)
# The tasks extension (SEP-2663) routes by task id; core methods come from the SDK's table.
_NAMED_BY: Final[Mapping[str, str]] = {
    **NAME_BEARING_METHODS,
    "tasks/get": "taskId",
    "tasks/update": "taskId",
    "tasks/cancel": "taskId",
}
_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_REASONS: Final[Mapping[int, tuple[str, str]]] = {
    HEADER_MISMATCH: ("header_mismatch", "Send headers that repeat the body exactly."),
    INVALID_PARAMS: ("bad_envelope", "Send the members that the protocol requires in _meta."),
    UNSUPPORTED_VERSION: ("unsupported_version", "Use one of the versions in data.supported."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRules:
    """Under which names the front is reached, and which web pages may call it.

    `hosts` are (host, port), `origins` (scheme, host, port); compared exactly, no patterns.
    """

    hosts: frozenset[Authority]
    origins: frozenset[tuple[str, str, int]] = frozenset()
    default_port: int = 80

    @classmethod
    def of(
        cls, hosts: Iterable[str], origins: Iterable[str] = (), *, default_port: int = 80
    ) -> "EdgeRules":
        """Read `host[:port]` and `scheme://host[:port]`; raise ValueError for anything else."""
        found_hosts = {text: parse_authority(text, default_port) for text in hosts}
        found_origins = {text: parse_origin(text) for text in origins}
        for text, found in {**found_hosts, **found_origins}.items():
            if found is None:
                raise ValueError(f"{text!r} is no exact host or origin. Write host:port, no '*'.")
        return cls(
            hosts=frozenset(host for host in found_hosts.values() if host),
            origins=frozenset(origin for origin in found_origins.values() if origin),
            default_port=default_port,
        )


def parse_authority(text: str, default_port: int) -> Authority | None:
    """Return (host in lower case, port) of `host[:port]` or `[v6][:port]`, or None."""
    if not text.isascii() or set(text) & set("@/\\?#%*, \t\r\n"):
        return None
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or text.endswith(":"):
        return None
    return host, default_port if port is None else port


def parse_origin(text: str) -> tuple[str, str, int] | None:
    """Return (scheme, host, port) of a serialised origin (RFC 6454, 6.2), or None."""
    scheme, found, rest = text.partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    authority = parse_authority(rest, port) if found and port else None
    return (scheme, *authority) if authority else None


def single(headers: Headers, name: bytes) -> str | None:
    """Return the one value of `name` without blanks around it, or None; -32600 if it repeats."""
    values = [value for key, value in headers if key.lower() == name]
    if len(values) > 1:
        text = f"The header {name.decode()} came {len(values)} times. Send it once."
        refuse(INVALID_REQUEST, "header_repeated", text)
    return values[0].strip(_OWS).decode("latin-1") if values else None


def check_edge(headers: Headers, rules: EdgeRules) -> None:
    """Refuse foreign Host (421) and Origin (403): DNS rebinding, pages of strangers.

    Also refuses a header twice (400) where two readers could each take another copy.
    """
    names = [name.lower() for name, _ in headers]
    for name in names:
        if name in _SINGLE and names.count(name) > 1:
            single(headers, name)  # refuses
    host = single(headers, b"host")
    if host is None or parse_authority(host, rules.default_port) not in rules.hosts:
        text = "This server is not reached under that host name. Use its configured public URL."
        refuse(INVALID_REQUEST, "host_refused", text, status=421)
    origin = single(headers, b"origin")
    if origin is not None and parse_origin(origin) not in rules.origins:
        text = "Pages of this origin may not call. Add it to the allowed origins if they should."
        refuse(INVALID_REQUEST, "origin_refused", text, status=403)


def check_routing(
    headers: Headers, message: Mapping[str, Any], schema: Mapping[str, Any] | None = None
) -> None:
    """Refuse (-32020, -32602, -32022) headers that tell another story than the body.

    `schema` is the called tool's pinned inputSchema; without it `Mcp-Param-*` is not compared,
    and `headers_up` sends none. The order of the refusals is the SDK's.
    """
    found = _folded(headers)
    version, kind = found.get("mcp-protocol-version"), classify(message)
    modern = era(message) == "modern"
    if not modern and (version is None or version in LEGACY_VERSIONS):
        return
    match kind:
        case Kind.REQUEST:
            _reject(classify_inbound_request(message, headers=found))
            _check_named(message, found)
            arguments = message["params"].get("arguments")
            if schema is not None and isinstance(arguments, Mapping):
                _reject(validate_mcp_param_headers(schema, arguments, found))
        case Kind.NOTIFICATION:
            if modern and message["params"]["_meta"][VERSION_KEY] != version:
                _mismatch("mcp-protocol-version")
            if found.get("mcp-method", message["method"]) != message["method"]:
                _mismatch("mcp-method")
            _reject(unsupported_protocol_version_rejection(version or ""))
        case Kind.RESPONSE | Kind.ERROR:
            text = "This protocol version takes no answers by POST. Send inputResponses instead."
            refuse(INVALID_REQUEST, "answer_refused", text)


def headers_up(
    headers: Headers, message: Mapping[str, Any] | None, schema: Mapping[str, Any] | None = None
) -> HeaderList:
    """Return what may go to the upstream, routing headers written from `message` as it is sent.

    `message` is None for GET and DELETE. Session id and credential are added by the relay.
    """
    kept = [(name.lower(), value.strip(_OWS)) for name, value in headers if name.lower() in _UP]
    for name, value in kept:
        if set(value) & {0, 10, 13}:
            text = f"The header {name.decode()} holds a line break. Remove it."
            refuse(INVALID_REQUEST, "bad_header", text)
    if message is not None and (ours := parent_of(message.get("params") or {})):
        # Header and message name one span: the guard may have put its own into the message.
        kept = [one for one in kept if one[0] != b"traceparent"]
        kept.append((b"traceparent", ours.encode()))
    if message is None or era(message) == "legacy":
        return kept
    return kept + _routing_of(message, schema, decode_header_value(single(headers, b"mcp-name")))


def headers_down(headers: Headers, session_id: str | None = None) -> HeaderList:
    """Return what of an upstream's answer may reach the client; `session_id` is the sealed one.

    `Set-Cookie` and `WWW-Authenticate` never pass: they speak about the guard's own credential.
    """
    kept = [
        (name.lower(), value.strip(_OWS))
        for name, value in headers
        if name.lower() in _DOWN and not set(value) & {0, 10, 13}
    ]
    return kept + ([(b"mcp-session-id", session_id.encode("ascii"))] if session_id else [])


def _routing_of(
    message: Mapping[str, Any], schema: Mapping[str, Any] | None, given: str | None
) -> HeaderList:
    method, params = message.get("method"), message.get("params")
    if not isinstance(method, str) or not isinstance(params, Mapping):
        return []
    found = {"mcp-method": encode_header_value(method)}
    if (name := _name_in(message, given)) is not None:
        found["mcp-name"] = encode_header_value(name)
    arguments = params.get("arguments")
    usable = schema is not None and find_invalid_x_mcp_header(schema) is None
    if method == "tools/call" and usable and isinstance(arguments, Mapping):
        found |= mcp_param_headers(x_mcp_header_map(schema), arguments)
    return [(name.lower().encode(), value.encode("ascii")) for name, value in found.items()]


def _folded(headers: Headers) -> dict[str, str]:
    pairs = [(key.lower().decode("latin-1"), value) for key, value in headers]
    text = [(key, value.strip(_OWS).decode("latin-1")) for key, value in pairs]
    twice = find_duplicated_routing_header(text)
    params = [key for key, _ in text if key.encode("latin-1").startswith(_PARAM)]
    if twice or len(params) != len(set(params)):
        _mismatch(twice or "mcp-param", "came more than once")
    return dict(text)


def _check_named(message: Mapping[str, Any], found: Mapping[str, str]) -> None:
    # The SDK compares the core methods; elsewhere the header is optional, but may not differ.
    given = found.get("mcp-name")
    if given is None or message["method"] in NAME_BEARING_METHODS:
        return
    if (name := decode_header_value(given)) is None or _name_in(message, name) != name:
        _mismatch("mcp-name")


def _name_in(message: Mapping[str, Any], given: str | None) -> str | None:
    # For a method that nobody told us about, any parameter may be the one that names its object.
    params, key = message["params"], _NAMED_BY.get(message["method"])
    named = params.get(key) if key else next((v for v in params.values() if v == given), None)
    return named if isinstance(named, str) else None


def _mismatch(header: str, what: str = "does not match the body") -> None:
    reason, advice = _REASONS[HEADER_MISMATCH]
    refuse(HEADER_MISMATCH, reason, f"The header {header} {what}. {advice}")


def _reject(verdict: object) -> None:
    if isinstance(verdict, InboundLadderRejection):
        reason, advice = _REASONS[verdict.code]
        text = f"{verdict.message}. {advice}"
        status = HTTP_STATUS[verdict.code]
        raise WireRefused(verdict.code, text, status, reason, verdict.data)
