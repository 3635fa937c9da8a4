"""First guesses for the labels of a tool's results, from the schema that its server publishes.

The schema is the server's own word: it can add caution (a field that is named like a secret), and
trust is only ever proposed, for ids and moments, because who can write a field stands in no schema.
Only the moments of a clock are trusted at once: it is asked for nothing, and no stranger writes
which day it is. What else it brings, and what lies deeper in it, stays untrusted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from guard.model.call import Json
from guard.provenance.result.calendar import MOMENTS, is_clock
from guard_adapters.cli.guess import Guess
from guard_adapters.cli.guess_role import Sure, words_in
from guard_adapters.cli.published import Listed

_MANY = frozenset({"list", "search", "find", "query"})
"""Verbs of tools whose server lists what it has: what strangers wrote is a field of that list."""
_ONE = frozenset({"get", "lookup", "show", "describe", "check", "fetch", "view"})
"""Verbs of tools that may as well bring what somebody wrote, as it is."""
_WRITINGS = frozenset(
    {"file", "document", "doc", "page", "note", "message", "mail", "email", "article", "post"}
    | {"content", "contents", "text", "body", "transcript", "website", "web", "url", "link", "log"}
    | {"logs", "attachment", "comment", "thread", "script", "code", "source", "snippet", "data"}
    | {"raw", "result", "results", "response", "prompt", "memory", "resource", "blob", "object"}
)
"""Words for that: it may look like records."""
_PLACES = frozenset({"path", "source", "url", "attach", "command"})
"""Roles of arguments that say from where to bring what stands there."""
MOST_DEPTH, MOST_FIELDS = 8, 200
_ID = re.compile(r"(^|_)(id|uid|uuid)$")
_MOMENT = re.compile(r"(^|_)(at|date|time|timestamp|created|updated|modified)$")
_SECRET = re.compile(
    r"(^|_)(password|passwd|secret|(access|auth|refresh|bearer|session)_token|api_?key"
    r"|private_key|pin|otp)$|^token$"
)
_OF_CLOCKS = ("date", "time", "datetime", "timestamp", "current_date", "current_time")
"""Fields in which clocks usually tell it."""
_OF_A_CLOCK = MOMENTS | {
    *("get", "gets", "return", "returns", "fetch", "show", "shows", "tell", "tells", "read"),
    *("reads", "what", "which", "is", "it", "now", "today", "s", "the", "a", "an", "of", "in"),
    *("as", "and", "or", "current", "day", "clock", "utc", "iso", "format", "local", "server"),
    *("system",),
}
"""Words in which a clock is described, and nothing else."""
_FORMATS: Mapping[str, str] = {
    "uuid": "an id", "date-time": "a moment", "date": "a moment", "time": "a moment",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGuess:
    """The label of one result path. What is not `secret` is proposed as trusted, and no more."""

    path: str
    secret: bool
    sure: Sure
    why: str


def lists_records(guess: Guess, words: Iterable[str]) -> bool:
    """Return whether a tool seems to answer with records that its own server puts together.

    Args:
        guess: what it seems to do.
        words: of its name, in lower case.
    """
    said = frozenset(words)
    if guess.effect != ("read",) or not _PLACES.isdisjoint(
        one.role for one in guess.roles.values()
    ):
        return False
    return not _MANY.isdisjoint(said) or (not _ONE.isdisjoint(said) and _WRITINGS.isdisjoint(said))


def moments_told(guess: Guess, tool: Listed) -> tuple[str, ...]:
    """Return the fields of a clock that say which moment it is; none: the tool is no clock.

    A clock takes nothing that it could tell again, and nothing that is said of it is of anything
    else: "today's events and who sent them" is none.

    Args:
        guess: what the tool seems to do.
        tool: as its server describes it.
    """
    said = {one for one in words_in(tool.said) if one and not one.isdigit()}
    if guess.effect != ("read",) or tool.schema.get("properties") or not is_clock(tool.name):
        return ()
    if not said <= _OF_A_CLOCK:
        return ()
    if not tool.results:
        return _OF_CLOCKS
    fields = tool.results.get("properties")
    if not isinstance(fields, dict) or any(map(_holds_more, fields.values())):
        return ()
    return tuple(one for one in fields if words_in(one)[-1] in MOMENTS)


def _holds_more(leaf: Json) -> bool:
    """Return whether a field of a result may be more than one plain value."""
    kind = leaf.get("type") if isinstance(leaf, dict) else None
    return kind not in {"string", "integer", "number", "boolean"}


def labels_of(schema: Mapping[str, Json]) -> tuple[LabelGuess, ...]:
    """Return what a result's schema gives away; all else stays untrusted."""
    node: Json = dict(schema)
    inner = schema.get("properties")
    if isinstance(inner, dict) and inner.keys() == {"result"}:
        node = inner["result"]  # an envelope; paths begin inside it
    found: dict[str, LabelGuess] = {}
    for number, (path, leaf) in enumerate(_leaves(schema, node, (), 0)):
        if number >= MOST_FIELDS:
            break
        guess = _label(path, leaf)
        if guess is not None:
            found.setdefault(guess.path, guess)
    return tuple(found.values())


