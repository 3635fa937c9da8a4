"""How far a standing yes reaches: one tool, and what each of its arguments may be.

Rule 1: the world is closed. Every argument of a call must be named, and every argument that is
named must be there; what nobody named was not said yes to. Rule 2: four ways to say what a value
may be, none with a pattern, a quantifier or a default. Rule 3: what cannot be compared for certain
(a float in a range, a path with a way up in it) is outside, and people are asked.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guard.errors import Unusable
from guard.model.call import Json
from guard.model.legible import legible

LONGEST: Final = 2_000
"""Characters of one value: longer ones cannot be read as part of a standing yes."""

MOST_VALUES: Final = 50
LARGEST: Final = 2**53 - 1  # RFC 8785 must carry it

_SEPARATOR: Final = ("/", ":", "-", "_", " ")
_AMBIGUOUS: Final = re.compile(r"""\.\.|//|[%\\\x00-\x1f\x7f;&|`$<>(){}'"*?#]""")
"""Ways out of what a prefix promises: up, to another host, to another command, to a pattern."""
_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\\]+/")


def text_of(value: Json) -> str:
    """Return one spelling for each value: 1, 1.0, true and "1" are four different ones."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """The argument is this value. `value` is its JSON text."""

    path: str
    value: str

    def example(self) -> Json:
        """Return the one value that is inside."""
        value: Json = json.loads(self.value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """The argument is one of these values, or a list of nothing but them. JSON texts, sorted."""

    path: str
    values: tuple[str, ...]

    def examples(self) -> list[Json]:
        """Return each of the values."""
        return [json.loads(one) for one in self.values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The argument is a whole number from `low` to `high`, both included."""

    path: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The argument is a text that begins so, with no way out of it."""

    path: str
    start: str


Constraint = Equal | OneOf | Range | Prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One tool, and one constraint for each of its arguments."""

    server: str
    tool: str
    constraints: tuple[Constraint, ...] = ()

    @property
    def action(self) -> str:
        """Return the policy action, `<server>/<tool>`."""
        return f"{self.server}/{self.tool}"

    def covers(self, arguments: Mapping[str, Json]) -> bool:
        """Return whether a call with these arguments is inside."""
        found = leaves(arguments)
        named = {one.path: one for one in self.constraints}
        if found is None or found.keys() != named.keys() or len(named) < len(self.constraints):
            return False
        return all(_inside(named[path], value) for path, value in found.items())

    def lines(self) -> tuple[str, ...]:
        """Return the exact reach for people, an argument a line; what cannot be seen spelled out.

        With no argument, one line says so.
        """
        told = tuple(legible(said(one)) for one in self.constraints)
        return told or ("no arguments at all",)


def leaves(arguments: Mapping[str, Json], above: str = "") -> dict[str, Json] | None:
    """Return every argument by dotted path: objects are entered, lists are one value.

    Returns:
        None where two arguments would have the same path.
    """
    found: dict[str, Json] = {}
    for name, value in arguments.items():
        if not name or "." in name:
            return None
        path = f"{above}{name}"
        if isinstance(value, dict) and value:
            below = leaves(value, f"{path}.")
            if below is None:
                return None
            found |= below
        else:
            found[path] = value
    return found


def _inside(limit: Constraint, value: Json) -> bool:
    match limit:
        case Equal(value=wanted):
            return text_of(value) == wanted
        case OneOf(values=values):
            each = value if isinstance(value, list) else [value]
            return bool(each) and all(text_of(one) in values for one in each)
        case Range(low=low, high=high):
            return type(value) is int and low <= value <= high
        case Prefix(start=start):
            return isinstance(value, str) and _begins(value, start)


def _begins(value: str, start: str) -> bool:
    rest = value[len(start) - 1 :]  # with the mark before it: two slashes are one way out
    plain = unicodedata.normalize("NFKC", rest) == rest  # a wide dot is a dot to some
    return value.startswith(start) and plain and not _AMBIGUOUS.search(rest)


def said(limit: Constraint) -> str:
    """Return what a constraint lets through, as a sentence about its argument."""
    match limit:
        case Equal(path=path, value=value):
            return f"{path} is exactly {value}"
        case OneOf(path=path, values=values):
            return f"{path} is one of {', '.join(values)}"
        case Range(path=path, low=low, high=high):
            return f"{path} is a whole number from {low} to {high}"
        case Prefix(path=path, start=start):
            return f"{path} begins with {text_of(start)}"


def checked(limit: Constraint) -> Constraint:
    """Return a constraint that says what it seems to say.

    Raises:
        Unusable: `reach_unusable`: a range that is empty or too large for JSON, a value too long to
            read, a prefix that ends in the middle of a name or host.
    """
    match limit:
        case Equal(value=value) if len(value) > LONGEST:
            raise _unusable(limit, f"the value has {len(value)} characters, at most {LONGEST}")
        case OneOf(values=values) if not 1 <= len(values) <= MOST_VALUES:
            raise _unusable(limit, f"it names {len(values)} values, expected 1 to {MOST_VALUES}")
        case OneOf(values=values) if sum(map(len, values)) > LONGEST:
            raise _unusable(limit, f"the values have more than {LONGEST} characters")
        case Range(low=low, high=high) if not -LARGEST <= low <= high <= LARGEST:
            raise _unusable(limit, f"{low} to {high} is no range of whole numbers below 2^53")
        case Prefix(start=start) if wrong := _prefix_fault(start):
            raise _unusable(limit, wrong)
        case Equal() | OneOf() | Range() | Prefix():
            return limit


def _prefix_fault(start: str) -> str:
    """Return why a prefix would let in more than its reader expects, or nothing."""
    if len(start) > LONGEST:
        return f"the prefix has more than {LONGEST} characters"
    if not start.endswith(_SEPARATOR) or not start.strip("".join(_SEPARATOR)):
        return 'a prefix ends where a name ends, such as "/reports/", and is not only that'
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", start):
        whole = _AUTHORITY.match(start)
        if whole is None:
            return (
                'the prefix of a URL holds its whole host and a slash, such as "https://a.example/"'
            )
        start = start[whole.end() :]
    if _AMBIGUOUS.search(start):
        return "the prefix holds '..', '//' or a character that programs read in more than one way"
    return ""


def _unusable(limit: Constraint, wrong: str) -> Unusable:
    return Unusable(
        f"What {legible(limit.path)!r} may be cannot be used: {wrong}.",
        code="reach_unusable",
        next_step="Write equal, one_of, range or prefix for each argument of the call.",
    )
