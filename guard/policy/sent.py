"""Typed values back to arguments: the inverse of `convert_args`, as far as the values tell.

For traces that are made from a log. What conversion dropped stays lost.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from guard.model.call import Json, ToolSpec
from guard.policy.shape import Shape, shape_of


def sent_args(
    spec: ToolSpec, values: Mapping[str, Json], opaque: frozenset[str] = frozenset()
) -> dict[str, Json]:
    """Return arguments that convert to these typed values, as far as the values tell.

    Numbers are numbers again. What conversion dropped is null: the paths in `opaque`, and required
    arguments. A digest stays what it is, and so does what the schema does not know.
    """
    return _sent_members(shape_of(spec.input_schema), values, opaque, "")


def _sent_members(
    shape: Shape, values: Mapping[str, Json], opaque: frozenset[str], prefix: str
) -> dict[str, Json]:
    below = {path.removeprefix(prefix) for path in opaque if path.startswith(prefix)}
    dropped = {name for name in below if "." not in name} | (shape.required & shape.members.keys())
    sent = {
        name: _sent(shape.members.get(name), one, opaque, f"{prefix}{name}")
        for name, one in values.items()
    }
    return sent | dict.fromkeys(sorted(dropped - sent.keys()))


def _sent(shape: Shape | None, value: Json, opaque: frozenset[str], path: str) -> Json:
    if shape is None:
        return value
    if shape.kind == "decimal" and isinstance(value, str):
        return _number(value)
    if shape.kind == "set" and isinstance(value, list):
        return [_sent(shape.element, one, opaque, path) for one in value]
    if shape.kind == "record" and isinstance(value, dict):
        return _sent_members(shape, value, opaque, f"{path}.")
    return value


def _number(text: str) -> Json:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text  # a digest
    if not exact.is_finite():
        return text
    return int(exact) if exact == exact.to_integral_value() else float(exact)
