"""Whether a person says what a field should be: "the first name of P2 should read Aksel".

The field has to be said by the name of its argument, its value word for word, and the thing has to
be all that it is of. Only what a turn begins with: what somebody else thinks, and how a thing is,
asks for nothing. Surface English; it decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.deed.made import Values, names_of
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import things_of
from guard.provenance.speech.questions import questions
from guard.provenance.speech.sentences import WORD
from guard.provenance.speech.unasked import without
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_SHOULD = re.compile(
    r"(?:^|\x1e)\s*(?:[^.!?:\n\x1e]{0,30}\b(?:typo|mistake|error)\b[^.!?:\n\x1e]{0,60}:\s+)?"
    r"(?:the|my|our)\s+(?P<field>[a-z]+(?:\s[a-z]+){0,2})\s+of\s+(?P<thing>[^.,;:!?\n]{2,60}?)"
    r"\s+(?:should|must|has\s+to|needs\s+to)\s+(?:be|read|say|become)\s+"
    r"[\"'`\u201c]?(?P<value>[^.,;:!?\n\"'`\u201d]{1,60}?)[\"'`\u201d]?(?=\s*(?:$|[.!\n]))",
    re.IGNORECASE,
)


def should(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether the person says what each field that a call sets should be.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does; only one that changes a thing.
        values: the arguments of the call, with their worth.
    """
    if "change" not in able.verbs or able.wide or "should" not in task.folded or "?" in task.text:
        return False  # who asks why it is not so wants to know that
    said = _said(task.wanted, task.text)
    fields = [value for value, _ in values if value.level != "target"] if said else []
    named = [one | things_of(able.stems) for one in names_of(known, values)] if fields else []
    held = {
        (field, text) for field, thing, text in said if any(thing <= one for one in named) and thing
    }
    return bool(fields) and all((_name(one.path), one.text.casefold()) in held for one in fields)


@lru_cache(maxsize=4096)
def _name(path: str) -> frozenset[str]:
    return frozenset(map(stem, words_in(path.rpartition(".")[2])))


@lru_cache(maxsize=256)
def _said(wanted: str, text: str) -> tuple[tuple[frozenset[str], frozenset[str], str], ...]:
    """Return each field of which a text says what it should be, of what, and the value.

    Args:
        wanted: what it asks for, with blanks for the rest.
        text: all of it.
    """
    asked = without(wanted, questions(text))
    return tuple(
        (
            frozenset(map(stem, one["field"].split())),
            _stems(one["thing"]),
            one["value"].strip().casefold(),
        )
        for one in _SHOULD.finditer(asked)
    )


def _stems(words: str) -> frozenset[str]:
    said = (one[0] for one in WORD.finditer(words))
    return frozenset(stem(one) for one in said if not is_stop(one))
