"""What one argument may be: four ways to say it, none with a pattern, a quantifier or a default.

What cannot be compared for certain (a float in a range, a path with a way up in it) is outside.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guard.model.call import Json

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


def inside(limit: Constraint, value: Json) -> bool:
    """Return whether a value is one that the constraint allows."""
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


def fault(limit: Constraint) -> str:
    """Return why a constraint does not say what it seems to say; empty if it does.

    A range that is empty or too large for JSON, a value too long to read, a prefix that ends in the
    middle of a name or host.
    """
    match limit:
        case Equal(value=value):
            long = len(value) > LONGEST
            return f"the value has {len(value)} characters, at most {LONGEST}" if long else ""
        case OneOf(values=values) if not 1 <= len(values) <= MOST_VALUES:
            return f"it names {len(values)} values, expected 1 to {MOST_VALUES}"
        case OneOf(values=values):
            long = sum(map(len, values)) > LONGEST
            return f"the values have more than {LONGEST} characters" if long else ""
        case Range(low=low, high=high):
            whole = -LARGEST <= low <= high <= LARGEST
            return "" if whole else f"{low} to {high} is no range of whole numbers below 2^53"
        case Prefix(start=start):
            return _prefix_fault(start)


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
