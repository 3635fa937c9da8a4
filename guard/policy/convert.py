"""Arguments as they came -> typed `Input`, or the reason why they cannot be judged.

Runs before the engine, always: a projected context drops arguments that no rule reads, so the
engine alone would let an unknown one through. Closed world: what the catalogue does not know is
refused whatever `additionalProperties` says. Messages name paths and types, never values.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Literal, NamedTuple, TypeVar

from guard.model.call import ArgSpec, Json, ToolSpec, argument_bytes
from guard.model.facts import Derived, Input
from guard.policy.catalog import Catalog
from guard.policy.derive import derive
from guard.policy.extract import I64_MAX, ExtractError
from guard.policy.shape import Shape, shape_of

ArgCode = Literal["unknown_argument", "bad_argument", "too_large", "extractor_failed"]

RESERVED = frozenset({"__entity", "__extn", "__expr"})
"""Keys with which JSON becomes a Cedar entity or extension value; refused at any depth."""

_DECIMAL_DIGITS = 4
_DECIMAL_MAX = Decimal(I64_MAX).scaleb(-_DECIMAL_DIGITS)
_SURROGATE = re.compile("[\ud800-\udfff]")
_Plain = TypeVar("_Plain", str, int, bool)


class Limits(NamedTuple):
    """Of all arguments of one call: bytes, levels of nesting, elements of an array."""

    max_arg_bytes: int = 65_536
    max_depth: int = 8
    max_items: int = 1_000


def limits_of(catalog: Catalog) -> Limits:
    """Return the limits on arguments that the catalogue sets."""
    defaults = catalog.defaults
    return Limits(
        max_arg_bytes=defaults.max_arg_bytes,
        max_depth=defaults.max_depth,
        max_items=defaults.max_items,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgError:
    """Why arguments cannot be judged, and where. The message is safe to show to an agent."""

    code: ArgCode
    path: str
    message: str


class _Wrong(ValueError):
    def __init__(self, code: ArgCode, path: str, message: str) -> None:
        super().__init__(message)
        self.answer = ArgError(code=code, path=path, message=message)


class _Reader(NamedTuple):
    spec: ToolSpec
    salt: bytes
    limits: Limits
    opaque: set[str]
    open_world: bool = False


def convert_args(
    spec: ToolSpec,
    arguments: Mapping[str, Json],
    *,
    salt: bytes,
    limits: Limits,
    size: int | None = None,
) -> Input | ArgError:
    """Return the typed arguments of one call, and what the extractors make of them.

    A tool that nobody listed (effect `any`) has no known arguments: all of them are opaque.

    Args:
        spec: the tool.
        arguments: as they came.
        salt: keys the digests that stand for secret and opaque arguments.
        limits: on arguments, of the catalogue.
        size: of the arguments as they are sent (bytes); None: nobody has them as bytes yet.
    """
    try:
        _sane({**arguments}, limits.max_depth, "")  # a dict: nothing else is looked into
        size = _fitting(len(argument_bytes(arguments)) if size is None else size, limits)
        reader = _Reader(spec, salt, limits, set(), "any" in spec.effect)
        values = _members(reader, shape_of(spec.input_schema), arguments, "")
        facts = derive(spec, arguments, opaque=frozenset(reader.opaque), size=size)
    except _Wrong as wrong:
        return wrong.answer
    except ExtractError as wrong:
        return ArgError(code="extractor_failed", path=wrong.path, message=f"{wrong}")
    return Input(values=values, derived=facts)


def _fitting(size: int, limits: Limits) -> int:
    if size > limits.max_arg_bytes:
        raise _Wrong("too_large", "", f"got {size} bytes, expected <= {limits.max_arg_bytes}")
    return size


def _sane(value: Json, levels: int, path: str) -> None:
    """Refuse depth, what JSON does not have and reserved keys anywhere, opaque parts included."""
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            raise _Wrong("bad_argument", path, "got a lone surrogate")
    elif isinstance(value, (dict, list)):
        if levels <= 0:
            raise _Wrong("too_large", path, "nested too deeply")
        if isinstance(value, list):
            for one in value:
                _sane(one, levels - 1, path)
        else:
            _sane_members(value, levels, path)
    elif isinstance(value, float) and not isfinite(value):
        raise _Wrong("bad_argument", path, "got a value that is not JSON")


def _sane_members(value: Mapping[str, Json], levels: int, path: str) -> None:
    for key, one in value.items():
        if key in RESERVED or (not key.isascii() and _SURROGATE.search(key)):
            raise _Wrong("bad_argument", path, "got a reserved or malformed key")
        _sane(one, levels - 1, f"{path}.{key}" if path else key)


def _members(
    reader: _Reader, shape: Shape, given: Mapping[str, Json], prefix: str
) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for name, value in given.items():
        path = f"{prefix}{name}"
        one = shape.members.get(name)
        if one is None:
            if not reader.open_world:
                raise _Wrong("unknown_argument", path, "the tool's schema does not know it")
            reader.opaque.add(path)
            continue
        if value is None and one.nullable and one.kind != "opaque":
            continue
        entry = reader.spec.args.get(path)
        if entry is not None and (entry.opaque or entry.role == "secret"):
            values[name] = salted(value, reader.salt)
        elif one.kind == "opaque":
            reader.opaque.add(path)
        else:
            values[name] = _value(reader, one, value, path, entry)
    missing = [name for name in shape.required if name not in given and name in shape.members]
    if missing:
        raise _Wrong("bad_argument", f"{prefix}{min(missing)}", "required and missing")
    return values


def salted(value: Json, salt: bytes) -> str:
    """Return the digest that stands for a value which policy must not see."""
    text = argument_bytes({"": value})
    return "sha256:" + hmac.new(salt, text, sha256).hexdigest()


def _value(reader: _Reader, shape: Shape, value: Json, path: str, entry: ArgSpec | None) -> Json:
    match shape.kind:
        case "string":
            return _string(shape, value, path)
        case "long":
            return _long(shape, value, path)
        case "bool":
            if not isinstance(value, bool):
                raise _expected("a boolean", value, path)
            return _chosen(shape, value, path)
        case "decimal":
            return _decimal(shape, value, path)
        case "set":
            return _set(reader, shape, value, path, entry)
        case "record":
            if not isinstance(value, dict):
                raise _expected("an object", value, path)
            return _members(reader, shape, value, f"{path}.")
        case "opaque":
            raise _expected("nothing here", value, path)


def _expected(what: str, value: Json, path: str) -> _Wrong:
    return _Wrong("bad_argument", path, f"got {type(value).__name__}, expected {what}")


def _chosen(shape: Shape, value: _Plain, path: str) -> _Plain:
    # True == 1 in Python: a listed 1 must not let true pass.
    if shape.choices is not None and not any(
        type(one) is type(value) and one == value for one in shape.choices
    ):
        raise _Wrong("bad_argument", path, "not one of the listed values")
    return value


def _string(shape: Shape, value: Json, path: str) -> str:
    if not isinstance(value, str):
        raise _expected("a string", value, path)
    _sized(shape, len(value), path)
    return _chosen(shape, value, path)


def _sized(shape: Shape, size: int, path: str) -> None:
    if size < shape.at_least or (shape.at_most is not None and size > shape.at_most):
        raise _Wrong("bad_argument", path, f"got length {size}, outside the schema's bounds")


def _long(shape: Shape, value: Json, path: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _expected("an integer", value, path)
    if not -I64_MAX - 1 <= value <= I64_MAX:
        raise _Wrong("bad_argument", path, "the integer does not fit 64 bits")
    _bounded(shape, value, path)
    return _chosen(shape, value, path)


def _bounded(shape: Shape, number: float, path: str) -> None:
    if shape.low is shape.high is shape.above is shape.below is None:  # most have no bounds
        return
    value = Decimal(str(number))
    inside = (
        (shape.low is None or value >= shape.low)
        and (shape.high is None or value <= shape.high)
        and (shape.above is None or value > shape.above)
        and (shape.below is None or value < shape.below)
    )
    if not inside:
        raise _Wrong("bad_argument", path, "the number is outside the schema's bounds")


def _decimal(shape: Shape, value: Json, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _expected("a number", value, path)
    exact = Decimal(str(value))
    _bounded(shape, value, path)
    if shape.choices is not None and value not in shape.choices:
        raise _Wrong("bad_argument", path, "not one of the listed values")
    fixed = (
        exact.quantize(Decimal(1).scaleb(-_DECIMAL_DIGITS)) if abs(exact) < _DECIMAL_MAX else None
    )
    if fixed is None or fixed != exact:
        raise _Wrong("bad_argument", path, "more than 4 decimal digits, or too big")
    return f"{fixed:f}"


def _set(reader: _Reader, shape: Shape, value: Json, path: str, entry: ArgSpec | None) -> Json:
    if shape.lone and not isinstance(value, list) and shape.element is not None:
        return [_value(reader, shape.element, value, path, entry)]
    if not isinstance(value, list):
        raise _expected("an array", value, path)
    limit = (entry.max_items if entry is not None else 0) or reader.limits.max_items
    if len(value) > limit:
        raise _Wrong("too_large", path, f"got {len(value)} elements, expected <= {limit}")
    _sized(shape, len(value), path)
    if shape.element is None:
        return []
    return [_value(reader, shape.element, one, path, entry) for one in value]


def empty_input() -> Input:
    """Return the input of a method other than tools/call: it has none."""
    return Input(values={}, derived=Derived())
