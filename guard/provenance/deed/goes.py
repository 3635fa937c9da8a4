"""Whether a person says to whom or to where a thing should go: "AB-3 should go to Ann Lee".

For tools that assign or move a thing, and for one number of a thing that is named ("may go to
priority 4"). Only what a turn begins with; the thing and the end have to be all that was said of
either. Who owns a thing, and what is sent or paid, is asked for by its own word. Surface English;
it decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.deed.made import Values, called
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import things_of
from guard.provenance.schema.switches import risks
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_GOES = re.compile(
    r"(?:^|\x1e)\s*(?P<thing>[^.,;:!?\n\x1e]{2,60}?)\s+"
    r"(?:should|must|may|can|has\s+to|needs\s+to|is\s+to)\s+(?:now\s+)?go\s+(?:over\s+)?to\s+"
    r"(?P<end>[^.,;:!?\n\x1e]{1,60}?)(?=\s*(?:$|[.!\n\x1e]|,\s))",
    re.IGNORECASE,
)
_ASSIGNS = frozenset(map(stem, ("assign", "reassign", "delegate")))
_NOTHING: frozenset[str] = frozenset()
_PAIR = 2


def goes(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether the person says that the thing of a call should go where it lets it go.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if "?" in task.text or able.wide:
        return False
    if any(risks(one, _NOTHING) for one in able.stems):
        return False  # who gets a thing is not made its owner
    said = _said(task.wanted)
    ends = [pair for pair in values if pair[1].why != "exempt" and pair[0].level != "target"]
    things = [pair for pair in values if pair[0].level == "target"]
    if not said or len(ends) + len(things) != _PAIR or not things:
        return False
    sorts = things_of(able.stems)
    for at, thing in enumerate(things):
        other = [*things[:at], *things[at + 1 :], *ends][0]
        own = [one | sorts for one in called(known, [thing])]
        meant = (end for what, end in said if any(what <= one for one in own))
        if any(_is_end(known, able, *other, end) for end in meant):
            return True
    return False


def _is_end(known: Known, able: Capability, value: Value, its: Worth, end: frozenset[str]) -> bool:
    """Return whether the end of which a person speaks is what an argument holds."""
    own = stems_in([value.text])
    path = frozenset(map(stem, words_in(value.path.rpartition(".")[2])))
    if value.level == "amount":
        return "change" in able.verbs and own < end <= own | path
    if "move" not in able.verbs and _ASSIGNS.isdisjoint(able.own):
        return False
    record = known.record(its.place.record) if its.place is not None else None
    named = [stems_in([one]) for one in (record.called | record.titles if record else ())]
    return end == own or any(end == one for one in named)


@lru_cache(maxsize=256)
def _said(text: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return each thing of which a text says that it should go somewhere, and where."""
    found = ((_stems(one["thing"]), _stems(one["end"])) for one in _GOES.finditer(text))
    return tuple((thing, end) for thing, end in found if thing and end)


def _stems(words: str) -> frozenset[str]:
    said = (one[0] for one in WORD.finditer(words))
    return frozenset(stem(one) for one in said if not is_stop(one))
