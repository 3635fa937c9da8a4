"""The blanks that a person leaves in what they say is to be written: "Dinner at {restaurant}".

Around each of them the words are theirs; into it goes what a result showed as the name of a
thing, and nothing that only stands within a text.
"""

import re
from functools import lru_cache

from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.typed.canonical import text_of

_BLANK = re.compile(r"\{[^{}\n]{1,40}\}")
_NAMES = re.compile(r"(?:.*\.)?(?:\w*name|title)|\*", re.IGNORECASE)
"""Fields in which a thing bears its name, and the keys of a map."""
_MOST = 4
"""So many blanks are filled in one text."""


def filled(task: Task, known: Known, text: str) -> bool:
    """Return whether a text is one that the person said, its blanks filled from results."""
    for pattern in _patterns(task):
        found = pattern.fullmatch(text.strip())
        if found is not None:
            return all(_is_name(known, text_of(one)) for one in found.groups())
    return False


def _is_name(known: Known, text: str) -> bool:
    """Return whether a result showed a text as what a thing is called."""
    shown = known.places("text", text)
    return any(one.seen.whole and _NAMES.fullmatch(one.seen.path) for one in shown)


@lru_cache(maxsize=256)
def _patterns(task: Task) -> tuple[re.Pattern[str], ...]:
    """Return how each text looks that the person quoted with blanks in it."""
    return tuple(
        re.compile("([^\n]{1,200}?)".join(map(re.escape, said)))
        for one in task.entities
        if one.kind == "quoted"
        if 1 < len(said := _BLANK.split(one.literal)) <= _MOST + 1 and any(map(str.strip, said))
    )
