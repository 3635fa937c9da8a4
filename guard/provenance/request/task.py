"""What a person's own words name: the ground on which every argument is weighed.

Only texts that the front received from the person belong in here; an agent's declaration never
does. It says what was named and how, and decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from guard.provenance.quantity.counts import behind_words, numbers, plural, quantities
from guard.provenance.quantity.hours import hours_between, hours_in
from guard.provenance.quantity.rates import rates_in
from guard.provenance.quantity.sums import Sum, priced_by, sums_of
from guard.provenance.quantity.zones import zones_of
from guard.provenance.request.conditions import Condition, conditions_of
from guard.provenance.request.elliptic import elliptic
from guard.provenance.request.entities import extract
from guard.provenance.request.naming import LINKING, NAMED, SILENT, Naming, keys_of, naming_of
from guard.provenance.request.pieces import Piece, pieces_of
from guard.provenance.request.ranking import Ranking, rankings_of
from guard.provenance.result.lookalike import Looks, looks_of
from guard.provenance.result.select import Selection, selections
from guard.provenance.speech.asks import Ask, asks_of
from guard.provenance.speech.clauses import Clauses, clauses_of
from guard.provenance.speech.frames import Entity, is_id, silences
from guard.provenance.speech.lone import lent, stated_with, targets_in
from guard.provenance.speech.pasted import pasted
from guard.provenance.speech.questions import questions
from guard.provenance.speech.relayed import relayed, timely
from guard.provenance.speech.replied import replied
from guard.provenance.speech.sentences import acting, dictated
from guard.provenance.speech.stated import stated as stated_in
from guard.provenance.speech.unasked import joined, refused, without
from guard.provenance.typed.derived import (
    adds_up,
    converted,
    ends_of,
    lengths_in,
    parts_of,
    units_in,
)
from guard.provenance.typed.money import Money, money_of
from guard.provenance.vocabulary.lexicon import Words, stem, words_of
from guard.provenance.vocabulary.titles import content_words

_IDENTITIES = NAMED | LINKING | {"host", "object_id"}
_DESTS = frozenset({"email", "iban", "url", "host", "phone", "text"})
"""Kinds of what a receiver is known by."""
_GOES = frozenset({"dest", "bound"})
_UNASKED = frozenset({"unasked"})
_MOMENTS = frozenset({"date", "time"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One task as the person worded it: made once for a text and its days, and then a cache key.

    Args:
        spoken: whether anybody but the agent said anything.
        text: all of it.
        said: what of it was not left out: what a text may say.
        wanted: what asks for anything; the rest, and what is passed on, blank; `folded`: its case.
        entities: the typed values in it, in order.
        frames: how each value was named: (kind, canonical) -> frames. Names are kind `text`.
        left_out: those of them that were named only where nothing was asked for.
        money: the amounts named.
        currencies: those that its amounts may be in; `stated`: the one named for all of them.
        into: the currencies into which something is to be converted.
        sums: the amounts by whom they are for; `rates`: the numbers that are so much a day.
        priced: the amounts by the ids beside which they stand.
        percents: the percentages named; `adds`: whether it asks for a sum.
        counts: the numbers of other things: shares, litres, guests.
        tallies: each of them with the stem of what it is of.
        converted: what those are in other units; `units`: those of theirs that are known.
        naming: by what it names things.
        wording: those of what is passed on as well: what a text may say.
        words: what the words ask to be done.
        plural: whether it says each, all or every.
        selections: what it says of which one of a list is meant.
        ends: times of day that lie a named duration after a named time.
        clocks: times of day that are said in words, or as a bare hour.
        zones: in which zone each of these times is meant, as far as that is said.
        asks: the requests, one by one.
        clauses: the words of each clause that asks.
        pieces: the requests with what each of them names.
        conditions: on what they depend.
        rankings: the rules by which they choose.
        on: the days that each request names, as far as a clock tells; empty: no clock told; `off`:
            those from which something is moved.
        at: the times of day that each of them names.
        looks: what the identities in it look like.
        today: the days that it is now, wherever the person is; empty: nobody knows.
        kinds: the kinds of the values in it; `dests`: those in which a destination was named.
        named: the values named, not left out or passed on; `objects`: those that are no number.
        receivers: those named as where something goes.
        ids: how many things are named by an id, a file or a word with a digit.
        yearless: days (--MM-DD) that were named without a year.
        days: whether any day was named; `hours`: any time of day; `when`: either, by its digits.
    """

    spoken: bool = False
    text: str = ""
    said: str = ""
    wanted: str = ""
    entities: tuple[Entity, ...] = ()
    frames: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    left_out: frozenset[tuple[str, str]] = frozenset()
    money: frozenset[Money] = frozenset()
    currencies: frozenset[str] = frozenset()
    stated: frozenset[str] = frozenset()
    into: frozenset[str] = frozenset()
    sums: tuple[Sum, ...] = ()
    rates: frozenset[tuple[Decimal, str]] = frozenset()
    priced: tuple[Sum, ...] = ()
    percents: frozenset[Decimal] = frozenset()
    adds: bool = False
    counts: frozenset[Decimal] = frozenset()
    tallies: frozenset[tuple[str, Decimal]] = frozenset()
    converted: frozenset[Decimal] = frozenset()
    units: frozenset[tuple[str, int]] = frozenset()
    naming: Naming = field(default_factory=Naming)
    wording: frozenset[str] = frozenset()
    words: Words
    plural: bool = False
    selections: tuple[Selection, ...] = ()
    ends: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    zones: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    asks: tuple[Ask, ...] = ()
    clauses: Clauses = ()
    pieces: tuple[Piece, ...] = ()
    conditions: tuple[Condition, ...] = ()
    rankings: tuple[Ranking, ...] = ()
    on: tuple[frozenset[str], ...] = ()
    off: frozenset[str] = frozenset()
    at: tuple[frozenset[str], ...] = ()
    looks: Looks = field(default_factory=dict[str, frozenset[str]])
    today: frozenset[str] = frozenset()
    # Made once, because every value of every call is held against them.
    kinds: frozenset[str] = field(init=False, repr=False)
    dests: frozenset[str] = field(init=False, repr=False)
    named: frozenset[tuple[str, str]] = field(init=False, repr=False)
    objects: frozenset[tuple[str, str]] = field(init=False, repr=False)
    receivers: frozenset[tuple[str, str]] = field(init=False, repr=False)
    ids: int = field(init=False, repr=False)
    folded: str = field(init=False, repr=False)
    yearless: frozenset[str] = field(init=False, repr=False)
    days: bool = field(init=False, repr=False)
    hours: bool = field(init=False, repr=False)
    when: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kinds = frozenset(kind for kind, _ in self.frames)
        dests = frozenset(kind for (kind, _), how in self.frames.items() if "dest" in how)
        named = frozenset(one for one, how in self.frames.items() if not how <= SILENT)
        made = {
            "kinds": kinds,
            "days": "date" in kinds,
            "hours": "time" in kinds or bool(self.clocks),
            "when": not kinds.isdisjoint(_MOMENTS),
            "dests": dests,
            "named": named,
            "objects": frozenset(one for one in named if one[0] != "number"),
            "receivers": frozenset(
                one
                for one, how in self.frames.items()
                if one[0] in _DESTS
                if not how.isdisjoint(_GOES) or ("unknown" in how and one[0] not in dests)
            ),
            "yearless": frozenset(x for kind, x in self.frames if kind == "date" and x[0] == "-"),
            "folded": self.wanted.casefold(),
            "ids": len(
                {one.canonical for one in self.entities if is_id(one) and one.frame not in SILENT}
            ),
        }
        for name, one in made.items():
            object.__setattr__(self, name, one)

    def sends_to(self, kind: str, canonical: str) -> bool:
        """Return whether this value was named as where something goes."""
        return (kind, canonical) in self.receivers

    def names_it(self, kind: str, canonical: str) -> bool:
        """Return whether this value was named at all."""
        return (kind, canonical) in self.named

    def passes_on(self, kind: str, canonical: str) -> bool:
        """Return whether this value stands in what the person wrote, and was not left out."""
        return not self.frames.get((kind, canonical), _UNASKED) <= _UNASKED

    def dated(self, date: str) -> bool:
        """Return whether a day (YYYY-MM-DD) was named, with or without its year."""
        return ("date", date) in self.frames or ("date", f"-{date[4:]}") in self.frames

    def timed(self, time: str) -> bool:
        """Return whether a time of day (HH:MM) was named, or follows from one and a duration."""
        return ("time", time) in self.frames or time in self.ends or time in self.clocks


