"""Makes small wrong versions of a policy, to find out whether its tables would notice.

Works on Cedar's own JSON form, so that a mutant is a policy and not a typing error. Judges nothing:
a mutant is killed when it does not compile or when a table fails, which `check` finds out.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from cedarpy import policies_from_json_str, policies_to_json_str

from guard.model.call import Json
from guard.policy.statement import statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One policy with one change: the rule's id, what was done to it, all texts by file name."""

    rule: str
    change: str
    files: Mapping[str, str]


def mutants(files: Mapping[str, str]) -> Iterator[Mutant]:
    """Yield every mutant: a rule dropped, an unless dropped, a clause negated, a limit one off."""
    for name, text in files.items():
        for one in statements(name, text):
            policies = json.loads(policies_to_json_str(one.text))
            ((key, policy),) = policies["staticPolicies"].items()
            rule = policy["annotations"].get("id", key)
            before, after = text[: one.at], text[one.at + len(one.text) :]
            for change, other in _changes(policy):
                said = "" if other is None else _text({**policies, "staticPolicies": {key: other}})
                yield Mutant(rule=rule, change=change, files={**files, name: before + said + after})


def _text(policies: Mapping[str, Json]) -> str:
    return policies_from_json_str(json.dumps(policies))


def _changes(policy: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json] | None]]:
    """Yield what is done and the changed rule; None drops it."""
    yield "dropped", None
    conditions = policy["conditions"]
    if not isinstance(conditions, list):
        return
    for index, condition in enumerate(conditions):
        if not isinstance(condition, dict):
            continue
        word = f"{condition['kind']} {index + 1}"
        if condition["kind"] == "unless":
            rest = [one for place, one in enumerate(conditions) if place != index]
            yield f"{word} dropped", {**policy, "conditions": [*rest]}
        negated: Json = {**condition, "body": {"!": {"arg": condition["body"]}}}
        yield f"{word} negated", _with(policy, index, negated)
        for path, limit in _limits(condition["body"], ("body",)):
            for other in (limit - 1, limit + 1):
                moved = deepcopy(condition)
                _set(moved, path, other)
                yield f"{word} limit {limit} is {other}", _with(policy, index, moved)


def _with(policy: dict[str, Json], index: int, condition: Json) -> dict[str, Json]:
    conditions = policy["conditions"]
    held = list(conditions) if isinstance(conditions, list) else []
    held[index] = condition
    return {**policy, "conditions": held}


def _limits(node: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield the path and the value of every whole number below a node."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if key == "Value" and isinstance(inner, int) and not isinstance(inner, bool):
                yield (*path, key), inner
            else:
                yield from _limits(inner, (*path, key))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _limits(inner, (*path, index))


def _set(node: Json, path: tuple[str | int, ...], value: int) -> None:
    """Put a value at a path that `_limits` found."""
    for step in path[:-1]:
        node = _below(node, step)
    if isinstance(node, dict):
        node[str(path[-1])] = value


def _below(node: Json, step: str | int) -> Json:
    if isinstance(node, dict):
        return node[str(step)]
    return node[int(step)] if isinstance(node, list) else None
