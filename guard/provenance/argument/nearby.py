"""What a request says beside what its call is about: "move T-4 to done", "assign to lena".

For arguments of which nobody said what they are, or that take an id. A word stands for one where it
stands beside the argument's own word, or in the request that names what the call is known to be
done to. Not where that request only names things which the call does not hold. It decides nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.argument.phrases import BESIDE, TOLD, blotted, is_phrase
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import sentences
from guard.provenance.thing.sides import ALONE, BEHIND, side_of, spelled
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

Values = Sequence[tuple[Value, Worth]]

_SINGLE = frozenset({"object_id", "filename"})
_THINGS = _SINGLE | {"quoted"}
_ENDS = re.compile(r"(?:ees?|ers?|ors?|ments?)$")
"""Endings by which arguments are called after what is done: assignee, payment."""
_JOINT = r"(?:\s+(?:is|as|to|be|with|via|auf|als|zu|mit|à|avec))?\s*[:=]?\s*[\"'`]?"
_FROM = re.compile(
    r"\b(?:from|by|about|than|like|von|über|de)\s.*?(?=\s(?:to|into|in|on|at|for|with|as|and|und|et)\s|,|$)"
)
"""What is not acted on, up to what is."""
_LEAST = 4


def nearby(
    task: Task, able: Capability, values: Values, slots: Mapping[str, Slot]
) -> Iterator[int]:
    """Yield the places of a call's arguments that its request names by where it says them.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments, each with what it is worth so far.
        slots: what is known of each argument.
    """
    weak = [
        at
        for at, (value, one) in enumerate(values)
        if one.source < LINKED and slots[value.path].named
        if not side_of(value.path) and is_phrase(able, value)
    ]
    if not weak:
        return
    held = [one.text.casefold() for one, _ in values]
    sorts = {one.text.casefold() for one, its in values if its.why == "exempt" and one.text}
    known = {
        value.text.casefold().strip("# ")
        for value, its in values
        if its.why == "in_prompt" and (slots[value.path].named or slots[value.path].target)
    }
    for start, stop in _places(task.wanted, task.pieces):
        if _is_foreign(task, start, stop, held):
            continue
        inside = [one for one in task.entities if start <= one.start < stop]
        plain = blotted(task.wanted[start:stop], start, inside).casefold()
        for at in weak:
            own = _words(values[at][0].path) or frozenset(map(stem, sorts))
            if _beside(plain, values[at][0], own):
                known.add(values[at][0].text.casefold())
                yield at
        if any(_whole(one).search(plain) for one in known if one):
            acted = _FROM.sub(" ", BESIDE.split(plain, maxsplit=1)[0])
            yield from (at for at in weak if _whole(_plain(values[at][0])).search(acted))


def astray(task: Task, values: Values, said: Collection[int]) -> Iterator[int]:
    """Yield which of these values only stand where other things are named than the call holds.

    "Delete pod cart-7 in the namespace shop" deletes no namespace, and "sell C-4, scrap C-5" is no
    word for scrapping C-4.

    Args:
        task: what the person said.
        values: the arguments of a call.
        said: those that are the person's only because a request says them.
    """
    held = [one.text.casefold() for one, _ in values]
    places = [
        (task.wanted[start:stop].casefold(), _is_foreign(task, start, stop, held, _SINGLE))
        for start, stop in (_places(task.wanted, task.pieces) if said else ())
    ]
    for at in said:
        whole = _whole(_plain(values[at][0]))
        found = [foreign for text, foreign in places if whole.search(text)]
        if found and all(found):
            yield at


def _is_foreign(
    task: Task, start: int, stop: int, held: Collection[str], kinds: Collection[str] = _THINGS
) -> bool:
    """Return whether a place of a text names things, and a call holds none of them."""
    named = [
        one
        for one in task.entities
        if start <= one.start < stop and one.frame not in SILENT and _names_thing(one, kinds)
    ]
    return bool(named) and not any(_is_held(one, held) for one in named)


@lru_cache(maxsize=256)  # a task is asked about again and again
def _places(text: str, pieces: tuple[Piece, ...]) -> tuple[tuple[int, int], ...]:
    """Return where the requests of a text lie, and its sentences that hold none."""
    asked = [(one.start, one.end) for one in pieces]
    rest = [
        (start, end)
        for start, end in sentences(text)
        if not any(first < end and start < stop for first, stop in asked)
    ]
    return (*asked, *rest)


def _is_held(one: Entity, held: Collection[str]) -> bool:
    """Return whether a call holds what a text names, or its parts."""
    said = one.literal.casefold().strip("#")
    return any(said in text for text in held) or {*said.split("/")} <= {*held}


def _names_thing(one: Entity, kinds: Collection[str]) -> bool:
    """Return whether a value of a text is what one thing is called, and nothing else."""
    numbered = one.kind == "name" and " " not in one.literal and any(map(str.isdigit, one.literal))
    return numbered or one.kind in kinds


@lru_cache(maxsize=4096)
def _words(path: str) -> frozenset[str]:
    """Return the stems of an argument's own words, and of their verbs: assign of assignee."""
    name = path.rpartition(".")[2]
    own = kin_of(name) - _NAMELESS
    return own | {stem(cut) for one in own if len(cut := _ENDS.sub("", f"{one}e")) >= _LEAST - 1}


_NAMELESS = frozenset(map(stem, ("name", "value", "text", "title", "key", "type", "kind")))


def _plain(value: Value) -> str:
    return value.text.strip().casefold()


def _beside(text: str, value: Value, own: frozenset[str]) -> bool:
    """Return whether a value stands beside one of these words."""
    words = TOLD.split(text, maxsplit=1)[0]
    phrase = _whole(_plain(value)).pattern
    behind = re.compile(rf"([^\W\d_]+){_JOINT}{phrase}")
    before = re.compile(rf"{phrase}\s+([^\W\d_]+)")
    return any(
        stem(found[1]) in own and not is_stop(found[1])
        for pattern in (behind, before)
        for found in pattern.finditer(words)
    )


@lru_cache(maxsize=1024)
def _whole(phrase: str) -> re.Pattern[str]:
    """Return the pattern of a phrase as whole words, a single one in the plural as well."""
    many = phrase.isalpha() and len(phrase) >= _LEAST
    written = rf"{spelled(phrase.removesuffix('s'))}(?:e?s)?" if many else spelled(phrase)
    return re.compile(f"{ALONE}{written}{BEHIND}")
