"""Whether a call writes down other lines than a person listed word for word.

"Add 'call Ann' to todo.txt" adds that line and no other one, and a note "with these: A, B" holds
the two. Only what is made or gets longer, and goes to nobody: what a letter says beside is prose.
Surface English; it decides nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from guard.provenance.request.naming import SILENT
from guard.provenance.request.task import Task
from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.lexicon import Capability, stem
from guard.provenance.vocabulary.titles import content_words

_ADDING = frozenset(map(stem, ("add", "append", "insert", "create", "new", "make", "prepend")))
"""Verbs of tools whose text is new: what an update writes may have been there before."""
_SENDING = frozenset({"send", "share", "post", "publish", "add_member"})
_ADDS = re.compile(
    r"\b(?:add|append|insert|put|jot\s+down|note\s+down|write\s+down)\s*[:,]?\s*\W?$", re.IGNORECASE
)
"""What stands right before a line that is to be added as it is."""
_GOES_ON = re.compile(r"\W{0,3}(?:,|and|,\s*and|plus|then)?\s*\W{0,2}", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:these|those)\b[^:.;!?\n]{0,30}:\s+(?P<items>[^.;!?]+)", re.IGNORECASE)
_NAMES = re.compile(r":\s+(?P<items>(?-i:[A-Z\d])[^.;!?\n]+)")
_PARTS = re.compile(r"\s*(?:,\s*and\b|,|\n|\band\b)\s*-?\s*")
_OPEN = re.compile(
    r"\b(?:etc|and\s+so\s+on|and\s+(?:the\s+)?(?:rest|others?|more)|some|any(?:thing)?|whatever|such\s+as"
    r"|for\s+example|e\.g|like|everything)\b|\.\.\.|\u2026",
    re.IGNORECASE,
)
"""Words of a list that leaves the rest to whoever writes it."""
_BULLET = re.compile(r"^\s*(?:[-*\u2022#]+|\d{1,3}[.)]|\[.?\])\s", re.MULTILINE)
_BLANK = re.compile(r"\s+")
_FAR, _SHORT, _FEW = 24, 5, 2

Place = tuple[int, int]


def adds_lines(
    task: Task,
    able: Capability,
    places: Sequence[Place],
    bodies: Sequence[str],
    texts: Sequence[str],
) -> bool:
    """Return whether a call writes other lines than those that each of its requests lists.

    Args:
        task: what the person said.
        able: what the tool does.
        places: of the requests for that.
        bodies: the texts that the call writes.
        texts: all that it holds.
    """
    if len(bodies) != 1 or _ADDING.isdisjoint(able.stems) or not able.verbs.isdisjoint(_SENDING):
        return False
    listed = [_items(task.said, task.entities, one) for one in places]
    items = {one for many in listed for one in many}
    if not all(listed) or any(_plain(one) in items for one in texts if one not in bodies):
        return False  # nearly always; or an item is the name of what is made
    body = _BLANK.sub(" ", _BULLET.sub("", bodies[0]))
    longest = sorted(map(re.escape, items), key=len, reverse=True)
    rest = re.sub("|".join(longest), " ", body, flags=re.IGNORECASE)
    return rest == body or not content_words(rest) <= task.wording


@lru_cache(maxsize=256)
def _items(text: str, entities: tuple[Entity, ...], place: Place) -> tuple[str, ...]:
    """Return what a request lists word for word; nothing where it leaves the list open."""
    if _OPEN.search(text, *place):
        return ()
    return (*_quoted(text, entities, place), *_listed(text[slice(*place)]))


def _quoted(text: str, entities: Iterable[Entity], place: Place) -> Iterator[str]:
    """Yield the quotes that are to be added as they are: "add 'A' and 'B' to it"."""
    last, (start, end) = -1, place
    for one in entities:
        if (
            not start <= one.start < end
            or one.kind != "quoted"
            or one.frame in SILENT
            or " " not in one.literal
        ):
            continue
        begins = _ADDS.search(text, max(one.start - _FAR, start), one.start)
        if begins or (last >= 0 and _GOES_ON.fullmatch(text, last, one.start)):
            last = one.end
            yield _plain(one.literal)


def _listed(text: str) -> Iterator[str]:
    """Yield what stands in a list behind a colon, of names or of what "these" are."""
    for pattern in (_LISTS, _NAMES):
        for found in pattern.finditer(text):
            items = [one for one in _PARTS.split(found["items"]) if one.strip()]
            named = pattern is _LISTS or all(one[:1].isupper() for one in items)
            if named and len(items) >= _FEW and all(len(one.split()) <= _SHORT for one in items):
                yield from map(_plain, items)


def _plain(text: str) -> str:
    return _BLANK.sub(" ", text).strip(" .!?\"'*-\u2022\u201c\u201d\u201e").casefold()
