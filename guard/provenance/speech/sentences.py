"""A person's sentences, and where in one a verb asks rather than tells: surface English only."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.speech.doers import by_another
from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.grammar import (
    ARTICLES,
    ASKING,
    AUXILIARIES,
    BEING,
    BY,
    CALENDAR,
    DICTATED,
    ENGLISH,
    FATES,
    FOREIGN,
    FULFILLED,
    GERUNDS,
    OBJECTS,
    OWNED,
    PAST,
    PEOPLE,
    TITLES,
    TO_ME,
)
from guard.provenance.vocabulary.idioms import idioms
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem, stems_of
from guard.provenance.vocabulary.tongues import abroad
from guard.provenance.vocabulary.words import BOUNDS

WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_UNTITLED = "".join(rf"(?<!\b{one}\.)" for one in TITLES)
_NUMBER = r"(?!(?:(?<=\b[Nn][or]\.)|(?<=[Ss]tr\.)|(?<=\bApt\.)|(?<=\bAve\.)|(?<=\bRd\.))\s+#?\d)"
END = rf"(?:[.;!?\n]{_UNTITLED}{_NUMBER}(?=\s|$))"
"""Where a sentence ends: not in the middle of "Dr. Oak", "no. 812" or "Hauptstr. 5"."""
STOP = re.compile(END)
_COLON = re.compile(r":\s")
_BREAKS = frozenset(",:()\"'`\u2013\u2014\u201c\u2018")
MARKS = frozenset({"mark", "set"})
_END_OF = r"(?=\s*(?:[.,;!?)]|$|and\b|please\b))"
_AS = re.compile(rf"\bas\s+([^\W\d_]+){_END_OF}", re.IGNORECASE)
_NAMED = r"(?-i:[A-Z][\w-]*|[\w-]*\d[\w-]*)"
_MARKED = re.compile(
    rf"\bmark\s+(?:it|them|this|that|both|these|those|{_NAMED}(?:\s+{_NAMED}){{0,3}}"
    rf"|(?:the|my|our|this|that|{_NAMED}['\u2019]s)\s+(?-i:[a-z]+)(?:\s+[\w-]*\d[\w-]*)?)"
    rf"\s+([^\W\d_]+ed|done){_END_OF}",
    re.IGNORECASE,
)
"""What somebody marks, and as what, without "as": "mark it fulfilled", not "those Ann approved"."""
_FATES = frozenset(map(stem, FATES))
_LEAST_GERUND = 6
_HELPED = frozenset({"help", "let", "lets", "have", "make"})
_MINE = {"get": frozenset({"can", "could", "may"})}
"""Verbs by which somebody asks who says "I", and what stands before that."""
_BASES = frozenset({"feed", "heed", "need", "proceed", "seed", "speed", "succeed", "weed"})
"""Verbs that only end like a form of the past."""
_IS = frozenset(f"{one}{mark}s" for one in ("it", "that", "let", "here") for mark in "'\u2019")
_QUOTED = re.compile(r"\s+[\"'\u201c\u2018][^\"\u201c\u201d]{1,80}[\"'\u201d\u2019]\s+")
_NEAR = 5
_FAR = 9
_WANTED_THEN = frozenset(
    {
        "",
        "please",
        "pls",
        "by",
        "on",
        "at",
        "today",
        "tomorrow",
        "now",
        "asap",
        "and",
        "for",
        "from",
        "to",
    }
)
"""What may come after what somebody wants done."""

Words = Sequence[re.Match[str]]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends."""
    start = 0
    for one in STOP.finditer(text):
        yield start, one.end()
        start = one.end()
    yield start, len(text)


def dictated(text: str) -> Iterator[tuple[int, int]]:
    """Yield what the person dictates: "write her the following message: see you soon"."""
    for start, end in sentences(text):
        said = (one for one in WORD.finditer(text, start, end) if one[0].casefold() in DICTATED)
        first = next(said, None)
        colon = _COLON.search(text, first.end(), end) if first else None
        if colon:
            yield colon.end(), end


