"""What a person sets side by side: "give Ann the blue one and Bob the red one" crosses neither.

A sentence is cut at its commas and its "and"; what stands in one part belongs together, where the
parts are alike. So do the first of two lists, "respectively". It compares words, and no more.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from guard.model.origin import TRUSTED
from guard.provenance.quantity.sums import RESPECTIVELY
from guard.provenance.quantity.weekdays import DAYS
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.pointers import form
from guard.provenance.source.rowed import Values, rows_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import sentences
from guard.provenance.vocabulary.currencies import currency_of, words_in
from guard.provenance.vocabulary.grammar import ASKING, CALENDAR
from guard.provenance.vocabulary.lexicon import is_stop, stem

_TOKEN = re.compile(r"[\w.+-]+@[\w.-]+\w|#?[^\W_]+(?:[._'\u2019/-][^\W_]+)*")
_CUT = re.compile(r"\n|[,;]\s|\s(?:and|und|et|y|while|plus)\s|,?\s(?:then)\s", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:\s?[^\W\d_]{3}|\s?[\u20ac$\u00a3%])?\s*(?:,\s*(?:and|und|et|y)?|(?:and|und|et|y|&))\s*[\u20ac$\u00a3]?",
    re.IGNORECASE,
)
_ON = frozenset({"on", "enabled"})
_OFF = frozenset({"off", "disabled"})
_SWITCHES = {
    str(on): tuple(frozenset({one}) for one in words) for on, words in ((True, _ON), (False, _OFF))
}
_JOINS = frozenset({"and", "und", "et", "y"})
_LEAST = 2
_MANY = 3


_MARK = re.compile(r"\s*(?:[-*\u2022]|\d+[.)])\s")
"""How a line of a list begins."""


class _Word(NamedTuple):
    """A word of a sentence: as it is compared, what it looks like, where it stands."""

    text: str
    shape: str
    start: int
    end: int


Parts = tuple[tuple[_Word, ...], ...]
Forms = tuple[frozenset[str], ...]
"""The ways in which a value may be said, each as the words that say it."""


def crosses(task: Task, known: Known, values: Values) -> bool:
    """Return whether a call puts together what the person set beside other things.

    Args:
        task: what the person said.
        known: what the session has seen.
        values: the arguments of the call.
    """
    spoken = _spoken(task.wanted)  # most requests name one thing
    return bool(spoken) and any(_mixes(task, known, row, spoken) for row in rows_of(values))


def _mixes(task: Task, known: Known, values: Values, spoken: frozenset[str]) -> bool:
    every: list[tuple[Value, Forms]] = []
    said: list[tuple[Value, Forms]] = []
    for value, one in values:
        if value.text and value.role != "body":
            both = value, _forms(known, value, one)
            every.append(both)
            if [1 for form in both[1] if form <= spoken]:
                said.append(both)
    if len(said) < _LEAST:  # it takes two to be crossed
        return False
    paths = [value.path for value, _ in values]
    held = frozenset(word for _, forms in every for form in forms for word in form)
    plain = frozenset(stem(word) for path in paths for word in words_in(path))
    plain |= frozenset().union(*(value.kin for value, _ in every))
    single = [forms for value, forms in said if paths.count(value.path) == 1]
    return any(_crossed(part, single, held, plain) for part in _pairs(task.wanted))


@lru_cache(maxsize=256)
def _spoken(text: str) -> frozenset[str]:
    """Return the words of all parts that a text sets side by side; none: it sets nothing so."""
    return frozenset(one.text for parts in _pairs(text) for part in parts for one in part)


@lru_cache(maxsize=256)  # a task is asked about again and again
def _pairs(text: str) -> tuple[Parts, ...]:
    """Return the sentences of a text as parts of which each may say what belongs together."""
    every = [*sentences(text)]
    found = [_zipped(text, *place) or _cut(text, *place) for place in every]
    openings = groupby(every, key=lambda place: _opening(text, *place))
    alike = [several for _, places in openings if len(several := [*places]) >= _LEAST]
    rows = (tuple(_part(text, *place) for place in places) for places in alike)
    return tuple(one for one in (*found, *rows) if len(one) >= _LEAST and _comparable(one))


def _comparable(parts: Parts) -> bool:
    """Return whether two parts hold words in the same place: without, nothing can be crossed."""
    places = [frozenset(_places_in(part)) for part in parts]
    return len(frozenset().union(*places)) < sum(map(len, places))


def _places_in(part: Sequence[_Word]) -> Iterator[tuple[str, str]]:
    """Yield where the words of a part stand, so that those that are `_alike` share one."""
    for at, one in enumerate(part):
        if one.shape != "word":
            yield "as", one.shape
            continue
        before, after = _beside(part, at - 1), _beside(part, at + 1)
        if before.text:
            yield "behind", before.text
        if before.shape != "word":
            yield "behind as", before.shape
        if after.text:
            yield "before", after.text


def _cut(text: str, start: int, end: int) -> Parts:
    cuts = [(one.start(), one.end()) for one in _CUT.finditer(text, start, end)]
    begins, stops = [start, *(last for _, last in cuts)], [*(first for first, _ in cuts), end]
    places = zip(begins, stops, strict=True)
    return tuple(one for place in places if (one := _part(text, *place))) if cuts else ()


def _part(text: str, start: int, end: int) -> tuple[_Word, ...]:
    words = tuple(_words(text, start, end))
    opens = not text[:start].strip() or text[:start].rstrip(" ")[-1:] in ".;!?\n"
    if words and opens and words[0].shape == "Name":
        return (words[0]._replace(shape="word"), *words[1:])  # with a capital letter as all are
    return words


def _opening(text: str, start: int, end: int) -> str:
    """Return how a sentence begins: with a mark of a list, or with a word."""
    mark = _MARK.match(text, start, end)
    if mark:
        return "-"
    return next(
        (one.text for one in _words(text, start, end) if one.text not in ASKING), f"{start}"
    )


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    for one in _TOKEN.finditer(text, start, end):
        word = one[0].lstrip("#")
        yield _Word(word.casefold().removesuffix("'s"), _shape(word), *one.span())


def _shape(word: str) -> str:
    """Return what a word looks like: a number, an id (A-9), an address, a day, a name or a word."""
    folded = word.casefold()
    if folded in CALENDAR:
        return "day"
    if "@" in word:
        return "@"
    if any(map(str.isdigit, word)):
        return form(word)
    if "." in word or "_" in word or "/" in word:
        return "file"
    if folded in _ON | _OFF:
        return "switch"
    return "Name" if word[:1].isupper() else "word"


def _zipped(text: str, start: int, end: int) -> Parts:
    """Return the pairs of two lists of which each goes with its like: "10 and 20 to A and B"."""
    runs = list[list[_Word]]()
    if not _LISTED.search(text, start, end):
        return ()
    for one in _words(text, start, end):
        if one.text in _JOINS or currency_of(one.text):
            continue
        before = runs[-1][-1] if runs else None
        if before and before.shape == one.shape and _LISTED.fullmatch(text, before.end, one.start):
            runs[-1].append(one)
        else:
            runs.append([one])
    lists = [one for one in runs if len(one) >= _LEAST]
    each = RESPECTIVELY.search(text, start, end) is not None
    if len(lists) != _LEAST or len(lists[0]) != len(lists[1]):
        return ()
    return tuple(zip(*lists, strict=True)) if each or len(lists[0]) >= _MANY else ()


def _forms(known: Known, value: Value, one: Worth) -> Forms:
    """Return how a value may be said: itself, or by the name of its record."""
    if value.text in _SWITCHES:
        return _SWITCHES[value.text]
    if value.moment[0]:
        return _day_forms(value.moment[0])
    if value.money is not None:
        return (frozenset({f"{value.money.number.normalize():f}"}),)
    own = _said_by(value.text)
    if one.place is None or not one.place.record or one.source < TRUSTED:
        return own
    record = known.record(one.place.record)
    names = record.titles or map(str.casefold, record.own)
    return (*own, *(form for each in names for form in _said_by(each)))


@lru_cache(maxsize=4096)  # the same names come again and again
def _said_by(text: str) -> Forms:
    words = frozenset(one.text for one in _words(text, 0, len(text)))
    return (words,) if words else ()


@lru_cache(maxsize=1024)
def _day_forms(day: str) -> Forms:
    try:
        return frozenset({day}), frozenset({DAYS[date.fromisoformat(day).weekday()]})
    except ValueError:
        return (frozenset({day}),)


def _crossed(
    parts: Sequence[Sequence[_Word]], said: Sequence[Forms], held: frozenset[str],
    plain: frozenset[str],
) -> bool:  # fmt: skip
    """Return whether two values of a call stand in two parts, each beside another one like it."""
    common = frozenset.intersection(*(frozenset(one.text for one in part) for part in parts))
    where = [_places(parts, forms, common) for forms in said]
    for at, first in enumerate(where):
        for second in where[at + 1 :]:
            if not first or not second or any(one in second for one in first):
                continue
            if all(
                _rivals(parts[one], parts[other], first[one], second[other], held, plain)
                for one in first
                for other in second
            ):
                return True
    return False


def _places(
    parts: Sequence[Sequence[_Word]], forms: Forms, common: frozenset[str]
) -> dict[int, frozenset[str]]:
    """Return in which parts a value stands, with the words that say it there."""
    found: dict[int, frozenset[str]] = {}
    for words in forms:
        own = words - common
        for at, part in enumerate(parts):
            if own and own <= {one.text for one in part}:
                found[at] = own
    return found


def _rivals(
    one: Sequence[_Word], other: Sequence[_Word], first: frozenset[str], second: frozenset[str],
    held: frozenset[str], plain: frozenset[str],
) -> bool:  # fmt: skip
    """Return whether each of two parts says another value in the place of what the other says."""
    return _like(one, other, first, second, held, plain) and _like(
        other, one, second, first, held, plain
    )


def _like(
    part: Sequence[_Word], other: Sequence[_Word], own: frozenset[str], its: frozenset[str],
    held: frozenset[str], plain: frozenset[str],
) -> bool:  # fmt: skip
    """Return whether a part says, beside a value, another one that looks like the other part's."""
    return any(
        _alike(part, at, other, there)
        for there, said in enumerate(other)
        if said.text in its
        for at, each in enumerate(part)
        if each.text not in own and each.text not in held and each.shape == said.shape
        if each.shape != "word" or not (is_stop(each.text) or stem(each.text) in plain)
    )


def _alike(part: Sequence[_Word], at: int, other: Sequence[_Word], there: int) -> bool:
    """Return whether two words stand in the same place of two parts; of a plain one that tells."""
    if part[at].shape != "word":
        return True
    before, its = _beside(part, at - 1), _beside(other, there - 1)
    after, its_after = _beside(part, at + 1), _beside(other, there + 1)
    same = before.text == its.text or before.shape == its.shape != "word"
    return bool(before.text and same) or bool(after.text and after.text == its_after.text)


def _beside(part: Sequence[_Word], at: int) -> _Word:
    return part[at] if 0 <= at < len(part) else _Word("", "word", 0, 0)
