"""Whether a record is the one of a number that the person says: "cancel order #1047".

Its id is another one, which people do not know. The number has to be of such a thing, as far as the
word before it tells, and no other thing may bear it, be it as its id. It decides nothing.
"""

from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record
from guard.provenance.schema.kin import kin_of, own_kin
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import noun_classes


def has_its_number(
    task: Task, known: Known, value: Value, place: Place, record: Record, *, sure: bool = False
) -> bool:
    """Return whether the person names a record by its number, and no other one is shown of it.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: the id of the record.
        place: where it was shown.
        record: the record.
        sure: whether only a number counts that no stranger could write.
    """
    if not record.numbers or known.full or (sure and "iban" in dict(value.kinds)):
        return False  # to the account of "bill 77" goes no other money
    said = {
        number
        for noun, number in task.naming.numbers
        if number in record.numbers and _is_of(noun, value, place)
    }
    if sure and said:
        said &= {one.strip("# ") for one in record.pointers}
    others = (known.record(two.record) for one in said for two in known.seen(_as_ids(one)))
    if any(one.identity != record.identity and said & _numbers(one) for one in others):
        return False  # another tool shows it
    return bool(said) and not any(
        not said.isdisjoint(_numbers(one))
        for listing in known.lists.shown(place.action)
        for one in listing.records
        if one.identity != record.identity
    )


def _is_of(noun: str, value: Value, place: Place) -> bool:
    """Return whether the word before a number may be for what a call acts on."""
    kin = own_kin(value.path) or value.kin
    its = kin | kin_of(place.action.rpartition("/")[2])
    classes = {name for one in kin for name in noun_classes(one)}
    return not noun or noun in its or not classes.isdisjoint(noun_classes(noun))


def _as_ids(number: str) -> tuple[tuple[str, str], ...]:
    return ("number", number), ("text", number), ("object_id", number)


def _numbers(record: Record) -> frozenset[str]:
    return record.numbers | {one.partition(":")[2] for one in record.identity}
