"""How many things a request lists: "turn off the lamp and the heater" is good for one call each.

Only where the call is done to one of them. It counts what stands there, and decides nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from guard.model.call import ToolSpec
from guard.model.origin import PROMPT
from guard.provenance.deed.enumerated import TEXTS, enumerated, makes, makes_one
from guard.provenance.deed.several import several
from guard.provenance.deed.sized import largest
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Deed
from guard.provenance.schema.service import done_with
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD, is_base
from guard.provenance.thing.sides import spelled
from guard.provenance.vocabulary.grammar import NUMBERS
from guard.provenance.vocabulary.lexicon import (
    Capability,
    capability,
    is_other,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.words import BOUNDS

_AND = re.compile(r",?\s(?:and|und|et|&)\s", re.IGNORECASE)
_THAT = re.compile(r"^(?:that|those|the\s+[^\W\d_]+)\s+of\s+")
"""Of what a later part of a list is: "the lamp of the hall and that of the attic"."""
_COMMA = re.compile(r",\s")
_ARTICLE = (
    r"(?:(?:the|an?|my|our|your|his|her|their|der|die|das|den|les?|la|une?|one|\d{1,3}|"
    + "|".join(NUMBERS)
    + r")\s+)?[\"'`#@\u201c]?"
)
_DONE_TO = frozenset({"dest", "target"})
_PAYING = frozenset({"pay"})
_NO_THINGS = frozenset(
    {"thanks", "thank", "thx", "please", "pls", "so", "ok", "okay", "bye", "all"}
)
_LONGEST = 4
"""The most words of one thing of a list."""

Lists = tuple[tuple[Piece, tuple[str, ...]], ...]


def rested(
    task: Task,
    known: Known,
    spec: ToolSpec,
    able: Capability,
    values: Sequence[tuple[Value, Worth]],
    done: Mapping[Deed, int],
    rest: int,
    picks: int,
) -> int:
    """Return how many calls of a sort are left after this one.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does, as the person speaks of it.
        values: the arguments of the call.
        done: what was done before.
        rest: how many its requests are good for, before this one.
        picks: how many the person asks for by what the call holds.
    """
    size, own = largest(task, able, values), done.get((spec.action, spec.intent), 0)
    every = [one.many for _, one in values if one.many > 1]
    rest = max(rest, max([picks, several(task, able, values), *every]) - own) - size
    if rest >= 0:
        return rest
    many, piece = enumerated(task, able, values)
    written = many - _spent(spec, piece, done) if piece else 0
    return max(rest, max(written, listed(task, known, spec, able, values, done)) - size)


def listed(
    task: Task,
    known: Known,
    spec: ToolSpec,
    able: Capability,
    values: Sequence[tuple[Value, Worth]],
    done: Mapping[Deed, int],
) -> int:
    """Return how many calls are left of the list of which a call is done to one thing; 0: no list.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does; a payment is good for nobody else.
        values: the arguments of the call.
        done: what was done before; tools that do the same share the list.
    """
    lists = _lists(task.wanted, task.pieces)
    if not lists or not able.verbs.isdisjoint(_PAYING):
        return 0
    own = asking(task.pieces, able)
    things = [
        value.text
        for value, one in values
        if value.level in _DONE_TO and one.source is PROMPT and one.why == "in_prompt"
    ]
    things += [
        name
        for value, one in values
        if value.level == "target" and one.why == "linked_record" and one.place is not None
        for name in task.naming.said_whole(known.record(one.place.record))
    ]
    made = [value.text for value, _ in values if value.role in TEXTS and makes(able)]
    mine = [
        (piece, parts)
        for piece, parts in lists
        if piece in own
        if any(_has(parts, one) for one in things)
        or (any(_has(parts, one) for one in made if one) and not makes_one(able, parts[0]))
    ]
    return max((len(parts) - _spent(spec, piece, done) for piece, parts in mine), default=0)


def _spent(spec: ToolSpec, piece: Piece, done: Mapping[Deed, int]) -> int:
    """Return how much was done before that a request asks for."""
    return sum(
        many
        for deed, many in done.items()
        if deed[0] == spec.action or piece.fits(capability(done_with(spec, deed[0]), deed[1]))
    )


@lru_cache(maxsize=256)
def _lists(text: str, pieces: tuple[Piece, ...]) -> Lists:
    """Return the requests of a text that list things, each with the parts of its list."""
    cut = ((one, tuple(_parts(text[one.start : one.end].casefold()))) for one in pieces)
    return tuple((one, parts) for one, parts in cut if len(parts) > 1)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of the first list of a request: what comes before it goes with the first."""
    joint = _AND.search(text)
    if joint is None:
        return
    first, *more = _COMMA.split(text[: joint.start()])
    before = [first, *(_THAT.sub("", one) for one in more)]
    last = _THAT.sub("", text[joint.end() :])
    if not all(map(_is_thing, [*before[1:], last])):
        return
    yield from before
    yield last


def _is_thing(part: str) -> bool:
    """Return whether a part of a list begins with a thing: short, and no other request."""
    words = [one[0] for one in WORD.finditer(part)]
    end = next((at for at, one in enumerate(words) if one in BOUNDS), len(words))
    own = [one for one in words[:end] if not is_stop(one)]
    if not own or len(own) > _LONGEST or words[0] in _NO_THINGS:
        return False
    one = stem(own[0])
    acts = bool(verb_classes(one) - {"read"}) or is_other(one)
    return not (acts and is_base(own[0]) and not noun_classes(one))


def _has(parts: Sequence[str], thing: str) -> bool:
    """Return whether a thing ends the first part of a list, or begins a later one."""
    name = spelled(thing.strip().removeprefix("#").casefold())
    if re.search(rf"(?<![\w.-]){name}[\"'`\u201d]?\s*$", parts[0]):
        return True
    begins = re.compile(rf"{_ARTICLE}{name}(?![\w-]|[.']\w)")
    return any(begins.match(one) for one in parts[1:])
