"""Whether a request makes a thing what a choice of a call says: "make my profile private".

The thing itself has to be the direct object: "make the notes of AB-3 private" makes no AB-3 so, and
"trash the comments of AB-3" trashes no AB-3. Surface English; it decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.questions import questions
from guard.provenance.speech.sentences import WORD
from guard.provenance.speech.unasked import without
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import is_other, is_stop, stem, verb_classes

Values = Sequence[tuple[Value, Worth]]

_OBJECT = r"(?P<object>(?:[^.,;:!?\n]|[.:](?=\w)){2,80}?)"
_END = r"(?=\s*(?:$|[.,;:!?]\s|[.,;:!?]$)|\s+(?:and|then|please|again|now|for|until|till)\b)"
_MAKES = r"\b(?:make|set|mark|put|turn|flag|keep)"
_SHOWS = {
    ("visible", True): "unhide",
    ("visible", False): "hide",
    ("hidden", True): "hide",
    ("hidden", False): "unhide",
}
"""Verbs by which people have a thing seen or not; "show" is for them to see."""
_PLACES = re.compile(r"\s(?:of|on|in|from|for|at|with|by|under|to|inside|against|about)\s")
_TURNED = frozenset({"not", "no", "never", "less", "non", "un"})
_MARKS = r"\b(?:mark|flag|set|label|classify|treat|close)"
_BEGINS = r"(?:^|[,;:]\s*|[.!?\n]\s+|\b(?:and|then|please|to|you)\s+)"
_VAGUE = frozenset({"one", "ones"})
_ALL = frozenset(map(stem, ("everything", "all")))
_NOTHING: frozenset[str] = frozenset()
_OWN = frozenset({"share", "send", "pay", "delete", "cancel", "add_member", "remove_member"})
"""Classes of verbs that no switch of a change stands for: who shares says with whom."""
_LONGEST, _SHORTEST = 4, 3


def is_made(task: Task, known: Known, things: frozenset[str], values: Values) -> bool:
    """Return whether the person asks to make a thing what a choice of a call says.

    Args:
        task: what the person said.
        known: what the session has seen.
        things: stems of what the tool acts on.
        values: the arguments of the call, with their worth.
    """
    free = [value for value, one in values if one.why == "exempt" and value.text]
    said = [phrase for value in free for phrase in _made(task.wanted, value) if phrase]
    named = (*called(known, values), *((things,) if things else ())) if said else ()
    named = (*named, *_borne(known, values)) if said and is_clear(values) else named
    if any(one.why == "linked_record" for _, one in values):  # "trash everything from Ann"
        named = (*named, _ALL)
    return any(phrase <= one for phrase in said for one in named)


def _made(text: str, value: Value) -> tuple[frozenset[str], ...]:
    """Return what a text makes as an argument says."""
    name = value.path.rpartition(".")[2]
    if value.role == "flag":
        return _switched(text, name, value.text == "True")
    return _chosen(text, value.text) + _ranked(text, value.text, name)


def is_clear(values: Values) -> bool:
    """Return whether a call is about one thing, and that is one of which the person spoke."""
    things = [one for value, one in values if value.level == "target"]
    return len(things) == 1 and things[0].source >= LINKED


def _borne(known: Known, values: Values) -> Iterator[frozenset[str]]:
    """Yield the stems of the names of its own that the one linked thing of a call bears."""
    for value, one in values:
        if value.level == "target" and one.why == "linked_record" and one.place is not None:
            record = known.record(one.place.record)
            yield from (words for text in record.own if (words := stems_in([text])))


def called(known: Known, values: Values) -> Iterator[frozenset[str]]:
    """Yield the stems by which the one thing of a call is called: its id, or its own name."""
    if sum(one.level == "target" for one, _ in values) == 1:
        yield from names_of(known, values)


def names_of(known: Known, values: Values) -> Iterator[frozenset[str]]:
    """Yield the stems by which the things of a call are called: their ids, or their own names."""
    for value, one in values:
        if value.level != "target":
            continue
        texts = [value.text] if one.why == "in_prompt" else []
        if one.why == "linked_record" and one.place is not None:
            texts += known.record(one.place.record).called
        yield from (words for text in texts if (words := stems_in([text])))


@lru_cache(maxsize=1024)
def _switched(text: str, name: str, on: bool) -> tuple[frozenset[str], ...]:  # noqa: FBT001  a key
    """Return the objects that a text makes what a switch says, each as the stems of its words."""
    verb = _SHOWS.get((name.casefold(), on), "")
    if verb:
        return _objects(text, rf"\b{verb}\s+{_OBJECT}{_END}", direct=True)
    words = words_in(name)
    if on and len(words) == 1 and (base := _base(words[0])):  # "publish ex-1" for `published`
        return _objects(text, rf"{_BEGINS}{base}\s+{_OBJECT}{_END}", direct=True)
    if not on or not 0 < len(words) <= _LONGEST:
        return ()
    if len(words) == 1 and (verb_classes(stem(name)) - {"read"}):  # "exclude ex-1"
        return _objects(text, rf"{_BEGINS}{re.escape(words[0])}\s+{_OBJECT}{_END}", direct=True)
    state = r"[\s_-]".join(map(re.escape, words))
    return _objects(text, rf"{_MAKES}\s+{_OBJECT}\s+(?:as\s+|to\s+)?{state}{_END}")


@lru_cache(maxsize=4096)
def _base(word: str) -> str:
    """Return what finds the verb of which a word is the participle; empty: it is of none."""
    one = stem(word)
    classes = verb_classes(one) - {"read"}
    acts = word.endswith("ed") and (is_other(one) or bool(classes)) and classes.isdisjoint(_OWN)
    return rf"{re.escape(one)}e?" if acts else ""


@lru_cache(maxsize=1024)
def _ranked(text: str, choice: str, name: str) -> tuple[frozenset[str], ...]:
    """Return the objects of which a text says a choice by its own name: "make A high priority"."""
    words = words_in(name)
    if choice.casefold() not in text.casefold() or not 0 < len(words) <= _LONGEST:
        return ()
    state = r"[\s_-]".join(map(re.escape, (*words_in(choice), *words)))
    return _objects(text, rf"{_MAKES}\s+{_OBJECT}\s+(?:as\s+|to\s+)?(?:an?\s+)?{state}{_END}")


@lru_cache(maxsize=1024)
def _chosen(text: str, choice: str) -> tuple[frozenset[str], ...]:
    """Return the objects that a text makes one of several: "mark it as spam", "trash it"."""
    name = re.escape(choice.casefold().replace("_", " "))
    if len(choice) < _SHORTEST or name.rstrip("s") not in text.casefold():
        return ()
    marked = _objects(text, rf"{_MARKS}\s+{_OBJECT}\s+as\s+(?:an?\s+)?{name}{_END}")
    if not _puts(choice):
        return marked
    return marked + _objects(text, rf"{_BEGINS}{name}\s+{_OBJECT}{_END}", direct=True)


def _puts(choice: str) -> bool:
    """Return whether a choice is a verb by which people put a thing there: trash, archive."""
    one = stem(choice)
    return is_other(one) or "delete" in verb_classes(one)


def _objects(text: str, pattern: str, *, direct: bool = False) -> tuple[frozenset[str], ...]:
    """Return what a pattern finds in what a text asks for; `direct`: up to where it says where."""
    asked = without(text, questions(text)).casefold()
    found = (one["object"] for one in re.finditer(pattern, asked))
    return tuple(_stems(_PLACES.split(one, maxsplit=1)[0] if direct else one) for one in found)


def _stems(phrase: str) -> frozenset[str]:
    words = [one[0].casefold() for one in WORD.finditer(phrase)]
    if not _TURNED.isdisjoint(words):
        return _NOTHING
    return frozenset(stem(one) for one in words if not is_stop(one) and one not in _VAGUE)
