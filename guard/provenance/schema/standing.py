"""Words that a server's schemas let stand for the caller's own: 'primary' of calendars, "me".

A few words of that meaning only, where a description quotes one for an argument of that name. They
name nobody else and nothing else. It reads the operator's catalogue, and no call.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from guard.model.call import Json

_OWN = r"@?me|self|myself|mine|primary|default|current"
_QUOTED = re.compile(rf"[\"'`\u201c\u2018]({_OWN})[\"'`\u201d\u2019]")
_BRANCH = re.compile(r"\bdefaults?\b[^.]{0,40}\b(?:default|main)\s+branch\b", re.IGNORECASE)
_STARTS = re.compile(r"(?:from|start|parent)_?(?:branch|ref)", re.IGNORECASE)
_MAIN = frozenset({"main", "master"})
_MOST_DEPTH = 6


def standing_words(schemas: Iterable[Mapping[str, Json]]) -> dict[str, frozenset[str]]:
    """Return the words for the caller's own, by the name of the argument.

    Args:
        schemas: of the arguments of all tools of one server.
    """
    found: dict[str, frozenset[str]] = {}
    for schema in schemas:
        for name, said in _described(schema, 0):
            if words := frozenset(_QUOTED.findall(said)):
                found[name] = found.get(name, frozenset()) | words
    return found


def begins_at(name: str, schema: Mapping[str, Json]) -> frozenset[str]:
    """Return the branches from which something is begun where a call does not say it.

    Args:
        name: of the argument: where something begins, and not where it is written to.
        schema: of the argument.
    """
    said = schema.get("description") if _STARTS.fullmatch(name) else None
    return _MAIN if isinstance(said, str) and _BRANCH.search(said) else frozenset()


def _described(node: object, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the names of a schema's members with what it says of them."""
    if depth > _MOST_DEPTH or not isinstance(node, dict):
        return
    members = node.get("properties")
    for name, inner in members.items() if isinstance(members, dict) else ():
        if isinstance(inner, dict):
            said = inner.get("description")
            yield name, said if isinstance(said, str) else ""
            yield from _described(inner, depth + 1)
    yield from _described(node.get("items"), depth + 1)
