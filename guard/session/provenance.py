"""Where an argument may have come from, at the level of the whole session: coarse and careful.

Whole values that a person or the host declared are theirs. Everything else is, after the first
untrusted result, untrusted: which value came from which result is not tracked here, so a clean
value is called untrusted rather than the other way round. Nothing is ever `trusted_tool`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from guard.model.call import Json, ToolResult, ToolSpec
from guard.model.facts import ProvFacts
from guard.session.intent import TaskIntent

_EDGES = " \t\r\n.,;:!?()[]{}<>\"'`"
_QUOTED = re.compile(r"\"([^\"]{1,256})\"|`([^`]{1,256})`")


def origins(
    labels: frozenset[str],
    spec: ToolSpec,
    values: Mapping[str, Json],
    intent: TaskIntent | None,
) -> ProvFacts:
    """Return the argument paths by origin; an array is a person's only if all its elements are.

    Args:
        labels: what has entered the session so far.
        spec: the tool as the catalogue knows it.
        values: the converted arguments; a secret is a digest and never matches.
        intent: the task; only what somebody other than the agent declared counts.
    """
    spoken = () if intent is None else tuple(_spoken(intent))
    mine: set[str] = set()
    others: set[str] = set()
    for path, value in _paths(dict(values), ""):
        declared = any(_declares(one, spec.action, path, value) for one in spoken)
        (mine if declared else others).add(path)
    rest = frozenset(others)
    tainted = "untrusted" in labels
    return ProvFacts(
        user_prompt=frozenset(mine) - rest,
        untrusted=rest if tainted else frozenset(),
        secret=rest if "secret" in labels else frozenset(),
        model=frozenset() if tainted else rest,
    )


def labels_of(spec: ToolSpec, result: ToolResult) -> frozenset[str]:
    """Return what a result brings into the session: the tool's own label and what was found."""
    return spec.output.names(spec.server) | result.labels


def _spoken(intent: TaskIntent) -> Iterator[TaskIntent]:
    return (one for one in intent.clauses if one.declared_by != "agent")


def _paths(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value or [None]:  # an empty list has a path, too
            yield from _paths(inner, path)
    else:
        yield path, value


def _declares(intent: TaskIntent, action: str, path: str, value: Json) -> bool:
    limit = intent.args.get(action, {}).get(path)
    if limit is not None and limit.names(value):
        return True
    if type(value) is int or isinstance(value, str):
        return str(value) in _words(intent.purpose)
    return False


@lru_cache(maxsize=256)
def _words(purpose: str) -> frozenset[str]:
    """Return the whole tokens of a purpose, with what stands in double quotes or backticks."""
    words = {word.strip(_EDGES) for word in purpose.split()}
    quoted = {one or other for one, other in _QUOTED.findall(purpose)}
    return frozenset(words | quoted) - {""}
