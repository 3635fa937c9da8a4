"""One argument value -> the best source that stands behind it, for the role that it plays.

Whole typed values only, never a part of a text. What each role accepts as evidence is here; what a
role must show for the call to run is policy's.
"""

from typing import Literal, NamedTuple

from guard.model.origin import CREATED, LINKED, PROMPT, TRUSTED, UNTRUSTED, Origin, Source, Why
from guard.provenance.request.searched import searched
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id, plainly
from guard.provenance.result.segment import Endorsed
from guard.provenance.source.amounts import converts, follows, in_its_unit, places_of, said_amount
from guard.provenance.source.by_its_number import has_its_number
from guard.provenance.source.doubtful import called_besides, doubtful
from guard.provenance.source.elements import other_element, said_element, shares, unspoken
from guard.provenance.source.kinds import is_its_own, is_of_a_kind
from guard.provenance.source.moments import named, whole
from guard.provenance.source.outranked import (
    describes_another,
    found_by_name,
    outranked,
    tells_of_another,
)
from guard.provenance.source.pointers import points
from guard.provenance.source.scoped import chooses
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.currencies import words_in

_NUMBERLESS = frozenset(
    {"id", "uid", "uuid", "key", "size", "count", "length", "filename", "date", "time"}
)
_NUMBERED = frozenset(
    {"id", "uid", "account", "iban", "number", "phone", "recipient", "payee", "to", "receiver"}
)
"""Names of fields in which a number stands for somebody."""
_MEASURES = frozenset({"date", "time", "number", "amount"})
_TIMELESS = ("", "")
_SPELLED = frozenset({"query", "secret", "profile", "url"})
"""Roles whose values the person may have said letter for letter, whatever they are."""
_EXCERPT = 80


class Worth(NamedTuple):
    """A source with its reason and, where a result showed the value, the place.

    `many`: of how many things it is one that a request means each of.
    """

    source: Source
    why: Why
    place: Place | None = None
    many: int = 1

    def origin(self, value: Value, place: int = 0) -> Origin:
        """Return it as people read it; what a secret argument holds is not repeated."""
        at, kind = self.place, value.kinds[0][0] if value.kinds else "text"
        if at is None:
            return Origin(value.path, value.role, kind, self.source, self.why, 0, "", "", "", place)
        hidden = value.role == "secret"
        excerpt = "" if hidden else (at.seen.excerpt or value.text)[:_EXCERPT]
        return Origin(
            value.path, value.role, kind, self.source, self.why,
            at.step, at.action, at.seen.path, excerpt, place,
        )  # fmt: skip


COMPOSED = Worth(Source.COMPOSED, "composed")
IN_PROMPT = Worth(PROMPT, "in_prompt")
EXEMPT = Worth(PROMPT, "exempt")
INDEX_FULL = Worth(Source.COMPOSED, "index_full")


def worth(
    task: Task,
    known: Known,
    value: Value,
    *,
    target: bool,
    endorsed: frozenset[Endorsed] = frozenset(),
    said: bool = True,
) -> Worth:
    """Return the best source of a value for its role.

    Args:
        task: what the person named.
        known: what the session has seen.
        value: the value.
        target: whether the role names an object to act on, for which an id is enough.
        endorsed: destinations that a person approved in this session.
        said: whether the person's own words count.
    """
    if not value.kinds and value.role not in _SPELLED:
        return INDEX_FULL if known.full else COMPOSED  # too long to be compared
    if endorsed and any((value.role, *one) in endorsed for one in value.kinds):
        return Worth(PROMPT, "endorsed")
    if said and _in_prompt(task, value, target=target):
        return IN_PROMPT
    if value.role == "amount" and converts(task, value):
        return Worth(PROMPT, "derived")  # of what the person said, and of nothing else
    if not task.left_out.isdisjoint(value.kinds):
        seen = known.seen(value.kinds)
        return Worth(UNTRUSTED, "other_role", seen[0]) if seen else COMPOSED
    found = COMPOSED
    places = known.seen(value.kinds) if value.money is None else places_of(known, value)
    for place in whole(known, value, places) if places else ():
        if value.role != "amount" and place.is_field_of(found.place):
            continue  # worth the same; of an amount each spelling counts
        one = _placed(task, known, value, place, target=target)
        if one.source > found.source:  # nothing that was seen is worth as little as COMPOSED
            found = one
    full = found is COMPOSED and known.full
    return INDEX_FULL if full else _in_its_role(task, known, value, found)


