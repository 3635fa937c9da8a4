"""Whether a choice is one that the person said of another thing: "make A public and archive B".

Both are their words, so only the requests tell of which thing each was said. What is said of no
other thing, or by a request that says "it", may be meant of any. It decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.provenance.request.naming import SILENT, Naming, keys_of, naming_of
from guard.provenance.request.pieces import REFERS
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.clauses import SPLITS
from guard.provenance.speech.sentences import WORD, is_base, sentences
from guard.provenance.typed.derived import unit_of
from guard.provenance.vocabulary.currencies import currency_of, words_in
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes

_MEASURES = frozenset({"date", "time", "amount", "percent", "quantity"})
"""Kinds of what names no thing."""

Values = Sequence[tuple[Value, Worth]]


class _Part(NamedTuple):
    """One request, or what stands beside requests in a sentence.

    Args:
        stems: of its words.
        keys: everything as which the values that it names are found again.
        naming: by what it names things.
        refers: whether it speaks of what was named elsewhere, as "it".
    """

    stems: frozenset[str]
    keys: frozenset[tuple[str, str]]
    naming: Naming
    refers: bool


def ascribed(task: Task, known: Known, slots: Mapping[str, Slot], values: Values) -> bool:
    """Return whether a call takes for its thing a choice that was said of another one.

    Args:
        task: what the person said.
        known: what the session has seen.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    if not task.pieces:
        return False
    parts = _parts(task)
    choices = [*_choices(slots, values)] if len(parts) > 1 else []
    if not choices:  # most tasks ask for one thing, and most calls choose nothing
        return False
    own = [one for one in parts if _is_about(known, one, values)]
    if any(one.refers for one in own):
        return False  # "set up a monthly payment of 5 EUR, and send it to Ann"
    return bool(own) and any(_is_of_others(parts, own, stems) for stems in choices)


@lru_cache(maxsize=256)
def _parts(task: Task) -> tuple[_Part, ...]:
    """Return the requests of a task and what is said beside them: "Make A public" has no verb."""
    places = [(one.start, one.end) for one in task.pieces]
    for start, end in sentences(task.wanted):
        at = start
        for first, last in [*sorted(one for one in places if start <= one[0] < end), (end, end)]:
            if task.wanted[at:first].strip():
                places.append((at, first))
            at = max(at, last)
    return tuple(_part(task, *one) for place in places for one in _cut(task.wanted, *place))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a place, cut where a verb goes on that asks for nothing known: "and make B public"."""
    at = start
    for one in SPLITS.finditer(text, start, end):
        word = WORD.search(text, one.end(), end)
        if word and word[0].islower() and is_base(word[0]) and verb_classes(stem(word[0])):
            yield at, one.start()
            at = one.end()
    yield at, end


def _part(task: Task, start: int, end: int) -> _Part:
    text = task.wanted[start:end]
    first = WORD.search(text)
    opens = start + first.start() if first else start  # a capital there makes no name
    held = [
        one
        for one in task.entities
        if opens < one.start < end and one.frame not in SILENT and one.kind not in _MEASURES
    ]
    return _Part(
        stems=stems_in([text]),
        keys=frozenset(key for one in held for key in keys_of(one)),
        naming=naming_of(text, held),
        refers=REFERS.search(text) is not None,
    )


def _choices(slots: Mapping[str, Slot], values: Values) -> Iterator[frozenset[str]]:
    """Yield the stems by which people say what a call chooses."""
    for value, one in values:
        slot = slots[value.path]
        if one.why != "exempt" or not value.text or value.text == str(slot.default):
            continue
        if value.text in {"True", "False"}:
            stems = slot.switch.words if value.text == "True" else frozenset[str]()
        elif currency_of(value.text) or unit_of(value.text) is not None:
            continue  # weighed with its number
        else:
            stems = frozenset(stem(word) for word in words_in(value.text) if not is_stop(word))
        if stems:
            yield stems


def _is_about(known: Known, part: _Part, values: Values) -> bool:
    """Return whether a part names a thing of a call."""
    return any(
        not part.keys.isdisjoint(value.kinds)
        or (one.place is not None and part.naming.means(known.record(one.place.record)))
        for value, one in values
        if value.level == "target" and one.why != "exempt"
    )


def _is_of_others(parts: Sequence[_Part], own: Sequence[_Part], stems: frozenset[str]) -> bool:
    """Return whether all parts that say a choice name other things, and none of a call's."""
    by = [one for one in parts if stems <= one.stems]
    return bool(by) and all(
        one.keys and not one.refers and not any(one is each for each in own) for one in by
    )
