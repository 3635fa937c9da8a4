"""Whether an amount is so much of the same thing: in the person's words, and in a record.

A number alone is no amount. 12.50 USD are not 12.50 EUR, and 98 cents are not 98 EUR; what is said
without a unit may be of any, as long as the call itself does not choose it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from guard.provenance.quantity.counts import SINGLE, few_in
from guard.provenance.quantity.ranges import is_end, open_numbers
from guard.provenance.quantity.rates import of_another_time
from guard.provenance.quantity.scales import measures
from guard.provenance.quantity.units import FIXED, PERCENT, is_minor
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record
from guard.provenance.result.select import is_amount
from guard.provenance.source.figures import meant_fields
from guard.provenance.source.value import Value
from guard.provenance.typed.derived import amounts_of, signs_of, together, unit_of, way_of
from guard.provenance.typed.money import Money, Unit, means
from guard.provenance.vocabulary.currencies import USUAL_PLACES
from guard.provenance.vocabulary.lexicon import stem
from guard.provenance.vocabulary.synonyms import same_as

DELTA = re.compile(
    r"discount|reduc|rebate|delta|change|difference|increase|decrease|raise|bonus|off|by|percent"
    r"|credit|refund",
    re.IGNORECASE,
)
"""Names of arguments for how much less or more something is to be."""
_DEGREES = frozenset(map(stem, ("temperature", "temp", "degrees", "celsius", "fahrenheit")))
_ONE = re.compile(r"\b(?:one|an?)\s+[^\W\d_]", re.IGNORECASE)


def places_of(known: Known, value: Value) -> Sequence[Place]:
    """Return where a value was seen; an amount in cents also where it stands in whole units."""
    found = [*known.seen(value.kinds)]
    if value.money is not None and value.unit.places:
        found += known.places("number", f"{value.money.number:f}")
    return found


def in_one_record(task: Task, known: Known, values: Sequence[Value]) -> bool:
    """Return whether every amount of a call stands in a trusted record of every receiver."""
    amounts = [_records(task, known, one) for one in values if one.role == "amount"]
    if not amounts or not frozenset.intersection(*amounts):
        return False
    payees = [_records(task, known, one) for one in values if one.level == "dest"]
    return bool(payees) and bool(frozenset.intersection(*payees, *amounts))


def _records(task: Task, known: Known, value: Value) -> frozenset[int]:
    return frozenset(
        place.record
        for place in places_of(known, value)
        if place.record and place.seen.trusted
        if value.role != "amount" or in_its_unit(task, value, place, known.record(place.record))
    )


def follows(task: Task, known: Known, value: Value) -> bool:
    """Return whether an amount is reckoned from what the person said and what they named."""
    money, unit = value.money, value.unit
    if money is None:
        return False
    if task.adds and money.number == together(_amounts(task, known, value)):
        return True
    if not (task.money or task.percents):
        return False
    named = (
        amount
        for record in known.measured()
        if task.naming.links_to(record) or task.naming.speaks_of(record)
        if _shares_currency(task, value, record)
        for amount in _amounts_in(record, meant_fields(value, record, task.words.stems))
    )
    said = (one.number for one in task.money if unit.is_in(one.currency))
    # How much less something costs is an amount as well, where an argument is called so.
    way = 0 if DELTA.search(value.path) else way_of(task.wanted)
    signs = signs_of(task.wanted)
    return money.number in amounts_of(said, task.percents, named, way, signs)


def _amounts(task: Task, known: Known, value: Value) -> Iterator[list[Decimal]]:
    """Yield the amounts of each record that the person named, the same object once."""
    seen: set[frozenset[str]] = set()
    for record in known.measured():
        if not task.naming.calls(record) or (record.identity or record.titles) in seen:
            continue
        seen.add(record.identity or record.titles)
        if _shares_currency(task, value, record):
            yield [*_amounts_in(record)]


def _amounts_in(record: Record, fields: Collection[str] | None = None) -> Iterator[Decimal]:
    """Yield the amounts of a record, in whole units; `fields`: of these only."""
    for name, one in record.measures.items():
        if isinstance(one, Decimal) and (is_amount(name) if not fields else name in fields):
            yield one.scaleb(-USUAL_PLACES) if is_minor(name) else one


def said_amount(task: Task, value: Value) -> bool:
    """Return whether the person said so much of what the argument is of."""
    money = value.money
    if money is None or (money.number in open_numbers(task.wanted) and not is_end(value.path)):
        return False
    if task.rates and of_another_time(task.rates, money.number, value.kin | value.unit.things):
        return False
    if value.unit.measure == PERCENT:
        return money.number in task.percents and not task.money
    if value.unit.counted and value.unit.measure != FIXED:
        told = measures(task.tallies, money.number, value.unit.measure)
        if told is not None:
            return told
        return _measured(task, value.unit.measure) and _counts(task, money.number, value.unit)
    return _sums(task, value, money)


def _sums(task: Task, value: Value, money: Money) -> bool:
    """Return whether the person said so much money."""
    codes, into = value.unit.codes, value.unit.into
    if into and into not in codes and into not in task.into:
        return False
    if codes and codes <= task.currencies:
        # They said which one, if not beside the number; or one, and the tool knows no other.
        lends = codes <= task.stated or (codes == task.currencies and not value.unit.chosen)
        said = [one for one in task.money if one.currency in codes or (lends and not one.currency)]
        return means(said, money, value.unit._replace(chosen=False))
    return means(task.money, money, value.unit)


def _counts(task: Task, number: Decimal, unit: Unit) -> bool:
    """Return whether the person said so many; of the same things, where they said how many."""
    things = unit.things | same_as(unit.things)
    own = frozenset(many for of, many in task.tallies if of in unit.things)
    if own:
        return number in own
    said = few_in(task.wanted) | {one for one in few_in(task.text) if not one[1]}
    few = frozenset(many for of, many in said if of in things)
    if number in few and len(few) == 1:
        return True  # "one checked bag", "no bags", "just me"
    single = number == 1 and not SINGLE.isdisjoint(unit.things)
    if single and (not task.counts or _ONE.search(task.wanted)):
        return True
    if not task.counts and any(number == one for _, one in task.tallies):
        return True  # "score it 84": the only number there is
    bare = (one.number for one in task.money if not one.currency)
    share = number in task.percents and unit.things.isdisjoint(_DEGREES)
    return share or number in task.counts or number in bare


def _measured(task: Task, measure: str) -> bool:
    """Return whether the person named no other unit of what a call measures in this one."""
    own = unit_of(measure) if measure else None
    others = () if own is None else [one for one in task.units if one[0] == own[0]]
    return not others or own in others


def in_its_unit(task: Task, value: Value, place: Place, record: Record) -> bool:
    """Return whether an amount stands in a record as so much of the same thing."""
    minor, unit = is_minor(place.seen.path), value.unit
    if unit.places:
        whole = value.money is not None and place.seen.canonical == f"{value.money.number:f}"
        if whole == minor and place.seen.canonical != "0":
            return False
    elif minor and unit.whole:
        return False
    return _shares_currency(task, value, record)


def _shares_currency(task: Task, value: Value, record: Record) -> bool:
    """Return whether nothing says that a record tells of another currency than a value is in."""
    codes, told = value.unit.codes, record.currencies or record.claimed
    if told and codes and codes.isdisjoint(told):
        return False
    return not value.unit.chosen or codes <= task.currencies | record.currencies


def converts(task: Task, value: Value) -> bool:
    """Return whether a number of things is what the person said, in another unit."""
    money = value.money if value.unit.counted else None
    if money is None or measures(task.tallies, money.number, value.unit.measure) is not None:
        return False  # it says its unit, and that was compared
    return money.number in task.converted
