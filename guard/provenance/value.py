"""One argument value, with everything that it can be."""

from typing import NamedTuple

from guard.provenance.canonical import classify
from guard.provenance.money import UNKNOWN, Money, Unit, money_of


class Value(NamedTuple):
    """One argument value on the scales.

    Args:
        path: where it stands.
        role: what it is there.
        text: as it is written.
        kinds: everything that it can be: (kind, canonical).
        nouns: what the tool acts on, as far as its name and the argument's tell.
        unit: what an amount is of.
    """

    path: str
    role: str
    text: str
    kinds: tuple[tuple[str, str], ...]
    nouns: frozenset[str] = frozenset()
    unit: Unit = UNKNOWN

    @property
    def money(self) -> Money | None:
        """Return the amount that the value is, in whole units."""
        found = (
            self.unit.money(one.number, one.currency)
            for kind, spelled in self.kinds
            if kind in {"number", "amount"} and (one := money_of(spelled)) is not None
        )
        return next(found, None)


def value_at(
    path: str,
    role: str,
    raw: object,
    nouns: frozenset[str] = frozenset(),
    unit: Unit = UNKNOWN,
) -> Value:
    """Return an argument value with every kind that it can be."""
    text = str(raw)
    return Value(path, role, text, classify(text.strip()), nouns, unit)
