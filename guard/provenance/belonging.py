"""What belongs to the thing that a call names: its own field, its own part, what it holds already.

Who names an order means the payment method that it has, where they say nothing of another; "the
water bottle" of that order is the one in it, whatever else is called so; and an address line that
the order has already stays as it is. Only out of a result that tells of that one thing, and from
fields that no stranger writes. It decides nothing.
"""

import re
from collections.abc import Iterator, Mapping

from guard.model.origin import LINKED, PROMPT, TRUSTED
from guard.provenance.kin import kin_of, own_kin
from guard.provenance.known import Known, Place
from guard.provenance.lexicon import Capability, noun_classes, stem
from guard.provenance.listings import Listing
from guard.provenance.meant import listing_of
from guard.provenance.pieces import asking
from guard.provenance.records import Record, field_name, is_id, plainly
from guard.provenance.slot import Slot
from guard.provenance.task import Task
from guard.provenance.value import Value
from guard.provenance.worth import Worth, is_its_own

Values = list[tuple[Value, Worth]]

_ANOTHER = re.compile(
    r"\b(?:another|different|other|instead|new|switch|change[ds]?|rather|but not"
    r"|anders|anderen?|autre)\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:same|original|originally|usual|default|on file|paid with|already|gleichen?|même)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_PAYING = frozenset({"pay", "buy"})


def belonging(
    task: Task, known: Known, able: Capability, slots: Mapping[str, Slot], values: Values
) -> Values:
    """Return the arguments of a call, with those that belong to what it is done to at that.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    weak = [at for at, (value, one) in enumerate(values) if _may(slots[value.path], value, one)]
    if not weak or len(weak) == len(values):  # nearly always
        return values
    results = [*_results(known, slots, values)]
    if not results:
        return values
    found = [*values]
    for at in weak:
        value = values[at][0]
        for thing, result in results:
            if its := _belongs(task, known, able, value, thing, result):
                found[at] = value, its
                break
    return found


def _may(slot: Slot, value: Value, one: Worth) -> bool:
    """Return whether a trusted field showed a value, and nothing yet says that it is meant."""
    if value.role == "profile":
        return one.source in {TRUSTED, LINKED}
    return slot.target and one.source is TRUSTED and one.why in {"trusted_field", "ambiguous"}


def _results(
    known: Known, slots: Mapping[str, Slot], values: Values
) -> Iterator[tuple[Place, Listing]]:
    """Yield the newest result that tells of nothing but a thing which the call names, for each."""
    for value, one in values:
        if not slots[value.path].target or one.source < LINKED:
            continue
        whole = [
            place
            for place in known.seen(value.kinds)
            if place.seen.trusted and is_id(place.seen.path) and "*" not in place.seen.path
            if is_its_own(value, place) and _tells_of(place)
        ]
        newest = max(whole, key=lambda place: place.step, default=None)
        if newest is not None and (result := listing_of(known, newest)) is not None:
            yield newest, result


def _tells_of(place: Place) -> bool:
    """Return whether a result is of the thing whose id stands there, and not one that it names."""
    of = kin_of(place.seen.path.rpartition(".")[2])
    return of <= kin_of(place.action.rpartition("/")[2])


def _belongs(
    task: Task, known: Known, able: Capability, value: Value, thing: Place, result: Listing
) -> Worth | None:
    for place in known.seen(value.kinds):
        if place.step != thing.step or not place.seen.trusted:
            continue
        same = field_name(place.seen.path) == field_name(value.path)
        if value.role == "profile":
            if same and "*" not in place.seen.path:
                return Worth(PROMPT, "kept", place)
        elif (same and _is_only_one(place, result) and not _speaks_of(task, value)) or (
            is_id(place.seen.path) and _is_part(task, able, known.record(place.record), result)
        ):
            return Worth(LINKED, "linked_record", place)
    return None


def _is_only_one(place: Place, result: Listing) -> bool:
    """Return whether a result shows nothing else under a field of that name."""
    name = field_name(place.seen.path)
    held = {
        key for one in result.records for path, key in one.keys.items() if field_name(path) == name
    }
    return held == {place.seen.canonical} and not place.seen.path.endswith("*")


def _speaks_of(task: Task, value: Value) -> bool:
    """Return whether a text says which one is to be taken, and does not clearly say this one."""
    if _ANOTHER.search(task.wanted):
        return True
    kin, said = own_kin(value.path), task.words
    about = not kin.isdisjoint(said.stems)
    for one in kin:
        classes = noun_classes(one)
        about |= not classes.isdisjoint(said.nouns)
        about |= "money" in classes and not _PAYING.isdisjoint(said.verbs)
    own = frozenset(map(stem, _LETTERS.findall(value.text)))
    return about and not (bool(own) and own <= said.stems) and not _SAME.search(task.wanted)


def _is_part(task: Task, able: Capability, record: Record, result: Listing) -> bool:
    """Return whether a request names one part of a thing, and no other part of it so."""
    asked = [one.naming.said for one in asking(task.pieces, able)]
    if not record.identity or record.identity == result.records[0].identity:
        return False
    names = {one for one in record.titles if any(f" {plainly(one)} " in said for said in asked)}
    return bool(names) and all(
        one.identity == record.identity or names.isdisjoint(one.names) for one in result.records
    )
