"""A moment in a person's own words: `tomorrow at 8:30am`, `every tuesday at 7pm`.

For what is read as people say it, and can be compared with no day. The words stand in a request for
the tool, in their order, and nothing beside them says more of when. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.argument.worded import requests_for
from guard.provenance.quantity.weekdays import DAYS
from guard.provenance.request.task import Task
from guard.provenance.typed.canonical import time_of
from guard.provenance.vocabulary.grammar import EVERY, NUMBERS
from guard.provenance.vocabulary.lexicon import Capability
from guard.provenance.vocabulary.words import MONTH_NAMES, set_of

_LONGEST = 60
_WORD = re.compile(r"\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b|[\w:./-]*\w|[;!?()]", re.IGNORECASE)
_SILENT = frozenset({"at", "on", "by", "um", "am", "den", "à", "le", "the", "der", "dem"})
"""Words between a day and its hour that tell nothing."""
_DAYS = frozenset(DAYS) | {f"{one}s" for one in DAYS} | set_of(
    "today tomorrow tonight daily weekly monthly yearly weekday weekdays weekend morning afternoon "
    "evening noon midnight heute morgen übermorgen abend täglich wöchentlich montag dienstag "
    "mittwoch donnerstag freitag samstag sonntag demain soir matin lundi mardi mercredi jeudi "
    "vendredi samedi dimanche"
)  # fmt: skip
_SAYS_WHEN = (
    _DAYS | {one[:3] for one in DAYS} | MONTH_NAMES | EVERY | NUMBERS.keys()
    | set_of(
        "next last this coming following previous other first second third fourth half quarter "
        "past night week month year day days yesterday hour hours minutes until till through "
        "before after from since between within ago early late not except never than instead or "
        "no nicht kein außer statt vor nach seit bis nächste nächsten nächster früh pas sauf "
        "avant après depuis prochain"
    )
)  # fmt: skip
"""Words that make another moment of those beside them."""


def uttered(task: Task, able: Capability, text: str) -> bool:
    """Return whether a request for a tool says when in these words, and says no more of it.

    Args:
        task: what the person said.
        able: what the tool does.
        text: an argument that says when.
    """
    own = _words(text) if len(text) <= _LONGEST else ()
    if not own or (len(own) == 1 and own[0] in MONTH_NAMES):  # "may" is a verb
        return False
    if not any(map(_is_when, own)) or not all(one in task.folded for one in own if one.isalpha()):
        return False
    asked = requests_for(task.pieces, able, task.wanted, "") or ((0, len(task.wanted)),)
    said = [_words(task.wanted[start:end]) for start, end in asked]
    places = [place for one in said for place in _places(own, one)]
    # Of two moments nobody can tell which is whose: "A on friday, and B on monday".
    several = len({word for one in said for word in one if word in _DAYS} - {*own}) > 0
    return bool(places) and all(places) and not several


def says_when(text: str) -> bool:
    """Return whether a text names a day or a part of one in words."""
    return not _DAYS.isdisjoint(_words(text))


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text, times in one spelling, without those that tell nothing."""
    found = (one[0].casefold().rstrip(".") for one in _WORD.finditer(text))
    told = (time_of(one) or one.strip("./-") for one in found)
    return tuple(one for one in told if one and one not in _SILENT)


def _places(own: Sequence[str], said: Sequence[str]) -> Iterator[bool]:
    """Yield for each place that holds these words whether nothing beside them says when."""
    for at in range(len(said) - len(own) + 1):
        if (*said[at : at + len(own)],) == (*own,):
            beside = (*said[max(at - 1, 0) : at], *said[at + len(own) :][:1])
            yield not any(map(_is_when, beside))


def _is_when(word: str) -> bool:
    return word in _SAYS_WHEN or word[0].isdigit()
