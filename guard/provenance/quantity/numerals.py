"""Numbers as people write them beside plain ones: 78k, 1.5kg, a dozen, minus 5, a table for four.

It reads a person's words, never a result. What a number is good for is judged elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import canonical
from guard.provenance.typed.money import pointed
from guard.provenance.vocabulary.grammar import NUMBERS

TIMES: Final = (
    r"(?:(?-i:[kK]|M|mn|mio|Mio|bn)(?![^\W_])"
    r"|[ -]?(?:thousand|millions?|billions?|tausend|mille|millionen)\b)"
)
"""What stands behind a number that is a thousand times as much, or more."""
_POWERS: Final = (("mille", 3), ("mi", 6), ("mn", 6), ("b", 9), ("k", 3), ("t", 3))
_DIGITS: Final = r"\d(?:[\d.,]{0,28}\d)?"
_BEFORE: Final = r"(?<![\w.,/:#-])"
TIMED: Final = re.compile(rf"{_BEFORE}({_DIGITS})({TIMES})(?!\s?[\u20ac$\u00a3])")
"""Such a number without a currency."""
_UNITS: Final = (
    "kg g mg lbs lb oz l ml cl km m cm mm mi ft min mins h hr hrs gb mb tb kb kcal kwh mph"
)
_WITH_UNIT: Final = re.compile(
    rf"{_BEFORE}({_DIGITS})({'|'.join(_UNITS.split())})(?![^\W_])", re.IGNORECASE
)
_BELOW: Final = re.compile(
    rf"(?<![^\s(\"'=])(?:[-\u2212]|(?:minus|negative)\s)({_DIGITS})(?![\w:%-]|[.,]\d)"
    r"(?:\s?(?:(?:degrees?|grad)\b|\u00b0))?(?:\s?([^\W\d_]+))?",
    re.IGNORECASE,
)
FEW: Final[dict[str, int]] = {
    **{one: many for one, many in NUMBERS.items() if one != "twice"},
    **{
        word: number
        for line in (
            "zwei drei vier fünf sechs sieben acht neun zehn",
            "deux trois quatre cinq six sept huit neuf dix",
            "dos tres cuatro cinco seis siete ocho nueve diez",
        )
        for number, word in enumerate(line.split(), start=2)
    },
}
"""Numbers in words, from two to ten, in four languages."""
_WORDS: Final = "|".join(FEW)
_OF: Final = r"(?:[^\W\d_]+\s+){0,2}?(?:[^\W\d_]+s\b|people\b|persons?\b|personen\b)"
_WORD: Final = re.compile(
    rf"(?<![\w-])(?P<word>{_WORDS})\s+(?!dozen|score)(?P<of>{_OF}|of (?:them|these|those|it)\b"
    r"|of (?:the )?(?:#|(?=[\w-]*[^\W\d_])[\w-]*\d))",
    re.IGNORECASE,
)
_PIECES: Final = re.compile(rf"{_BEFORE}(\d{{1,4}})\s?[x\u00d7]\s+(?=[^\W_])", re.IGNORECASE)
"""How many pieces: 2x, 3 x."""
_DOZEN: Final = re.compile(
    rf"(?<![\w-])(?P<many>half\s+an?|an?|{_WORDS}|\d{{1,2}})\s+"
    r"(?P<size>dozen|couple|pair|score)s?\b(?:\s+of\b)?\s*(?P<of>[^\W\d_]*)",
    re.IGNORECASE,
)
_SIZES: Final = {"dozen": 12, "couple": 2, "pair": 2, "score": 20}
_TEENS: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES: Final = {one: number for number, one in enumerate(_TEENS.split(), start=1)} | {
    one: 10 * number for number, one in enumerate(_TENS.split(), start=2)
}
"""Number words below a hundred, and what each adds: "forty-two" is two of them."""
_SCALES: Final = {"thousand": 1000, "million": 1_000_000}
_ANY: Final = "|".join([*ONES, "hundred", *_SCALES])
_SPELLED: Final = re.compile(
    rf"(?<![\w-])(?<!\d )(?:a\s+(?=hundred|thousand|million))?(?:{_ANY})"
    rf"(?:(?:\s+and\s+|[\s-]+)(?:{_ANY}))*(?![\w-])",
    re.IGNORECASE,
)
_HALVES: Final = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
_AND_HALF: Final = re.compile(r"\s+and\s+(?:an?|one)\s+(half|quarter)(?![\w-])", re.IGNORECASE)
"""What makes a number more by a part: two and a half."""
_WHOLE: Final = re.compile(r"(?<![\w.,/:-])\d{1,4}(?=\s+and\s+(?:an?|one)\s+(?:half|quarter)\b)")
_ONE_AND: Final = re.compile(
    r"(?<![\w-])(?:an?|one)\s+(?P<of>[^\W\d_]+)(?P<and>\s+and\s+a\s+(?P<part>half|quarter))(?![\w-])",
    re.IGNORECASE,
)
"""An hour and a half."""
_HALF_A: Final = re.compile(
    r"(?<![\w-])half\s+an?\s+(minute|second|day|week|month|year|kilo|kilogram|pound|litre|liter|mile)(?![\w-])",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"\s?(?:%|per\s?cent\b)", re.IGNORECASE)
_OFTEN: Final = re.compile(
    rf"(?<![\w-])(?P<word>once|twice|thrice|(?:{_WORDS})\s+times|\d{{1,2}}\s+times)\s+"
    r"(?:an?|per|each|every)\s+(?:hour|day|night|week|month|year)\b",
    re.IGNORECASE,
)
_TIMES: Final = {"once": 1, "twice": 2, "thrice": 3}
_IN_LIST: Final = re.compile(_DIGITS)
_LISTED: Final = re.compile(
    rf"(?<![\w.,])(?:{_DIGITS}(?:,\s+(?:and\s+)?|\s+(?:and|und|et|y)\s+))+$", re.IGNORECASE
)
_LONGEST_LIST: Final = 120
_PART: Final = re.compile(r"[^\W\d_]+")
_MOST_ALONE: Final = 10
_FOR: Final = re.compile(
    rf"\b(?:for|für|pour|para|(?:party|group|table|family|team) of)\s+(?P<word>{_WORDS})\b"
    r"(?=\s*(?:$|[.,;!?)]|(?:at|on|in|from|under|tomorrow|tonight|today|this|next|please|with|by|and"
    r"|around(?!\s+(?:an?|one)\s+(?:half|quarter))|im|am|um|bei|morgen|heute|bitte|au|à|chez|demain|en|mañana|hoy|a|por)\b))",
    re.IGNORECASE,
)
"""So many people: where nothing says of what they are."""


def listed_before(text: str, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the numbers of a list that goes on at a place: 120 and 310 of "120, 310 and 95 euros".

    With where they stand: a currency behind the last of a list is that of each.
    """
    start = max(end - _LONGEST_LIST, 0)
    listed = _LISTED.search(text[start:end])
    for one in _IN_LIST.finditer(listed[0]) if listed else ():
        number = canonical("number", pointed(one[0]))
        if listed and number:
            first = start + listed.start() + one.start()
            yield number, first, first + len(one[0])


