"""A number that the person stated for a call, and a record's number in its place.

Who says "set the humidity to 40" means 40, and not what the record holds now, its score or its
total. Where they state none, what the named record holds may be meant. It decides nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from guard.model.origin import Source
from guard.provenance.counts import things_at
from guard.provenance.lexicon import Capability, stem
from guard.provenance.money import decimal_of, money_of
from guard.provenance.naming import SILENT, keys_of
from guard.provenance.pieces import ADDRESSES, Piece, asking
from guard.provenance.slot import Slot
from guard.provenance.task import Task
from guard.provenance.value import Value
from guard.provenance.worth import Worth

_FOUND = frozenset({"linked_record", "trusted_field", "selected"})
_NUMBERS = frozenset({"amount", "percent"})


def restated(
    task: Task,
    able: Capability,
    slots: Mapping[str, Slot],
    values: Sequence[tuple[Value, Worth]],
) -> Sequence[tuple[Value, Worth]]:
    """Return the arguments of a call; a record's number is nobody's where another was stated.

    Args:
        task: what the person said.
        able: what the tool does.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    weak = [
        at for at, (one, its) in enumerate(values) if one.role == "amount" and its.why in _FOUND
    ]
    if not weak:  # nearly always
        return values
    found = [*values]
    own = asking(task.pieces, able) or task.pieces
    keys = {key for one, _ in values for key in one.kinds}
    own = tuple(one for one in own if not _is_for_others(one, keys))
    held = {number for one, _ in values for number in _numbers(one)}
    for at in weak:
        value, its = found[at]
        if own and all(_states(task, piece, value, slots[value.path], held) for piece in own):
            found[at] = value, Worth(Source.UNTRUSTED, "other_thing", its.place)
    return found


def _is_for_others(piece: Piece, keys: Collection[tuple[str, str]]) -> bool:
    """Return whether a request names somebody whom the call does not: its number may be theirs."""
    return any(
        one.kind in ADDRESSES and not any(key in keys for key in keys_of(one)) for one in piece.held
    )


def _states(task: Task, piece: Piece, value: Value, slot: Slot, held: set[Decimal]) -> bool:
    """Return whether a request states a number for an argument, and the call holds it nowhere."""
    of = things_at(value.path) | slot.kin
    told = (
        number
        for one in piece.held
        if one.frame not in SILENT
        if one.kind in _NUMBERS or (one.kind == "quantity" and stem(one.literal.split()[-1]) in of)
        if (money := money_of(one.canonical)) is not None
        for number in (money.number,)
    )
    named = (number for thing, number in task.tallies if thing in of and len(task.pieces) == 1)
    return any(one not in held for one in (*told, *named))


def _numbers(value: Value) -> set[Decimal]:
    own = {number for kind, one in value.kinds if kind == "number" and (number := decimal_of(one))}
    return own | ({value.money.number} if value.money is not None else set())
