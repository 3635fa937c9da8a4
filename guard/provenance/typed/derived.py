"""Values that follow from named ones by a closed list of derivations, each with its vectors.

A duration added to a named time; sums, differences and percentages of amounts that the person said
or that stand in a record which they named. An attacker could reckon with the same numbers, so that
whoever relies on these must know by other means where the money goes.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_DURATION = re.compile(
    r"\b(\d{1,2}(?:\.5)?|an?|one|two|three|four|half an|eine?|zwei|une|deux)[ -]?"
    r"(hours?|hrs?|h|minutes?|mins?|stunden?|heures?|minuten)\b",
    re.IGNORECASE,
)
_COUNTS = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "ein": 1.0,
    "eine": 1.0,
    "une": 1.0,
    "two": 2.0,
    "zwei": 2.0,
    "deux": 2.0,
    "three": 3.0,
    "four": 4.0,
    "half an": 0.5,
}
_DAY = 24 * 60
_PLACES = tuple(Decimal(10) ** -digits for digits in range(5))
_EQUAL = (
    ("gallon gal", "liter litre l", Decimal("3.785411784")),  # US liquid gallon, NIST SP 811
    ("mile mi", "kilometer km", Decimal("1.609344")),
    ("foot feet ft", "meter m", Decimal("0.3048")),
    ("inch inche in", "centimeter cm", Decimal("2.54")),
    ("pound lb", "kilogram kg kilo", Decimal("0.45359237")),
    ("ounce oz", "gram g", Decimal("28.349523125")),
)
"""(names of one unit, names of the other, how many of the other one of the first is)."""
_FACTORS = {
    **{name: (ratio,) for names, _, ratio in _EQUAL for name in names.split()},
    **{name: (1 / ratio,) for _, names, ratio in _EQUAL for name in names.split()},
}
_THOUSANDS = {"kg": "g", "km": "m", "l": "ml"}
_SCALED = {
    **dict.fromkeys((*_THOUSANDS, "kilo", "litre", "liter"), Decimal(1000)),
    **dict.fromkeys(_THOUSANDS.values(), Decimal("0.001")),
    **dict.fromkeys(("h", "hr", "hour"), Decimal(60)),
}
"""How many of its smaller or larger one a unit is."""
_WARM = ("fahrenheit", "f"), ("celsius", "centigrade", "c")
_KIND_OF = {
    **{
        name: (names, side)
        for names, others, _ in _EQUAL
        for side, many in enumerate((names, others))
        for name in many.split()
    },
    **{name: ("warm", side) for side, names in enumerate(_WARM) for name in names},
}
"""Unit -> what it measures, and which of the two units of that it is."""
_MEASURED = re.compile(
    r"\d\s?(?:(?:degrees?|grad)\s+|\u00b0\s?)?("
    + "|".join(sorted(_KIND_OF.keys() - {"in"}, key=len, reverse=True))
    + r")s?(?![^\W_])",
    re.IGNORECASE,
)
_CENT = Decimal("0.01")
_ADDS = re.compile(
    r"\b(?:together|sum|total|both|combined|altogether|in one (?:go|payment|transfer)"
    r"|zusammen|beide[sn]?|summe|insgesamt|ensemble|somme|au total)\b",
    re.IGNORECASE,
)
_FRACTIONS = {
    **dict.fromkeys(("half", "die hälfte", "la moitié"), Decimal(50)),
    **dict.fromkeys(("a quarter", "one quarter", "ein viertel", "un quart"), Decimal(25)),
    "three quarters": Decimal(75),
}
_FRACTION = re.compile(
    r"\b(" + "|".join(one.replace(" ", r"\s+") for one in _FRACTIONS) + r")\s+"
    r"(?:of\b|the\b|my\b|our\b|his\b|her\b|their\b|de[rsn]?\b|von\b|du\b|d['\u2019])",
    re.IGNORECASE,
)
"""Parts of something: "half of the rent", and not half an hour."""
_DOWN = re.compile(
    r"\b(?:lower|reduce|decrease|cut|drop|shorten|shrink|senke?|reduziere?|verringere?|baisse[rz]?"
    r"|réduis|réduire)\b[^.;!?\n]{0,60}\b(?:by|um|de)\s",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:raise|increase|bump|boost|lift|erhöhe?|steigere?|augmente[rz]?)\b[^.;!?\n]{0,60}"
    r"\b(?:by|um|de)\s",
    re.IGNORECASE,
)
"""How people say that an amount is to be another one, so much less or more."""
_SUM = r"[^\s\w]?\d[\d.,]*(?:\s?(?:[^\W\d_]{1,8}|[$€£¥%]))?"
_ADDED = re.compile(
    r"\b(?:plus|add(?:ing|ed)?|extra|additional|another|further|tip(?: of)?|zuzüglich|en plus)\s+"
    rf"(?:(?:an?|the)\s+)?{_SUM}"
    rf"|{_SUM}\s+(?:more|extra|additional(?:ly)?|on top|higher|dearer|tip|mehr|dazu|de plus)\b"
    r"|\b(?:increas|rais|rise|rose|went up|gone up|goes up|erhöh|gestiegen|augment)\w*\b",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    rf"\b(?:less|minus|abzüglich|moins)\s+(?:(?:an?|the)\s+)?{_SUM}"
    rf"|{_SUM}\s+(?:less|off|cheaper|weniger|de moins)\b"
    r"|\b(?:rest|remain(?:s|ing|der)?|differen(?:ce|z)|différence|reste|already|schon|bereits|déjà"
    r"|outstanding|balance|deduct\w*|subtract\w*|over(?:paid|charged)|underpaid"
    r"|too (?:much|little)|discount|short(?:fall)?|reduc\w*|lower(?:ed)?|went down|gone down"
    r"|decreas\w*|dropped|gesunken|baissé)\b",
    re.IGNORECASE,
)
"""How people say that what they name is to be added to something, or taken off it."""
_MOST = 16


def ends_of(text: str, times: Iterable[str]) -> frozenset[str]:
    """Return the times of day (HH:MM) that lie a duration of the text after one of its times."""
    lengths = [
        minutes for found in _DURATION.finditer(text) if (minutes := _minutes(found[1], found[2]))
    ]
    starts = [int(one[:2]) * 60 + int(one[3:]) for one in times]
    sums = {(start + length) for start in starts for length in lengths}
    return frozenset(f"{one // 60:02}:{one % 60:02}" for one in sums if one < _DAY)


def lengths_in(text: str) -> frozenset[Decimal]:
    """Return how many minutes the durations of a text last: half an hour, 2 hours."""
    found = (_minutes(one[1], one[2]) for one in _DURATION.finditer(text))
    return frozenset(Decimal(one) for one in found if one)


def _minutes(count: str, unit: str) -> int:
    number = _COUNTS.get(count.casefold())
    if number is None:
        number = float(count) if count[0].isdigit() else 0.0
    return round(number * (60 if unit[0] in "hHsS" else 1))


def unit_of(word: str) -> tuple[str, int] | None:
    """Return what a unit measures, and which one of that it is; None: it is none that is known."""
    name = word.casefold().strip(" .\u00b0").replace("metre", "meter").removeprefix("degrees ")
    return _KIND_OF.get(name) or _KIND_OF.get(name.removesuffix("s"))


def units_in(text: str) -> frozenset[tuple[str, int]]:
    """Return the units that stand behind the numbers of a text."""
    found = (unit_of(one[1]) for one in _MEASURED.finditer(text.replace("metre", "meter")))
    return frozenset(one for one in found if one is not None)


def converted(said: Iterable[tuple[Decimal, str]]) -> frozenset[Decimal]:
    """Return what quantities (number, unit) are in the other units of their kind.

    Rounded to whole ones and to one to four places, as a tool may want them.
    """
    return frozenset(
        one.quantize(place, ROUND_HALF_UP).normalize()
        for number, unit in list(said)[:_MOST]
        for one in _elsewhere(number, unit)
        for place in _PLACES
    )


def _elsewhere(number: Decimal, unit: str) -> Iterator[Decimal]:
    name = unit.casefold().replace("metre", "meter")
    yield from (number * factor for factor in _FACTORS.get(name.rstrip("s"), ()))
    if name.rstrip("s") in _SCALED:
        yield number * _SCALED[name.rstrip("s")]
    if name in _WARM[0]:
        yield (number - 32) * 5 / 9
    elif name in _WARM[1]:
        yield number * 9 / 5 + 32


@lru_cache(maxsize=256)
def way_of(text: str) -> int:
    """Return whether a text changes an amount by another one: -1 down, 1 up, 0 neither or both."""
    down, up = _DOWN.search(text) is not None, _UP.search(text) is not None
    return up - down


@lru_cache(maxsize=256)
def signs_of(text: str) -> tuple[int, ...]:
    """Return whether a text adds to something, 1, or takes off it, -1; nothing: "pay 20 of it"."""
    return (1,) * bool(_ADDED.search(text)) + (-1,) * bool(_TAKEN.search(text))


def amounts_of(
    said: Iterable[Decimal], percents: Iterable[Decimal], found: Iterable[Decimal], way: int = 0,
    signs: Collection[int] = (1, -1),
) -> frozenset[Decimal]:  # fmt: skip
    """Return the amounts that follow from others, to the cent.

    Args:
        said: amounts that the person said.
        percents: percentages that they said.
        found: amounts of the records that they named. More than 16 are no longer one answer.
        way: whether they want one of those changed by what they said: down, -1, or up, 1.
        signs: whether they add what they said, 1, or take it off, -1; only where `way` is neither.
    """
    own, parts = [*said], [*percents]
    return frozenset(
        one.quantize(_CENT, ROUND_HALF_UP).normalize()
        for base in list(found)[:_MOST]
        for one in (_changed(base, own, parts, way) if way else _reckoned(base, own, parts, signs))
        if one > 0
    )


def together(found: Iterable[Sequence[Decimal]]) -> Decimal | None:
    """Return what several records come to, each with one amount; None: there is no such sum.

    All of them, and no choice of some: an attacker could choose as well.
    """
    amounts: list[Decimal] = []
    for one in found:
        if len(one) != 1 or len(amounts) == _MOST:
            return None
        amounts.append(one[0])
    if len(amounts) < 2:  # noqa: PLR2004  one amount is no sum
        return None
    return sum(amounts, Decimal(0)).quantize(_CENT, ROUND_HALF_UP).normalize()


def adds_up(text: str) -> bool:
    """Return whether a text asks for a sum: of what is only named beside it nothing is paid."""
    return _ADDS.search(text) is not None


def parts_of(text: str) -> frozenset[Decimal]:
    """Return the fractions of something that a text says in words, as percentages."""
    return frozenset(
        _FRACTIONS[" ".join(one[1].casefold().split())] for one in _FRACTION.finditer(text)
    )


def _changed(
    base: Decimal, own: list[Decimal], parts: list[Decimal], way: int
) -> Iterator[Decimal]:  # fmt: skip
    """Yield what an amount is after it was changed."""
    yield from (base + way * base * part / 100 for part in parts)
    yield from (base + way * one for one in own)


def _reckoned(
    base: Decimal, own: list[Decimal], parts: list[Decimal], signs: Collection[int]
) -> Iterator[Decimal]:
    shares = [base * part / 100 for part in parts]
    for share in shares:
        yield from (share, base + share, base - share)
    for one in own if signs else ():
        yield from (base + sign * one for sign in signs)
        yield from (one - base,) if -1 in signs else ()
        yield from (share + one for share in shares)
