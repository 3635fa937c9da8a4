"""Which record of a list a rule means: the cheapest one to Bern, the one with the fewest seats.

On trusted fields only. Words of the rule that no record bears tell it from others by something that
nobody knows; then it is not known either. It knows no call.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from guard.provenance.request.ranking import ORDERS, Ranking
from guard.provenance.result.records import Record
from guard.provenance.result.select import BEGUN, FIRST_BY, LATER, beats, beyond, is_amount
from guard.provenance.source.value import Value
from guard.provenance.speech.sentences import WORD
from guard.provenance.typed.money import decimal_of
from guard.provenance.vocabulary.conditional_words import COMPARES, NOT
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem
from guard.provenance.vocabulary.words import CONTAINERS

_OFF = frozenset(
    {
        *("of", "in", "on", "from", "at", "to", "for", "with", "my", "the", "our", "all", "list"),
        *("one", "ones", "two", "three", "them", "these", "those"),
    }
)
"""Words around those that tell it from others."""
_BUT = re.compile(
    r"\b(?:(?:other|rather)\s+than|(?:apart|aside)\s+from|except(?:ing)?|excluding|besides|but|ohne"
    r"|au(?:ß|ss)er|sauf|hormis)\b",
    re.IGNORECASE,
)
"""What leaves some of them out."""
_STANDS = re.compile(
    r"\b(?:that|which|who)\s+(?:is|are)\s+(?:still\s+|currently\s+|now\s+)?([^\W\d_]+)\s*\Z",
    re.IGNORECASE,
)
"""How the one stands, though by a little word: "that is in"."""
_HOW_MANY = frozenset(map(stem, ("count", "number", "num", "total", "amount", "quantity", "of")))
"""Words of fields, and of people, that say only that it is so many."""

Passes = Callable[[Record], bool | None]
NOTHING: frozenset[str] = frozenset()


def meant(
    rule: Ranking, own: Record, listed: Sequence[Record], value: Value,
    named: Callable[[Record], bool], sought: frozenset[str] = NOTHING,
    elsewhere: frozenset[str] | None = None,
) -> bool | None:  # fmt: skip
    """Return whether a record is the one of a whole list that a rule means; None: nobody knows.

    Args:
        rule: the rule.
        own: the record.
        listed: the list.
        value: of the call: that the one is what it acts on says nothing more of it.
        named: whether a record is one of those that the person names.
        sought: stems by which the list was asked for: all of it is of that.
        elsewhere: stems of what else the call holds, so that "to Bern" is where it goes, and not
            which one is meant; None: what stands behind the rule says nothing of which one.
    """
    fields, most, words = _order(rule, listed)
    behind = _behind(rule, listed, elsewhere)
    passes = _filter(rule, words, behind, value, listed, sought, elsewhere or NOTHING)
    if passes is None or not fields:
        return None
    among = ([one for one in listed if named(one)] if rule.named else []) or [*listed]
    kept = [one for one in among if passes(one) is not False]
    if passes(own) is False:
        return False
    if passes(own) is None or any(passes(one) is None for one in kept) or len(among) < 2:  # noqa: PLR2004
        return None
    if rule.many and len(kept) != rule.many:
        return None
    return _first(own, kept, fields, most=most)


def _order(rule: Ranking, listed: Sequence[Record]) -> tuple[frozenset[str], bool, list[str]]:
    """Return the words of the fields that order, whether the most is meant, and the other words.

    "The highest fee" says it itself: then it is that field, and no other.
    """
    first, *behind = rule.word.split() or [""]
    said = [one[0] for one in WORD.finditer(rule.rest)]
    words = [*behind, *said] if first in ORDERS else said
    names = {name for one in listed for name in one.measures}
    for many in range(len(words), 0, -1) if first in ORDERS else ():
        stems = frozenset(map(stem, words[:many])) - _HOW_MANY
        if stems and any(stems == _stems(name) - _HOW_MANY for name in names):
            return stems, ORDERS[first], words[many:]
    parts = frozenset(part for name in names for part in name.split("_"))
    for fields, most in FIRST_BY.get(first, ()):
        if not fields.isdisjoint(parts):
            return fields, most, said
    return rule.fields, rule.most, said


def _first(
    own: Record, kept: Sequence[Record], words: frozenset[str], *, most: bool
) -> bool | None:
    fields = _ordering(words, own)
    if len(fields) != 1 or not any(one is own for one in kept):
        return None
    value = own.measures[fields[0]]
    others = [one.measures.get(fields[0]) for one in kept if one is not own]
    return all(beats(value, one, most=most) for one in others)


def _ordering(words: frozenset[str], own: Record) -> list[str]:
    """Return the fields of a record by which words order: how old a thing is, its only moment."""
    late = LATER if words is BEGUN else NOTHING
    named = {name: frozenset(name.split("_")) for name in own.measures}
    exact = [name for name in named if _stems(name) - _HOW_MANY == words]
    fields = exact or [
        name
        for name, parts in named.items()
        if not words.isdisjoint(parts) and late.isdisjoint(parts)
    ]
    if fields or "date" not in words:
        return fields
    return [
        name
        for name, one in own.measures.items()
        if isinstance(one, str) and LATER.isdisjoint(named[name])
    ]


def _behind(
    rule: Ranking, listed: Sequence[Record], elsewhere: frozenset[str] | None
) -> frozenset[str]:
    """Return the words behind a rule that tell the one from others: those that records bear."""
    if not rule.more or elsewhere is None:
        return NOTHING
    words = _stems(rule.more) - elsewhere
    return words & frozenset().union(*(said for one in listed for said in _sayings(one)))


def _filter(
    rule: Ranking, said: Iterable[str], behind: frozenset[str], value: Value,
    listed: Sequence[Record], sought: frozenset[str], elsewhere: frozenset[str],
) -> Passes | None:  # fmt: skip
    """Return what tells whether a rule chooses from among a record; None: nothing does."""
    if NOT.search(rule.rest) or _BUT.search(rule.rest):
        return None
    compared = COMPARES.search(rule.rest)
    if compared and rule.rest[compared.end() :].strip():
        return None
    words = [one[0] for one in WORD.finditer(compared["of"])] if compared else said
    strange = frozenset(stem(one) for one in words if _tells(one, value, sought)) - elsewhere
    strange |= {stem(one[1]) for one in [_STANDS.search(rule.rest)] if one and is_stop(one[1])}
    if not compared:
        return _bears(strange | behind, listed)
    how = next(name for name in ("lt", "gt", "le", "ge", "eq") if compared[name])
    limit = decimal_of(compared["number"].replace(",", ""))
    held = _bears(behind, listed)
    if limit is None or compared["unit"] or held is None:
        return None
    return lambda one: _both(held(one), _limited(one, strange, how, limit))


def _tells(word: str, value: Value, sought: frozenset[str]) -> bool:
    """Return whether a word says more than what sort of thing the call acts on."""
    one = stem(word)
    if is_stop(word) or word.casefold() in _OFF | CONTAINERS:
        return False
    return not (one in value.kin or one in sought) and noun_classes(one).isdisjoint(value.nouns)


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001  three values
    return False if one is False or other is False else None if one is None else other


def _limited(record: Record, stems: frozenset[str], how: str, limit: Decimal) -> bool | None:
    """Return whether a number of a record stands to a limit as a word says."""
    fields = [
        value
        for name, value in record.measures.items()
        if (stems <= _stems(name) if stems else is_amount(name))
    ]
    if len(fields) != 1 or not isinstance(fields[0], Decimal):
        return None
    return beyond(how, fields[0], limit)


def _bears(words: frozenset[str], listed: Sequence[Record]) -> Passes | None:
    """Return what tells whether a record is in a state, or of a sort; None: no field says so.

    Each of the words has to belong to a field that says nothing besides: "refundable", "Bern".
    """
    if not words:
        return lambda _: True
    if not any(words <= _said(one, words) for one in listed):
        return None
    states = frozenset().union(*(_states(one) for one in listed))

    def passes(record: Record) -> bool | None:
        if words <= _said(record, words):
            return True
        lost = not _states(record) and any(one <= words for one in states)
        return None if lost else False  # it has no state, and others are told by theirs

    return passes


def _said(record: Record, words: frozenset[str]) -> frozenset[str]:
    """Return which words of a rule a record bears, in fields that say nothing besides."""
    return frozenset().union(*(one for one in _sayings(record) if one <= words))


def _sayings(record: Record) -> Sequence[frozenset[str]]:
    """Return what the trusted fields of a record say in few words, each as the stems of these."""
    return [*map(_stems, record.sure)]


def _states(record: Record) -> Sequence[frozenset[str]]:
    return [*map(_stems, record.states.values())]


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, words_in(text)))
