"""Whether the person says a right that a call gives, and for whom: "let Ann edit it", "as viewer".

By the name that the tool has for it, or in everyday words for looking, remarking and changing. A
word alone may be about something else: "write to Ann", "full details". It decides nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.model.late import late
from guard.provenance.request.naming import keys_of
from guard.provenance.request.task import Task
from guard.provenance.speech.frames import is_id

_ADDRESSES = frozenset({"email", "phone", "iban"})
_ENDS = re.compile(r"[.;!?\n]\s")
_LEVELS = (
    (
        "view viewer read reader read_only readonly r can_view can_read pull",
        r"view|see|look\s+at|look|read",
        r"view|viewing|viewer|read|reading|reader|look",
    ),
    (
        "comment commenter commentator can_comment",
        r"comment|remark",
        r"comment|commenting|commenter",
    ),
    (
        "edit editor write writer w rw read_write readwrite can_edit can_write push",
        r"edit|change|modify|write|update",
        r"edit|editing|editor|write|writing|writer",
    ),
)
"""Names of one right, the verbs by which somebody gets it, and what it is called."""
_LEAST = frozenset(_LEVELS[0][0].split())
_NOT_US = r"(?!(?:(?:only|just|nobody|none)\s+)?(?:me|us|myself|nobody|none|no)\b)"
_MAY = r"(?:may|can|should|could)(?:\s+(?:also|then))?"
_ONLY = r"(?:(?:only|just)\s+)?"
_ABLE = r"(?:be\s+(?:able|allowed)\s+to\s+)?"
_WHO = r"(?:he|she|they|(?<!who\s)(?<!what\s)[\w.+-]+@[\w.-]+|(?-i:[A-Z])[\w'\u2019-]+)"
_FAR = 60
_RIGHTS = r"(?:access|permissions?|rights?|role|level)"
_HAS = late(
    r"(?:(?:\b(?:I|we|he|she|they|you|who|(?-i:[A-Z])[\w'\u2019-]+|(?:my|our|the|his|her|their)\s+[a-z]+)"
    r"(?:\s+(?:already|still|also|only|just|currently))*\s+(?:have|has|had|got|am|is|are|was)"
    r"|\b(?:I|we|he|she|they|you)['\u2019](?:ve|m|re|s))"
    r"(?:\s+(?:got|already|still|only|full|an?|the|its))*|\b(?:my|our))\s+$",
    re.IGNORECASE,
)
"""What stands before a right that somebody has already: "I have edit access to it"."""
_SO_THAT = late(
    r"\b(?:so|sure|ensure|until|unless)\b[^.;!?\n]*$"
    r"|\b(?:want|need|like|wish|prefer)\s+(?:(?!to\b)[^\s,.;:!?]+\s+){1,3}to\s+have\b[^,.;:!?\n]*$",
    re.IGNORECASE,
)
_I_AM = late(r"\s*,\s*(?:I|we)\b", re.IGNORECASE)
"""What stands behind what the person is: "as an editor, I share it"."""
_AS = re.compile(rf"\bas\b|\b{_RIGHTS}\b")
"""Where somebody's right was said before another one's."""


@lru_cache(maxsize=256)
def _said(permission: str) -> re.Pattern[str]:
    """Return how a right is said."""
    one = "[ _-]".join(map(re.escape, re.split(r"[ _-]", permission)))
    named = [
        rf"\bas\s+(?:(?:an?\s+)?{one}|{one}s)(?=\s*(?:[.,:;!?)]|$|and\b))",
        rf"\b{one}[ -](?:only|{_RIGHTS})\b",
        rf"\b{_RIGHTS}\s*(?:of|is|[:=])?\s+[\"'`]?{one}\b",
    ]
    return re.compile("|".join([*named, *_everyday(permission.casefold())]), re.IGNORECASE)


def _everyday(permission: str) -> Iterator[str]:
    for names, verbs, nouns in _LEVELS:
        if permission not in names.split():
            continue
        does = rf"(?:{verbs})(?![\w-])"
        yield rf"(?P<let>\blet\s+{_NOT_US}[^,;!?]{{1,60}}?\s{_ONLY}{does})"
        yield rf"(?P<may>\b{_WHO}\s+{_MAY}\s+{_ONLY}{_ABLE}{_ONLY}{does})"
        if permission in _LEAST:  # "just write her a note" lets nobody write
            yield rf"\b(?:only|just)\s+(?:to\s+)?{does}"
        yield rf"\b(?:{nouns})[ -](?:only|{_RIGHTS})\b"
        yield rf"\bas\s+(?:an?\s+)?(?:{nouns})s?(?=\s*(?:[.,:;!?)]|$|and\b))"


def granted(task: Task, permission: str, going: frozenset[tuple[str, str]]) -> bool:
    """Return whether the person says a right as one: "read access", "as viewer", "she may edit it".

    It is for whom they named right before it: "Ann as a guest and Bob as host".

    Args:
        task: what the person said.
        permission: the right, as the tool calls it.
        going: those who get it, as they can be named.
    """
    places = _said(permission).finditer(task.wanted) if permission else ()
    return any(_is_for(task, going, one) for one in places if not _is_had(task.wanted, one))


def _is_had(text: str, said: re.Match[str]) -> bool:
    """Return whether somebody has a right already of which a text speaks."""
    if said.lastgroup is None and _I_AM.match(text, said.end()):
        return True
    before = text[max(said.start() - _FAR, 0) : said.start()]
    return _HAS.search(before) is not None and not _SO_THAT.search(before)


def _is_for(task: Task, going: frozenset[tuple[str, str]], said: re.Match[str]) -> bool:
    """Return whether what is said at a place is for one of these, as far as it is for somebody.

    Who lets somebody do something names them there; who says what "she" may, before.
    """
    start, end = said.span()
    before = [
        one
        for one in task.entities
        if one.end <= end and not _ENDS.search(task.wanted, one.end, end)
        if start <= one.start or said.lastgroup != "let"
        if one.kind in _ADDRESSES
        or (one.kind == "name" and start <= one.start)
        or (not is_id(one) and any(key in task.receivers for key in keys_of(one)))
    ]
    if not going or not before:
        alone = any(kind in _ADDRESSES for kind, _ in going) and all(
            not going.isdisjoint(keys_of(one))
            for one in task.entities
            if one.kind in _ADDRESSES or (one.kind == "name" and not is_id(one))
        )
        return said.lastgroup is None and not _is_anothers(task.folded, going, start, alone=alone)
    return not going.isdisjoint(keys_of(before[-1]))


def _is_anothers(text: str, going: frozenset[tuple[str, str]], at: int, *, alone: bool) -> bool:
    """Return whether a text names whom a call reaches, and says a right at a place for another.

    "Add jo.k as a guest and kim.b as owner": each stands before their own right. `alone`: there is
    nobody else, so that it may stand behind: "share it view only with jo.k".
    """
    said = [one.casefold() for _, one in going if one and one.casefold() in text]
    ends = [last + len(one) for one in said if (last := text.rfind(one, 0, at)) >= 0]
    if not ends and alone:
        return False
    return bool(said) and not any(_AS.search(text, end, at) is None for end in ends)
