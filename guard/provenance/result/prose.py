"""Fields in which people write what they want: a note names no object, and says nothing of it.

Whoever may write into one would choose what is deleted. It reads what a field is called, never what
stands there, and decides nothing.
"""

from collections.abc import Sequence
from functools import lru_cache

from guard.model.origin import UNTRUSTED
from guard.provenance.result.segment import Seen
from guard.provenance.typed.canonical import name_of
from guard.provenance.vocabulary.currencies import words_in

_PROSE = frozenset(
    {
        *("description", "note", "comment", "body", "text", "content", "feedback", "review"),
        *("message", "memo", "remark", "reason", "details", "detail", "snippet", "preview", "wish"),
        *("excerpt", "bio", "about", "instruction", "reference", "purpose", "complaint", "answer"),
        *("explanation", "justification", "motivation", "greeting", "annotation", "observation"),
    }
)
"""What such a field is called, or ends in: `note`, `customer_notes`."""
OWN = frozenset({"name", "title", "subject", "label", "filename", "username", "displayname"})
"""Fields in which an object bears its own name, beside those that end in `_name`."""
_MANY = 5
"""So many blanks are between the words of a text that names nothing where a name stands beside."""


@lru_cache(maxsize=4096)  # the same fields come back in every result
def is_prose(path: str) -> bool:
    """Return whether a field is for what somebody writes: `notes`, `log.*.reviewText`."""
    words = words_in(path.rstrip(".*").rpartition(".")[2])
    last = words[-1] if words else ""
    return last in _PROSE or last.removesuffix("s") in _PROSE or last == "wishes"


def is_own_name(path: str) -> bool:
    """Return whether a field is for the name of its own object, and not of whoever it is of."""
    return path.rpartition(".")[2].casefold().strip("_") in OWN


def bears_name(one: Seen) -> bool:
    """Return whether a field is the name of its own object."""
    return one.kind == "text" and is_own_name(one.path)


def free_in(fields: Sequence[Seen]) -> frozenset[str]:
    """Return at which paths of an object strangers may write what they want.

    Those are prose, and a text of many words beside a name of its own.
    """
    named = any(map(bears_name, fields))
    return frozenset(
        one.path
        for one in fields
        if one.kind == "text" and one.source is UNTRUSTED
        if is_prose(one.path) or (named and _is_long(one))
    )


def _is_long(one: Seen) -> bool:
    own = is_own_name(one.path) or one.path.casefold().endswith("_name")
    return not own and one.canonical.count(" ") >= _MANY


def noted_in(fields: Sequence[Seen], free: frozenset[str], longest: int) -> frozenset[str]:
    """Return the short texts of an object's prose.

    Args:
        fields: of the object.
        free: the paths at which strangers may write what they want.
        longest: how many characters are short.
    """
    texts = (one for one in fields if one.kind == "text" and one.path in free)
    return frozenset(name_of(one.canonical) for one in texts if len(one.canonical) <= longest)
