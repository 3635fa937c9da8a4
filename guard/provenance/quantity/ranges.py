"""Ranges of numbers: "ten to twelve pies", "10-12", "between two and three seats".

Neither end of one is a number that the person said, nor is what lies between: which it is to be is
open. Of "two or three" either was said. It reads a person's words, and decides nothing.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from guard.model.late import late
from guard.provenance.quantity.numerals import ONES, scaled, spelled
from guard.provenance.speech.frames import clause_before
from guard.provenance.speech.unasked import without
from guard.provenance.typed.money import decimal_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes

_WORDS: Final = "|".join([*ONES, "hundred", "thousand"])
_NUMBER: Final = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:[.,]\d{1,4})?|(?:a|one|two|three)\s+dozen"
    rf"|(?:(?:a\s+(?=hundred|thousand))?(?:{_WORDS})(?:(?:\s+and)?[\s-](?:{_WORDS})){{0,4}}))(?![\w:/%]|[.,]\d)"
)
_SIGN: Final = r"(?:[\u20ac$\u00a3]\s?)?"
_RANGE: Final = late(
    rf"(?<![\w.,:/-])(?P<between>between\s+)?{_SIGN}(?P<one>{_NUMBER})(?P<unit>\s?[\u20ac$\u00a3]|\s[^\W\d_]+)??"
    rf"(?P<by>\s+to\s+|\s+and\s+|,?\s+\(?(?:up\s+to|through|thru)\s+|\s?[-\u2013\u2014~\u223c\u301c]\s?|\s?(?:\.{{2,3}}|\u2026)\s?)"
    rf"{_SIGN}(?P<two>{_NUMBER})(?!-\d)(?P<after>[ -]?[\u20ac$\u00a3]|[ -][^\W\d_]+)?",
    re.IGNORECASE,
)
_THAN: Final = late(rf"\b(?:fewer|less|more)\s+than\s+{_SIGN}(?P<one>{_NUMBER})", re.IGNORECASE)
"""One end alone: "fewer than 12" are not twelve."""
_WHERE: Final = re.compile(
    r"\b(?:if|when(?:ever)?|where|while|once|unless|until|that|which|whose|is|are|was|were|has|have"
    r"|with|of|costs?|costing|falls?|drops?|goes|gets|rises?)\b",
    re.IGNORECASE,
)
"""What stands before an end that something is compared with, and that nothing is to become."""
_ALONE: Final = late(rf"(?<![\w.,:/-]){_NUMBER}", re.IGNORECASE)
_LEADS: Final = re.compile(r"(?:\b(?:to|at|by|for|of|is)|[:=])\s*\Z", re.IGNORECASE)
"""What stands before a number that something is to become."""
_MOVES, _BUYS = frozenset({"change", "move"}), frozenset({"buy"})
_SPENDS: Final = frozenset({"buy", "pay"})
_IDLE = frozenset({"please", "today", "tomorrow", "now"})
_ENDS = frozenset(
    {
        *("min", "max", "minimum", "maximum", "from", "to", "low", "lower", "lowest", "least"),
        *("high", "upper", "highest", "most", "start", "end", "floor", "ceiling", "range", "limit"),
        *("under", "over", "above", "below", "gt", "gte", "lt", "lte", "between", "budget"),
    }
)
"""Words of arguments that take one end of a range."""


def is_end(path: str) -> bool:
    """Return whether an argument takes an end of a range: `max_price`."""
    return not _ENDS.isdisjoint(words_in(path.rpartition(".")[2])) or "range" in words_in(path)


@lru_cache(maxsize=256)
def open_numbers(text: str) -> frozenset[Decimal]:
    """Return the numbers that a text says only as an end of a range."""
    found = [one for one in _RANGE.finditer(text) if _is_open(text, one)]
    found += [one for one in _THAN.finditer(text) if _is_bound(text, one)]
    if not found:
        return frozenset()
    rest = without(text, [one.span() for one in found])
    said = {one.groupdict().get(name) for one in found for name in ("one", "two")}
    ends = {number for one in said if one for number in _read(one)}
    return frozenset(ends - {number for one in _ALONE.finditer(rest) for number in _read(one[0])})


def _read(said: str) -> Iterator[Decimal]:
    """Yield the number that these words or digits are."""
    *many, last = said.casefold().split()
    if last == "dozen":
        yield Decimal(12 * {"a": 1, "one": 1, "two": 2, "three": 3}[many[0]])
    elif said[0].isdigit():
        number = scaled(said, None)
        found = decimal_of(number) if number else None
        if found is not None:
            yield found
    elif (value := spelled(said)) is not None:
        yield value


def _is_open(text: str, one: re.Match[str]) -> bool:
    """Return whether two numbers are the ends of a range."""
    by, after = one["by"].strip().casefold(), (one["after"] or "").strip(" -").casefold()
    unit = (one["unit"] or "").strip().casefold()
    ends = [*_read(one["one"]), *_read(one["two"])]
    if len(ends) != 2 or (unit and stem(unit) != stem(after)):  # noqa: PLR2004
        return False  # "send 20 euros to 12 people"
    if by == "and":
        return bool(one["between"])
    return ends[0] < ends[1] and (by != "to" or _reaches(clause_before(text, one.start()), after))


def _is_bound(text: str, one: re.Match[str]) -> bool:
    """Return whether so many fewer or more are bought, or paid: "order fewer than 12 pies"."""
    before = clause_before(text, one.start())
    verbs = {name for word in words_in(before) for name in verb_classes(stem(word))}
    return _WHERE.search(before) is None and not verbs.isdisjoint(_SPENDS)


def _reaches(before: str, after: str) -> bool:
    """Return whether "to" ends a range, and says not what a number becomes, or who gets it."""
    verbs = {name for word in words_in(before) for name in verb_classes(stem(word))}
    counted = bool(after) and not (is_stop(after) or after in _IDLE)
    told = verbs.isdisjoint(_MOVES) and (counted or not verbs.isdisjoint(_BUYS))
    return told or _LEADS.search(before) is not None
