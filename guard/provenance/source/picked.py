"""Which value of a list is meant, as a plan declares it: reckoned by the guard, on trusted fields.

Only over the last list that a tool gave whole. Two that are equally far, a record that lacks the
field, and a list that is only a page of one are no answer.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from guard.model.call import Json
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record, field_name
from guard.provenance.result.select import beats
from guard.provenance.typed.canonical import classify
from guard.provenance.typed.money import decimal_of

Order = Literal["max", "min", "first", "all", "sum", "difference"]


def picked(known: Known, of: str, take: str, order: Order, by: str, value: Json) -> bool:
    """Return whether a value is the one of a list that is meant.

    Args:
        known: what the session has seen.
        of: the action whose last whole result is the list.
        take: the field whose value is meant.
        order: how it is chosen.
        by: the field that orders, for `max` and `min`.
        value: the value of an argument.
    """
    listed = known.lists.of(of)
    if not listed or isinstance(value, bool | None):
        return False
    if order in ("sum", "difference"):
        numbers = [one.measures.get(field_name(take)) for one in listed]
        return _reckoned(numbers, order) == decimal_of(str(value))
    meant = _meant(listed, order, field_name(by))
    return any(
        place.action == of
        and place.seen.trusted
        and place.seen.path.rpartition(".")[2] == take
        and any(known.record(place.record) is one for one in meant)
        for place in known.seen(classify(str(value)))
    )


def _meant(listed: Sequence[Record], order: Order, by: str) -> Sequence[Record]:
    if order == "all":
        return listed
    if order == "first":
        return listed[:1]
    most = order == "max"
    return [
        one
        for one in listed
        if (own := one.measures.get(by)) is not None
        and all(beats(own, two.measures.get(by), most=most) for two in listed if two is not one)
    ]


def _reckoned(numbers: Sequence[Decimal | str | None], order: Order) -> Decimal | None:
    """Return the sum of a list, or how far its two are apart; None: there is no such thing."""
    sure = [one for one in numbers if isinstance(one, Decimal)]
    if len(sure) != len(numbers):
        return None
    if order == "sum":
        return sum(sure, Decimal(0)).normalize()
    return abs(sure[0] - sure[1]).normalize() if len(sure) == 2 else None  # noqa: PLR2004  two ends
