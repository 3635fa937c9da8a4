"""What one argument may be under a declared task. Missing, mistyped or unreadable is: no.

Values are compared whole and with their type: `True` is not 1, `"1"` is not 1. A prefix that names
a place (it holds a slash) holds for whole segments only and never across `..`, however encoded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field
from pydantic.types import StrictBool, StrictInt, StrictStr

from guard.model.call import Json

Scalar = str | int | bool
_Scalar = StrictBool | StrictInt | StrictStr
_Bound = Annotated[StrictInt, Field(ge=-(2**63), le=2**63 - 1)]

_DECODINGS = 3  # `%252e` decodes twice; what still changes after three rounds is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The bounds of one argument. None = not bounded in that way; all given bounds must hold."""

    eq: Scalar | None = None
    in_: tuple[Scalar, ...] | None = None
    max: int | None = None
    min: int | None = None
    prefix: str | None = None

    def holds(self, value: Json) -> bool:
        """Return whether this one value is inside every bound."""
        if self.eq is not None and not same(value, self.eq):
            return False
        if self.in_ is not None and not any(same(value, one) for one in self.in_):
            return False
        if self.max is not None and not (type(value) is int and value <= self.max):
            return False
        if self.min is not None and not (type(value) is int and value >= self.min):
            return False
        return self.prefix is None or (isinstance(value, str) and starts(value, self.prefix))

    def names(self, value: Json) -> bool:
        """Return whether this limit spells the value out, whole (`eq` or `in`)."""
        if self.eq is not None and same(value, self.eq):
            return True
        return self.in_ is not None and any(same(value, one) for one in self.in_)

    def as_json(self) -> dict[str, Json]:
        """Return the given bounds by their names in a declaration (`in`, not `in_`)."""
        some: dict[str, Json] = {"eq": self.eq, "max": self.max, "min": self.min}
        some["in"] = None if self.in_ is None else list(self.in_)
        some["prefix"] = self.prefix
        return {name: bound for name, bound in some.items() if bound is not None}


class LimitFields(BaseModel):
    """The bounds of one argument as they are declared."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    eq: _Scalar | None = None
    in_: Annotated[tuple[_Scalar, ...] | None, Field(alias="in", max_length=256)] = None
    max: _Bound | None = None
    min: _Bound | None = None
    prefix: Annotated[StrictStr, Field(min_length=1, max_length=2048)] | None = None

    def built(self) -> Limit:
        """Return the limit."""
        return Limit(eq=self.eq, in_=self.in_, max=self.max, min=self.min, prefix=self.prefix)


def within(limits: Mapping[str, Limit], values: Mapping[str, Json]) -> bool:
    """Return whether every argument with a limit is there, and inside its bounds."""
    for path, limit in limits.items():
        given = found(values, path)
        if not given or not all(map(limit.holds, given)):
            return False
    return True


def same(left: Json, right: Json) -> bool:
    """Return whether both are one value of one type."""
    return type(left) is type(right) and left == right


def starts(value: str, prefix: str) -> bool:
    """Return whether `value` begins with `prefix`; with a slash in it, by whole segments."""
    if "/" not in prefix:
        return value.startswith(prefix)
    if not _straight(value):
        return False
    if prefix.endswith("/"):
        return value.startswith(prefix)
    return value == prefix or value.startswith(prefix + "/")


def _straight(value: str) -> bool:
    """Return whether a path or URL goes only downwards, also after decoding."""
    for _ in range(_DECODINGS):
        if "\\" in value or "\0" in value or any(part in {".", ".."} for part in value.split("/")):
            return False
        decoded = unquote(value)
        if decoded == value:
            return True
        value = decoded
    return False


def found(values: Mapping[str, Json], path: str) -> list[Json]:
    """Return every scalar under a dotted path; all elements of an array share its path."""
    if path in values:
        value = values[path]
        return [*leaves(value)] if isinstance(value, (dict, list)) else [value]
    head, dot, rest = path.partition(".")
    if not dot:
        return []
    return [one for inner in objects(values.get(head)) for one in found(inner, rest)]


def objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the objects that a path can go on into: the value itself, or an array's elements."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from objects(element)


def leaves(value: Json) -> Iterator[Json]:
    """Yield every scalar inside a value, the value itself if it is one."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
