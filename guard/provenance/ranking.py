"""Which one of a list a person means by a rule: "the best rated under 210", "whichever is closer".

It finds the rule with its filter, and which of the records of a list it means, on trusted fields
only; what it cannot read in it is not known. It knows no call.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from guard.provenance.conditional_words import COMPARES, NOT
from guard.provenance.currencies import words_in
from guard.provenance.grammar import RANKLESS, UNCOMPARED
from guard.provenance.lexicon import is_stop, noun_classes, stem
from guard.provenance.money import decimal_of
from guard.provenance.records import Record
from guard.provenance.select import BEGUN, DUE, LATER, RANKS, TOUCHED, beats, beyond, is_amount
from guard.provenance.sentences import WORD, sentences
from guard.provenance.unasked import Span
from guard.provenance.value import Value

_NAMES_ONE = (
    r"\b(?:the|my|our|your|their|its|his|her|whose|der|die|das|den|dem|le|la|les|el|los|las)\s+"
    r"(?:[^\W\d_]+\s+)?"
)
_MOST = re.compile(
    rf"{_NAMES_ONE}(?P<rank>(?:best|top|highest|lowest|worst)[\s-]rated|longest[\s-](?:standing|serving|running)|most\s+recent|(?:most|least)\s+[^\W\d_]{{4,}}|best|worst"
    r"|[^\W\d_]{2,}est(?:e[nmrs]?)?|[^\W\d_]{3,}ste[nmrs]?|(?:plus|moins|m\u00e1s|menos)\s+[^\W\d_]{4,}|meilleur\w*|mejor)\b"
    r"(?!\s+(?:version|priority|quality|setting|level|practice\w*|regards|wishes|effort|possible|interest|importance"
    r"|updates?|news|extent|degree|standard|way|convenience|of\s+(?:my|our)\s+(?:knowledge|ability))\b)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?P<which>whichever|whatever(?=\s+(?:is|costs?)\b))\b"
    r"|\bthe\s+(?P<rank>(?:more|less)\s+[^\W\d_]{4,}|[^\W\d_]{2,}er|worse)\s+(?:one|of|option)\b(?!\s+the\s+(?:day|week|month)s?\b)",
    re.IGNORECASE,
)
_THAT = r"(?:that|which|who)"
_AFTER = r"(?=\s*(?:[.,;:!?]|$|(?:to|and|or|should|has|must|can|needs|back|please|now|go)\b))"
"""What may stand behind: nothing that tells it from others."""
_HAS = rf"(?:{_THAT}\s+)?(?:has|have)"
_IS_DUE = rf"(?:{_THAT}\s+)?(?:is|are)\s+due"
_UNTOUCHED = (
    rf"(?:{_THAT}\s+)?(?:hasn['\u2019]t|has\s+not)\s+been\s+"
    r"(?:updated|changed|modified|edited|used|touched)\s+(?:(?:for|in)\s+)?(?:the\s+)?longest"
)
_LAST = tuple(
    (
        re.compile(
            rf"\b(?:the|whichever)\s+(?P<rest>[^.,;:!?]{{2,40}}?)\s+{how}\b(?:\s+time\b)?"
            rf"{_AFTER}",
            re.IGNORECASE,
        ),
        fields,
        most,
    )
    for how, fields, most in (
        (rf"{_IS_DUE}\s+(?:first|next|soonest)", DUE, False),
        (rf"{_IS_DUE}\s+(?:last|latest)", DUE, True),
        (rf"{_HAS}\s+been\s+[^.,;:!?]{{2,24}}?\s(?:for\s+)?(?:the\s+)?longest", BEGUN, False),
        (_UNTOUCHED, TOUCHED, False),
    )
)
"""How the one of a list is told by what is said behind it."""
_OF_THEM = re.compile(
    r"\bthe\s+(?P<rank>[^\W\d_]{2,}er|worse)\s+of\s+(?:the|my|our|those|these)\s+two\s+(?P<rest>[^.,;:!?]{2,40}?)"
    r"(?=\s+(?:go|to|for|with|on|in|at|be)\b|[.,;:!?]|$)",
    re.IGNORECASE,
)
"""Which of two that are told by what they are, and not by their names."""
_ENDS = re.compile(
    r"[,;:]\s|\b(?:and|then|but|to|for|with\s+my|using|und|dann|et|puis|y)\b", re.IGNORECASE
)
_COMPARED = re.compile(
    r"\b(?:is|are|costs?|comes|has(?:\s+the)?)\s+(?:the\s+)?(?P<rank>(?:more|less|most|least)\s+[^\W\d_]+|[^\W\d_]+)",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"\b(?:of|in|on|from|at|my|the|our|all|list|one|ones|two|three|them|these|those)\b",
    re.IGNORECASE,
)


class Ranking(NamedTuple):
    """One rule.

    Args:
        place: where its words stand.
        fields: the words of the fields that order; empty: it is not known by which.
        most: whether the one with the most of it is meant.
        rest: what else it says of the one: a filter, or what it is.
        named: whether it chooses between things that the person names.
        many: among how many there have to be; 0: any number.
    """

    place: Span
    fields: frozenset[str]
    most: bool
    rest: str
    named: bool
    many: int = 0


def rankings_of(text: str) -> tuple[Ranking, ...]:
    """Return the rules by which a text says which one of several is meant."""
    return tuple(one for start, end in sentences(text) for one in _in_sentence(text, start, end))


def _in_sentence(text: str, start: int, end: int) -> Iterator[Ranking]:
    taken = [*_told_behind(text, start, end), *_of_two(text, start, end)]
    yield from taken
    for one in _MOST.finditer(text, start, end):
        word = " ".join(one["rank"].casefold().split())
        if word in RANKLESS or _is_within(one.start("rank"), taken):
            continue
        cut = _ENDS.search(text, one.end(), end)
        stop = cut.start() if cut else end
        fields, most = _order(word)
        yield Ranking(
            (one.start(), stop), fields, most, text[one.end() : stop].strip(" .!?\n"), named=False
        )
    for one in _MORE.finditer(text, start, end):
        word = (one["rank"] or "").casefold()
        if word in UNCOMPARED or _is_within(one.start(), taken):
            continue
        said = _COMPARED.search(text, one.end(), end) if one["which"] else None
        fields, most = _order(said["rank"].casefold() if said else word)
        yield Ranking((start, end), fields, most, "", named=True)


def _told_behind(text: str, start: int, end: int) -> Iterator[Ranking]:
    for pattern, fields, most in _LAST:
        for one in pattern.finditer(text, start, end):
            yield Ranking(one.span(), fields, most, one["rest"], named=False)


def _of_two(text: str, start: int, end: int) -> Iterator[Ranking]:
    for one in _OF_THEM.finditer(text, start, end):
        fields, most = _order(one["rank"].casefold())
        yield Ranking(one.span(), fields, most, one["rest"], named=False, many=2)


def _is_within(at: int, taken: Sequence[Ranking]) -> bool:
    return any(one.place[0] <= at < one.place[1] for one in taken)


def _order(word: str) -> tuple[frozenset[str], bool]:
    return next(
        ((fields, most) for pattern, fields, most in RANKS if pattern.fullmatch(word)),
        (frozenset(), True),
    )


def meant(
    rule: Ranking, own: Record, listed: Sequence[Record], value: Value,
    named: Callable[[Record], bool], sought: frozenset[str] = frozenset(),
) -> bool | None:  # fmt: skip
    """Return whether a record is the one of a whole list that a rule means; None: nobody knows.

    Args:
        rule: the rule.
        own: the record.
        listed: the list.
        value: of the call: that the one is what it acts on says nothing more of it.
        named: whether a record is one of those that the person names.
        sought: stems by which the list was asked for: all of it is of that.
    """
    passes = _filter(rule, value, listed, sought)
    if passes is None or not rule.fields:
        return None
    among = [one for one in listed if named(one)] if rule.named else [*listed]
    kept = [one for one in among if passes(one) is not False]
    if passes(own) is False:
        return False
    if passes(own) is None or any(passes(one) is None for one in kept) or len(among) < 2:  # noqa: PLR2004
        return None
    if rule.many and len(kept) != rule.many:
        return None
    return _first(rule, own, kept)


def _first(rule: Ranking, own: Record, kept: Sequence[Record]) -> bool | None:
    fields = _ordering(rule, own)
    if len(fields) != 1 or not any(one is own for one in kept):
        return None
    value = own.measures[fields[0]]
    others = [one.measures.get(fields[0]) for one in kept if one is not own]
    return all(beats(value, one, most=rule.most) for one in others)


def _ordering(rule: Ranking, own: Record) -> list[str]:
    """Return the fields of a record by which a rule orders: how old a thing is, its only moment."""
    late = LATER if rule.fields is BEGUN else frozenset[str]()
    named = {name: frozenset(name.split("_")) for name in own.measures}
    fields = [
        name
        for name, words in named.items()
        if not rule.fields.isdisjoint(words) and late.isdisjoint(words)
    ]
    if fields or "date" not in rule.fields:
        return fields
    return [
        name
        for name, one in own.measures.items()
        if isinstance(one, str) and LATER.isdisjoint(named[name])
    ]


def _filter(
    rule: Ranking, value: Value, listed: Sequence[Record], sought: frozenset[str]
) -> Callable[[Record], bool | None] | None:
    """Return what tells whether a rule chooses from among a record; None: nothing does."""
    compared = COMPARES.search(rule.rest)
    rest = f"{rule.rest[: compared.start()]} {compared['of']}" if compared else rule.rest
    if compared and rule.rest[compared.end() :].strip():
        return None
    words = [one[0] for one in WORD.finditer(_OFF.sub(" ", rest))]
    strange = [
        one
        for one in words
        if not (is_stop(one) or stem(one) in value.kin or stem(one) in sought)
        if noun_classes(stem(one)).isdisjoint(value.nouns)
    ]
    if NOT.search(rule.rest):
        return None
    if not compared:
        return _in_state(frozenset(map(stem, strange)), listed) if strange else lambda _: True
    how = next(name for name in ("lt", "gt", "le", "ge", "eq") if compared[name])
    limit = decimal_of(compared["number"].replace(",", ""))
    stems = frozenset(map(stem, strange))
    if limit is None or compared["unit"]:
        return None

    def passes(record: Record) -> bool | None:
        fields = [
            value
            for name, value in record.measures.items()
            if (stems <= frozenset(map(stem, words_in(name))) if stems else is_amount(name))
        ]
        if len(fields) != 1 or not isinstance(fields[0], Decimal):
            return None
        return beyond(how, fields[0], limit)

    return passes


def _in_state(
    words: frozenset[str], listed: Sequence[Record]
) -> Callable[[Record], bool | None] | None:
    """Return what tells whether a record is in a state, or of a sort; None: no field says so."""
    if any(words in _states(one) for one in listed):

        def stands(record: Record) -> bool | None:
            states = _states(record)
            return words in states if states else None

        return stands
    if any(words in _values(one) for one in listed):
        return lambda record: words in _values(record)
    return None


def _states(record: Record) -> frozenset[frozenset[str]]:
    return frozenset(map(_state, record.states.values()))


def _values(record: Record) -> frozenset[frozenset[str]]:
    """Return the short trusted texts of a record, each as the stems of all its words."""
    return frozenset(map(_state, record.titles))


def _state(text: str) -> frozenset[str]:
    return frozenset(map(stem, words_in(text)))
