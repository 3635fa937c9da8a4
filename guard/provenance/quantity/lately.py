"""How far a day lies back by which a person tells when: yesterday, three days ago, last Friday.

It reads words and knows no clock; whose day it is then is for whoever has one.
"""

import re
from functools import lru_cache

from guard.provenance.vocabulary.grammar import NUMBERS

_DAYS = {
    **dict.fromkeys(("day before yesterday", "vorgestern", "avant-hier"), -2),
    **dict.fromkeys(("yesterday", "last night", "gestern", "letzte nacht"), -1),
    **dict.fromkeys(("this morning", "this afternoon", "this evening", "heute morgen"), 0),
}
_WEEKDAYS = {
    **dict.fromkeys(("monday", "montag"), 0),
    **dict.fromkeys(("tuesday", "dienstag"), 1),
    **dict.fromkeys(("wednesday", "mittwoch"), 2),
    **dict.fromkeys(("thursday", "donnerstag"), 3),
    **dict.fromkeys(("friday", "freitag"), 4),
    **dict.fromkeys(("saturday", "samstag"), 5),
    **dict.fromkeys(("sunday", "sonntag"), 6),
}
_WHOSE = r"\b(?!['\u2019]s\s(?!(?:and|one|instead)\b))"
"""Yesterday's report is not of a call that is made for yesterday."""
_SAID = re.compile(rf"\b({'|'.join(_DAYS)}){_WHOSE}", re.IGNORECASE)
_LAST = re.compile(
    r"\b(?:last|past|previous|letzte[nrs]?|vorige[nrs]?|vergangene[nrs]?) "
    rf"(?:({'|'.join(_WEEKDAYS)})|(?P<week>week|woche)|(?P<end>weekend|wochenende)){_WHOSE}",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(\d{1,2}|an?|\w+) (day|week|month|year)s? ago\b"
    r"|\bvor (\d{1,2}|eine[mrn]|\w+) (tag|woche|monat|jahr)(?:en|n|e)?\b",
    re.IGNORECASE,
)
_WEEKEND = (5, 6)
_WEEK, _TWO, _NINE = 7, 13, 8
"""Days back within which last Friday, last week and last weekend lie."""
_MONTHS, _YEAR = -1, 12
"""The mark of a number of months, and how many a year has."""


@lru_cache(maxsize=256)
def lately_in(text: str) -> frozenset[tuple[int, int]]:
    """Return the days that a text names by how far they lie back, in the terms of `soon.Near`."""
    found = {(_DAYS[one[1].casefold()], 0) for one in _SAID.finditer(text)}
    for one in _LAST.finditer(text):
        if one[1]:  # on a Tuesday, last Monday is the day before, or the one of the week before
            found.add((_WEEKDAYS[one[1].casefold()], -_TWO))
        elif one["week"]:
            found.update((-back, 0) for back in range(1, _TWO + 1))
        else:
            found.update((day, -_NINE) for day in _WEEKEND)
    for one in _AGO.finditer(text):
        many, of = (one[1], one[2]) if one[1] else (one[3], one[4])
        count = int(many) if many.isdigit() else NUMBERS.get(many.casefold(), 1)
        found.add(_back(count, of[0].casefold()))
    return frozenset(found)


def _back(count: int, unit: str) -> tuple[int, int]:
    if unit in "myj":
        return -count * (_YEAR if unit != "m" else 1), _MONTHS
    return -count * (_WEEK if unit == "w" else 1), 0
