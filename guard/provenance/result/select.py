"""Which one of a list the person meant: the largest, the cheapest, the latest.

Only superlatives, and only over trusted fields of a list that was asked for whole; whatever else a
person may mean by a choice has to be declared, or asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from guard.provenance.result.records import Record

_SIZES = frozenset({"size", "length", "bytes", "amount", "total", "count", "quantity"})
_BULKS = _SIZES | {"volume", "capacity", "area"}
_HEAT = frozenset({"temperature", "temp", "degrees", "celsius", "fahrenheit"})
_AGE = frozenset({"age"})
_PRICES = frozenset({"price", "cost", "amount", "fee", "rate", "total", "rent"})
_DATES = frozenset(
    {"date", "time", "timestamp", "created", "modified", "updated", "start", "due", "sent"}
)
_RATINGS = frozenset({"rating", "stars", "score", "grade"})
_WAYS = frozenset({"distance", "away", "km", "miles"})
_LASTING = frozenset({"duration", "minutes", "hours", "length", "transit"})
_WEIGHTS = frozenset({"weight", "kg", "grams"})
BEGUN = frozenset(
    {
        *("created", "opened", "added", "received", "arrived", "joined", "applied", "registered"),
        *("submitted", "placed", "since", "start", "started", "timestamp", "date", "time"),
    }
)
"""Fields that say since when something is there."""
DUE = frozenset({"due", "deadline"})
LATER = DUE | {"end", "ends", "until", "expires", "expiry", "updated", "modified", "closed"}
"""Fields that say when something else is, or was last."""
TOUCHED = frozenset({"updated", "modified", "changed", "edited", "used", "touched", "seen"})
_RANKS = (
    (r"(?:best|top|highest)[\s-]rated|best|better(?:[\s-]rated)?", _RATINGS, True),
    (r"(?:worst|lowest)[\s-]rated|worst|worse", _RATINGS, False),
    (r"closest|nearest|closer|nearer", _WAYS, False),
    (r"fastest|quickest|faster|quicker", _LASTING, False),
    (r"longest[\s-](?:standing|serving|running)", BEGUN, False),
    (r"shortest|shorter", _SIZES | _LASTING, False),
    (r"longest|longer", _SIZES | _LASTING, True),
    (r"heaviest|heavier", _WEIGHTS, True),
    (r"lightest|lighter", _WEIGHTS, False),
    (r"deepest", frozenset({"depth"}), True),
    (r"tallest", frozenset({"height"}), True),
    (r"widest", frozenset({"width"}), True),
    (r"narrowest", frozenset({"width"}), False),
    (r"larger|bigger", _BULKS, True),
    (r"smaller", _BULKS, False),
    (r"warmest|hottest|warmer|hotter", _HEAT, True),
    (r"coldest|coolest|colder|cooler", _HEAT, False),
    (r"youngest|younger", _AGE, False),
    (r"cheaper|less\s+expensive", _PRICES, False),
    (r"more\s+expensive|dearer|dearest|priciest", _PRICES, True),
    (r"newer|later", _DATES, True),
    (r"older|earlier|soonest|sooner", _DATES, False),
)
"""Further words for what comes first in a list; the first that fits counts."""
_SUPERLATIVES = (
    (r"largest|biggest|größte\w*|plus (?:grand|gros)\w*", _BULKS, True),
    (r"smallest|kleinste\w*|plus petit\w*", _BULKS, False),
    (r"shortest", _SIZES, False),
    (r"cheapest|least expensive|lowest|billigste\w*|günstigste\w*|moins cher\w*", _PRICES, False),
    (r"most expensive|highest|teuerste\w*|plus cher\w*", _PRICES, True),
    (r"latest|newest|most recent|neueste\w*|letzte\w*|plus récent\w*", _DATES, True),
    (r"oldest|earliest|älteste\w*|früheste\w*|plus ancien\w*", _DATES, False),
)
_PATTERNS = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), fields, most)
    for words, fields, most in _SUPERLATIVES
)
_NTH = re.compile(
    r"\b(?:second|third|fourth|fifth|sixth|next|other|\d+(?:st|nd|rd|th)|zweit|dritt|deuxi\u00e8me|troisi\u00e8me"
    r"|segund[oa]|tercer[oa]?)(?:[\s-]+(?:to|by))?[\s-]+\Z",
    re.IGNORECASE,
)
_BUT_ONE = re.compile(r"[^.,;:!?]{0,40}?\bbut\s+(?:the\s+first\s+)?(?:one|two|three|four|1|2|3)\b")
_FAR = 24
RANKS = (
    *((re.compile(words, re.IGNORECASE), fields, most) for words, fields, most in _RANKS),
    *_PATTERNS,
)
"""Words that order a list, with the fields by which they do and whether the most comes first."""
_MADE = frozenset({"created", "opened", "founded", "built", "born"})
FIRST_BY = {
    **dict.fromkeys(("oldest", "older"), ((_AGE, True), (_MADE, False))),
    **dict.fromkeys(("newest", "newer"), ((_MADE, True),)),
}
"""Words for how long something is there: by its age, or since when, before any other moment."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The one of a list whose field, one of these, is the most or the least of all."""

    fields: frozenset[str]
    most: bool


def selections(text: str) -> tuple[Selection, ...]:
    """Return the choices that a text asks for."""
    return tuple(
        Selection(fields, most)
        for pattern, fields, most in _PATTERNS
        if any(not is_nth(text, one.start(), one.end()) for one in pattern.finditer(text))
    )


def is_nth(text: str, start: int, end: int) -> bool:
    """Return whether a superlative is of a later one: "the second oldest", "the oldest but one"."""
    return bool(_NTH.search(text, max(start - _FAR, 0), start) or _BUT_ONE.match(text, end))


def measured(field: str) -> bool:
    """Return whether a field is one that a list may be sorted by."""
    return not _MEASURED.isdisjoint(field.split("_"))


def is_amount(field: str) -> bool:
    """Return whether a field holds money."""
    return not (_PRICES).isdisjoint(field.split("_"))


_MEASURED = _SIZES | _PRICES | _DATES


def is_extreme(record: Record, listed: Sequence[Record], selection: Selection) -> bool:
    """Return whether no other record of a list comes first, or as far, in one field."""
    for name, own in record.measures.items():
        if selection.fields.isdisjoint(name.split("_")):
            continue
        others = [one.measures.get(name) for one in listed if one.identity != record.identity]
        if all(beats(own, other, most=selection.most) for other in others):
            return bool(others)
    return False


def beats(own: Decimal | str, other: Decimal | str | None, *, most: bool) -> bool:
    """Return whether one number or moment comes before another; nothing does before a gap."""
    if isinstance(own, Decimal) and isinstance(other, Decimal):
        return own > other if most else own < other
    if isinstance(own, str) and isinstance(other, str):
        return own > other if most else own < other
    return False  # a record that lacks the field could be the one


def beyond(how: str, own: Decimal, limit: Decimal) -> bool:
    """Return whether a number stands to a limit as a word says: lt, gt, le, ge, eq, ne."""
    match how:
        case "lt":
            return own < limit
        case "gt":
            return own > limit
        case "le":
            return own <= limit
        case "ge":
            return own >= limit
        case "eq":
            return own == limit
        case _:
            return own != limit
