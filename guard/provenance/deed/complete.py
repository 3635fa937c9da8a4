"""Whether a call takes up all that its request names: "sell 5 shares of SAP", with 5 and SAP.

Then a name of the request can be meant by nothing else, so that an argument of which nobody said
what it is may hold it. Not where the call's own names tell a side from another: which is which is
the person's to say. Addresses are judged by how they were named, and never here. A number right
behind its noun is the thing of that sort, in a request for what the tool does.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from guard.model.call import Held
from guard.model.origin import LINKED, TRUSTED, Source
from guard.provenance.argument.nearby import astray, nearby
from guard.provenance.argument.phrases import BESIDE
from guard.provenance.deed.surrounded import surrounded
from guard.provenance.quantity.counts import numbered
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import ADDRESSES, NUMBERS, Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import HANDS, kin_of, own_kin
from guard.provenance.schema.slot import Slot
from guard.provenance.source.singled import singled
from guard.provenance.source.value import Value
from guard.provenance.source.worth import IN_PROMPT, Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.thing.halves import halved
from guard.provenance.thing.meant import meant
from guard.provenance.thing.partly import partly
from guard.provenance.thing.ranked import of_others
from guard.provenance.thing.sides import side_of
from guard.provenance.thing.versioned import versioned
from guard.provenance.vocabulary.lexicon import Capability, noun_classes, stem

Values = Sequence[tuple[Value, Worth]]
_HEAD = 3
"""Letters by which a value is looked for before its words are."""
_MARKS = " #@\"'`"
_LABEL = re.compile(r"\W*(?:(?:a|an|the)\s+)?(?:new\s+)?(?P<of>[^\W\d_]+):\s", re.IGNORECASE)
"""A word before a colon that says what follows."""
_WEAK = frozenset({"trusted_field", "untrusted_only", "other_kind", "ambiguous"})
_STRAY = Worth(Source.COMPOSED, "other_request")


def completed(
    held: Held,
    task: Task,
    known: Known,
    able: Capability,
    values: Values,
    slots: Mapping[str, Slot],
    said: Collection[int] = (),
) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with those that its request can only mean at that.

    Args:
        held: the tool.
        task: what the person named.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments, each with what it is worth so far.
        slots: what is known of each argument.
        said: which values are the person's only because a request says them.
    """
    values = _ruled(task, able, values) if task.rankings else values
    values = _told(task, values, said) if said else values
    low = [at for at, (_, one) in enumerate(values) if one.source < LINKED]
    weak = [at for at in low if (slot := slots[values[at][0].path]).named or slot.target]
    if weak:
        said_so = task.folded
        weak = [
            at for at in weak if values[at][1].place is not None or _begins(values[at][0], said_so)
        ]
    found = _received(held, task, known, able, values, low)
    if not weak:  # most calls: somebody said what each argument is
        return found
    for at in halved(held, task, able, found, slots):
        found[at] = found[at][0], IN_PROMPT
    wanted = _whole(task, able, values)
    targets = any(slots[values[at][0].path].target for at in weak)
    numbers = _numbers(task, able, targets=targets)
    for at in [one for one in weak if found[one][1].source < LINKED]:
        value, slot = values[at][0], slots[values[at][0].path]
        named = slot.named and _is_name(value) and not wanted.isdisjoint(value.kinds)
        its = values[at][1]
        if slot.target and its.place and (own := versioned(known, able, found, at)):
            found[at] = value, Worth(LINKED, "linked_record", own)
            continue
        place = its.place if its.why == "trusted_field" else None
        hands = bool(task.naming.first) and not own_kin(value.path).isdisjoint(HANDS)  # see partly
        if named or (slot.target and any(_is_numbered(value, one) for one in numbers)):
            found[at] = value, IN_PROMPT
        elif slot.target and place and not hands and singled(task, known, able, place):
            found[at] = value, Worth(LINKED, "linked_record", place)
        elif slot.target and its.place and its.why in _WEAK:
            beside = [one.text for n, (one, _) in enumerate(values) if n != at]
            around = surrounded(held, task, known, able, found, at)
            found[at] = value, meant(task, known, held.spec, able, value, beside, around) or its
    for at in nearby(task, able, found, slots):
        found[at] = found[at][0], IN_PROMPT
    return found


