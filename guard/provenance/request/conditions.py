"""On what a person lets an act depend: "cancel it if it has not shipped", "only when it matches".

It finds where such a clause stands and which part of the text depends on it; whether it holds is
looked up elsewhere. Courtesy ("if you can"), questions ("check whether") and steps one after the
other ("when you are done") are no conditions. What looks like one and is none costs a question.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from guard.provenance.request.pieces import Piece
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.sentences import WORD, is_english, sentences
from guard.provenance.speech.unasked import Span, within
from guard.provenance.vocabulary.conditional_words import (
    ALWAYS,
    COMPARES,
    COURTESY,
    ELSE,
    EVIDENCE,
    MARKS,
    REFUSED,
    REPORTS,
    STEPS,
    TIMED,
)
from guard.provenance.vocabulary.grammar import ENGLISH, PAST
from guard.provenance.vocabulary.lexicon import stem, stems_of

_CUT = re.compile(r",\s|\s[\u2013\u2014-]\s|\b(?:then|dann|alors|entonces)\b", re.IGNORECASE)
_DEFERS = re.compile(rf"{_CUT.pattern}|\b(?:before|and|bevor|und|avant|et)\b", re.IGNORECASE)
"""Where a clause ends that is to be seen to first."""
_JOINED = re.compile(
    r"(?:^|[,:;\u2013\u2014(]|\b(?:and|but|or|then|so|und|aber|oder|dann|et|mais|ou|y|pero|o))\s*"
    r"(?:(?:please|only|just|also|bitte|nur|seulement|solo|s\u00f3lo)\s+)*$",
    re.IGNORECASE,
)
"""What stands before a condition that comes before its act."""
_COMMA = re.compile(
    r",\s*(?:(?:but|only|just|aber|nur|mais|seulement|pero|solo|s\u00f3lo)\s+)*$", re.IGNORECASE
)
_ANSWER = re.compile(
    r"(?:so|yes|it\s+(?:is|has|does)|ja|oui|c['\u2019]est\s+le\s+cas|(?P<no>not|no|it\s+(?:isn|hasn|doesn)['\u2019]?t"
    r"|it\s+(?:is|has|does)\s+not|nein|nicht|non|ce\s+n['\u2019]est\s+pas\s+le\s+cas))",
    re.IGNORECASE,
)
"""What only answers the question of the sentence before."""
_ASKED = re.compile(r"\b(?:if|whether|ob|si)\s+([^,;.!?\n]+)[.;!?\n\s]*$", re.IGNORECASE)
_SHORT = re.compile(
    r"\s+(so\b|(?:not|ja|nein|oui|non)(?=\s*(?:$|[,:]|(?:please|then|just|bitte)\b)))",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:(?:is|are)\s[^.;!?\n]{1,60}\sthere|do(?:es)?\s[^.;!?\n]{1,60}\sexist)\s*\?\s*$",
    re.IGNORECASE,
)
"""A question whether there is such a thing."""
_AT = re.compile(
    r"\s*\d{1,2}(?::\d\d)?\s*(?:am|pm|o['\u2019]clock)?\s*(?:$|[.,;!?])", re.IGNORECASE
)
_AND = re.compile(r",|;|\bthen\b|\bdann\b|\bpuis\b|\bluego\b", re.IGNORECASE)


_ONLY = re.compile(
    r"\b(?:but|only|and|just|please|so|aber|nur|und|mais|et|pero|y)\b", re.IGNORECASE
)
_AWAITED = frozenset({"until", "till", "for"})


class Met(IntEnum):
    """How the condition of a call stands."""

    NONE = 0
    MET = 1
    UNKNOWN = 2
    REFUTED = 3


class Condition(NamedTuple):
    """One condition.

    Args:
        said: the clause, without the word that opens it; empty: it only says "if so".
        negated: whether the act is wanted where the clause does not hold: unless, otherwise.
        acts: the parts of the text that depend on it.
        words: the stems of its sentence.
        foreign: whether that may be no English, so that a request in it may not be seen.
    """

    said: str
    negated: bool
    acts: tuple[Span, ...]
    words: frozenset[str] = frozenset()
    foreign: bool = False

    def governs(self, start: int, end: int) -> bool:
        """Return whether anything between two places depends on it."""
        return any(first < end and start < last for first, last in self.acts)


def conditions_of(
    text: str, asks: Sequence[Ask], pieces: Sequence[Piece], told: Sequence[Span] = ()
) -> tuple[Condition, ...]:
    """Return the conditions of a person's text, in its order.

    Args:
        text: what the person wrote, with blanks for what they quote or pass on.
        asks: what they ask for.
        pieces: the same, with what each request names.
        told: where it passes on what somebody else is told, in order.
    """
    if not (MARKS.search(text) or ELSE.search(text)):  # nearly always
        return ()
    starts = sorted({*(one.place[0] for one in asks), *(one.start for one in pieces)})
    reads = {one.place[0] for one in asks if one.verbs <= {"read"}}
    done = {one.verb for one in asks}
    found: list[Condition] = []
    before = (0, 0)
    for start, end in sentences(text):
        for one in _Sentence(text, (start, end), starts, reads, done, before, told).conditions():
            said, negated = one.said, one.negated
            if said == _ELSE:
                said, negated = (found[-1].said, not found[-1].negated) if found else ("", True)
            elif answer := _ANSWER.fullmatch(said):
                if not answer["no"] and _EXISTS.search(text, before[0], before[1]):
                    continue  # nothing can be done to what is not there
                asked = _ASKED.search(text, before[0], before[1])
                said, negated = asked[1] if asked else "", negated is not bool(answer["no"])
            words = [each[0] for each in WORD.finditer(text, start, end)]
            spoken = frozenset(map(str.casefold, words))
            foreign = ENGLISH.isdisjoint(spoken) or not is_english(spoken)
            found.append(Condition(said, negated, one.acts, stems_of(words), foreign))
        before = start, end
    return tuple(found)


_ELSE = "\0else"


class _Sentence:
    """One sentence while its conditions are looked for."""

    def __init__(
        self,
        text: str,
        place: Span,
        acts: list[int],
        reads: set[int],
        done: set[str],
        before: Span,
        told: Sequence[Span] = (),
    ) -> None:
        self.text, (self.start, self.end), self.before, self.told = text, place, before, told
        self.acts = acts[bisect_left(acts, self.start) : bisect_left(acts, self.end)]
        self.reads, self.done = reads, done

    def conditions(self) -> Iterator[Condition]:
        marks = [one for one in MARKS.finditer(self.text, self.start, self.end) if self.is_one(one)]
        stops = [*(one.start() for one in marks[1:]), self.end][: len(marks)]
        for one, stop in zip(marks, stops, strict=True):
            yield self.condition(one, stop)
        for one in ELSE.finditer(self.text, self.start, self.end):
            yield Condition(_ELSE, negated=True, acts=((one.end(), self.end),))

    def is_one(self, mark: re.Match[str]) -> bool:
        """Return whether a word that may open a condition does."""
        word = mark["mark"].casefold()
        before, after = self.text[self.start : mark.start()], self.text[mark.end() : self.end]
        clause = after[: cut.start()] if (cut := _CUT.search(after)) else after
        if mark["compared"]:
            return COMPARES.search(clause) is not None
        if REPORTS.search(before) or COURTESY.match(after):
            return False
        if within(mark.start(), self.told) and (_AT.match(after) or not _COMMA.search(before)):
            return False  # of what somebody is told: "tell Ann that I go if it is dry"
        if mark["only"] or ALWAYS.fullmatch(word):
            return True
        if STEPS.match(after) or TIMED.match(after) or not EVIDENCE.search(clause):
            return False
        # "Book it. Once it is booked": that is one act after the other.
        words = [one[0].casefold() for one in WORD.finditer(clause)]
        return not any(stem(one) in self.done for one in words if one.endswith("ed") or one in PAST)

    def condition(self, mark: re.Match[str], stop: int) -> Condition:
        """Return the condition that a word opens; `stop`: where the next one does."""
        short = _SHORT.match(self.text, mark.end(), stop)
        if short:
            return Condition(short[1], bool(mark["unless"]), ((short.end(), stop),))
        cut = (_DEFERS if mark["compared"] else _CUT).search(self.text, mark.end(), stop)
        after = [one for one in self.acts if mark.end() <= one < stop]
        before = self.text[self.start : mark.start()].strip()
        leads = bool(_JOINED.search(before)) or mark["mark"].casefold() in _AWAITED
        leads |= bool(mark["compared"] and cut)
        ahead, acts = self.ahead(mark.start()), list[Span]()
        ends = stop
        if leads and (cut or after) and not (ahead and not after):
            ends = cut.start() if cut else after[0]
            acts.append((ends, stop))
            if cut and ahead and _COMMA.search(before):
                acts.append(ahead)  # "pay it, if it matches, and file it"
        else:
            joined = (one for one in after if self.begins_anew(mark.end(), one))
            ends = next(joined, stop)
            ends = next((one.start() for one in _CUT.finditer(self.text, mark.end(), ends)), ends)
            own = WORD.search(_ONLY.sub("", before)) is not None
            acts.append(ahead or ((self.start, mark.start()) if own else self.before))
            acts.append((mark.start(), ends))  # what only the clause itself names
        said = self.text[mark.end() : ends].strip(" ,.;!?:\n\u2013\u2014")
        said = re.sub(r"\s+(?:and|und|et|y)$", "", said)
        negated = bool(mark["unless"]) is not bool(REFUSED.search(before))
        return Condition(said, negated=negated, acts=tuple(acts))

    def begins_anew(self, first: int, act: int) -> bool:
        """Return whether an act after a condition is another request: "and tell Tom"."""
        return bool(re.search(r"(?:,|\b(?:and|then|und|dann|et|puis|y))\s*$", self.text[first:act]))

    def ahead(self, mark: int) -> Span | None:
        """Return the part before a condition that depends on it: the last act and its like."""
        acts = [one for one in self.acts if one < mark]
        if not acts:
            return None
        first = acts[-1]
        for one in reversed(acts[:-1]):
            if first in self.reads or _AND.search(self.text, one, first):
                break
            first = one
        return first, mark
