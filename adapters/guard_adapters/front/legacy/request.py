"""One request to a plain HTTP API, read strictly: which tool it calls, and with which arguments.

What two readers could take in two ways is refused: a path with empty or escaped parts, a parameter
or a JSON name twice, a body where none belongs. No header of the client says what is called.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from guard.model.call import ToolSpec
from guard.model.route import (
    BODIED,
    Route,
    Unclear,
    arguments_of,
    pairs_of,
    parse_route,
    segments_of,
)
from guard_adapters.front.mcp.client.stream import Receive, Scope
from guard_adapters.front.mcp.protocol.edge import HeaderList, Headers, single
from guard_adapters.front.mcp.protocol.json import Limits, loads
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, refuse

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_BASIC: Final = "basic "
_BAD: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The tool that a request calls, its arguments, and in which form its body came."""

    route: Route
    spec: ToolSpec
    arguments: Mapping[str, Any]
    form: bool
    bare: bool  # it had no body


class Table:
    """The routes of one API, the more literal one first: `/users/me` before `/users/{id}`."""

    def __init__(self, specs: Sequence[ToolSpec]) -> None:
        routes = [(parse_route(spec.request), spec) for spec in specs if spec.request]
        self._routes = sorted(routes, key=lambda one: _openness(one[0]))

    def read(self, scope: Scope, raw_path: bytes, body: bytes, limits: Limits) -> Asked:
        """Return the call of a request.

        Raises:
            WireRefused: 400 what is unclear, 404 no route of this API, 415 another kind of body.
        """
        headers: Headers = scope["headers"]
        try:
            segments, slash = segments_of(raw_path)
            route, spec, found = self._matched(scope["method"], segments, slash=slash)
            kind = _kind(headers, body)
            values = _values(kind, body, limits, spec, bodied=scope["method"] in BODIED)
            query = pairs_of(scope["query_string"], "query_unclear")
            arguments = arguments_of(route, found, query, values, spec.input_schema)
        except Unclear as odd:
            _unclear(odd)
        return Asked(route=route, spec=spec, arguments=arguments, form=kind == FORM, bare=not body)

    def _matched(
        self, method: str, segments: Sequence[str], *, slash: bool
    ) -> tuple[Route, ToolSpec, dict[str, str]]:
        tried = (
            (one, spec, one.matched(method, segments, slash=slash)) for one, spec in self._routes
        )
        hit = next(((one, spec, found) for one, spec, found in tried if found is not None), None)
        if hit is None:
            refuse(INVALID_REQUEST, "route_unknown", "No tool has this request.", status=404)
        return hit


def _openness(route: Route) -> list[bool]:
    return [part.startswith("{") for part in route.path]


def _kind(headers: Headers, body: bytes) -> str:
    given = single(headers, b"content-type") or ""
    kind, _, parameters = given.partition(";")
    kind, charset = kind.strip().lower(), parameters.strip().lower().replace('"', "")
    if body and (kind not in {JSON, FORM} or charset not in {"", "charset=utf-8"}):
        text = f"Send {JSON} or {FORM} in UTF-8."
        refuse(INVALID_REQUEST, "body_kind_refused", text, status=415)
    if single(headers, b"content-encoding") not in {None, "identity"}:
        refuse(INVALID_REQUEST, "body_kind_refused", "Send the body as it is.", status=415)
    return kind


def _values(
    kind: str, body: bytes, limits: Limits, spec: ToolSpec, *, bodied: bool
) -> dict[str, Any]:
    if not body:
        return {}
    if not bodied:
        raise Unclear("body_refused", "this request has no body")
    if kind == JSON:
        return loads(body, limits=limits)
    pairs = pairs_of(body, "form_unclear")
    schema = spec.input_schema
    return arguments_of(_FORM_ROUTE, pairs, {}, {}, schema)


_FORM_ROUTE: Final = Route(method="POST", path=(), slash=False, query={})
"""A form's fields are read as texts of a path are: by the types of the schema."""


def _unclear(odd: Unclear) -> NoReturn:
    refuse(INVALID_REQUEST, odd.code, f"The request cannot be read: {odd.wrong}.", status=_BAD)


def signed_in(headers: Headers) -> HeaderList:
    """Return the headers with the token that came as a password, for clients that know no other.

    Basic (RFC 7617): the user is the session's handle or empty, the password the token.

    Raises:
        WireRefused: 400: it is malformed, or names another session than `Guard-Session`.
    """
    given = single(headers, b"authorization") or ""
    if not given.lower().startswith(_BASIC):
        return list(headers)
    try:
        words = base64.b64decode(given[len(_BASIC) :].strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        words = ""
    session, colon, token = words.partition(":")
    if not colon or not token:
        refuse(INVALID_REQUEST, "token_malformed", "Send SESSION:TOKEN, or :TOKEN.", status=_BAD)
    named = single(headers, b"guard-session")
    if session and named not in {None, session}:
        refuse(INVALID_REQUEST, "session_twice", "Two sessions are named.", status=_BAD)
    own = {b"authorization", b"guard-session"} if session else {b"authorization"}
    kept = [(name, value) for name, value in headers if name.lower() not in own]
    kept.append((b"authorization", b"Bearer " + token.encode()))
    return [*kept, (b"guard-session", session.encode())] if session else kept


async def body_of(receive: Receive, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        WireRefused: 413: it is longer than the limit; 400: the client went away.
    """
    body, more = bytearray(), True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            refuse(INVALID_REQUEST, "client_gone", "The request was not sent whole.", status=_BAD)
        body += part.get("body", b"")
        if len(body) > limit:
            text = f"The body has more than {limit} bytes. Send less."
            refuse(INVALID_REQUEST, "body_too_large", text, status=413)
        more = part.get("more_body", False)
    return bytes(body)
