"""Whether a request moves a moment of a thing: "push the due date of AB-3 out to 14 December".

The moment has to be said by the name of its argument, and the thing has to be all that it is of:
"the due date of the report of AB-3" is none of AB-3. Which day it is to be is compared elsewhere.
Surface English; it decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.deed.made import Values, called
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import things_of
from guard.provenance.speech.questions import questions
from guard.provenance.speech.sentences import WORD
from guard.provenance.speech.unasked import without
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_MOVES = re.compile(
    r"(?:^|[,;:]\s*|[.!?\n]\s+|\b(?:and|then|please|to|you)\s+)"
    r"(?:move|push|shift|bring|put|postpone|reschedule|extend|delay|defer)\s+(?:the|its|their|my|our)\s+"
    r"(?P<field>[a-z]+(?:\s[a-z]+)?)"
    r"(?:\s+(?:of|for)\s+(?P<thing>[^.,;:!?\n]{2,60}?))?"
    r"\s+(?:(?:out|back|forward|up|on)\b\s*)?(?:(?:by\s+[^.,;:!?\n]{2,30}?,?\s+)?(?:to|until|till)|by)\s",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"move|push|shift|bring|put|postpone|reschedule|extend|delay|defer", re.IGNORECASE
)
_MOMENT = frozenset(map(stem, ("date", "day", "time", "at", "on", "moment")))
_SAME = {stem("deadline"): stem("due")}
"""Words for one moment of a thing."""


def postpones(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether the person asks to move each moment that a call sets, of its own thing.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does; only one that changes a thing.
        values: the arguments of the call, with their worth.
    """
    whens = [value for value, _ in values if value.role == "when"] if _changes(able) else []
    moved = _moved(task.wanted) if whens else ()
    if not moved or any(value.level not in {"", "target"} for value, _ in values):
        return False
    things = things_of(able.stems)
    named = [one | things for one in called(known, values)]
    fields = {field for field, thing in moved if any(thing <= one for one in named)}
    return bool(fields) and all(any(_is_of(one.path, each) for each in fields) for one in whens)


def _changes(able: Capability) -> bool:
    return "change" in able.verbs and not able.wide


@lru_cache(maxsize=4096)
def _is_of(path: str, field: frozenset[str]) -> bool:
    """Return whether a person says of which moment an argument is: "the due date" for `dueDate`."""
    name = path.rpartition(".")[2]
    own = frozenset(_SAME.get(one, one) for one in map(stem, words_in(name))) - _MOMENT
    return bool(own) and own <= field <= own | _MOMENT


@lru_cache(maxsize=256)
def _moved(text: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return each moment that a text moves, and of what; nothing: of what was named before."""
    if _FIRST.search(text) is None:
        return ()
    asked = without(text, questions(text))
    return tuple(
        (frozenset(_SAME.get(x, x) for x in _stems(one["field"])), _stems(one["thing"] or ""))
        for one in _MOVES.finditer(asked)
    )


def _stems(words: str) -> frozenset[str]:
    said = (one[0] for one in WORD.finditer(words))
    return frozenset(stem(one) for one in said if not is_stop(one))