def _told(task: Task, values: Values, said: Collection[int]) -> Values:
    """Return the arguments of a call; what a request says of something else is nobody's."""
    strays = frozenset(astray(task, values, said))
    return [(one[0], _STRAY) if at in strays else one for at, one in enumerate(values)]


def _ruled(task: Task, able: Capability, values: Values) -> Values:
    """Return the arguments of a call; the one of a list is nobody's where another request rules."""
    if not of_others(task, asking(task.pieces, able)):
        return values
    return [
        (value, Worth(TRUSTED, "other_request", one.place))
        if one.why == "selected" and one.place is not None
        else (value, one)
        for value, one in values
    ]


def _received(
    held: Held, task: Task, known: Known, able: Capability, values: Values, low: Iterable[int]
) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with those people at some places whom it names in part."""
    found = [*values]
    for at in low:
        value, one = values[at]
        if one.why == "trusted_field" and value.level in {"dest", "target"}:
            found[at] = value, partly(task, known, held.spec, able, value) or one
    return found


def _begins(value: Value, said: str) -> bool:
    """Return whether a text may hold what an argument is; where it holds no beginning, it does not.

    Of what can be read in one way only: other kinds have other spellings.
    """
    kinds = value.kinds
    return (
        len(kinds) != 1
        or kinds[0][0] != "text"
        or value.text.strip(_MARKS).casefold()[:_HEAD] in said
    )


def _numbers(task: Task, able: Capability, *, targets: bool) -> list[frozenset[tuple[str, str]]]:
    """Return what each request for what a tool does names by a number; without any, what is."""
    if not task.pieces and targets:
        only = numbered(task.wanted)
        return [frozenset((noun, digits) for _, noun, digits in only if len(only) == 1)]
    return [_numbered(task, one) for one in asking(task.pieces, able)]


def _numbered(task: Task, piece: Piece) -> frozenset[tuple[str, str]]:
    """Return what a request names by a number, or says "it" of: "read note 4 and shorten it"."""
    before = [one for one in task.pieces if piece.refers and one.start < piece.start]
    return piece.numbered.union(*(one.numbered for one in before))


def _whole(task: Task, able: Capability, values: Values) -> set[tuple[str, str]]:
    """Return the names of the requests that a call takes up whole."""
    if any(side_of(one.path) for one, _ in values):
        return set()
    weighed = [value for value, _ in values if value.level]  # a text may hold anything
    meant: set[tuple[str, str]] = set()
    for piece in task.pieces:
        beside = BESIDE.search(task.wanted, _opened(task.wanted, piece, able))  # "because Kim left"
        end = beside.start() if beside else len(task.wanted)
        names = [one for one in piece.held if one.kind not in NUMBERS and one.start < end]
        if piece.fits(able) and all(_is_held(one, weighed) for one in names):
            meant.update(*map(keys_of, names))
    return meant


def _opened(text: str, piece: Piece, able: Capability) -> int:
    """Return where a request begins behind a word for what the tool makes: "New client: ..."."""
    found = _LABEL.match(text, piece.start, piece.end) if "create" in able.verbs else None
    own = stem(found["of"]) if found else ""
    if found and (own in able.stems or not noun_classes(own).isdisjoint(able.nouns)):
        return found.end()
    return piece.start


def _is_numbered(value: Value, things: frozenset[tuple[str, str]]) -> bool:
    """Return whether a request names a thing of this sort by this number: "note 4"."""
    own = kin_of(value.path.rpartition(".")[2]) or value.kin
    bare = value.text.strip().removeprefix("#")
    return any((noun, bare) in things for noun in own)


def _is_held(one: Entity, values: Sequence[Value]) -> bool:
    """Return whether a call holds what a request names, maybe with words around it."""
    keys = {*keys_of(one)}
    plain = f" {one.literal.casefold()} "
    return any(
        not keys.isdisjoint(value.kinds) or plain in f" {value.text.casefold()} "
        for value in values
    )


def _is_name(value: Value) -> bool:
    return ADDRESSES.isdisjoint(kind for kind, _ in value.kinds)
