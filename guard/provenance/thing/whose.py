"""Whether a call takes a value from another request of the prompt: "pay Ann, and write to Bob".

Both are the person's words, so only the request tells whose a value is. One that no request names,
or that the request for this tool names as well, may be meant; so may any where that request names
none of its own, or says "them". It looks at values that are known to be the person's, and decides
nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.model.origin import LINKED, MEANT, UNTRUSTED, Source
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import ADDRESSES, NUMBERS, Piece, asking, sort_of
from guard.provenance.request.searched import wider
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth, worth
from guard.provenance.speech.frames import Entity
from guard.provenance.thing.informed import beside_others
from guard.provenance.thing.landmarks import landmarks
from guard.provenance.thing.misheard import misheard
from guard.provenance.thing.mistold import mistold
from guard.provenance.thing.modelled import modelled
from guard.provenance.thing.nouned import nouned
from guard.provenance.thing.referred import referred
from guard.provenance.thing.removed import removed, takes
from guard.provenance.thing.rivals import beside, has_rival, speaks
from guard.provenance.thing.sides import crossed
from guard.provenance.thing.strangers import strangers
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, capability, stem

_PLAIN = frozenset(map(stem, ("email", "mail", "phone", "message", "text", "to", "id", "name")))
"""Words of arguments that say only of which sort their values are."""
_PEOPLE = frozenset(
    map(stem, ("him", "her", "his", "them", "their", "both", "ihn", "ihm", "ihnen", "lui", "leur"))
)
"""Words for people who were named before."""

Values = Sequence[tuple[Value, Worth]]


class _Claim(NamedTuple):
    """A value of a call that requests name.

    Args:
        at: its place in the call.
        value: the value.
        by: the requests.
        able: what the tool does.
        record: through which it is named; None: it stands there itself.
        action: whose result showed that.
        field: the path at which it stands there.
    """

    at: int
    value: Value
    by: tuple[Piece, ...]
    able: Capability
    record: Record | None = None
    action: str = ""
    field: str = ""


def theirs(
    task: Task, known: Known, able: Capability, values: Values, declared: Callable[[int], bool]
) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with those of another request at what else they are worth.

    Args:
        task: what the person named.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments with their worth.
        declared: whether a limit of the declared task names the argument at a place.
    """
    found, strays, own = [*values], list[int](), asking(task.pieces, able)
    if own:
        claims = _claims(task, known, able, found)
        strays = [one.at for one in _strays(known, own, claims, found)] if claims else []
        for at, (value, _) in enumerate(found):
            if value.role == "query" and value.level and _is_wide(own, able, at, found):
                strays.append(at)
        if len(task.pieces) > 1 or speaks(task):  # most prompts are one request
            strays += beside(task, known, own, found)
        strays += nouned(task, known, own, found)
    strays += [*misheard(task, able, found), *landmarks(task, known, able, own, found)]
    strays += [*beside_others(task, known, own, found), *mistold(task, known, own, found)]
    strays += [*crossed(task, known, found), *modelled(task, known, able, found)]
    if "linked_record" in [one.why for _, one in found]:
        strays += [*referred(task, known, able, found), *strangers(task, known, able, own, found)]
    for at in removed(task, known, able, found) if takes(able) else ():
        if not declared(at):
            found[at] = found[at][0], _without(task, known, *found[at])
    for at in strays:
        value, one = found[at]
        if one.source >= LINKED and one.why in MEANT and not declared(at):
            found[at] = value, _without(task, known, value, one)
    return found


def _claims(task: Task, known: Known, able: Capability, values: Values) -> list[_Claim]:
    """Return the values that requests name, each with those that do."""
    found: list[_Claim] = []
    several = len(task.pieces) > 1
    for at, (value, its) in enumerate(values):
        if not value.level:
            continue
        if several and its.why == "in_prompt":
            by = tuple([piece for piece in task.pieces if holds_value(piece, value)])
            if by:
                found.append(_Claim(at, value, by, able))
        elif its.why == "linked_record" and its.place is not None and value.level != "amount":
            record = known.record(its.place.record)
            by = tuple([one for one in task.pieces if not several or one.naming.means(record)])
            if by:
                action, field = its.place.action, its.place.seen.path
                found.append(_Claim(at, value, by, able, record, action, field))
    return found


@lru_cache(maxsize=4096)
def _words(path: str, able: Capability) -> frozenset[str]:
    """Return the stems of an argument's own name, beside what the tool's name says.

    The tip of "order_food", so that in "and tip 3 EUR" it is meant.
    """
    return _stems(path) - able.stems - _PLAIN


@lru_cache(maxsize=4096)
def _stems(path: str) -> frozenset[str]:
    return frozenset(map(stem, words_in(path.rstrip(".*").rpartition(".")[2])))


def holds_value(piece: Piece, value: Value) -> bool:
    """Return whether a request names a value of a call."""
    if value.money is not None:
        return value.money.number in piece.numbers
    bare = value.text.strip().removeprefix("#").casefold()
    return not piece.keys.isdisjoint(value.kinds) or ("object_id", bare) in piece.keys


def _strays(
    known: Known, own: Sequence[Piece], claims: Sequence[_Claim], values: Values
) -> list[_Claim]:
    """Return the values that are of another request than the one that the others fit best."""
    if any(
        all(
            piece in one.by and not (_goes(one) or _is_elsewhere(known, piece, one))
            for one in claims
        )
        for piece in own
    ):
        return []  # nearly always: one request names all of it
    many = Counter(one.value.path for one in claims)
    lists = [one for one in claims if many[one.value.path] > 1]  # some of each request, perhaps
    lost = [one for one in lists if not any(_may(known, piece, one, values) for piece in own)]
    single = [one for one in claims if many[one.value.path] == 1]
    rest = ([one for one in single if not _may(known, piece, one, values)] for piece in own)
    return [*lost, *min(rest, key=len)]


