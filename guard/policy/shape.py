"""JSON Schema of a tool's arguments -> the part of it that policy can see, as a tree.

Strings, integers, booleans, numbers, arrays of one type and objects with named properties; all else
is `opaque`. `pattern` is not enforced: a server could hang us with it. Converts no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from guard.model.call import Json

ShapeKind = Literal["string", "long", "bool", "decimal", "set", "record", "opaque"]
JsonSchema = Mapping[str, Json]

MAX_RECORD_DEPTH = 6
"""Objects deeper than this are opaque: rules would need as many `has` tests."""

_KINDS: Mapping[str, ShapeKind] = {
    "string": "string",
    "integer": "long",
    "boolean": "bool",
    "number": "decimal",
}
_ANNOTATIONS = frozenset(
    {"anyOf", "oneOf", "title", "description", "default", "examples", "deprecated"}
)
_NULL: Json = {"type": "null"}
_UNIONS = ("anyOf", "oneOf", "allOf", "not", "if", "patternProperties", "prefixItems")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One node. Bounds are inclusive; None = no bound."""

    kind: ShapeKind
    nullable: bool = False
    choices: tuple[Json, ...] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    above: Decimal | None = None  # exclusive
    below: Decimal | None = None  # exclusive
    at_least: int = 0  # characters or elements
    at_most: int | None = None
    element: "Shape | None" = None
    members: Mapping[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    lone: bool = False  # of a set: one element may stand in place of the list of it


OPAQUE = Shape(kind="opaque")


class _Same:
    """A schema as a cache key, by identity; holding it keeps the identity from being reused."""

    __slots__ = ("schema",)

    def __init__(self, schema: JsonSchema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.schema is self.schema


def shape_of(schema: JsonSchema) -> Shape:
    """Return the shape of a tool's arguments: always a record. Remembered by identity."""
    return _remembered(_Same(schema))


@lru_cache(maxsize=4096)
def _remembered(key: _Same) -> Shape:
    schema = key.schema
    found = _shape(schema, schema, 0, ())
    return found if found.kind == "record" else Shape(kind="record")


def _shape(node: Json | JsonSchema, root: JsonSchema, depth: int, seen: tuple[str, ...]) -> Shape:
    if not isinstance(node, Mapping):
        return OPAQUE
    ref = node.get("$ref")
    if isinstance(ref, str):
        if ref in seen or not ref.startswith("#/"):
            return OPAQUE  # a cycle, or a schema somewhere else
        return _shape(_local(ref, root), root, depth, (*seen, ref))
    if any(union in node for union in _UNIONS):
        options = _options(node)
        found = _one_of([_shape(one, root, depth, seen) for one in options if one != _NULL])
        nullable = found.nullable or _NULL in options
        return found if found.kind == "opaque" else replace(found, nullable=nullable)
    return _typed(node, root, depth, seen)


def _options(node: JsonSchema) -> list[Json]:
    """Return what a union allows, if nothing else is said of it."""
    names = [name for name in _UNIONS if name in node]
    if len(names) != 1 or names[0] not in {"anyOf", "oneOf"} or not node.keys() <= _ANNOTATIONS:
        return []
    options = node[names[0]]
    return options if isinstance(options, list) else []


def _one_of(options: list[Shape]) -> Shape:
    """Return the shape of a union: of one thing, or of one thing and a list of the same."""
    match options:
        case [only]:
            return only
        case [one, Shape(kind="set") as many] | [Shape(kind="set") as many, one]:
            return replace(many, lone=True) if one == many.element else OPAQUE
        case _:
            return OPAQUE


def _typed(node: JsonSchema, root: JsonSchema, depth: int, seen: tuple[str, ...]) -> Shape:
    name, nullable = _type(node)
    if name in _KINDS:
        return _scalar(_KINDS[name], node, nullable=nullable)
    if name == "array":
        return _array(node, root, depth, seen, nullable=nullable)
    if name == "object" and isinstance(node.get("properties"), Mapping):
        return _record(node, root, depth, seen, nullable=nullable)
    return OPAQUE


def _local(ref: str, root: JsonSchema) -> Json | JsonSchema:
    node: Json | JsonSchema = root
    for part in ref[2:].split("/"):
        if not isinstance(node, Mapping):
            return None
        node = node.get(part.replace("~1", "/").replace("~0", "~"))
    return node


def _type(node: JsonSchema) -> tuple[str, bool]:
    """Return the one type and whether null may stand for it; several types give none."""
    names = node.get("type")
    if isinstance(names, str):
        return names, node.get("nullable") is True
    if isinstance(names, list):
        rest = [name for name in names if name != "null"]
        if len(rest) == 1 and isinstance(rest[0], str):
            return rest[0], len(rest) < len(names)
    return ("object", False) if names is None and "properties" in node else ("", False)


def _number(node: JsonSchema, key: str) -> Decimal | None:
    value = node.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Decimal(str(value))


def _count(node: JsonSchema, key: str) -> int | None:
    value = node.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choices(node: JsonSchema) -> tuple[Json, ...] | None:
    if "const" in node:
        return (node["const"],)
    listed = node.get("enum")
    return tuple(listed) if isinstance(listed, list) else None


def _scalar(kind: ShapeKind, node: JsonSchema, *, nullable: bool) -> Shape:
    return Shape(
        kind=kind,
        nullable=nullable,
        choices=_choices(node),
        low=_number(node, "minimum"),
        high=_number(node, "maximum"),
        above=_number(node, "exclusiveMinimum"),
        below=_number(node, "exclusiveMaximum"),
        at_least=_count(node, "minLength") or 0,
        at_most=_count(node, "maxLength"),
    )


def _array(
    node: JsonSchema, root: JsonSchema, depth: int, seen: tuple[str, ...], *, nullable: bool
) -> Shape:
    element = _shape(node.get("items"), root, depth + 1, seen)
    if element.kind in {"opaque", "set"} or element.nullable or _holds_opaque(element):
        return OPAQUE
    return Shape(
        kind="set",
        nullable=nullable,
        element=element,
        at_least=_count(node, "minItems") or 0,
        at_most=_count(node, "maxItems"),
    )


def _holds_opaque(shape: Shape) -> bool:
    return any(one.kind == "opaque" or _holds_opaque(one) for one in shape.members.values())


def _record(
    node: JsonSchema, root: JsonSchema, depth: int, seen: tuple[str, ...], *, nullable: bool
) -> Shape:
    if depth > MAX_RECORD_DEPTH:
        return OPAQUE
    listed = node.get("properties")
    if not isinstance(listed, Mapping) or (depth and not listed):
        return OPAQUE
    required = node.get("required")
    names = required if isinstance(required, list) else []
    return Shape(
        kind="record",
        nullable=nullable,
        members={name: _shape(one, root, depth + 1, seen) for name, one in listed.items()},
        required=frozenset(name for name in names if isinstance(name, str)),
    )


def walk(shape: Shape, prefix: str = "") -> list[tuple[str, Shape, bool]]:
    """Return every dotted path with its shape and whether it is always there.

    Elements of an array share the path of the array.
    """
    found: list[tuple[str, Shape, bool]] = []
    for name, one in shape.members.items():
        path = f"{prefix}{name}"
        always = name in shape.required and not one.nullable
        found.append((path, one, always))
        record = one.element if one.kind == "set" and one.element is not None else one
        for inner, deep, present in walk(record, f"{path}."):
            found.append((inner, deep, present and always and one.kind != "set"))
    return found


def shape_at(shape: Shape, path: str) -> Shape | None:
    """Return the shape at a dotted path, through arrays; None if the schema has no such path."""
    found: Shape | None = shape
    for name in path.split("."):
        if found is None:
            return None
        record = found.element if found.kind == "set" and found.element is not None else found
        found = record.members.get(name)
    return found
