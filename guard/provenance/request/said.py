"""What a person said, in all their turns, as one task: corrections put right, and "it" by its name.

"Can order AB-3 still be stopped?" and then "Good, cancel it": what a question or a statement named
and nothing was done to is what the next request means by "it", if it is the only one. Whoever asks
for something in between may mean what comes of that, and is asked. It only puts a name that the
person wrote in the place of a pronoun of theirs.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from guard.provenance.request.mended import mended
from guard.provenance.request.task import Task, task_of
from guard.provenance.speech.frames import is_id, spoken_of
from guard.provenance.speech.pasted import pasted
from guard.provenance.speech.sentences import dictated, sentences
from guard.provenance.speech.turns import left_out
from guard.provenance.speech.unasked import forbidden, joined, within

_IT = re.compile(
    r"(?:please\s+)?[^\W\d_]+\s+(?:(?:up|down|off|out|back|over|on)\s+)?"
    r"(it|this one|that one|this|that|es|das|ihn|ça)(?![\w'\u2019-])"
    r"(?!\s+(?:to|by|at|from|auf|um|de|à)\s+\W?\d|\s+[^\W\d_]+\s+is\b)",
    re.IGNORECASE,
)
"""A verb that begins a request, and a pronoun as what it is done to: no number of a thing."""
_WISH = re.compile(
    r"\b(?:i(?:['\u2019]d| would) like to|i (?:want|need) to|(?:can|could|would|will) you|please)"
    r"\s+",
    re.IGNORECASE,
)
"""What stands before a verb by which somebody asks, whatever verb that is."""


def read_task(texts: Iterable[str]) -> Task:
    """Return what a person's texts name; none of them: nothing is named."""
    task = task_of(mended(tuple(texts)))
    text = _named(task)
    return task if text == task.text else task_of(text)


@lru_cache(maxsize=256)  # a session is judged far more often than its person speaks
def _named(task: Task) -> str:
    """Return the text of a task with the name of what its pronouns mean in their place."""
    begins = {one.start for one in task.pieces} | {one.end() for one in _WISH.finditer(task.wanted)}
    found = {
        one.span(1): its
        for at in sorted(begins)
        if (one := _IT.match(task.wanted, at)) and (its := _antecedent(task, at))
    }
    text = task.text
    for (start, end), its in sorted(found.items(), reverse=True):
        text = f"{text[:start]}{its}{text[end:]}"
    return text


def _antecedent(task: Task, at: int) -> str:
    """Return how the one thing is written that was named before a place, and in no request."""
    before = [one for one in task.entities if one.end <= at]
    begin = max((start for start, _ in sentences(task.text) if start <= at), default=0)
    if any(begin <= one.start for one in before if is_id(one)):
        return ""  # "the fee of AB-3 is low, raise it": one sentence tells what it is of
    things = spoken_of(task.text, before)
    if len({one.canonical for one in things}) != 1:
        return ""
    its, text = things[-1], task.text
    quoted = ((one.start, one.end) for one in before if one.kind == "quoted")
    aside = [*forbidden(text), *dictated(text), *pasted(text), *left_out(text), *quoted]
    between = [one for one in task.pieces if its.start < one.end and one.start < at]
    if any(not one.looks for one in between) or within(its.start, joined(aside)):
        return ""
    return its.literal