def _is_wide(own: Sequence[Piece], able: Capability, at: int, values: Values) -> bool:
    """Return whether a search that is acted on finds more than each of the requests says."""
    beside = [one.text for n, (one, _) in enumerate(values) if n != at]
    return all(wider(one, able, values[at][0].text, beside) for one in own)


def _may(known: Known, piece: Piece, claim: _Claim, values: Values) -> bool:
    """Return whether a value of a call may be meant by a request."""
    if (_goes(claim) and _is_beside(piece, claim)) or _is_elsewhere(known, piece, claim):
        return False
    if piece in claim.by:
        return True
    if has_rival(known, piece, *values[claim.at], values):
        return False
    if any(one.start < piece.start for one in claim.by) and _refers(piece, claim):
        return True
    words = _words(claim.value.path, claim.able)
    own = any(not (words & one.stems) <= piece.stems for one in claim.by)
    takers = {stem(f"{verb}ee") for one in claim.by if one.refers for verb in one.stems}
    return own or not words.isdisjoint(takers) or _lacks(known, piece, claim, values)


def _lacks(known: Known, piece: Piece, claim: _Claim, values: Values) -> bool:
    """Return whether a request names nothing of its own that a value could be."""
    taken = {
        key
        for value, _ in values
        if value.level != claim.value.level or (value.path != claim.value.path and _is_named(value))
        for key in value.kinds
    }
    free = [one for one in piece.held if taken.isdisjoint(keys_of(one))]
    if claim.record is None:
        groups = {
            _group(one)
            for other in claim.by
            for one in other.held
            if claim.value.money is not None or not set(keys_of(one)).isdisjoint(claim.value.kinds)
        }
        return groups.isdisjoint(map(_group, free))
    listed = [*known.lists.of(claim.action)]
    seen = (
        known.record(place.record)
        for one in free
        for key in keys_of(one)
        for place in known.places(*key)
        if place.action == claim.action and place.record
    )
    if any(
        one.identity != claim.record.identity and piece.naming.means(one)
        for one in (*listed, *seen)
    ):
        return False
    going = claim.value.level == "dest"
    return bool(listed) or not any((sort_of(one) == "somebody") is going for one in free)


def _refers(piece: Piece, claim: _Claim) -> bool:
    """Return whether a request may speak of a value that was named before it.

    "Add Tom and remove Lee from it": no address is an "it" where the request says one of its own.
    """
    kinds = ADDRESSES.intersection([kind for kind, _ in claim.value.kinds])
    own = claim.record is None and any(one.kind in kinds for one in piece.held)
    return piece.refers and not (own and _PEOPLE.isdisjoint(piece.stems))


def _is_elsewhere(known: Known, piece: Piece, claim: _Claim) -> bool:
    """Return whether a request names another channel as where it goes: "read #a, post it to #b"."""
    record = claim.record
    if record is None or "channel" not in capability(claim.value.path.rpartition(".")[2]).nouns:
        return False
    going = [one for one in piece.held if one.frame == "dest" and sort_of(one) == "somebody"]
    own = frozenset(name.removeprefix("#") for name in record.titles | record.names)
    if any(one.literal.lstrip("#@").casefold() in own for one in going):
        return False
    return any(
        known.record(place.record).identity != record.identity
        for one in going
        for key in keys_of(one)
        for place in known.places(*key)
        if place.action == claim.action and place.record
    )


def _goes(claim: _Claim) -> bool:
    """Return whether a value is a receiver that only a record ties to the request."""
    return claim.record is not None and claim.value.level == "dest"


def _is_named(value: Value) -> bool:
    """Return whether a value is a name, of which each argument of a call may have its own."""
    return all(kind == "text" for kind, _ in value.kinds)


def _is_beside(piece: Piece, claim: _Claim) -> bool:
    """Return whether a receiver only stands in a record of a thing, where others are named.

    The owner of a file that is to be shared with somebody is nobody to share it with, unless the
    request says "owner".
    """
    kinds = {kind for kind, _ in claim.value.kinds} & {"email", "iban", "phone"}
    going = [one for one in piece.held if sort_of(one) == "somebody"]
    record = claim.record
    if record is None or not any(one.kind in kinds for one in going):
        return False
    called = [frozenset(name.split()) for name in record.names | record.titles]
    meant = any(
        f"{one.kind}:{one.canonical}" in record.links
        or any(frozenset(one.literal.casefold().split()) <= words for words in called)
        for one in going
    )
    return not meant and _stems(claim.field).isdisjoint(piece.stems)


def _group(one: Entity) -> str:
    """Return with which values of a request one is compared."""
    if one.kind in NUMBERS:
        return "amount"
    return one.kind if one.kind in {"email", "iban", "phone", "url", "host"} else "text"


def _without(task: Task, known: Known, value: Value, one: Worth) -> Worth:
    """Return what a value is worth that another request names."""
    if value.level == "amount":
        found = worth(task, known, value, target=False, said=False)
        return (
            found if found.source is not Source.COMPOSED else Worth(found.source, "other_request")
        )
    place = one.place or next(iter(known.seen(value.kinds)), None)
    source = UNTRUSTED if place else Source.COMPOSED
    return Worth(source, "other_request", place)
