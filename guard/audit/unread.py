"""What the log may keep of arguments that cannot be converted: enough to refuse them again.

A value is kept where it is what the schema expects and nothing calls it secret: it would stand in
the facts if the rest were right. Any other becomes the emptiest value of its type, so that nothing
that was put in the wrong place is written down. A member that the schema does not have loses its
name: a secret may have been put there.
"""

from collections.abc import Mapping

from guard.model.call import ArgSpec, Json, ToolSpec
from guard.model.secret_name import looks_secret
from guard.policy.convert import RESERVED, ArgError, Limits, convert_args
from guard.policy.shape import Shape, shape_of


def unread(
    spec: ToolSpec, arguments: Mapping[str, Json], code: str, limits: Limits
) -> dict[str, Json] | None:
    """Return what may be kept; None: it would not be refused under the same code.

    Args:
        spec: the tool.
        arguments: as they came.
        code: under which they were refused.
        limits: on arguments, of the catalogue.
    """
    if code == "too_large":
        return None
    kept = _members(shape_of(spec.input_schema), arguments, spec.args, "")
    again = convert_args(spec, kept, salt=bytes(32), limits=limits)
    return kept if isinstance(again, ArgError) and again.code == code else None


def known_path(spec: ToolSpec, path: str) -> str:
    """Return an argument's path as far as the schema has its names: others may be a secret."""
    shape, found, rest = shape_of(spec.input_schema), "", path
    while rest:
        names = [one for one in shape.members if rest == one or rest.startswith(f"{one}.")]
        if not names:
            return f"{found}[unknown]"
        name = max(names, key=len)
        found, rest, shape = f"{found}{name}", rest[len(name) + 1 :], shape.members[name]
        shape = shape.element if shape.element is not None else shape
        found = f"{found}." if rest else found
    return found


def _members(
    shape: Shape, given: Mapping[str, Json], args: Mapping[str, ArgSpec], prefix: str
) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for name, value in given.items():
        if name in shape.members:
            kept[name] = _view(shape.members[name], value, args, f"{prefix}{name}")
        else:  # a name that the schema does not have may hold anything
            reserved = name in RESERVED
            kept[name if reserved else f"[unknown {len(kept) + 1}]"] = _empty(value)
    return kept


def _view(shape: Shape, value: Json, args: Mapping[str, ArgSpec], path: str) -> Json:
    entry = args.get(path, ArgSpec())
    named = not entry.role and looks_secret(path.rpartition(".")[2], value)
    if entry.opaque or entry.role == "secret" or named:
        return _empty(value)
    if shape.lone and shape.element is not None and not isinstance(value, list):
        shape = shape.element
    match shape.kind, value:
        case "set", list() if shape.element is not None:
            return [_view(shape.element, one, args, path) for one in value]
        case "record", dict():
            return _members(shape, value, args, f"{path}.")
        case ("string", str()) | ("bool", bool()):
            return value
        case (("long" | "decimal"), (int() | float())):
            return value
        case _:
            return _empty(value)


def _empty(value: Json) -> Json:
    match value:
        case None:
            return None
        case bool():
            return False
        case int() | float():
            return 0
        case str():
            return ""
        case list():
            return []
        case dict():
            return {}
