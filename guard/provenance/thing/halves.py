"""A name of two parts that a call takes apart: "close #3 in mill/web" for owner mill and repo web.

Both parts of one name, and in its order: the first is whose the second is. "In web (mill)" says the
same the other way round. It decides nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from guard.model.call import Held
from guard.model.origin import LINKED, PROMPT
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import asking, halves_of
from guard.provenance.request.task import Task
from guard.provenance.schema.shown import order_of
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_plain
from guard.provenance.vocabulary.words import LOOSE, set_of

_HOLDERS = frozenset(
    {"owner", "org", "organization", "organisation", "namespace", "workspace", "account", "user"}
    | {"username", "group", "team", "registry", "bucket", "vendor"}
)
"""Names of arguments for whose something is."""
_NAME = r"[\w-]+(?:\.[\w-]+)*"
_WHOSE = rf"\s*\((?:(?:owner|org|organi[sz]ation|of|by|in|under):?\s+)?({_NAME})\)"
_BRACKETS = re.compile(rf"(?<![\w/.-])({_NAME}){_WHOSE}")
"""A thing with whose it is in brackets: "web (mill)"."""
_STATES = LOOSE | set_of(
    """
    not no done duplicate draft stale obsolete legacy urgent todo wip tbd big small bad good late
    mine yours theirs final temporary temp maybe again too evil unsafe ready active inactive
    """
)
_STATE = re.compile(r"\w+(?:ed|ing|en|able|ible|ous|ful|less|ish|ive)")
"""What in brackets says how something is, and not whose."""
_SEVERAL = re.compile(
    rf"(?<![\w/.-])({_NAME}(?:(?:,\s*(?:and\s+)?|\s+(?:and|&)\s+){_NAME}){{1,4}})"
    rf"\s*\((?:both|all)(?:\s+(?:of|by|in|under))?\s+({_NAME})\)"
)
"""Several things of one: "web and api (both mill)"."""


def halved(
    held: Held,
    task: Task,
    able: Capability,
    values: Sequence[tuple[Value, Worth]],
    slots: Mapping[str, Slot],
) -> Iterator[int]:
    """Yield the places of the arguments of a call that are together one name of the person's.

    Args:
        held: the tool.
        task: what the person said.
        able: what the tool does.
        values: the arguments, each with what it is worth so far.
        slots: what is known of each argument.
    """
    every = {value.path: at for at, (value, _) in enumerate(values) if slots[value.path].named}
    weak = {path: at for path, at in every.items() if values[at][1].source < LINKED}
    if not weak or len(every) < 2:  # noqa: PLR2004
        return
    pieces = asking(task.pieces, able)
    told = {value.text for value, one in values if value.role == "path" and one.source is PROMPT}
    own = [one for piece in pieces for one in piece.held if halves_of(one)]
    own = [one for one in own if one.literal not in told]  # the path of a file is no owner's
    for one in own or _alone(task.entities):
        yield from _both(held, one, values, every) & {*weak.values()}
    if not own:
        texts = [task.wanted[one.start : one.end] for one in pieces]
        said = frozenset(pair for text in texts for pair in _owned(text))
        yield from _bracketed(said, values, every, weak)


def _alone(named: Sequence[Entity]) -> list[Entity]:
    """Return the names of two parts by whose last one only one thing is called."""
    whose: dict[str, set[str]] = {}
    found = [(one, parts) for one in named if one.frame not in SILENT if (parts := halves_of(one))]
    for _, (first, last) in found:
        whose.setdefault(last, set()).add(first)
    return [one for one, (_, last) in found if len(whose[last]) == 1]


@lru_cache(maxsize=256)
def _owned(text: str) -> frozenset[tuple[str, str]]:
    """Return the things of a text behind which stands whose they are, as (whose, thing)."""
    found = {(one[2], one[1]) for one in _BRACKETS.finditer(text) if not one[1].isdigit()}
    for one in _SEVERAL.finditer(text):
        found |= {(one[2], name) for name in re.findall(_NAME, one[1])}
    return frozenset(one for one in found if not _tells_how(one[0]))


def _tells_how(word: str) -> bool:
    """Return whether a word in brackets may say how a thing is: "web (old)", "web (archived)"."""
    said = word.casefold()
    return said in _STATES or said.isdigit() or is_plain(said) or _STATE.fullmatch(said) is not None


def _bracketed(
    said: frozenset[tuple[str, str]],
    values: Sequence[tuple[Value, Worth]],
    every: Mapping[str, int],
    weak: Mapping[str, int],
) -> Iterator[int]:
    """Yield the places of whose a thing is, and of this, where brackets behind it say so."""
    for first in weak if said else ():
        for last in every:
            pair = values[every[first]][0].text, values[every[last]][0].text
            if pair in said and _is_whose(first) and not _is_whose(last):
                yield from {every[first], every[last]} & {*weak.values()}


def _both(
    held: Held, one: Entity, values: Sequence[tuple[Value, Worth]], every: Mapping[str, int]
) -> set[int]:
    """Return the places at which the two parts of a name stand; none: they do not."""
    parts = halves_of(one)
    if not parts:
        return set()
    paths = sorted(every, key=lambda path: order_of(held, path))
    for first in paths:
        for last in paths:
            said = values[every[first]][0].text, values[every[last]][0].text
            if first != last and said == parts and _belongs(held, first, last):
                return {every[first], every[last]}
    return set()


def _belongs(held: Held, first: str, last: str) -> bool:
    """Return whether one argument is for whose the other one is, by their names or their order."""
    if first.rpartition(".")[0] != last.rpartition(".")[0]:
        return False
    if _is_whose(first) is not _is_whose(last):
        return _is_whose(first)
    return order_of(held, first) < order_of(held, last)


def _is_whose(path: str) -> bool:
    """Return whether an argument is for whose something is, by its name."""
    return not _HOLDERS.isdisjoint(words_in(path.rpartition(".")[2]))
