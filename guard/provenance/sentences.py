"""A person's sentences, and where in one a verb asks rather than tells: surface English only."""

import re
from collections.abc import Iterator, Sequence

from guard.provenance.grammar import (
    ARTICLES,
    ASKING,
    AUXILIARIES,
    BEING,
    DICTATED,
    ENGLISH,
    FOREIGN,
    FULFILLED,
    GERUNDS,
    OBJECTS,
    PAST,
    PEOPLE,
    TITLES,
    TO_ME,
)
from guard.provenance.lexicon import is_stop, noun_classes, stem

WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_UNTITLED = "".join(rf"(?<!\b{one}\.)" for one in TITLES)
END = rf"(?:[.;!?\n]{_UNTITLED}(?=\s|$))"
"""Where a sentence ends: not in the middle of "Dr. Oak"."""
STOP = re.compile(END)
_COLON = re.compile(r":\s")
_BREAKS = frozenset(",:()\"'`\u2013\u2014\u201c\u2018")
_LEAST_GERUND = 6

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
    while at and cased(words, at - 1).endswith("ly"):
        at -= 1  # "could you kindly send" is "could you send"
    before = cased(words, at - 1)
    if before == "to" and cased(words, at - 2) == "order":
        return False  # "in order to" says what for
    if after in BEING or (word, after) in TO_ME:
        return False
    if not is_base(word):
        return before in (GERUNDS if word.endswith("ing") else FULFILLED)
    gap = text[words[at - 1].end() : words[at].start()] if at else ","
    so = before == "so" and cased(words, at - 2) == "if"
    if so or not _BREAKS.isdisjoint(gap) or before in ASKING or before in AUXILIARIES:
        return True
    if before in PEOPLE:
        return cased(words, at - 2) in {"help", "let", "lets", "have", "make"}
    # "A quick note that it rains" is one.
    thing = cased(words, at - 2) in ARTICLES and bool(noun_classes(stem(word)))
    idle = before.endswith("s") or (is_stop(before) and before != "so")  # "it rains, so call him"
    return after in OBJECTS and not (thing or idle)


def spoken_of(text: str, stems: frozenset[str]) -> frozenset[str]:
    """Return which of these stems a text only speaks of: "the last commits", and no "commit it".

    In a sentence that is not English each of them may ask.
    """
    found, asked = set[str](), set[str]()
    for start, end in sentences(text):
        words = [*WORD.finditer(text, start, end)]
        foreign = not is_english(frozenset([one[0].casefold() for one in words]))
        for at, one in enumerate(words):
            if (own := stem(one[0])) in stems:
                (asked if foreign or requests(text, words, at) else found).add(own)
    return frozenset(found - asked)


def is_english(said: frozenset[str]) -> bool:
    """Return whether English grammar holds: no word of another language says otherwise."""
    return len(said & ENGLISH) >= len(said & FOREIGN)  # "an" is a word of three languages


def is_base(word: str) -> bool:
    """Return whether a verb stands in its base form: not in the past, nor in -ing.

    Nor in -s: the third person tells, and a plural is a thing.
    """
    if word in PAST or word.endswith("ed"):
        return False
    return word.endswith("ss") or not (
        word.endswith("s") or (word.endswith("ing") and len(word) >= _LEAST_GERUND)
    )


def cased(words: Words, at: int) -> str:
    """Return a word of a sentence in lower case; beyond its ends there is none."""
    return words[at][0].casefold() if 0 <= at < len(words) else ""
