"""The closed list of ways to shrink a call's arguments: each takes away, caps or narrows a set.

Takes and gives plain arguments; the narrowed call is converted and judged again like any other.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Protocol

from guard.model.call import Json, Transform
from guard.model.facts import Facts
from guard.policy.extract import ExtractError, email_domain, url_host

_Change = Callable[[dict[str, Json], str, Transform, Facts], None]


class NarrowUnavailable(Exception):  # a fact about the call, not a fault
    """The narrowing leaves nothing to run, such as no recipient inside the declared egress."""


class Narrowings(Protocol):
    """Rebuilds Facts for smaller arguments; policy cannot, for they are the session's."""

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the call after all `transforms`, in order.

        They are cumulative, from the call as it came; with none, the bytes are the call's own.

        Raises:
            NarrowUnavailable: nothing would be left to run, or it would not convert.
        """


def apply_transforms(
    arguments: dict[str, Json], transforms: Iterable[Transform], facts: Facts
) -> dict[str, Json]:
    """Return new, smaller arguments; what was given is left as it is.

    Raises:
        NarrowUnavailable: a path is not there to be set or capped, holds what cannot be shrunk, or
            an intersection leaves nothing.
    """
    changed = deepcopy(arguments)
    for one in transforms:
        change = _CHANGES[one.op]
        for parent, name in _parents(changed, one.path):
            change(parent, name, one, facts)
    return changed


def _parents(arguments: dict[str, Json], path: str) -> list[tuple[dict[str, Json], str]]:
    """Return every object that may hold the last name of a dotted path, through arrays."""
    *above, name = path.split(".")
    found: list[Json] = [arguments]
    for part in above:
        found = [one[part] for one in _objects(found) if part in one]
    return [(one, name) for one in _objects(found)]


def _objects(values: list[Json]) -> list[dict[str, Json]]:
    flat: list[dict[str, Json]] = []
    for one in values:
        if isinstance(one, dict):
            flat.append(one)
        elif isinstance(one, list):
            flat += _objects(one)
    return flat


def _drop(parent: dict[str, Json], name: str, one: Transform, facts: Facts) -> None:
    del one, facts
    parent.pop(name, None)


def _set(parent: dict[str, Json], name: str, one: Transform, facts: Facts) -> None:
    del facts
    parent[name] = deepcopy(one.value)


def _cap(parent: dict[str, Json], name: str, one: Transform, facts: Facts) -> None:
    del facts
    value, most = parent.get(name), one.value
    numbers = isinstance(value, int | float) and isinstance(most, int)
    if not numbers or isinstance(value, bool):
        raise NarrowUnavailable(f"{one.path} holds no number to cap")
    if isinstance(value, int | float) and isinstance(most, int) and value > most:
        parent[name] = most


def _intersect(parent: dict[str, Json], name: str, one: Transform, facts: Facts) -> None:
    """Keep the recipients inside the declared egress; an absent argument stays absent."""
    if name not in parent:
        return
    value = parent[name]
    listed = value if isinstance(value, list) else [value]
    kept = [each for each in listed if _domain(each) in facts.intent.egress]
    if not kept:
        raise NarrowUnavailable(f"nothing of {one.path} is inside the declared egress")
    parent[name] = kept if isinstance(value, list) else kept[0]


def _domain(value: Json) -> str | None:
    for extract in (email_domain, url_host):
        try:
            return extract(value)
        except ExtractError:
            continue
    return None


def _keep(parent: dict[str, Json], name: str, one: Transform, facts: Facts) -> None:
    """Leave the arguments: `scope` shrinks the credential."""
    del parent, name, one, facts


_CHANGES: dict[str, _Change] = {
    "drop_arg": _drop,
    "set_arg": _set,
    "cap_arg": _cap,
    "intersect": _intersect,
    "scope": _keep,
}
