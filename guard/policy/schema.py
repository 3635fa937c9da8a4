"""The tools' JSON Schemas -> one Cedar schema, so that rules and requests are type-checked.

The author schema holds all that a rule may read. A runtime schema is the same, projected to what
the rules of one action do read: the engine's cost is turning JSON into values, not judging them.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from guard.model.call import ToolSpec
from guard.model.ledger import LedgerKind, LedgerSpec
from guard.policy.catalog import Catalog
from guard.policy.convert import ArgCode, ArgError, Limits, convert_args
from guard.policy.schema_fixed import (
    BOOL,
    ENTITIES,
    FIXED,
    LONG,
    SCOPE_CONTEXT,
    STRING,
    WORDS,
    Type,
    record,
)
from guard.policy.shape import Shape, shape_of

__all__ = ["ArgCode", "ArgError", "Limits", "convert_args"]

Reads = frozenset[tuple[str, ...]]
"""Paths below `context` that rules read, such as `("input", "to")`."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    "any": (),
    "read": ("any",),
    "write": ("any",),
    "egress": ("any",),
    "privileged": ("any",),
    "irreversible": ("write", "any"),
    "low_impact": ("any",),
}
"""Every class of actions with the classes that contain it."""

USE_SCOPE = "use_scope"
SESSION = "session"
"""The class of rules about a session as a whole, and its only action."""
THE_SESSION = f"guard/{SESSION}"


def _maybe(kind: Type, *, required: bool) -> Type:
    return kind if required else {**kind, "required": False}


def cedar_type(shape: Shape) -> Type:
    """Return the Cedar type of a shape that policy can see."""
    match shape.kind:
        case "string" | "opaque":
            return STRING
        case "long":
            return LONG
        case "bool":
            return BOOL
        case "decimal":
            return {"type": "Extension", "name": "decimal"}
        case "set":
            return {"type": "Set", "element": cedar_type(shape.element or shape)}
        case "record":
            return record(
                {
                    name: _maybe(cedar_type(one), required=_always(shape, name, one))
                    for name, one in shape.members.items()
                    if one.kind != "opaque"
                }
            )


def _always(shape: Shape, name: str, one: Shape) -> bool:
    return name in shape.required and not one.nullable


def _input(spec: ToolSpec, shape: Shape, prefix: str = "") -> Type:
    """Return the record of the arguments; secret and opaque ones are digests."""
    attributes: dict[str, Type] = {}
    for name, one in shape.members.items():
        path = f"{prefix}{name}"
        entry = spec.args.get(path)
        hidden = entry is not None and (entry.opaque or entry.role == "secret")
        if hidden:
            kind = STRING
        elif one.kind == "opaque":
            continue
        elif one.kind == "record":
            kind = _input(spec, one, f"{path}.")
        elif one.kind == "set" and one.element is not None and one.element.kind == "record":
            kind = {"type": "Set", "element": _input(spec, one.element, f"{path}.")}
        else:
            kind = cedar_type(one)
        attributes[name] = _maybe(kind, required=_always(shape, name, one))
    return record(attributes)


def _derived(spec: ToolSpec) -> Type:
    roles = {entry.role for entry in spec.args.values() if not entry.opaque}
    shape = shape_of(spec.input_schema)
    attributes: dict[str, Type] = {"opaque": WORDS, "bytes": LONG}
    if "recipient" in roles:
        attributes["recipients"] = WORDS
    if {"recipient", "url"} & roles or spec.destination:
        attributes["dest_domains"] = WORDS
    for role, name, kind in (
        ("amount", "amount_minor", LONG),
        ("path", "path", STRING),
        ("source", "source_path", STRING),
        ("url", "url_host", STRING),
    ):
        if role in roles:
            there = any(_present(shape, path) for path in spec.paths(role))
            attributes[name] = _maybe(kind, required=there)
    if "url" in roles:
        attributes["dest_ip"] = {"type": "Extension", "name": "ipaddr", "required": False}
    return record(attributes)