def _tallied(
    heads: Iterable[tuple[Decimal, str]], counted: Iterable[tuple[Decimal, str]]
) -> Iterator[tuple[str, Decimal]]:
    """Yield how many there are of each thing; of one in two places, what stands at the head."""
    first = {(stem(of), number) for number, of in heads}
    called = {of for of, _ in first}
    yield from first
    yield from ((own, number) for number, of in counted if (own := stem(of)) not in called)


def _plain(text: str, entities: Iterable[Entity]) -> str:
    """Return a text without what it quotes, dictates or was pasted."""
    quoted = ((one.start, one.end) for one in entities if one.kind == "quoted")
    return without(text, joined([*quoted, *dictated(text), *pasted(text)]))


@lru_cache(maxsize=256)  # a session is judged far more often than its task changes
def task_of(text: str) -> Task:
    """Return what a text names whose turns are marked, as that of a task is."""
    if not text:  # else the first call of a relay that is told no task waits for fifty patterns
        return Task(words=words_of(text), naming=naming_of(text, ()))
    entities = extract(text)
    named = tuple(one for one in entities if one.frame not in SILENT)
    clocks = [(one.canonical, one.start, one.end) for one in entities if one.kind == "time"]
    silent = silences(text, entities)
    asks = tuple(replied(text, asks_of(text, entities)))
    said = without(text, silent)
    wanted = without(said, relayed(text))
    more = [
        *elliptic(text, wanted, entities, asks),
        *stated_in(text, wanted, entities, asks),
    ]
    asks = tuple(sorted([*asks, *more], key=lambda x: x.place))
    hours = hours_in(whens := timely(text, said))
    ends = ends_of(text, [*(time for time, _, _ in clocks), *hours])
    priced = [
        (amount, (one.start, one.end))
        for one in named
        if one.kind == "amount" and (amount := money_of(one.canonical))
    ]
    places = [place for _, place in priced]
    money = frozenset(one for one, _ in priced)
    beside = frozenset(one.currency for one in money if one.currency)
    stated = stated_with(wanted, places, beside)
    counted = quantities(named)
    # Of 3 boxes of 12 pencils there are three; who changes it from 20 GB to 50 wants fifty.
    heads = quantities([one for one in named if one.frame != "mention"]) or counted
    frames: dict[tuple[str, str], set[str]] = {}
    for one in entities:
        for key in keys_of(one):
            frames.setdefault(key, set()).add(one.frame)
    return Task(
        spoken=bool(text.strip()),
        text=text,
        said=said,
        wanted=wanted,
        entities=entities,
        frames={key: frozenset(how) for key, how in frames.items()},
        left_out=frozenset(
            key for key, how in frames.items() if "unasked" in how and how <= SILENT
        ),
        money=money | lent(wanted, priced),
        currencies=stated or beside,
        stated=stated,
        into=targets_in(wanted, places),
        sums=sums_of(text, named),
        rates=frozenset(rates_in(wanted)),
        priced=priced_by(text, named),
        adds=adds_up(wanted),
        percents=numbers(named, "percent") | parts_of(wanted),
        counts=frozenset(number for number, _ in heads),
        tallies=frozenset([*_tallied(heads, counted), *behind_words(wanted)]),
        converted=converted(counted) | lengths_in(wanted),
        units=units_in(wanted),
        naming=naming_of(wanted, entities),
        wording=content_words(said) | words_of(said).stems,
        words=words_of(wanted)._replace(
            refused=refused(text, silent) - {one.verb for one in asks if one.verb},
            acts=acting(without(wanted, questions(text))),
        ),
        plural=plural(wanted),
        selections=selections(wanted),
        asks=asks,
        pieces=(pieces := pieces_of(wanted, entities, asks)),
        conditions=conditions_of(plain := _plain(text, entities), asks, pieces, relayed(text)),
        rankings=rankings_of(plain),
        at=tuple(hours_between(whens, one.start, one.end, clocks) for one in pieces),
        clauses=clauses_of(wanted, entities),
        looks=looks_of(one.literal for one in entities if one.kind in _IDENTITIES),
        ends=ends,
        clocks=hours,
        zones=zones_of(text, clocks, ends | hours if clocks else ends),
    )
