"""A number that the person stated for a call, and a record's number in its place.

Who says "set the humidity to 40" means 40, and not what the record holds now, its score or its
total. Where they state none, what the named record holds may be meant. It decides nothing.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from guard.model.origin import UNTRUSTED
from guard.provenance.quantity.counts import SINGLE, things_at
from guard.provenance.quantity.mixed import in_two
from guard.provenance.request.naming import SILENT, keys_of
from guard.provenance.request.pieces import ADDRESSES, Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import field_name
from guard.provenance.schema.slot import Slot
from guard.provenance.source.amounts import DELTA, follows, places_of
from guard.provenance.source.figures import meant_fields
from guard.provenance.source.value import Value
from guard.provenance.source.worth import IN_PROMPT, Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.unasked import without
from guard.provenance.thing.rivals import asides_of
from guard.provenance.typed.derived import lengths_in, parts_of, way_of
from guard.provenance.typed.money import decimal_of, money_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_FOUND = frozenset({"linked_record", "trusted_field", "selected"})
_NUMBERS = frozenset({"amount", "percent"})
_LEAST = 4
_ONE = re.compile(
    r"\b(?:an?|one|another)\s+(?:[^\W\d_]+\s+){0,2}?([^\W\d_]+)(?=\W|$)", re.IGNORECASE
)
_HANDED = re.compile(
    r"\b(?i:give|award|grant|refund|pay|credit|tip|grade|score|mark|rate|charge|send|lend|owe)\s+"
    r"(?:[A-Z][\w'\u2019-]*\s+){1,3}(\d{1,9}(?:\.\d+)?)"
    r"(?=\s*(?:$|[.,;!?](?!\d))|\s+(?:for|of|in|on|as|and|towards|back|from|points?|stars?|marks?|please)\b)"
)
"""Somebody by their name, and how much they get."""
_BY = re.compile(
    r"\b(?:rais|lower|increas|decreas|reduc|cut|bump|drop|lift|turn|put|mov|shift)\w*\b[^.;!?\n]*\bby\s"
    r"|\b(?:less|minus|plus|than)\s",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"\b(?:by|(?P<less>less|minus|plus))\s+(?:(?:an?\s+)?(?:extra|additional|further|another)\s+)?\Z",
    re.IGNORECASE,
)
_THAN = re.compile(r"\s+(?P<less>less|more|cheaper|dearer)\s+than\b", re.IGNORECASE)
"""What stands before a number by which another one changes, and behind it."""
_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|did|does|do)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_FAR = 40
_TIMES = frozenset(map(stem, ("minutes", "mins", "hours", "seconds", "duration")))
"""Words of names for how long something lasts."""
_PLAIN = frozenset(
    map(
        stem, ("amount", "sum", "value", "total", "price", "money", "number", "eur", "usd", "cents")
    )
)
"""Words of names that say only that it is an amount."""


def restated(
    task: Task,
    known: Known,
    able: Capability,
    slots: Mapping[str, Slot],
    values: Sequence[tuple[Value, Worth]],
) -> Sequence[tuple[Value, Worth]]:
    """Return the arguments of a call; a record's number is nobody's where another was stated.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    every = [at for at, (one, _) in enumerate(values) if one.role == "amount"]
    if not every:  # most calls say no number
        return values
    values = _parted(task, values, every) if len(every) > 1 else values
    weak = [at for at in every if values[at][1].why in _FOUND]
    beside = [at for at in every if len(every) > 1 and values[at][1].why == "in_prompt"]
    lost = [at for at in beside if _is_anothers(task, able, slots, values, at, beside)]
    lost += [at for at in every if _is_step(task, known, *values[at])]
    if not (weak or lost):  # nearly always
        return values
    found = [*values]
    for at in lost:
        found[at] = values[at][0], Worth(UNTRUSTED, "other_thing")
    own = asking(task.pieces, able) or task.pieces
    keys = {key for one, _ in values for key in one.kinds}
    own = tuple(one for one in own if not _is_for_others(one, keys))
    held = {number for one, _ in values for number in _numbers(one)}
    for at in weak:
        value, its = found[at]
        slot = slots[value.path]
        if (
            _is_nobodys(task, able, slot, value, its)
            or (own and all(_states(task, piece, value, slot, held) for piece in own))
            or any(_states(task, piece, value, slot, held) for piece in _answers(task, own))
            or _is_of_another_field(task, known, own, value, its)
            or (own and _TIMES & things_at(value.path) and all(_lasts(task, one) for one in own))
        ):
            found[at] = value, Worth(UNTRUSTED, "other_thing", its.place)
    return found


def _lasts(task: Task, piece: Piece) -> bool:
    """Return whether it is said how long: then no record's number of minutes is meant."""
    others = [(one.start, one.end) for one in task.pieces if one is not piece]
    return bool(lengths_in(without(task.wanted, others)))


def _answers(task: Task, own: Sequence[Piece]) -> list[Piece]:
    """Return what is said behind requests with no verb: "100 of them, with a limit of 18"."""
    first = min((one.start for one in own), default=0)
    return [
        one
        for one in asides_of(task)
        if one.start > first and not _TELLS.search(task.wanted, one.start, one.end)
    ]


def _parted(
    task: Task, values: Sequence[tuple[Value, Worth]], every: Sequence[int]
) -> Sequence[tuple[Value, Worth]]:
    """Return the arguments of a call that has hours and minutes apart, where both were said."""
    apart = in_two(task.wanted, [(values[at][0].path, values[at][0].text) for at in every])
    own = {every[at] for at in apart}
    return [(one, IN_PROMPT if at in own else its) for at, (one, its) in enumerate(values)]


