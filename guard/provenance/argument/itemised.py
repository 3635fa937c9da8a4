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
from guard.provenance.speech.unasked import joined, without
from guard.provenance.vocabulary.lexicon import Capability, stem
from guard.provenance.vocabulary.titles import content_words

_ADDING = frozenset(map(stem, ("add", "append", "insert", "create", "new", "make", "prepend")))
"""Verbs of tools whose text is new: what an update writes may have been there before."""
_SENDING = frozenset({"send", "share", "post", "publish", "add_member"})
_THING = r"(?:text|lines?|words?|items?|entry|entries|sentence|phrase|task|to-?do)"
_ADDS = re.compile(
    r"\b(?:add|append|insert|put|jot\s+down|note\s+down|write\s+down)\s*[:,]?\s*"
    rf"(?:(?:(?:the|a|an|this|these|one|two)\s+)?(?:new\s+)?{_THING}\s*:?\s+"
    r"(?:(?:saying|reading|that\s+(?:says|reads?)|with)\s+)?)?\W?$",
    re.IGNORECASE,
)
"""What stands right before a line that is to be added as it is."""
_TO_LINES = re.compile(
    r"\W?\s*(?:,|and\b|(?:to|in|into|on|onto)\s+(?:\S+\s+){0,3}?(?:[^\s,;]*\.\w{1,5}\b|[^\s,;]*(?:list|log|file|notes?|to-?do)\b))",
    re.IGNORECASE,
)
"""What stands behind one word that is a line, and no name: "add 'milk' to todo.txt"."""
_GOES_ON = re.compile(r"\W{0,3}(?:,|and|,\s*and|plus|then)?\s*\W{0,2}", re.IGNORECASE)
_LISTS = re.compile(
    r"\b(?:these|those|the\s+following)\b(?:[^:.;!?\n]|\.(?=\w)){0,40}:\s+(?P<items>[^.;!?]+)",
    re.IGNORECASE,
)
_NAMES = re.compile(r":\s+(?P<items>(?-i:[A-Z\d])[^.;!?\n]+)")
_PARTS = re.compile(r"\s*(?:,\s*and\b|,|\n|\band\b)\s*-?\s*")
_OPEN = re.compile(
    r"\b(?:etc|and\s+so\s+on|and\s+(?:the\s+)?(?:rest|others?|more)|some|any(?:thing)?|whatever|such\s+as"
    r"|for\s+example|e\.g|like|everything)\b|\.\.\.|\u2026",
    re.IGNORECASE,
)
"""Words of a list that leaves the rest to whoever writes it."""
_FRAMES = re.compile(
    r"\b(?:(?:sub)?headings?|headlines?|sections?|chapters?|columns?|topics?|parts?|people|persons"
    r"|about|compar\w+|describ\w+|cover(?:s|ing)|regarding|on\s+(?:these|those|the\s+following))\b",
    re.IGNORECASE,
)
"""Before a list of what is written about, or under: how is left to whoever writes it."""
_WRITES = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]\w*)|overview|description|explanation|recap|digest)\b", re.IGNORECASE
)
"""What is to be written beside the lines, in other words than the person's."""
_DATED = re.compile(r"\b(?:date|day|time(?:stamp)?)\b", re.IGNORECASE)
_MOMENT = re.compile(
    r"\b(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d\d)(?!\w)"
)
_STOP = re.compile(r"[;!?\n]|\.(?!\w)")
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
    bare = _unquoted(task.said, task.entities)
    listed = [_items(task.said, bare, task.entities, one) for one in places]
    items = {one for many in listed for one in many}
    if not all(listed) or any(_plain(one) in items for one in texts if one not in bodies):
        return False  # nearly always; or an item is the name of what is made
    body = _BLANK.sub(" ", _BULLET.sub("", bodies[0]))
    longest = sorted(map(re.escape, items), key=len, reverse=True)
    rest = re.sub("|".join(longest), " ", body, flags=re.IGNORECASE)
    if rest == body:
        return True
    if any(_DATED.search(bare, *one) for one in places):
        rest = _MOMENT.sub(" ", rest)  # "add it with today's date"
    return not content_words(rest) <= task.wording


@lru_cache(maxsize=256)
def _items(text: str, bare: str, entities: tuple[Entity, ...], place: Place) -> tuple[str, ...]:
    """Return what a request lists word for word; nothing where it leaves the list open."""
    within = slice(*place)
    listed = [*_listed(text[within], bare[within])]
    if _OPEN.search(text, *place) or (not listed and _WRITES.search(bare, *place)):
        return ()
    return (*_quoted(text, entities, place), *listed)


@lru_cache(maxsize=256)
def _unquoted(text: str, entities: tuple[Entity, ...]) -> str:
    """Return a text with blanks for its quotes."""
    return without(text, joined((one.start, one.end) for one in entities if one.kind == "quoted"))


def _quoted(text: str, entities: Iterable[Entity], place: Place) -> Iterator[str]:
    """Yield the quotes that are to be added as they are: "add 'A' and 'B' to it"."""
    last, (start, end) = -1, place
    for one in entities:
        if (
            not start <= one.start < end
            or one.kind != "quoted"
            or one.frame in SILENT
            or not (" " in one.literal or _TO_LINES.match(text, one.end, end))
        ):
            continue
        begins = _ADDS.search(text, max(one.start - _FAR, start), one.start)
        if begins or (last >= 0 and _GOES_ON.fullmatch(text, last, one.start)):
            last = one.end
            yield _plain(one.literal)


def _listed(text: str, bare: str) -> Iterator[str]:
    """Yield what stands in a list behind a colon, of names or of what "these" are."""
    for pattern in (_LISTS, _NAMES):
        for found in pattern.finditer(text):
            if _FRAMES.search(_STOP.split(bare[: found.start("items")])[-1]):
                continue
            items = [one for one in _PARTS.split(found["items"]) if one.strip()]
            named = pattern is _LISTS or all(one[:1].isupper() for one in items)
            if named and len(items) >= _FEW and all(len(one.split()) <= _SHORT for one in items):
                yield from map(_plain, items)


def _plain(text: str) -> str:
    return _BLANK.sub(" ", text).strip(" .!?\"'*-\u2022\u201c\u201d\u201e").casefold()
