"""For how many of those whom the person named one call is: mail to Ann and Bob is for two.

Not where they said the list by its argument's own name: "tag it sales, wholesale" gives one thing
two tags, in one call. "To" is the name of no list, and who is told, paid or let in counts each by
themselves. It counts, and decides nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import LISTED
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, noun_classes, stem
from guard.provenance.vocabulary.reaching import REACHING

_PEOPLE = frozenset({"person"})
_GAP = re.compile(
    r"\s*(?:[:=]\s*|\s(?:it|them|this|that|as|with|to|is|are)\s+|\s)[\"'`\u201c]?", re.IGNORECASE
)
"""What may stand between what a list is called and its first one: "tags: a", "tag it a"."""
_CLOSES = "\"'`\u201d"


def largest(task: Task, able: Capability, values: Iterable[tuple[Value, Worth]]) -> int:
    """Return how many of the receivers that the person named one argument holds.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call.
    """
    named = [value for value, one in values if value.role == "recipient" and one.why == "in_prompt"]
    if len(named) < 2:  # noqa: PLR2004  nearly always
        return 1
    many = Counter(one.path for one in named)
    reaching = not able.verbs.isdisjoint(REACHING)
    return max(
        1 if not reaching and _is_one(task, path, named) else times for path, times in many.items()
    )


def _is_one(task: Task, path: str, named: Iterable[Value]) -> bool:
    """Return whether the person said the list of an argument by its name."""
    own = [one for one in named if one.path == path]
    if any(len(one.kinds) != 1 or one.kinds[0][0] != "text" for one in own):
        return False  # addresses are somebody's
    return _is_said(task.wanted, path, tuple(one.text for one in own))


@lru_cache(maxsize=1024)
def _is_said(text: str, path: str, elements: tuple[str, ...]) -> bool:
    """Return whether a text says a list, whole and in its order, right behind its name."""
    *_, last = words_in(path.rpartition(".")[2]) or ("",)
    if not last or is_stop(last) or not _PEOPLE.isdisjoint(noun_classes(stem(last))):
        return False
    return any(
        stem(word[0]) == stem(last) and _follows(text, word.end(), elements)
        for word in WORD.finditer(text)
    )


def _follows(text: str, at: int, elements: tuple[str, ...]) -> bool:
    gap = _GAP.match(text, at)
    for one in elements:
        if gap is None or not text.startswith(one, gap.end()):
            return False
        end = gap.end() + len(one)
        end += text[end : end + 1] in _CLOSES and end < len(text)
        if text[end : end + 1].isalnum():
            return False
        gap = LISTED.match(text, end)
    return True
