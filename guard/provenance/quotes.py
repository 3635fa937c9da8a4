"""Whether a call says the words that a person quotes for it: post "We are closed", and no others.

Only a quote that is itself what is written counts, and not one that names something, as in "the
mail 'Lunch'". It compares letters and decides nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from guard.provenance.asks import Ask
from guard.provenance.frames import Entity
from guard.provenance.lexicon import Capability
from guard.provenance.naming import SILENT
from guard.provenance.pieces import asking
from guard.provenance.task import Task

_SAYS = re.compile(
    r"(?:(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bmy )\b(?:post|publish|tweet|write|says?|saying|send"
    r"|reply|answer|announce|comment|text|message|poste|schreibe?|sende|antworte|sage?|publie"
    r"|écris|envoie|réponds)"
    r"|\b(?:with|mit|avec) (?:(?:the|this|dem|der|le) )?(?:text|words?|message|texte?|nachricht)"
    r"|\b(?:contents?|text|body|inhalt|texte?|contenu)\b(?:\s+(?:of|von|de)\s+[^\"'`]{1,24}?)?"
    r"\s+(?:with|to|by|mit|durch|zu|par|en)|(?=:))"
    r"\s*[:,]?\s*[\"'`\u201c\u201e\u2018\u00ab]*$",
    re.IGNORECASE,
)
"""What stands right before words that are to be written as they are."""
_FAR = 40
_SPACE = re.compile(r"\s+")
_LEAST = 2
"""So many words are a text; one may be a name."""


def misquoted(
    task: Task, able: Capability, asks: Sequence[Ask], bodies: Iterable[str], texts: Iterable[str]
) -> bool:
    """Return whether requests dictate words, and a call writes others.

    Args:
        task: what the person said.
        able: what the tool does.
        asks: the requests for what the call does.
        bodies: the texts that the call writes.
        texts: all that it holds.
    """
    if "quoted" not in task.kinds:
        return False
    places = [one.place for one in asks] or [
        (one.start, one.end) for one in asking(task.pieces, able)
    ]
    said = [_dictated(task.text, task.entities, one) for one in places]
    if not said or not all(said) or not any(bodies):
        return False
    held = [_plain(one) for one in texts]
    return not any(quote in one for many in said for quote in many for one in held)


@lru_cache(maxsize=1024)
def _dictated(text: str, entities: tuple[Entity, ...], place: tuple[int, int]) -> tuple[str, ...]:
    """Return the words that a request dictates in quotes."""
    start, end = place
    return tuple(
        plain
        for one in entities
        if one.kind == "quoted" and one.frame not in SILENT and start <= one.start < end
        if _SAYS.search(text, max(start, one.start - _FAR), one.start)
        if len((plain := _plain(one.literal)).split()) >= _LEAST
    )


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip(" .!?\"'\u201c\u201d\u201e").casefold()
