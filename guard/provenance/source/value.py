"""One argument value, with everything that it can be."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from guard.model.call import Json, ToolSpec
from guard.provenance.quantity.units import unit_of
from guard.provenance.quantity.zones import NO_ZONE, Moment, Zoned, zoned
from guard.provenance.schema.slot import Slot
from guard.provenance.typed.canonical import typed
from guard.provenance.typed.money import UNKNOWN, Money, Unit, money_of


class Value(NamedTuple):
    """One argument value on the scales.

    Args:
        path: where it stands.
        role: what it is there.
        text: as it is written.
        kinds: everything that it can be: (kind, canonical).
        moment: the day and the time of day that it is; each may be empty.
        nouns: what the tool acts on, as far as its name and the argument's tell.
        unit: what an amount is of.
        zoned: in which zone a moment is.
        money: the amount that an argument of this role is, in whole units.
        level: the level in which it counts; empty: none.
        kin: the stems of what the tool acts on, as far as its name and the argument's tell.
    """

    path: str
    role: str
    text: str
    kinds: tuple[tuple[str, str], ...]
    moment: Moment
    nouns: frozenset[str] = frozenset()
    unit: Unit = UNKNOWN
    zoned: Zoned = NO_ZONE
    money: Money | None = None
    level: str = ""
    kin: frozenset[str] = frozenset()


_SUMS = frozenset({"number", "amount"})


def _money(kinds: tuple[tuple[str, str], ...], unit: Unit) -> Money | None:
    for kind, spelled in kinds:
        one = money_of(spelled) if kind in _SUMS else None
        if one is not None:
            return unit.money(one.number, one.currency)
    return None


def argument(
    spec: ToolSpec,
    path: str,
    raw: Json,
    slot: Slot,
    around: Sequence[Mapping[str, Json]],
    house: tzinfo,
) -> Value:
    """Return an argument of a call, with what a number or a moment is of.

    Args:
        spec: the tool.
        path: of the argument.
        raw: as the call holds it.
        slot: what is known of the argument before.
        around: the objects of the call that hold it, the nearest first.
        house: the zone in which the house reads times; UTC: nobody said.
    """
    role, text = slot.role, "" if raw is None else str(raw)
    kinds, moment = typed(text)
    unit, zone, money = UNKNOWN, NO_ZONE, None
    if role == "amount":
        unit = unit_of(spec, path, *around)
        money = _money(kinds, unit)
    elif role == "when":
        zone = zoned(text, around[0], house)
    return Value(
        path, role, text, kinds, moment, slot.nouns, unit, zone, money, slot.level, slot.kin
    )
