"""What a request says of the thing that it is done to: "my dentist appointment", "both lamps".

The words by which it tells it from others, how many it means, and whether it tells them by their
day. It reads a person's words, never a result, and decides nothing.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from guard.provenance.quantity.counts import numbered
from guard.provenance.quantity.dates import speaks_of_dates
from guard.provenance.quantity.days import dates
from guard.provenance.quantity.weekdays import whose_days
from guard.provenance.request.soon import near_in
from guard.provenance.result.records import plainly
from guard.provenance.schema.kin import things_of
from guard.provenance.speech.sentences import WORD
from guard.provenance.thing.bounded import ANY, Bounds, bounds_in, numbers_in
from guard.provenance.vocabulary.currencies import currency_of
from guard.provenance.vocabulary.grammar import ASKING, CALENDAR, EACH, NUMBERS, PAST
from guard.provenance.vocabulary.idioms import covered as covered_by
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.words import BOUNDS, GENERIC

_END = re.compile(
    r"[,;:(!?\u2013\u2014]|\.(?:\s(?!\d)|$)|\b(?:that|which|who|whom|whose|where|when|because|if|since"
    r"|while|saying|instead|not|but|except|without|as|so|before|after|until|till|unless|besides)\b"
    r"|\bfor\s+(?:now|good|me|us|the\s+(?:moment|time\s+being))"
    r"(?=,?\s*(?:please\s*)?(?:[.;!?]|$))",
    re.IGNORECASE,
)
"""Where what a request says of its thing ends."""
_BY = re.compile(rf"\sby\s+(?:an?|\d+|{'|'.join(NUMBERS)})\s[^\W\d_]+", re.IGNORECASE)
"""By how much: "extend the essay by a week"."""
_TO = re.compile(r"\s(?:to|into|onto)\s", re.IGNORECASE)
_EACH = re.compile(r"\b(?:all|every|each|both)\b", re.IGNORECASE)
_MANY = re.compile(
    r"\b(?:the|my|our|his|her|their|these|those)\s+(?:(?-i:[a-z]+)\s+){0,2}?"
    r"(?-i:[a-z]{2,}(?<!ne)[^isu\W\d_A-Z])s\s*\Z",
    re.IGNORECASE,
)
"""Things at the end, and nothing of their number: "the old altos", and no glass, bus or news."""
_COUNT = re.compile(
    rf"\b(both|\d{{1,2}}|{'|'.join(one for one in NUMBERS if one != 'twice')})\b"
    r"(?=\s+(?:of\s)?(?:[^\W\d_]+\s+){0,3}?[^\W\d_]{2,}s\b)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:(?!(?:all|both|each|every|rid|dispose|care|\d+|"
    + "|".join(NUMBERS)
    + r")\b)[^\W\d_]+\s+of\s+(?:all|both|each|every)"
    r"|(?:(?!(?:request|guest|test|contest|interest|forest|harvest)\b)[a-z]{3,}est|first|last|next"
    r"|second|third|most|least|worst|half|some|few|many|none|part)"
    r"\s+of\s+(?:the|my|our|his|her|their|these|those|them))\b",
    re.IGNORECASE,
)
"""Not all of them, nor each one: "the last of all orders", "most of the lamps"."""
_ORDERED = re.compile(
    r"\b(?:(?:every|each|all)\s+(?:(?:of\s+)?(?:the|my|our|his|her|their|these|those)\s+)?"
    r"(?:others?|first|last|next|few|second|third|\d+(?:st|nd|rd|th))"
    r"|(?:first|last|next|one|two|three|half|some|few|many|most|about|almost|nearly|up\s+to)\s+"
    r"(?:(?:from|in|among|amongst|within)\s+)?(?:all|every|each))\b",
    re.IGNORECASE,
)
"""The same, by their order: "every other lamp", "all the last ones", "one in every three"."""
_STATE = re.compile(
    r"(?:['\u2019]s|\s+(?:is|are))\s+(?:(?:still|currently|already|now)\s+)?"
    r"(?!not\b|no\b|never\b)([^\W\d_]{2,})"
    r"(?:,?\s+please)?\s*[.!]?\s*",
    re.IGNORECASE,
)
"""A clause that says how a thing stands, and nothing besides."""
_YEAR = re.compile(r"\b(?:from|of|von|aus|de)\s+((?:1\d|20)\d\d)\b(?![-/.]\d)", re.IGNORECASE)
"""From which year a thing is."""
_RELATED = re.compile(
    r"\s+(?:(?:that|which|who)\s+(?:(?:is|was|are|were|has\s+been)\s+)?)?"
    r"(?:belong(?:s|ing)?\s+to|[^\W\d_]{2,}(?:ed|wn|lt|nt|pt|ght|de|en)\s+(?:by|in|from|at))"
    r"\s+(?=(?:the\s+)?(?-i:[A-Z])|\d{4}\b)",
    re.IGNORECASE,
)
"""Of whom or of when a thing is, with a word for how: "the boat owned by Kim", "built in 1987"."""
_WHOSE = re.compile(
    r"\s+(?:that|which)\s+((?:[A-Z][\w'-]*\s+){1,3})(?:has\s+|had\s+)?[a-z]{3,}"
    r"(?:\s+(?:in|up|out|off))?(?=\s*(?:[.,;!?]|\Z))"
)
"""The same, the other way round: "the boat that Kim Roy owns"."""
_BEARING = re.compile(r"\s+with\s+(?:the\s+)?(?=(?:number|no\.?|nr\.?)\s)", re.IGNORECASE)
_AFTER = frozenset({"please", "pls", "thanks", "thank", "you", "now", "asap"})
_ADVERBS = frozenset(
    {"back", "right", "away", "immediately", "straight", "promptly", "permanently"}
)
_TOPIC = re.compile(
    r"(?:^|[.!?\n])\s*((?:the|my|our|his|her|their)\s[^:.!?,;\n]{2,60}):\s[^.!?\n]*\Z",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\W*((?:in|on|at|within|from|for)\s+[^,:;!?\n]{2,60}|[^\s,:;!?]{2,60})[,:]\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
"""Where all of a request is, as it says first."""
_SMALL = re.compile(r"\s(?:of|for|in|from|at|on|with|by|about|to)\s(?!(?:the|my|our)\s*\Z)")
"""What ends the noun of things: "all tickets of Ann"."""
_NTH = re.compile(r"\d+(?:st|nd|rd|th)?", re.IGNORECASE)
_OF_THINGS = EACH | frozenset({"the", "my", "our", "his", "her", "their", "these", "those", "any"})
"""Words that stand before a thing, or before what it is like."""
_ONES = frozenset({"one", "ones"})
_LETTERS = 3


class Said(NamedTuple):
    """What one request says of its thing, or things.

    Args:
        words: stems that have to stand in its record.
        nouns: the same, where only a plain noun tells it from others.
        many: of how many it speaks; 0: of each there is; 1: of one.
        dated: whether it tells them by when they are: "all meetings on Friday".
        phrase: its words, as they stand there.
        bounds: how they stand, and how much they are, at most or at least.
    """

    words: frozenset[str]
    nouns: frozenset[str]
    many: int = 1
    dated: bool = False
    phrase: str = ""
    bounds: Bounds = ANY


@lru_cache(maxsize=1024)  # the same request is held against each id of a list
def said_of(text: str, able: Capability, covered: frozenset[str]) -> tuple[Said, ...]:
    """Return what a request may say of its thing: before "to", and all of it."""
    text = _BEARING.sub(" ", _RELATED.sub(" of ", _WHOSE.sub(r" of \1", text)))
    bounds, text = bounds_in(text)
    first = WORD.search(text)
    if first is None:
        return ()
    end = _END.search(text, first.end())
    phrase, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    state = _STATE.fullmatch(rest) if end and end[0].casefold() in {"that", "which"} else None
    little = frozenset[str]()
    if state:  # "the tour that is full" is the full tour
        phrase, rest = f"{phrase} {state[1]}", ""
        little = frozenset({stem(state[1])} if is_stop(state[1]) else ())
    if _PART.search(phrase) or _ORDERED.search(phrase):
        return ()
    phrase = _BY.sub("", phrase)
    found = list[Said]()
    if aim := _TO.search(phrase):
        head = _words(phrase[: aim.start()], able, covered)
        if head.words:
            found.append(head)
    if not found:
        found.append(_words(phrase, able, covered))
    quiet = {one[0].casefold() for one in WORD.finditer(rest)} <= _AFTER
    return tuple(
        one._replace(words=one.words | little, bounds=_told_by(one, bounds))
        for one in found
        if one.many == 1 or (quiet and not _is_counted(one, covered))
    )


def _told_by(said: Said, bounds: Bounds) -> Bounds:
    """Return what tells things from others; the state of one that words tell only describes it."""
    return bounds._replace(states=frozenset()) if said.many == 1 and said.words else bounds


def _is_counted(said: Said, covered: frozenset[str]) -> bool:
    """Return whether a request tells several things from others by a number that nobody reads.

    "All orders over 3 days", "those between 10 and 20": how many they are is no such number, nor
    is a day, nor what the call holds besides.
    """
    return not said.dated and not numbers_in(said.phrase) <= covered | said.words | {str(said.many)}


@lru_cache(maxsize=256)  # the same for each id of a list
def behind_place(text: str, within: frozenset[str]) -> str:
    """Return what a request says behind where all of it is: "In north.io, drop the mill".

    Args:
        text: of the request.
        within: what the call is within, in small letters.
    """
    lead = _LEAD.match(text)
    if lead is None:
        return text
    said = {one for one in plainly(lead[1]).split() if not is_stop(one)}
    place = {word for one in within for word in plainly(one).split()}
    told = not said.isdisjoint(place) and len(said - place) <= 1  # "in the zone north.io"
    return text[lead.end() :] if told else text


def topic_of(text: str, start: int) -> str:
    """Return what a sentence is about, as it says before a place in it: "the old barn: ..."."""
    found = _TOPIC.search(text, 0, start)
    return found[1] if found else ""


def _words(phrase: str, able: Capability, covered: frozenset[str]) -> Said:
    plain = able.stems | covered
    verb = next((stem(one[0]) for one in WORD.finditer(phrase)), "")
    said = [one[0] for one in WORD.finditer(phrase)]
    rest = covered_by(said)  # the "rid" of "get rid of it"
    every = ["", *(one for at, one in enumerate(said) if at not in rest), ""]
    stems = frozenset(
        own
        for before, one, after in zip(every, every[1:], every[2:], strict=False)
        if not is_stop(one) and _bare(one) not in ASKING | CALENDAR | BOUNDS | _ONES | _ADVERBS
        # How much is weighed by itself: "donate 40 euros to the campaign for wells".
        if not (currency_of(one) and before[-1:].isdigit())
        if not _NTH.fullmatch(one) and one.casefold() not in NUMBERS
        if len(one) >= _LETTERS or any(map(str.isdigit, one))
        if one.casefold() not in GENERIC
        if (own := stem(one)) not in plain and own != verb
        if not verb_classes(own) or _is_state(before, one, after)
    )
    words = frozenset(one for one in stems if not noun_classes(one))
    count = _COUNT.search(phrase)
    number = _number(count[1].casefold()) if count else 0
    number = 0 if str(number) in covered else number  # "by three months" is no three of them
    each = _EACH.search(phrase) or (words and _MANY.search(phrase))
    many = number if number > 1 else 0 if each else 1
    # "Crate no. 812" is the one of that number, whatever its id is.
    things = things_of(able.stems) - {verb}
    numbers = {digits for _, noun, digits in numbered(phrase) if noun in things}
    numbers |= {one[1] for one in _YEAR.finditer(phrase)}
    # Of several, a noun beside theirs says of which sort they are: "all invoice tickets".
    sort = frozenset[str]() if many == 1 else stems - words - _heads(phrase, able)
    words |= sort | (numbers - covered)
    return Said(words, stems - words, many, is_dated(phrase), phrase)


def _heads(phrase: str, able: Capability) -> frozenset[str]:
    """Return the stems that only say again what the things are: the tool's noun, or the last."""
    end = _SMALL.search(phrase)
    said = [stem(one[0]) for one in WORD.finditer(phrase[: end.start()] if end else phrase)]
    return frozenset(
        one for one in said if not noun_classes(one).isdisjoint(able.nouns)
    ) | frozenset(said[-1:])


def _is_state(before: str, word: str, after: str) -> bool:
    """Return whether a verb's word says how a thing stands: "every planned one", "the open one"."""
    said = word.casefold()
    if said.endswith("ed") or said in PAST:
        return True
    return before.casefold() in _OF_THINGS and bool(after) and not is_stop(after)


def is_dated(text: str) -> bool:
    """Return whether a text names a day, or a time of it."""
    days = near_in(text) or speaks_of_dates(text) or whose_days(text)
    return bool(days or any(True for _ in dates(text)))


def _bare(word: str) -> str:
    """Return a word in small letters without the mark of whose something is: thursday's."""
    return word.casefold().replace("\u2019", "'").removesuffix("'s")


def _number(word: str) -> int:
    return 2 if word == "both" else int(word) if word.isdigit() else NUMBERS[word]
