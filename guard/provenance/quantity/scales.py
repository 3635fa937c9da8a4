"""A number with a unit of time or weight, in another one of the same: eight minutes, 480 seconds.

Where an argument says its unit, by its name, its text or the argument beside it, the bare number of
another unit is another number. It decides nothing.
"""

from collections.abc import Iterable
from decimal import Decimal

from guard.provenance.vocabulary.lexicon import stem

_DAY = 86_400_000
_LEAST, _MOST = 28 * _DAY, 31 * _DAY
"""How long a month lasts."""
_SIZES = {
    stem(word): (kind, factor)
    for kind, factor, words in (
        ("time", 1, "ms msec millisecond"),
        ("time", 1000, "s sec second sekunde seconde"),
        ("time", 60_000, "minute minuten mins"),
        ("time", 3_600_000, "h hr hour stunde stunden heure"),
        ("time", _DAY, "day tag tage jour night nacht"),
        ("time", 7 * _DAY, "week woche wochen semaine"),
        ("months", 1, "month monat monate mois"),
        ("months", 3, "quarter quartal"),
        ("months", 12, "year jahr jahre année"),
        ("data", 1, "kb kib kilobyte"),
        ("data", 2, "mb mib megabyte"),
        ("data", 3, "gb gib gigabyte"),
        ("data", 4, "tb tib terabyte"),
        ("weight", 1, "g gram gramm"),
        ("weight", 1000, "kg kilo kilogram"),
    )
    for word in words.split()
}
"""Stem of a unit -> what it measures, and how many of the smallest it is; of data, which power."""
_POWERS = (1000, 1024)


def is_scaled(word: str) -> bool:
    """Return whether a word is a unit of these."""
    return stem(word) in _SIZES


def measures(said: Iterable[tuple[str, Decimal]], number: Decimal, unit: str) -> bool | None:
    """Return whether so many of a unit were said, in whichever; None: nothing of its sort was.

    Args:
        said: numbers with the stem of what they are of.
        number: how many an argument holds.
        unit: of what.
    """
    own = _SIZES.get(stem(unit))
    if own is None:
        return None
    scaled = [(_SIZES[of], many) for of, many in said if of in _SIZES]
    told = [(size, many) for (kind, size), many in scaled if kind == own[0]]
    if not told:
        return _lasts(scaled, own, number)
    if own[0] == "data":
        return any(
            many * base**size == number * base ** own[1] for base in _POWERS for size, many in told
        )
    return any(size * many == own[1] * number for size, many in told)


def _lasts(
    said: Iterable[tuple[tuple[str, int], Decimal]], own: tuple[str, int], number: Decimal
) -> bool | None:
    """Return whether so many days or weeks are what was said in months or years; None: none were.

    How long a month lasts differs; so many days are no number of months.
    """
    kind, size = own
    others = {"time": "months", "months": "time"}.get(kind)
    told = [(length, many) for (of, length), many in said if of == others]
    if not told or (kind == "time" and size < _DAY):
        return None
    return kind == "time" and any(
        length * many * _LEAST <= size * number <= length * many * _MOST for length, many in told
    )