def _present(shape: Shape, path: str) -> bool:
    """Return whether a single value at this path is in every call that converts."""
    name, _, rest = path.partition(".")
    one = shape.members.get(name)
    if one is None or one.kind == "set" or not _always(shape, name, one):
        return False
    return _present(one, rest) if rest else True


_LEDGER: Mapping[LedgerKind, Type] = {
    "labels": WORDS,
    **dict.fromkeys(("formerly", "sequence", "repeated"), BOOL),
}
"""What rules read of a ledger by its kind; of all others, a number."""


def _history(ledgers: Iterable[LedgerSpec]) -> Type:
    attributes: dict[str, Type] = {
        "labels": WORDS,
        "findings": WORDS,
        "step": LONG,
        "denied_1h": LONG,
    }
    attributes |= {ledger.name: _LEDGER.get(ledger.kind, LONG) for ledger in ledgers}
    return record(attributes)


def context_of(spec: ToolSpec, catalog: Catalog) -> Type:
    """Return everything that a rule may read in the context of this action."""
    attributes = {**FIXED, "history": _history(catalog.ledgers)}
    if not spec.tool.startswith("mcp:"):
        attributes["input"] = _input(spec, shape_of(spec.input_schema))
        attributes["derived"] = _derived(spec)
    return record(attributes)


def groups_of(spec: ToolSpec) -> frozenset[str]:
    """Return the classes of an action: those of its effects, what contains them, and `any`."""
    names = {"any", *spec.effect, *(("low_impact",) if spec.low_impact else ())}
    for effect in spec.effect:
        names.update(CLASSES.get(effect, ()))
    return frozenset(names)


def action_type(spec: ToolSpec, context: Type) -> Type:
    """Return one action: its classes, who may ask for it, its context."""
    groups = [{"id": name} for name in sorted(groups_of(spec))]
    return {"memberOf": groups, **_asked_of("Server", context)}


def _asked_of(resource: str, context: Type) -> Type:
    kinds = {"principalTypes": ["Agent"], "resourceTypes": [resource]}
    return {"appliesTo": {**kinds, "context": context}}


def session_context() -> Type:
    """Return what rules about sessions may read: nothing that differs from call to call."""
    return record({name: FIXED[name] for name in ("risk", "clock")})


def _classes() -> dict[str, Type]:
    return {
        name: {"memberOf": [{"id": above} for above in containers]}
        for name, containers in CLASSES.items()
    }


def author_schema(catalog: Catalog) -> Type:
    """Return the Cedar schema (JSON form) against which all rules are validated."""
    actions = _classes()
    for spec in catalog.judged():
        actions[spec.action] = action_type(spec, context_of(spec, catalog))
    actions[USE_SCOPE] = _asked_of("Scope", SCOPE_CONTEXT)
    of_session = {"memberOf": [{"id": SESSION}], **_asked_of("Session", session_context())}
    actions |= {SESSION: {}, THE_SESSION: of_session}
    return {"Guard": {"entityTypes": ENTITIES, "actions": actions}}


def runtime_schema(spec: ToolSpec, context: Type, reads: Reads, named: Iterable[str]) -> Type:
    """Return the schema of one action, its context projected to `reads`.

    `named` are other actions that rules mention; they are declared so that the rules validate.
    """
    actions: dict[str, Type] = {name: {} for name in named}
    actions |= _classes()
    actions[spec.action] = action_type(spec, projected(context, reads))
    return {"Guard": {"entityTypes": ENTITIES, "actions": actions}}


def projected(kind: Type, reads: Reads) -> Type:
    """Return a record type with only the attributes on a path in `reads`.

    A path that ends at a record keeps all of it; what the record lacks stays lacking.
    """
    attributes = cast("Mapping[str, Type]", kind["attributes"])
    kept: dict[str, Type] = {}
    for name, one in attributes.items():
        below = frozenset(path[1:] for path in reads if path[0] == name)
        if below:
            whole = () in below or one["type"] != "Record"
            kept[name] = one if whole else projected(one, below)
    return {**kind, "attributes": kept}
