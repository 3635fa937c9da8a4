"""An amount with its currency, and when two are the same. Reads no schema, and decides nothing."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+,\d{1,2}")
_DOTS = re.compile(r"\d{1,3}\.\d{3}")
_ROUND = re.compile(r"[1-9]\d{0,2}\.000")
_OF_A_THOUSAND = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "BTC", "ETH"})
"""Currencies with three decimal places (ISO 4217), or with more."""


class Money(NamedTuple):
    """So much, in whole units. `currency`: its code; empty: nobody said in which."""

    number: Decimal
    currency: str = ""


class Unit(NamedTuple):
    """What a number of an argument is of.

    Args:
        currency: its code; empty: nothing tells.
        places: decimal places that are left out: 2 for cents; 0 for whole units.
        chosen: whether the call itself says in which currency, where it might have said another.
        whole: whether it is known to be in whole units, rather than only not known to be in others.
        counted: whether nothing speaks of money, so that it may be of anything: shares, litres.
        things: the stems of what it is a number of, as its name says.
        several: the codes, where the call names more than one currency: each must have been named.
        into: the code of what it is converted into; empty: nothing is converted.
        measure: the unit of things that the call says, as it is written.
    """

    currency: str = ""
    places: int = 0
    chosen: bool = False
    whole: bool = False
    counted: bool = False
    things: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()
    into: str = ""
    measure: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Return every currency that it is said to be in."""
        return self.several or frozenset({self.currency} if self.currency else ())

    def money(self, number: Decimal, currency: str = "") -> Money:
        """Return the amount that a number means here; `currency`: what its own text says."""
        return Money(number.scaleb(-self.places).normalize(), currency or self.currency)

    def is_in(self, currency: str) -> bool:
        """Return whether an amount in a currency may be meant here; empty: nobody said in which."""
        return currency == self.currency if currency and self.currency else not self.chosen


UNKNOWN = Unit()


def means(said: Iterable[Money], meant: Money, unit: Unit) -> bool:
    """Return whether an amount of a call is one that was said: equal, and in no other currency."""
    return any(
        one.number == meant.number and unit._replace(currency=meant.currency).is_in(one.currency)
        for one in said
    )


def money_of(canonical: str) -> Money | None:
    """Return the amount that a canonical spelling names: `12.5 EUR`, or `12.5`."""
    number = decimal_of(canonical)
    return None if number is None else Money(number, canonical.partition(" ")[2])


def decimal_of(text: str) -> Decimal | None:
    """Return the number that an amount begins with, normalised; None: it begins with none."""
    try:
        found = Decimal(text.partition(" ")[0])
    except InvalidOperation:
        return None
    return found.normalize() if found.is_finite() else None


def in_thousands(number: str, code: str) -> str:
    """Return a number that stands before its currency, 118.000 EUR, without its dot.

    Nobody writes three noughts behind a point, unless a thousand make one of the currency.
    """
    round_sum = _ROUND.fullmatch(number) and code not in _OF_A_THOUSAND
    return number.replace(".", "") if round_sum else number


def pointed(number: str) -> str:
    """Return a number with a decimal point for a decimal comma: 12,50 and 1.234,56.

    One dot before three digits stays a point: 1.234 is less than two, which pays too little.
    """
    if _COMMA.fullmatch(number) and not _DOTS.fullmatch(number):
        return number.replace(".", "").replace(",", ".")
    return number