def _in_its_role(task: Task, known: Known, value: Value, found: Worth) -> Worth:
    """Return what a value is worth as what it is here: a receiver, or an amount."""
    if value.role == "recipient" and found is not COMPOSED and _spoken_of(task, value):
        return Worth(UNTRUSTED, "other_role", found.place)
    if value.role == "amount" and found.source < TRUSTED and follows(task, known, value):
        return Worth(LINKED, "derived")
    return found


def _spoken_of(task: Task, value: Value) -> bool:
    """Return whether the person named this one, and another one as where it goes."""
    own = task.named.intersection(value.kinds)
    return bool(own) and any(kind in task.dests for kind, _ in own)


def _in_prompt(task: Task, value: Value, *, target: bool) -> bool:
    match value.role:
        case "recipient":
            return not task.receivers.isdisjoint(value.kinds)
        case "amount":
            return said_amount(task, value)
        case "query":
            return _names(task, value) or searched(task, value.text, value.nouns)
        case "secret":
            spoken = (one for one in task.entities if one.frame == "secret")
            return any(one.literal == value.text for one in spoken)
        case "profile" | "url" if (
            "ip",
            value.text,
        ) not in task.frames:  # which a request has to name
            return _names(task, value) or (_is_plain(value) and _says(task.wanted, value.text))
        case _:
            return _names(task, value) or (target and _numbered(task, value))


def _names(task: Task, value: Value) -> bool:
    if value.moment != _TIMELESS:
        return named(task, value)  # ten o'clock of another day is another moment
    # A bare number is an object only where the person said so, and then it is an object_id.
    return not task.objects.isdisjoint(value.kinds)


def _numbered(task: Task, value: Value) -> bool:
    bare = value.text.strip().removeprefix("#").casefold()  # people write the mark, or leave it out
    return any(task.names_it("object_id", one) for one in (bare, *(one for _, one in value.kinds)))


def _is_plain(value: Value) -> bool:
    """Return whether letters are all that a value is compared by: `user@host:path`, 10.0.0.1."""
    return value.role == "profile" or all(kind == "text" for kind, _ in value.kinds)


def _says(text: str, phrase: str) -> bool:
    """Return whether a text holds a phrase as whole words, in the same spelling."""
    at = text.find(phrase) if len(phrase) > 1 else -1
    if at < 0:
        return False
    before, after = text[at - 1 : at], text[at + len(phrase) : at + len(phrase) + 1]
    return not before.isalnum() and not after.isalnum()


def _placed(task: Task, known: Known, value: Value, place: Place, *, target: bool) -> Worth:
    """Return what one place is worth."""
    seen = place.seen
    if _out_of_place(value, place, target=target):
        return Worth(UNTRUSTED, "other_kind", place)
    record = known.record(place.record)
    if other := _of_another(task, known, value, place, record, target=target):
        return Worth(UNTRUSTED, other, place)
    if seen.source is CREATED:
        return Worth(CREATED if target else UNTRUSTED, "created", place)
    if seen.trusted:
        named = _by_number(task, known, value, place, record, target=target)
        return named or _trusted(task, known, value, place, record, target=target)
    if target and seen.whole and is_id(seen.path) and is_its_own(known, value, place):
        named = _by_number(task, known, value, place, record, target=target)
        named = named or _asked_for(task, known, place, record)
        return named or Worth(UNTRUSTED, "untrusted_only", place)
    return Worth(UNTRUSTED, "untrusted_only", place)


def _of_another(
    task: Task, known: Known, value: Value, place: Place, record: Record, *, target: bool
) -> Literal["", "other_unit", "other_thing"]:
    """Return why what stands in a record is of something else than a call takes it for."""
    if value.role == "amount" and not in_its_unit(task, value, place, record):
        return "other_unit"
    if target and is_id(place.seen.path) and tells_of_another(task, place, record):
        return "other_thing"
    return "other_thing" if points(task, known, value, place, record) else ""