def requests(text: str, words: Words, at: int) -> bool:
    """Return whether the verb at a place of a sentence is a request.

    Args:
        text: the text.
        words: the words of the sentence.
        at: which of them is the verb.
    """
    word, after = cased(words, at), cased(words, at + 1)
    theirs = by_another(text, words, at)
    while at and cased(words, at - 1).endswith("ly"):
        at -= 1  # "could you kindly send" is "could you send"
    before = cased(words, at - 1)
    if theirs or (before == "to" and cased(words, at - 2) == "order"):
        return False  # "in order to" says what for
    if after in BEING or (word, after) in TO_ME:
        return False
    if not is_base(word):
        wanted = before in (GERUNDS if word.endswith("ing") else FULFILLED) or _caused(words, at)
        return wanted and not _by_somebody(words, at)
    gap = text[words[at - 1].end() : words[at].start()] if at else ","
    owned = OWNED.search(before) and before not in _IS and _QUOTED.fullmatch(gap)
    # "If so, move it", and "in notes/a.txt add a line": a path is no word.
    so = before == "so" and cased(words, at - 2) == "if"
    so = so or (at == 1 and before in BOUNDS and any(map(str.isalnum, gap)))
    if so or not _BREAKS.isdisjoint(gap) or before in ASKING or before in AUXILIARIES:
        return not owned  # "Ann's 'it is out' post"
    if before in PEOPLE or (before in {"i", "we"} and word in _MINE):  # "can I get it back"
        return cased(words, at - 2) in _MINE.get(word, _HELPED)
    # "A quick note that it rains" is one.
    thing = cased(words, at - 2) in ARTICLES and bool(noun_classes(stem(word)))
    idle = before.endswith("s") or (is_stop(before) and before != "so")  # "it rains, so call him"
    # "The export issue (ada/app) that fails" is no request.
    near = at + 1 < len(words) and text[words[at].end() : words[at + 1].start()]
    return after in OBJECTS and not (thing or idle) and not any(map(str.isalnum, near or ""))


@lru_cache(maxsize=1024)  # a later turn changes few of those before it
def acting(text: str) -> frozenset[str]:
    """Return the stems of the words by which a text asks, verbs with their little word as one too.

    "Commit it" asks by that verb, and "the last commits" by none. In a sentence that is not English
    each word may ask.
    """
    found = set[str]()
    for start, end in sentences(text):
        words = [*WORD.finditer(text, start, end)]
        own = [one[0] for one in words]
        if not is_english(frozenset(map(str.casefold, own))):
            found |= stems_of(own)
            continue
        asked = {stem(one) for at, one in enumerate(own) if requests(text, words, at)}
        if not asked.isdisjoint(MARKS):  # who marks it as done completes it
            asked |= marked(text, start, end)
        found |= asked.union(
            two for one, two in phrasal.pairs(own, [*map(stem, own)]) if one in asked
        )
        meant = ((stem(own[at]), whole) for at, whole in idioms(own))
        found.update(stem(two) for one, whole in meant if one in asked for two in whole.split())
        found.update(stem(two) for _, whole in abroad(own) for two in whole.split())
    return frozenset(found)


def marked(text: str, start: int, end: int) -> frozenset[str]:
    """Return as what a sentence marks something, but for what is nobody's to mark.

    Of several things that it marks as this and that, which one is which is not said here.
    """
    found = {stem(one[1]) for way in (_AS, _MARKED) for one in way.finditer(text, start, end)}
    return frozenset(found if len(found) == 1 else ()) - _FATES


def is_english(said: frozenset[str]) -> bool:
    """Return whether English grammar holds: no word of another language says otherwise."""
    return len(said & ENGLISH) >= len(said & FOREIGN)  # "an" is a word of three languages


def _caused(words: Words, at: int) -> bool:
    """Return whether somebody wants something done: "have AB-3 cancelled", "I'd like it closed"."""
    if not cased(words, at).endswith("ed") or cased(words, at + 1) not in _WANTED_THEN:
        return False
    for one in range(at - 2, max(at - _FAR, -1), -1):
        word, before = cased(words, one), cased(words, one - 1)
        if word in {"have", "get"} and (one == 0 or before in ASKING | AUXILIARIES):
            return True
        if (word == "sure" and before == "make") or word == "ensure":
            return cased(words, at - 1) in {"is", "are", "gets", "get"}  # "make sure it is closed"
        wishes = before in {"i", "we"} or (before in {"i'd", "we'd", "would"} and word == "like")
        if word in {"want", "need", "like"} and wishes and cased(words, one + 1) != "to":
            return True
    return False


def _by_somebody(words: Words, at: int) -> bool:
    """Return whether a sentence says who is to do it: "it has to be signed by Kim"."""
    by = next((one for one in range(at + 1, at + _NEAR) if cased(words, one) in BY), 0)
    if not by or by + 1 >= len(words):
        return False
    who = words[by + 1][0]
    somebody = who[:1].isupper() and not who.isupper() and who.casefold() not in CALENDAR
    return somebody or who.casefold() in PEOPLE | {"whom"}


def is_base(word: str) -> bool:
    """Return whether a verb stands in its base form: not in the past, nor in -ing.

    Nor in -s: the third person tells, and a plural is a thing.
    """
    if word in PAST or (word.endswith("ed") and word not in _BASES):
        return False
    return word.endswith("ss") or not (
        word.endswith("s") or (word.endswith("ing") and len(word) >= _LEAST_GERUND)
    )


def cased(words: Words, at: int) -> str:
    """Return a word of a sentence in lower case; beyond its ends there is none."""
    return words[at][0].casefold() if 0 <= at < len(words) else ""
