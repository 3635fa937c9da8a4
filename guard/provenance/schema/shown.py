"""What a tool's published schema says of one argument: whether its values are a closed set.

A value that the schema itself names, or its default, carries nothing of anybody's.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from guard.model.call import Held, Json, ToolSpec
from guard.provenance.schema.described_set import described

_MOST_REFS = 8
_UNIONS = ("anyOf", "oneOf", "allOf")
UNTYPED = "untyped"
"""The type of an option that names none."""


def allowed_values(schema: Mapping[str, Json]) -> tuple[Json, ...]:
    """Return the closed set of values that a schema allows; empty: it is open."""
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    if isinstance(values, list):
        return tuple(values)
    for word in ("anyOf", "oneOf"):
        options = schema.get(word)
        if isinstance(options, list):
            parts = [one for one in options if isinstance(one, dict) and one.get("type") != "null"]
            sets = [allowed_values(one) for one in parts]
            return tuple(v for one in sets for v in one) if parts and all(sets) else ()
    return ()


def default_at(spec: ToolSpec, path: str) -> Json:
    """Return the default of an argument, or its only value; None: it has none."""
    found, allowed = own_at(spec.held, path)
    return found.get("default", allowed[0] if len(allowed) == 1 else None)


_DEEPEST = 4
"""Objects in objects in which something that was left out is looked for."""


@lru_cache(maxsize=4096)
def own_at(held: Held, path: str) -> tuple[Mapping[str, Json], tuple[Json, ...]]:
    """Return the schema of an argument path and the closed set of values that it allows.

    Elements of arrays are under their array's path.
    """
    found = _at(held.schema, path)
    return found, allowed_values(found) or described(found)


def parts_at(held: Held, path: str) -> tuple[Mapping[str, Json], ...]:
    """Return the schema of an argument path and its options."""
    return tuple(_options(held.schema, _at(held.schema, path)))


@lru_cache(maxsize=4096)
def unlisted(held: Held, path: str) -> tuple[str, ...]:
    """Return the names of a path that the schema does not list: below an argument left open."""
    node, parts = _resolved(held.schema, held.schema), path.split(".")
    for at, part in enumerate(parts):
        inner = _member(held.schema, node, part)
        if inner is None:
            return (*parts[at:],) if at else ()
        node = inner
    return ()


def names_beside(held: Held, path: str) -> tuple[str, ...]:
    """Return the names of the arguments in the same object as a path, in their order."""
    around, _, own = path.rpartition(".")
    node = _at(held.schema, around) if around else _resolved(held.schema, held.schema)
    members = [one.get("properties") for one in _options(held.schema, node)]
    return tuple(name for one in members if isinstance(one, dict) for name in one if name != own)


@lru_cache(maxsize=4096)
def order_of(held: Held, path: str) -> int:
    """Return where an argument stands among those of its object, as the schema lists them."""
    around, _, own = path.rpartition(".")
    node = _at(held.schema, around) if around else _resolved(held.schema, held.schema)
    members = (one.get("properties") for one in _options(held.schema, node))
    names = [name for one in members if isinstance(one, dict) for name in one]
    return names.index(own) if own in names else len(names)


@lru_cache(maxsize=4096)
def is_needed(held: Held, path: str) -> bool:
    """Return whether the object that holds an argument wants it to be there."""
    around, _, own = path.rpartition(".")
    node = _at(held.schema, around) if around else _resolved(held.schema, held.schema)
    wanted = [one.get("required") for one in _options(held.schema, node)]
    return any(isinstance(one, list) and own in one for one in wanted)


@lru_cache(maxsize=1024)  # the same few tools come again and again
def optional_in(held: Held) -> tuple[str, ...]:
    """Return the paths of the arguments of which a call may leave out each, in objects as well."""
    return tuple(_optional(held.schema, _resolved(held.schema, held.schema), "", needed=True))


def _optional(
    root: Mapping[str, Json], node: Mapping[str, Json], path: str, *, needed: bool
) -> Iterator[str]:
    for one in _options(root, _element(root, node)):
        members, wanted = one.get("properties"), one.get("required")
        for name in members if isinstance(members, dict) else ():
            inner = _member(root, one, name)
            if inner is None or path.count(".") >= _DEEPEST:
                continue
            has = needed and isinstance(wanted, list) and name in wanted
            whole, within = f"{path}{name}", [*_optional(root, inner, f"{path}{name}.", needed=has)]
            yield from within
            if not has and not within:
                yield whole


def is_list(held: Held, path: str) -> bool:
    """Return whether an argument may hold several values."""
    found = _options(held.schema, _node(held.schema, path))
    return any("items" in one or one.get("type") == "array" for one in found)


@lru_cache(maxsize=4096)
def types_in(held: Held, path: str) -> frozenset[str]:
    """Return the types that an argument may have, or its elements, beside null.

    An option that names no type, as `{}`, an enum or a const, is `UNTYPED`: it may be any.
    """
    found: set[str] = set()
    for one in _options(held.schema, _node(held.schema, path), inside=True):
        kind = one.get("type")
        if kind is None and one.keys().isdisjoint((*_UNIONS, "items")):
            found.add(UNTYPED)
        found.update(map(str, kind) if isinstance(kind, list) else [str(kind)] if kind else [])
    return frozenset(found - {"null", "array"})


def _at(root: Mapping[str, Json], path: str) -> Mapping[str, Json]:
    return _element(root, _node(root, path))


def _node(root: Mapping[str, Json], path: str) -> Mapping[str, Json]:
    node = _resolved(root, root)
    for part in path.split("."):
        inner = _member(root, node, part)
        if inner is None:
            return {}
        node = inner
    return node


def _member(
    root: Mapping[str, Json], node: Mapping[str, Json], name: str
) -> Mapping[str, Json] | None:
    for one in _options(root, _element(root, node)):
        members = one.get("properties")
        if isinstance(members, dict) and isinstance(members.get(name), dict):
            return _resolved(root, members[name])
    return None


def _element(root: Mapping[str, Json], node: Mapping[str, Json]) -> Mapping[str, Json]:
    for one in _options(root, node):
        items = one.get("items")
        if isinstance(items, dict):
            return _resolved(root, items)
    return node


def _options(
    root: Mapping[str, Json], node: Mapping[str, Json], *, inside: bool = False
) -> Iterator[Mapping[str, Json]]:
    """Yield a schema and its options, and theirs; `inside` also the elements of arrays.

    Each schema comes once, so that one that holds itself ends.
    """
    seen: set[int] = set()
    left = [node]
    while left:
        one = left.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one["items"]] if inside and "items" in one else []
        for word in _UNIONS:
            options = one.get(word)
            inner += options if isinstance(options, list) else []
        left += [_resolved(root, each) for each in inner]


def _resolved(root: Mapping[str, Json], node: object) -> Mapping[str, Json]:
    """Return a schema with its local references followed; one that cannot be is empty."""
    for _ in range(_MOST_REFS):
        if not isinstance(node, dict):
            return {}
        ref = node.get("$ref")
        if not isinstance(ref, str):
            return node
        found: object = root
        for part in ref.removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        node = found
    return {}
