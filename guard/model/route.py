"""A request to a plain HTTP API as a tool call, and a judged call as a request.

One template a tool, such as `POST /invoices/{id}/pay?dry_run={dry_run}`. Rule 1: a request matches
whole or not at all; what two servers could read in two ways is refused. Rule 2: a request is
written anew from the judged arguments, and nothing else of what came in is sent.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from guard.model.call import Json

BODIED: Final = frozenset({"POST", "PUT", "PATCH"})
METHODS: Final = BODIED | {"GET", "DELETE"}

_ARGUMENT: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9._~-]+")
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_.~-]+")
_ESCAPES: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
# `/` and `\` divide, `%` would be decoded once more, `;` begins what some servers cut off.
_UNCLEAR: Final = re.compile(r"[\x00-\x1f\x7f-\x9f/\\%;]")
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")


class Unclear(ValueError):
    """A request has more than one reading, or is none of the template. `code` is stable."""

    def __init__(self, code: str, wrong: str) -> None:
        super().__init__(wrong)
        self.code = code
        self.wrong = wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One template, taken apart. Segments and query values are literal, or `{argument}`."""

    method: str
    path: tuple[str, ...]
    slash: bool  # the path ends in one
    query: Mapping[str, str]  # parameter -> argument

    def shape(self) -> tuple[str, tuple[str, ...], bool]:
        """Return what two templates of one API may not share: they would match the same."""
        return self.method, tuple("{}" if _named(one) else one for one in self.path), self.slash

    def matched(
        self, method: str, segments: Sequence[str], *, slash: bool
    ) -> dict[str, str] | None:
        """Return the arguments in the path of a request, or None where it is another one's."""
        if method != self.method or len(segments) != len(self.path) or slash != self.slash:
            return None
        found: dict[str, str] = {}
        for ours, theirs in zip(self.path, segments, strict=True):
            name = _named(ours)
            if not name and ours != theirs:
                return None
            if name:
                found[name] = theirs
        return found


def parse_route(text: str) -> Route:
    """Return the route of a template.

    Raises:
        ValueError: it is no method and path, or an argument stands in it twice.
    """
    method, _, target = text.partition(" ")
    path, _, query = target.partition("?")
    if method not in METHODS or not path.startswith("/"):
        raise ValueError(f"got {text!r}, expected one of {sorted(METHODS)} and a path")
    slash = path.endswith("/") and path != "/"
    segments = tuple(path.strip("/").split("/")) if path != "/" else ()
    if any(
        not _named(one) and (not _LITERAL.fullmatch(one) or not one.strip(".")) for one in segments
    ):
        raise ValueError(f"got the path {path!r}, expected plain words and {{argument}}s")
    pairs = [one.partition("=") for one in query.split("&")] if query else []
    if any(not _PARAMETER.fullmatch(name) or not _named(value) for name, _, value in pairs):
        raise ValueError(f"got the query {query!r}, expected parameter={{argument}}")
    found = {name: _named(value) for name, _, value in pairs}
    names = [_named(one) for one in segments if _named(one)] + list(found.values())
    if len(set(names)) != len(names) or len(found) != len(pairs):
        raise ValueError(f"a name stands twice in {text!r}")
    return Route(method=method, path=segments, slash=slash, query=found)