def in_words(text: str) -> Iterator[tuple[Decimal, int, int]]:
    """Yield the numbers that a text spells out, with their places: eighty-four, six hundred.

    Not one to ten alone, but as a percentage: how many those are of is said beside them.
    """
    for found in _SPELLED.finditer(text):
        parts = [one.casefold() for one in _PART.findall(found[0])]
        while parts and parts[-1] == "and":
            parts.pop()
        value, half = _value(parts), _AND_HALF.match(text, found.end())
        if value is not None and half:
            yield value + _HALVES[half[1].casefold()], found.start(), half.end()
        elif value is not None and (
            len(parts) > 1 or value > _MOST_ALONE or _PERCENT.match(text, found.end())
        ):
            yield value, found.start(), found.end()
    for found in _WHOLE.finditer(text):
        half = _AND_HALF.match(text, found.end())
        if half:
            yield Decimal(found[0]) + _HALVES[half[1].casefold()], found.start(), half.end()


def spelled(text: str) -> Decimal | None:
    """Return the number that a text spells out and nothing else; None: it is none."""
    return _value([one for part in _PART.findall(text) if (one := part.casefold()) != "and"])


def _value(parts: Sequence[str]) -> Decimal | None:
    """Return the number that these words are; None: they are none."""
    whole, part = Decimal(0), Decimal(0)
    for one in parts:
        if one in ONES:
            if part % 100 and not (part % 10 == 0 and ONES[one] < _MOST_ALONE):
                return None  # "seven thirty" is no number
            part += ONES[one]
        elif one == "hundred":
            part = (part or Decimal(1)) * 100
        elif one in _SCALES:
            whole += (part or Decimal(1)) * _SCALES[one]
            part = Decimal(0)
    return (whole + part) or None