def _trusted(
    task: Task, known: Known, value: Value, place: Place, record: Record, *, target: bool
) -> Worth:
    """Return what a trusted field is worth: the more the closer its record is to the task."""
    element = place.seen.path[-2:] == ".*" and said_element(task, value, place)
    if not element and task.naming.links_to(record):
        said = record.titles & (task.naming.names | task.naming.said_whole(record))
        part = task.naming.links.isdisjoint(record.links) and known.outdone(
            record, task.naming.said, place.action
        )
        part = part or not known.tells(record, said)
        part = part or (target and is_id(place.seen.path) and shares(task, known, place, record))
        if not said and task.naming.links.isdisjoint(record.links):
            said = task.naming.spells(record)
        if not part and target and not record.named and is_id(place.seen.path):
            said |= called_besides(task, known, record)
        if part or doubtful(task, known, record, said):
            one = target and is_id(place.seen.path) and chooses(task, known, value, place, record)
            return Worth(LINKED, "selected", place) if one else Worth(TRUSTED, "ambiguous", place)
        if not _is_only_listed(task, known, value, place):
            return Worth(LINKED, "linked_record", place)
    elif element or (value.role == "amount" and task.naming.speaks_of(record)):
        return Worth(LINKED, "linked_record", place)
    elif target and is_id(place.seen.path):
        if chooses(task, known, value, place, record):
            return Worth(LINKED, "selected", place)
        found = _asked_for(task, known, place, record)
        if found is not None:
            return found
    return Worth(TRUSTED, "trusted_field", place)


def _by_number(
    task: Task, known: Known, value: Value, place: Place, record: Record, *, target: bool
) -> Worth | None:
    """Return what a field is worth of whose record the person says the number."""
    sure = not (target and is_id(place.seen.path))
    said = has_its_number(task, known, value, place, record, sure=sure)
    only = said and _is_only_listed(task, known, value, place)
    return Worth(LINKED, "linked_record", place) if said and not only else None


def _is_only_listed(task: Task, known: Known, value: Value, place: Place) -> bool:
    return unspoken(task, known, value, place) or other_element(task, known, value, place)


def _asked_for(task: Task, known: Known, place: Place, record: Record) -> Worth | None:
    """Return what the id of a record is worth whose name the person used, if nobody shares it."""
    names = task.naming.asks_for(record)
    said = task.naming.said
    open_ = all(
        known.shared(one) or known.within_another(record, plainly(one), said) for one in names
    )
    if open_ and found_by_name(task, known, place, record):  # by its text, whoever it is of
        return Worth(LINKED, "linked_record", place)
    if not names:
        return None
    if (
        open_
        or describes_another(known, place, record, names)
        or (place.seen.trusted and outranked(task, known, place, record, names))
    ):
        return Worth(Source(place.seen.source), "ambiguous", place)
    return Worth(LINKED, "linked_record", place)


def _out_of_place(value: Value, place: Place, *, target: bool) -> bool:
    """Return whether a place holds something else that is written alike."""
    path = place.seen.path
    match value.role:
        case "amount":
            return not _holds_numbers(path)
        case "recipient":
            return _is_measure(value) and not _holds_accounts(path)
        case _:
            return target and is_id(path) and not is_of_a_kind(value, place)


def _is_measure(value: Value) -> bool:
    """Return whether a value is a number or a moment: nobody is called that."""
    return not _MEASURES.isdisjoint([kind for kind, _ in value.kinds])


def _holds_accounts(path: str) -> bool:
    """Return whether a field may tell of somebody by a number."""
    return not _NUMBERED.isdisjoint(words_in(path.rpartition(".")[2]))


def _holds_numbers(path: str) -> bool:
    """Return whether a field may hold an amount: not an id, a size, a date or a file name."""
    return _NUMBERLESS.isdisjoint(words_in(path.rpartition(".")[2]))