def segments_of(raw: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the segments of a request's path, and whether it ends in a slash.

    Raises:
        Unclear: `path_unclear`: an empty or dotted segment, an escape of a letter that divides or
            is escaped twice, or bytes that are no text.
    """
    path = raw.decode("latin-1")
    if not path.startswith("/"):
        raise Unclear("path_unclear", "it does not begin with a slash")
    slash = path.endswith("/") and path != "/"
    inner = path[1:-1] if slash else path[1:]
    if path == "/":
        return (), False
    return tuple(_segment(one) for one in inner.split("/")), slash


def _segment(text: str) -> str:
    word = _decoded(text.encode("latin-1"), "path_unclear")
    if not word or not word.strip(".") or _UNCLEAR.search(word):
        raise Unclear("path_unclear", f"the segment {word[:64]!r} is not plain")
    return word


def pairs_of(raw: bytes, code: str) -> dict[str, str]:
    """Return the parameters of a query or a form.

    Raises:
        Unclear: `code`: a name twice, no name, or bytes that are no text.
    """
    found: dict[str, str] = {}
    for part in raw.split(b"&") if raw else []:
        name, _, value = (one.replace(b"+", b" ") for one in part.partition(b"="))
        key = _decoded(name, code)
        if not key or key in found:
            raise Unclear(code, f"the parameter {key[:64]!r} is empty or stands twice")
        found[key] = _decoded(value, code)
    return found


def _decoded(raw: bytes, code: str) -> str:
    if b"%" in _ESCAPES.sub(b"", raw):
        raise Unclear(code, "a percent sign escapes nothing")
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise Unclear(code, "its bytes are no UTF-8") from None


def arguments_of(
    route: Route,
    path: Mapping[str, str],
    query: Mapping[str, str],
    body: Mapping[str, Json],
    schema: Mapping[str, Json],
) -> dict[str, Json]:
    """Return the arguments of the call that a request makes.

    Texts of path and query are read as the schema's type of their argument.

    Raises:
        Unclear: `parameter_unknown`: a parameter that the template does not have;
            `argument_twice`: the body names one of path or query; `argument_unreadable`.
    """
    if odd := sorted(query.keys() - route.query.keys()):
        raise Unclear("parameter_unknown", f"the parameter {odd[0][:64]!r} is not of this route")
    texts = {**path, **{route.query[name]: value for name, value in query.items()}}
    own = set(path) | set(route.query.values())
    if twice := sorted(own & body.keys()):
        raise Unclear("argument_twice", f"{twice[0]!r} belongs to path or query, not to the body")
    typed = {name: as_typed(name, value, schema) for name, value in texts.items()}
    return {**body, **typed}


def as_typed(name: str, text: str, schema: Mapping[str, Json]) -> str | int | float | bool:
    """Return a text as the type that the schema has for this argument.

    Raises:
        Unclear: `argument_unreadable`.
    """
    known = schema.get("properties")
    entry = known.get(name) if isinstance(known, dict) else None
    kind = entry.get("type") if isinstance(entry, dict) else None
    match kind:
        case "integer" if _INTEGER.fullmatch(text):
            return int(text)
        case "number" if _INTEGER.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text)
        case "boolean" if text in {"true", "false"}:
            return text == "true"
        case "integer" | "number" | "boolean" | "object" | "array" | "null":
            raise Unclear("argument_unreadable", f"{name!r} is no {kind}")
        case _:
            return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A request as it is sent: path with query, and body."""

    target: str
    body: bytes


def written(route: Route, arguments: Mapping[str, Json], *, form: bool, bare: bool) -> Written:
    """Return the request of a judged call.

    Args:
        route: its template.
        arguments: those that were judged, and narrowed.
        form: the body is a form, not JSON.
        bare: the request had no body: where no argument is left for one, none is sent.

    Raises:
        Unclear: `argument_unwritable`: a value has no place in a path, query or form.
    """
    left = dict(arguments)
    segments = [
        quote(_plain(name, left.pop(name, None), path=True), safe="")
        if (name := _named(one))
        else one
        for one in route.path
    ]
    query = {
        parameter: _plain(name, left.pop(name), path=False)
        for parameter, name in route.query.items()
        if name in left
    }
    target = "/" + "/".join(segments) + ("/" if route.slash else "")
    target += f"?{_pairs(query)}" if query else ""
    if route.method not in BODIED:
        if left:
            raise Unclear("argument_unwritable", f"{min(left)!r} has no place in this request")
        return Written(target=target, body=b"")
    if form:
        texts = {name: _plain(name, value, path=False) for name, value in left.items()}
        return Written(target=target, body=_pairs(texts).encode())
    body = b"" if bare and not left else json.dumps(left, separators=(",", ":")).encode()
    return Written(target=target, body=body)


def _pairs(texts: Mapping[str, str]) -> str:
    return "&".join(
        f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in texts.items()
    )


def _plain(name: str, value: object, *, path: bool) -> str:
    match value:
        case bool():
            text = "true" if value else "false"
        case str() | int() | float():
            text = str(value)
        case _:
            text = ""
    if not isinstance(value, str | int | float) or (
        path and (not text.strip(".") or _UNCLEAR.search(text))
    ):
        raise Unclear("argument_unwritable", f"{name!r} cannot stand where the request has it")
    return text


def _named(text: str) -> str:
    found = _ARGUMENT.fullmatch(text)
    return found[1] if found else ""