def _is_step(task: Task, known: Known, value: Value, its: Worth) -> bool:
    """Return whether a number only says by how much what a record holds is to change: "by 5"."""
    if its.why != "in_prompt" or value.money is None or not _steps(task.wanted):
        return False
    number = value.money.number
    said = [
        one
        for one in task.entities
        if one.kind in _NUMBERS and one.frame not in SILENT
        if (money := money_of(one.canonical)) is not None and money.number == number
    ]
    how = [
        _STEP.search(task.wanted, max(one.start - _FAR, 0), one.start)
        or _THAN.match(task.wanted, one.end)
        for one in said
    ]
    if not said or not all(how) or DELTA.search(value.path):
        return False
    if any(one is not None and one["less"] for one in how):
        return True
    name = field_name(value.path)  # where a record has it, the call sets it anew
    return any(name in record.measures and task.naming.means(record) for record in known.measured())


@lru_cache(maxsize=256)
def _steps(text: str) -> bool:
    return _BY.search(text) is not None


def _is_of_another_field(
    task: Task, known: Known, own: Sequence[Piece], value: Value, its: Worth
) -> bool:
    """Return whether a number stands in a field of its record that nobody means: fee for deposit.

    Who wants it so much more or less wants none that stands there.
    """
    if its.place is None or not its.place.record:
        return False
    if not SINGLE.isdisjoint(things_at(value.path)) and _is_one(task.wanted, its.place.seen.path):
        return True
    changes = own and all(way_of(task.wanted[one.start : one.end]) for one in own)
    said = frozenset().union(*(one.stems for one in own)) if own else task.words.stems
    meant = meant_fields(value, known.record(its.place.record), said)
    if not changes and (meant is None or not meant.isdisjoint(_fields(known, value, its.place))):
        return False
    return not follows(task, known, value)


@lru_cache(maxsize=1024)
def _is_one(text: str, field: str) -> bool:
    """Return whether a text speaks of one thing, and a field says how many there are: `lamps`."""
    return any(stem(one[1]) in things_at(field) for one in _ONE.finditer(text))


def _fields(known: Known, value: Value, place: Place) -> set[str]:
    """Return in which trusted fields of a record a number stands."""
    return {
        field_name(one.seen.path)
        for one in places_of(known, value)
        if one.record == place.record and one.seen.trusted
    }


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
        if one.kind in _NUMBERS or (one.kind == "quantity" and _is_of(piece, one, of))
        if (money := money_of(one.canonical)) is not None
        for number in (money.number,)
    )
    text = task.wanted[piece.start : piece.end]
    parts = (*parts_of(text), *_handed(text)) if value.money else ()
    named = (number for thing, number in task.tallies if thing in of and len(task.pieces) == 1)
    return any(one not in held for one in (*told, *named, *parts))


def _is_of(piece: Piece, one: Entity, of: frozenset[str]) -> bool:
    """Return whether so many of something are what a request gives to its thing, or gets of it."""
    last = one.literal.split()[-1]
    if stem(last) in of or is_stop(last):  # "refund 12.50 of the order"
        return True
    return one.frame == "dest" and any("change" in ask.verbs for ask in piece.asks)


@lru_cache(maxsize=1024)
def _handed(text: str) -> tuple[Decimal, ...]:
    """Return the bare numbers that somebody is given: "give Milo Hart 84 for the essay"."""
    return tuple(Decimal(one[1]) for one in _HANDED.finditer(text))


def _is_nobodys(task: Task, able: Capability, slot: Slot, value: Value, its: Worth) -> bool:
    """Return whether nobody spoke of an amount that need not be given: a donation, as the price is.

    Neither by its own name nor by that of the field in which a record holds the number.
    """
    if slot.needed or its.place is None or not task.spoken:
        return False
    own = things_at(value.path) - _PLAIN - able.stems
    field = things_at(its.place.seen.path) - _PLAIN
    return bool(own) and own.isdisjoint(task.words.stems | field) and (
        field.isdisjoint(task.words.stems)
    )  # fmt: skip


def _is_anothers(
    task: Task, able: Capability, slots: Mapping[str, Slot],
    values: Sequence[tuple[Value, Worth]], at: int, beside: Sequence[int],
) -> bool:  # fmt: skip
    """Return whether a number that was said is that of another argument: a bonus, as the wage is.

    By its own name another one was said, or no word of it, and the other argument has it already.
    """
    value, slot = values[at][0], slots[values[at][0].path]
    if value.money is None or value.unit.measure:
        return False
    own = things_at(value.path) - _PLAIN - able.stems
    counted = {many for of, many in task.tallies if of in own}
    told = counted | _beside(task.wanted, words_in(value.path.rpartition(".")[2])[-1:])
    if told:
        return value.money.number not in told
    if slot.needed or not own or not own.isdisjoint(task.words.stems):
        return False
    others = (values[one][0].money for one in beside if one != at)
    numbers = [one.number for one in task.money] + [*task.counts]
    return numbers.count(value.money.number) == 1 and any(
        one is not None and one.number == value.money.number for one in others
    )


@lru_cache(maxsize=1024)
def _beside(text: str, name: tuple[str, ...]) -> frozenset[Decimal]:
    """Return which numbers a text says right behind a name: "a bonus of 20 EUR"."""
    if not name or len(name[0]) < _LEAST:
        return frozenset()
    said = (
        rf"\b{re.escape(name[0])}\s*(?:of|to|:|=|is)?\s*[\u20ac$\u00a3]?"
        r"(\d+(?:\.\d+)?)(?![\w,.:]*\d)"
    )
    return frozenset(Decimal(one[1]) for one in re.finditer(said, text, re.IGNORECASE))


def _numbers(value: Value) -> set[Decimal]:
    own = {number for kind, one in value.kinds if kind == "number" and (number := decimal_of(one))}
    return own | ({value.money.number} if value.money is not None else set())