def _label(path: tuple[str, ...], leaf: Mapping[str, Json]) -> LabelGuess | None:
    if not path or any("." in part or not part for part in path):
        return None  # such a path cannot be written
    at = ".".join(path)
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", path[-1]).lower().replace("-", "_")
    if _SECRET.search(word):
        return LabelGuess(path=at, secret=True, sure="medium", why="its name")
    kind = _FORMATS.get(str(leaf.get("format")), "")
    if kind:
        return LabelGuess(path=at, secret=False, sure="high", why=f"{kind} by its format")
    kind = "an id" if _ID.search(word) else "a moment" if _MOMENT.search(word) else ""
    if not kind or leaf.get("type") not in {"string", "integer"}:
        return None
    return LabelGuess(path=at, secret=False, sure="medium", why=f"{kind} by its name")


def _leaves(
    root: Mapping[str, Json], node: Json, path: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Json]]]:
    """Yield every leaf with the path under which the guard sees it."""
    one = _resolved(root, node)
    if depth > MOST_DEPTH:
        return
    options = [each for word in ("anyOf", "oneOf", "allOf") for each in _list(one.get(word))]
    for each in options:
        yield from _leaves(root, each, path, depth + 1)
    members, more = one.get("properties"), one.get("additionalProperties")
    if isinstance(members, dict):
        mapped = _is_map({name: _resolved(root, inner) for name, inner in members.items()})
        for name, inner in members.items():
            yield from _leaves(root, inner, (*path, "*" if mapped else name), depth + 1)
    if isinstance(more, dict):
        yield from _leaves(root, more, (*path, "*"), depth + 1)
    if isinstance(one.get("items"), dict):
        yield from _leaves(root, one["items"], (*path, "*"), depth + 1)
    if isinstance(one.get("type"), str) and one["type"] not in {"object", "array", "null"}:
        yield path, one


def _is_map(members: Mapping[str, Mapping[str, Json]]) -> bool:
    """Return whether results of this shape are read as a map from names to records."""
    if len(members) > 1 and all(one.get("type") == "object" for one in members.values()):
        return True
    return any(
        not (name.isidentifier() and name.isascii()) or name[:1].isupper() for name in members
    )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _resolved(root: Mapping[str, Json], node: Json) -> Mapping[str, Json]:
    """Return a schema with its local references followed; one that cannot be is empty."""
    for _ in range(MOST_DEPTH):
        if not isinstance(node, dict):
            return {}
        ref = node.get("$ref")
        if not isinstance(ref, str):
            return node
        found: Json = dict(root)
        for part in ref.removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        node = found
    return {}
