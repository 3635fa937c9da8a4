"""Whether a person says how a thing is from now on: "Ann Lee's phone is now 555 0100".

The field has to be said by the name of its argument, or by what only such a field can do: a price
goes up, and whoever moves does it to another team or place. The value has to be the person's, and
the thing all that it is of. Only what a turn begins with, in a sentence that asks nothing and in
which nobody else says so; a move only where its turn says nothing more. It decides nothing.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from guard.model.origin import PROMPT
from guard.provenance.deed.made import Values, is_clear
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import things_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.typed.canonical import text_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_BEGINS = r"(?:^|\x1e)\s*(?:(?:fyi|hi|hey|hello|ok|okay|please\s+note)[,:]?\s+)?"
_FIELD = r"(?P<field>[a-z]+(?:[\s-][a-z]+){0,2}?)"
_THING = r"(?P<thing>[^.,;:!?\n\x1e]{2,60}?)"
_VALUE = r"[\"'`\u201c]?(?P<value>(?:[^,;:!?\n\"'`\u201d\x1e.]|[.:](?=\w)){1,60}?)[\"'`\u201d]?"
_END = r"\s*[.!]?\s*(?=$|\x1e)"
_NOW = (
    r"\s+(?:is\s+now|is\s+from\s+now\s+on|(?:has\s+)?(?:just\s+)?changed\s+to"
    r"|is\s+(?=[^\n]*?\snow\b))"
)
_WAYS = tuple(
    re.compile(_BEGINS + way, re.IGNORECASE)
    for way in (
        rf"{_THING}['\u2019]s?\s+{_FIELD}{_NOW}\s*{_VALUE}(?:\s+now)?{_END}",
        rf"{_THING}['\u2019]s?\s+new\s+{_FIELD}\s+is\s+{_VALUE}{_END}",
        rf"the\s+{_FIELD}\s+of\s+{_THING}{_NOW}\s*{_VALUE}(?:\s+now)?{_END}",
        rf"the\s+new\s+{_FIELD}\s+of\s+{_THING}\s+is\s+{_VALUE}{_END}",
    )
)
_COSTS = re.compile(
    rf"{_BEGINS}{_THING}\s+(?:(?:now\s+)?(?:goes|is\s+going)\s+(?:up|down)\s+to|now\s+costs)\s+{_VALUE}{_END}",
    re.IGNORECASE,
)
_MOVES = re.compile(
    rf"{_BEGINS}{_THING}\s+(?:moves|is\s+moving|switches|transfers)\s+to\s+(?:the\s+)?{_VALUE}"
    rf"(?:\s+(?:team|department))?{_END}",
    re.IGNORECASE,
)
_HINT = re.compile(r"\b(?:now|new|changed|goes|going|moves|moving|switches|transfers)\b")
_PRICES = frozenset(map(stem, ("price", "cost", "rate", "fee")))
_PLACES = frozenset(
    map(
        stem,
        (
            *("department", "team", "office", "location", "unit", "division", "group", "site"),
            *("branch", "room", "desk", "floor", "city", "class", "squad", "ward"),
        ),
    )
)
_NAMES = re.compile(r"(?:full|first|last|given|family|sur|display)?name|title|subject")
"""Fields in which an object bears its own name, and not that of what it refers to."""
_COSTING, _PLACED = frozenset({"$price"}), frozenset({"$place"})


class _Said(NamedTuple):
    """What a text says of a thing: of which field, and the value."""

    thing: tuple[str, ...]
    field: frozenset[str]
    value: str


def henceforth(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether the person says of each field that a call sets how it is from now on.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does; only one that changes a thing.
        values: the arguments of the call, with their worth.
    """
    if "change" not in able.verbs or able.wide or "?" in task.text:
        return False
    if _HINT.search(task.folded) is None or not is_clear(values):
        return False
    said = _said(task.wanted)
    fields = [pair for pair in values if pair[0].level != "target"]
    if not said or not fields:
        return False
    sorts = things_of(able.stems)
    own = [one for one in said if _is_called(known, values, one.thing, sorts)]
    return all(any(_is_said(*pair, one) for one in own) for pair in fields)


def _is_called(known: Known, values: Values, thing: tuple[str, ...], sorts: frozenset[str]) -> bool:
    """Return whether these words are what the one thing of a call is called: its id, or its name.

    "The contact Ann Lee" is Ann Lee, and no company of which the same record tells.
    """
    words = [one for one in thing if stem(one) not in sorts] or [*thing]
    value, its = next(pair for pair in values if pair[0].level == "target")
    if its.source is PROMPT:
        return stems_in([value.text]) == stems_in(words)
    if its.place is None or not its.place.record:
        return False
    bears = [_bears(known, its.place.record, one) for one in words] if len(words) > 1 else [False]
    return _bears(known, its.place.record, " ".join(words)) or all(bears)


def _bears(known: Known, record: int, name: str) -> bool:
    """Return whether an object bears a name, or a part of one, in a field of its own name."""
    return any(
        one.record == record and one.seen.whole and _is_of_itself(one.seen.path)
        for one in known.places("text", text_of(name))
    )


@lru_cache(maxsize=4096)
def _is_of_itself(path: str) -> bool:
    return _NAMES.fullmatch("".join(words_in(path.rpartition(".")[2]))) is not None


def _is_said(value: Value, its: Worth, one: _Said) -> bool:
    """Return whether what a text says of a thing is an argument."""
    if its.why != "in_prompt" or not value.text:
        return False
    name = frozenset(map(stem, words_in(value.path.rpartition(".")[2])))
    if one.field in {_COSTING, _PLACED}:
        fits = not name.isdisjoint(_PRICES if one.field == _COSTING else _PLACES)
    else:
        fits = name == one.field
    return fits and (_same(value.text, one.value) or _is_sum(value, one.value))


def _same(text: str, said: str) -> bool:
    return "".join(text.split()).casefold() == "".join(said.split()).casefold()


def _is_sum(value: Value, said: str) -> bool:
    """Return whether a number is the only one that a text says."""
    numbers = re.findall(r"\d+(?:\.\d+)?", said)
    if value.money is None or len(numbers) != 1:
        return False
    return value.money.number == Decimal(numbers[0])


@lru_cache(maxsize=256)
def _said(text: str) -> tuple[_Said, ...]:
    """Return what a text says of things, as they are from now on."""
    found = [
        _Said(
            _words(one["thing"]), frozenset(map(stem, _words(one["field"]))), one["value"].strip()
        )
        for way in _WAYS
        for one in way.finditer(text)
    ]
    for way, field in ((_COSTS, _COSTING), (_MOVES, _PLACED)):
        found += [
            _Said(_words(one["thing"]), field, one["value"].strip()) for one in way.finditer(text)
        ]
    return tuple(one for one in found if one.thing and one.field)


def _words(text: str) -> tuple[str, ...]:
    return tuple(one[0] for one in WORD.finditer(text) if not is_stop(one[0]))
