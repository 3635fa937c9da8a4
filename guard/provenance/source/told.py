"""Where a value came from, in words for the person who decides: `told`, and one line an argument.

Paths, values and excerpts were chosen by agents and strangers: they are quoted, cut and spelled
out, so that none can look like a line or an origin of ours. What a secret argument holds is not
repeated. For reviewers and operators; an agent never reads any of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from guard.model.call import Json
from guard.model.legible import legible
from guard.model.origin import UNTRUSTED, Origin, Why
from guard.model.secret_name import named_secret

HIDDEN = "(secret)"
LONGEST = 80
"""How much of a value or an excerpt is repeated, in characters before they are spelled out."""

_BY_DEFAULT = frozenset({"recipient", "amount", "query"})
"""Roles of what nobody decided on."""
_PLAIN = re.compile(r"[A-Za-z0-9_.@:/+,$%-]{1,80}")


_SAID: Mapping[Why, str] = {
    "in_prompt": "in the person's own words",
    "endorsed": "approved by a person before",
    "composed": "composed by the agent, seen nowhere",
    "index_full": "not known: the session has seen more than is remembered",
    "other_role": "named in the task, and not as where this goes; in {result}{excerpt}",
    "other_payee": "an amount that the task names, and not for this payee",
    "other_request": "named in the task, and for something else there",
    "other_unit": "in {result}, in another unit or currency{excerpt}",
    "other_thing": "{field}, where its record points to another thing of that sort",
    "other_kind": "only in {result}, where it stands for something else{excerpt}",
    "untrusted_only": "only in {result}, untrusted{excerpt}",
    "created": "made in this session: {field}",
    "linked_record": "{field}, of a record that the task names",
    "selected": "{field}, of the record that the task selects",
    "derived": "reckoned from what the person said and from a record that they named",
    "trusted_field": "{field}, trusted, of a record that the task does not name",
    "ambiguous": "{field}, one of several records of that name",
    "exempt": "a value that the tool itself names",
}


def told(origin: Origin) -> str:
    """Return where a value came from, as one line that the value itself cannot shape."""
    result = f"{_bare(origin.action)} result, step {origin.step}"
    field = f"{_bare(origin.field)} in {result}" if origin.field else f"in {result}"
    excerpt = _excerpt(origin)
    if origin.source <= UNTRUSTED:
        field = f"{field}, untrusted{excerpt}"
    return _SAID[origin.why].format(result=result, field=field, excerpt=excerpt)


def told_lines(origins: Sequence[Origin], arguments: Mapping[str, Json]) -> tuple[str, ...]:
    """Return `argument value - origin` for each origin, weakest first.

    Args:
        origins: of one call.
        arguments: of the same call; where older logs do not tell which value of a list an origin is
            of, and its values have several sources, the line says so.
    """
    ordered = sorted(origins, key=lambda one: (one.source, one.path))
    values = {one.path: _values(ordered, one, arguments) for one in ordered}
    return tuple(f"{_bare(one.path)}{next(values[one.path])} - {told(one)}" for one in ordered)


def without_secrets(value: Json, secret: frozenset[str], path: str = "") -> Json:
    """Return a value without what stands at the secret paths; elements share their array's path."""
    if path in secret:
        return HIDDEN
    match value:
        case dict():
            below = f"{path}." if path else ""
            return {
                name: without_secrets(one, secret, f"{below}{name}") for name, one in value.items()
            }
        case list():
            return [without_secrets(one, secret, path) for one in value]
        case _:
            return value


def _values(
    origins: Sequence[Origin], origin: Origin, arguments: Mapping[str, Json]
) -> Iterator[str]:
    """Yield the value of each origin of one path, in the order of the origins."""
    same = [one for one in origins if one.path == origin.path]
    found = list(_leaves(arguments, origin.path, ""))
    if _hides(origin):
        yield from (f" {HIDDEN}" for _ in same)
    elif len(found) == len(same) and len({one.source for one in same}) == 1:
        yield from (f" {_bare(one)}" for one in found)
    elif all(0 < one.place <= len(found) for one in same):
        yield from (f" {_bare(found[one.place - 1])}" for one in same)
    else:
        yield from (f" (one of {len(found)})" if found else "" for _ in same)


def _leaves(value: Json | Mapping[str, Json], wanted: str, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, wanted, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, wanted, path)
    elif path == wanted:
        yield "" if value is None else str(value)


def _excerpt(origin: Origin) -> str:
    hidden = _hides(origin) or not origin.excerpt
    return "" if hidden else f": {_quoted(origin.excerpt)}"


def _hides(origin: Origin) -> bool:
    """Return whether a value is a secret: by its role, or by its name where nobody gave it one."""
    named = origin.role in _BY_DEFAULT and named_secret(origin.path.rpartition(".")[2])
    return origin.role == "secret" or named


def _bare(text: str) -> str:
    """Return a plain word as it is, and everything else in quotes."""
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    escaped = cut.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{legible(escaped)}"'
