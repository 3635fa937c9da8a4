"""For which time an amount is, as people say it behind the number: "400 a day", "50 monthly".

A limit of 400 a month is none of 400 a day: where a call's own words say the one, the person has to
have said no other. It decides nothing.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from guard.provenance.typed.canonical import canonical
from guard.provenance.typed.money import decimal_of, pointed
from guard.provenance.vocabulary.lexicon import stem

_PERIODS = {
    "hour": ("hour", "hourly"),
    "day": ("day", "daily", "night", "nightly"),
    "week": ("week", "weekly"),
    "month": ("month", "monthly"),
    "quarter": ("quarter", "quarterly"),
    "year": ("year", "yearly", "annual", "annually", "annum"),
}
_OF = {stem(word): name for name, words in _PERIODS.items() for word in words}
_UNITS = "hour|day|night|week|month|quarter|year|annum"
_OFTEN = "hourly|daily|nightly|weekly|monthly|quarterly|yearly|annually"
PER = rf"(?:(?:an?|per|each|every)\s+(?:{_UNITS})|{_OFTEN})\b"
"""What says, behind a number, for which time it is."""
_SLASH = rf"/\s?(?:{_UNITS})\b"
BEHIND = re.compile(rf"\s{PER}|\s?{_SLASH}", re.IGNORECASE)
_RATE = re.compile(
    rf"(?<![\w.,/:-])(\d(?:[\d.,]{{0,28}}\d)?)(?:\s?[^\s\d\w]|\s?[^\W\d_]{{1,8}})?(?:\s(?P<per>{PER})|\s?(?P<slash>{_SLASH}))",
    re.IGNORECASE,
)
"""A number, its currency if it has one, and for which time it is."""
_CLAUSES = re.compile(r"[,;.!?(](?=\s|$)|\n|\band\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_BARE = re.compile(r"(?<![\w.,:/-])\d+(?:\.\d+)?(?![\w:/%-]|[.,]\d)")


def rates_in(text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield the numbers of a text that are so much for a time, each with that.

    Where it has one, "the daily limit to 400" is 400 a day as well.
    """
    rated = [*_RATE.finditer(text)]
    for found in rated:
        number = decimal_of(canonical("number", pointed(found[1])) or "")
        if number is not None:
            yield number, period(re.split(r"[\s/]", found["per"] or found["slash"])[-1])
    for clause in _CLAUSES.split(text) if rated else ():
        times = {time for one in _WORD.findall(clause) if (time := period(one))}
        numbers = [decimal_of(canonical("number", one) or "") for one in _BARE.findall(clause)]
        if len(times) == len(numbers) == 1 and not _RATE.search(clause) and numbers[0] is not None:
            yield numbers[0], times.pop()


def period(word: str) -> str:
    """Return the time that a word says: month, of monthly; empty: it says none."""
    return _OF.get(stem(word), "")


def of_another_time(
    rates: frozenset[tuple[Decimal, str]], number: Decimal, words: Iterable[str]
) -> bool:
    """Return whether a person said so much for another time than a call is for.

    Args:
        rates: what they said for which time.
        number: of the call, in whole units.
        words: stems of what the call calls it; those that say no time say nothing.
    """
    said = {time for one, time in rates if one == number}
    own = {_OF[one] for one in words if one in _OF}
    return bool(said and own) and said.isdisjoint(own)