def scaled(digits: str, times: str | None) -> str | None:
    """Return a number as one spelling, with what stands behind it: 78k is 78000."""
    number = canonical("number", pointed(digits))
    if not number or not times:
        return number
    word = times.strip(" -")
    power = 6 if word == "M" else next(by for one, by in _POWERS if word.casefold().startswith(one))
    return f"{Decimal(number).scaleb(power).normalize():f}"


def numerals(text: str) -> Iterator[Entity]:
    """Yield the numbers of things in a text that are written so."""
    for found in TIMED.finditer(text):  # as an amount it is looked at elsewhere
        if number := scaled(found[1], found[2]):
            yield Entity("quantity", number, f"{found[1]} {found[2].strip()}", *found.span())
    for found in _WITH_UNIT.finditer(text):
        if TIMED.match(text, found.start()) is None and (
            number := canonical("number", pointed(found[1]))
        ):
            yield Entity("quantity", number, f"{found[1]} {found[2]}", *found.span())
    for found in _BELOW.finditer(text):
        if number := canonical("number", pointed(found[1])):
            literal = f"{found[1]} {found[2] or 'below'}"
            yield Entity("quantity", f"-{number}", literal, found.start(), found.end(1))
    yield from _packed(text)
    for found in _WORD.finditer(text):
        literal = f"{found['word']} {found['of'].split()[0]}"
        yield _worded(found, literal)
    yield from _and_more(text)
    for found in _FOR.finditer(text):
        yield _worded(found, f"{found['word']} people")


def _packed(text: str) -> Iterator[Entity]:
    """Yield how many pieces: 2x, half a dozen."""
    for found in _PIECES.finditer(text):
        yield Entity("quantity", str(int(found[1])), f"{found[1]} x", *found.span(1))
    for found in _DOZEN.finditer(text):
        many, size = found["many"].casefold(), Decimal(_SIZES[found["size"].casefold()])
        half = many.startswith("half")
        times = int(many) if many.isdigit() else FEW.get(many, 1)
        pieces = size / 2 if half else Decimal(size * times)
        literal = f"{found['many']} {found['of'] or found['size']}"
        yield Entity(
            "quantity", f"{pieces.normalize():f}", literal, found.start(), found.end("size")
        )


def _and_more(text: str) -> Iterator[Entity]:
    """Yield an hour and a half, and how often: twice a day."""
    for found in _ONE_AND.finditer(text):
        number = f"{1 + _HALVES[found['part'].casefold()]}"
        yield Entity("quantity", number, f"{number} {found['of']}", *found.span())
    for found in _HALF_A.finditer(text):
        yield Entity("quantity", "0.5", f"0.5 {found[1]}", *found.span())
    for found in _OFTEN.finditer(text):
        many, *_ = found["word"].casefold().split()
        number = many if many.isdigit() else f"{_TIMES.get(many) or FEW[many]}"
        yield Entity("quantity", number, f"{number} times", *found.span("word"))


def _worded(found: re.Match[str], literal: str) -> Entity:
    number = str(FEW[found["word"].casefold()])
    return Entity("quantity", number, literal, *found.span("word"))
