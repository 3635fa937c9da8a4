"""Whether what a write looks for, to act on all of it, is what the person spoke of.

A search is no name: whatever it finds is acted on. It counts where it says a thing by which the
person told theirs from others, and nothing beside. It finds nothing itself, and decides nothing.
"""

import re
from collections.abc import Iterable

from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)

_FIELD = re.compile(r"[\w.]+\s*(?:[:=<>]|\b(?:like|contains|matches)\b)\s*", re.IGNORECASE)
"""What a language of searches calls its fields: `from:`, `status = `."""
_JOINED = frozenset({"and", "or", "near", "like", "in", "where"})
_TURNED = re.compile(r"(?:^|[\s(:])(?:-|!|not\b)|<>|!=", re.IGNORECASE)
"""What turns a search into all the rest."""
_ANYTHING = re.compile(r"(?:^|[\s(:=\"'])[^\w\s\"'()@#-]*[*%?][^\w\s]*(?=$|[\s)\"'])|\.[*+]")
"""A place at which anything may stand."""


def searched(task: Task, text: str, nouns: frozenset[str]) -> bool:
    """Return whether a search says what the person did, and enough to tell it from others.

    Args:
        task: what the person named.
        text: of the search.
        nouns: what its tool acts on; "mails" finds all of them.
    """
    if _TURNED.search(text) or _ANYTHING.search(text):
        return False
    words = (one[0] for one in WORD.finditer(_FIELD.sub(" ", text)))
    said = [one for one in words if not is_stop(one) and one.casefold() not in _JOINED]
    if any(stem(one) not in task.words.stems for one in said):
        return False
    return any(noun_classes(stem(one)).isdisjoint(nouns) for one in said if not one.isdigit())


def wider(piece: Piece, able: Capability, text: str, beside: Iterable[str]) -> bool:
    """Return whether a search says only of whom things are, where a request says which of them.

    Args:
        piece: the request.
        able: what the tool does.
        text: of the search.
        beside: the other values of the call: what is done is no part of what is looked for.
    """
    people = stems_in(one.literal for one in piece.held if _is_person(one))
    if not stems_in([_FIELD.sub(" ", text)]) <= people:
        return False
    plain = people | able.stems | stems_in(beside) | {one.verb for one in piece.asks}
    return any(
        noun_classes(one).isdisjoint(able.nouns) and not verb_classes(one)
        for one in piece.naming.content - plain
    )


def _is_person(one: Entity) -> bool:
    return one.kind in {"email", "phone"} or (one.kind == "name" and one.frame != "unknown")


def stems_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of the words of some texts."""
    return frozenset(stem(one[0]) for text in texts for one in WORD.finditer(text))
