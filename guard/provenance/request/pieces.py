"""A person's requests, each with what it names: "pay Ann 5 EUR" and "mail Bob the notes".

Where the verb of a request is not known, it is seen by its place: "and label the one from Bob".
What is said beside requests belongs to none of them. It reads the surface and decides nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice, pairwise

from guard.provenance.quantity.counts import numbered
from guard.provenance.request.naming import SILENT, Naming, keys_of, naming_of
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.clauses import SPLITS
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.questions import looks
from guard.provenance.speech.sentences import WORD, cased, is_base, sentences
from guard.provenance.typed.money import money_of
from guard.provenance.vocabulary.conditional_words import OPENERS
from guard.provenance.vocabulary.grammar import ASKING, OBJECTS
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_other,
    is_stop,
    noun_classes,
    stem,
    stems_of,
    verb_classes,
)
from guard.provenance.vocabulary.phrasal import bends
from guard.provenance.vocabulary.words import BOUNDS, DEST, LOOSE

NUMBERS = frozenset({"amount", "percent", "quantity"})
_MOMENTS = frozenset({"date", "time"})
ADDRESSES = frozenset({"email", "iban", "phone", "url", "host"})
_NAMES = frozenset({"name", "quoted"})
REFERS = re.compile(
    r"\b(?:its?|them|their|him|his|her|both|there|same|these|those|es|ihn|ihm|ihnen|dazu|lui|leur)\b",
    re.IGNORECASE,
)
"""Words for what was named before."""
_ADDING = frozenset(map(stem, ("add", "include", "invite", "cc", "bcc")))
"""Verbs that may go on with the request before them: "and include Bob"."""
_WITH = frozenset(map(stem, ("use", "utilize", "utilise", "employ", "apply", "tag", "mention")))
"""Verbs by which people say how the request before them is done: "use card 5"."""
_PASSES = frozenset(map(stem, ("bring", "hand", "hold", "pass", "take")))  # say little alone
_MADE = OBJECTS - {"a", "an", "me", "us", "him", "her"}  # before what is made otherwise than it is
_JOIN = re.compile(r"[,;]|\b(?:and|then|plus|und|dann|et|puis)\b", re.IGNORECASE)
_COLON = re.compile(r":\s")
_OWN = re.compile(r"[\s(<,:\"']{0,4}")
"""What stands between a name and the address that belongs to it."""
_AHEAD = 4
"""So many words after a comma may come before its verb: "then please also label"."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One request, or one line of a request that lists things with what is done to each.

    Args:
        start: where it begins.
        end: where it ends.
        asks: what it asks for by verbs that are known; empty: its verb is not.
        stems: of its words.
        held: the typed values in it that are asked for, moments left out.
        keys: everything as which these are found again.
        numbers: how much it names of anything.
        naming: by what it names things.
        numbered: things that it names by a number: stem and digits, as of "note 4".
        refers: whether it speaks of what was named before it, as "them".
        looks: whether it only wants to see something: "show me the dogs".
    """

    start: int
    end: int
    asks: tuple[Ask, ...]
    stems: frozenset[str]
    held: tuple[Entity, ...]
    keys: frozenset[tuple[str, str]]
    numbers: frozenset[Decimal]
    naming: Naming
    numbered: frozenset[tuple[str, str]]
    refers: bool
    looks: bool = False

    def fits(self, able: Capability) -> bool:
        """Return whether it asks for what a tool does."""
        if not able.verbs:
            return not able.own.isdisjoint(self.stems)
        return any(one.fits(able) for one in self.asks)


def pieces_of(text: str, found: Sequence[Entity], asks: Sequence[Ask]) -> tuple[Piece, ...]:
    """Return the requests of a text, in its order.

    Args:
        text: what is asked for; blanks where nothing is.
        found: the typed values in it, in the order of the text.
        asks: the requests whose verbs are known, in the order of the text.
    """
    return tuple(_Reading(text, found, asks).pieces())


@lru_cache(maxsize=1024)  # a tool is called again and again for one task
def asking(pieces: tuple[Piece, ...], able: Capability) -> tuple[Piece, ...]:
    """Return the requests for what a tool does.

    Those that use a word of the tool's own come before the others. Where its verb is known and
    nothing asks by one of that sort, those are meant of which nobody knows the verb.
    """
    own = tuple(one for one in pieces if one.fits(able))
    reads = able.verbs <= {"read"}
    strange = tuple(one for one in pieces if not one.asks and (reads or not one.looks))
    worded = tuple(one for one in (*own, *strange) if not able.own.isdisjoint(one.stems))
    return worded or own or (strange if able.verbs else ())


class _Reading:
    """One text while it is cut."""

    def __init__(self, text: str, found: Sequence[Entity], asks: Sequence[Ask]) -> None:
        self.text = text
        self.found = [one for one in found if one.frame not in SILENT and one.kind not in _MOMENTS]
        self.starts = [one.start for one in self.found]
        self.asks = sorted(asks, key=lambda one: one.place)
        self.asked = [one.place[0] for one in self.asks]
        self.numbered = numbered(text)
        self.verbs: set[int] = set()  # verbs that open a sentence look like names

    def pieces(self) -> Iterator[Piece]:
        last: tuple[int, int] | None = None
        for start, end in sentences(self.text):
            for first, stop in self.cuts(start, end):
                if last is not None and self.adds(first, stop):
                    last = last[0], stop
                    continue
                if last is not None:
                    yield from self.lines(*last)
                last = first, stop
        if last is not None:
            yield from self.lines(*last)

    def cuts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the requests of a sentence lie."""
        known = self.asked[bisect_left(self.asked, start) : bisect_left(self.asked, end)]
        cuts = sorted({*known, *self.begins(start, end)})
        if cuts and self.leads(start, cuts[0]):
            cuts[0] = start
        yield from pairwise([*cuts, end])

    def begins(self, start: int, end: int) -> Iterator[int]:
        """Yield where something is asked for by a verb that no class holds."""
        for at in (start, *(one.end() for one in SPLITS.finditer(self.text, start, end))):
            words = [*islice(WORD.finditer(self.text, at, end), _AHEAD + 1)]
            asked = (n for n, one in enumerate(words) if one[0].casefold() not in ASKING)
            first = next(asked, None)
            if first is not None and self.acts(words, first, opens=at == start):
                self.verbs.add(words[first].start())
                yield words[first].start()
        for one in _COLON.finditer(self.text, start, end):  # "before we go: turn it off"
            words = [*islice(WORD.finditer(self.text, one.end(), end), 2)]
            if words and bends(stem(words[0][0]), cased(words, 1)):
                yield words[0].start()

    def acts(self, words: Sequence[re.Match[str]], at: int, *, opens: bool) -> bool:
        """Return whether a word begins a request: "label the one", "get a ticket", "lock doors"."""
        word, after = words[at], cased(words, at + 1)
        said = word[0].casefold()
        if not said.isalpha() or not (opens or word[0].islower()) or not is_base(said):
            return False
        one = stem(said)
        made = said == "make" and after in _MADE  # "make the big one four metres"
        likes = said == "like" and self.text[: word.start()].rstrip()[-1:] not in {",", ";"}
        idle = said in OPENERS or (is_stop(said) and said != "get" and not likes)
        if not made and (idle or said in LOOSE or verb_classes(one) - {"read"}):
            return False  # "the axe A-2 and old saw S-3"
        if self.is_value(word.start(), but="name" if opens else ""):
            return False
        little = (cased(words, later) for later in range(at + 1, len(words)))
        if is_other(one) or after in OBJECTS | {"one"} or one in _PASSES:
            return True
        if any(bends(one, word) for word in little):
            return True
        return not noun_classes(one) and self.acts_on(words, at, after, opens=opens)

    def acts_on(self, words: Sequence[re.Match[str]], at: int, after: str, *, opens: bool) -> bool:
        """Return whether what a word may do is done to a value: "reship order O-12"."""
        far = range(at + 1, min(at + 4, len(words))) if opens else ()  # "Ship crate no. 812"
        named = at + (2 if noun_classes(stem(after)) else 1)
        return any(self.is_value(words[one].start()) for one in (*far, named) if one < len(words))

    def is_value(self, at: int, *, but: str = "") -> bool:
        """Return whether a typed value stands at a place, its mark left out."""
        near = bisect_left(self.starts, at - 1)
        found = near < len(self.starts) and self.starts[near] <= at + 1
        return found and self.found[near].kind != but

    def leads(self, start: int, first: int) -> bool:
        """Return whether a sentence begins with whom or what its first request is about."""
        word = WORD.search(self.text, start, first)
        return word is not None and word[0].casefold() in BOUNDS | DEST

    def adds(self, start: int, end: int) -> bool:
        """Return whether a request only goes on with the one before it: "and include Bob, too"."""
        asks = self.asks[bisect_left(self.asked, start) : bisect_left(self.asked, end)]
        words = [one[0].casefold() for one in WORD.finditer(self.text, start, end)]
        if not asks:
            return stem(next((one for one in words if one not in ASKING), "")) in _WITH
        adding = all(one.verb in _ADDING and one.nouns <= noun_classes(one.verb) for one in asks)
        return adding and {*words}.isdisjoint({"to", "in", "into", "onto", "from"})

    def lines(self, start: int, end: int) -> Iterator[Piece]:
        """Yield a request, or the lines of its list: "lend the saw to Ann and the axe to Bob"."""
        near = self.found[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        held = [one for one in near if one.start not in self.verbs]
        asks = tuple(self.asks[bisect_left(self.asked, start) : bisect_left(self.asked, end)])
        whole = self.piece(start, end, held, asks)
        cuts = [*self.lists(held)]
        if not cuts:
            yield whole
            return
        for first, stop in pairwise([0, *cuts, len(held)]):
            begins = start if not first else held[first].start
            ends = end if stop == len(held) else held[stop].start
            yield replace(
                self.piece(begins, ends, held[first:stop], asks),
                stems=whole.stems,
                refers=whole.refers,
            )

    def lists(self, held: Sequence[Entity]) -> Iterator[int]:
        """Yield at which values a list begins anew, with the sort that it began with."""
        sorts = self.sorts(held)
        last = max((at for at, one in enumerate(sorts) if one != sorts[0]), default=0)
        other = False
        for at in range(1, last):
            if sorts[at] != sorts[0]:
                other = True
            elif other and _JOIN.search(self.text, held[at - 1].end, held[at].start):
                other = False
                yield at

    def sorts(self, held: Sequence[Entity]) -> list[str]:
        """Return what each value is in a list; beside addresses a name is what goes there."""
        if sum(one.kind in ADDRESSES for one in held) < 2:  # noqa: PLR2004  of each other
            return [sort_of(one) for one in held]
        found = [sort_of(one) for one in held]
        for at, one in enumerate(held):
            addresses = (after for after in held[at + 1 : at + 2] if after.kind in ADDRESSES)
            own = any(_OWN.fullmatch(self.text[one.end : after.start]) for after in addresses)
            if one.kind in _NAMES and not own:
                found[at] = "something"
        return found

    def piece(self, start: int, end: int, held: Sequence[Entity], asks: tuple[Ask, ...]) -> Piece:
        text = self.text[start:end]
        return Piece(
            start=start,
            end=end,
            asks=asks,
            stems=stems_of([one[0] for one in WORD.finditer(text)]),
            held=tuple(held),
            keys=frozenset(
                key
                for one in held
                for key in (*keys_of(one), *(("text", half) for half in halves_of(one)))
            ),
            numbers=frozenset(
                money.number
                for one in held
                if one.kind in NUMBERS and (money := money_of(one.canonical)) is not None
            ),
            naming=naming_of(text, held),
            numbered=frozenset(
                (noun, digits) for at, noun, digits in self.numbered if start <= at < end
            ),
            refers=REFERS.search(text) is not None,
            looks=not asks and looks(text),
        )


def halves_of(one: Entity) -> tuple[str, ...]:
    """Return the two parts of a name with one stroke in it; none of any other."""
    parts = tuple(one.literal.split("/")) if one.kind == "filename" else ()
    return parts if len(parts) == 2 and all(parts) else ()  # noqa: PLR2004


def sort_of(one: Entity) -> str:
    """Return what a value is in a list: somebody, so much, or something."""
    if one.kind in NUMBERS:
        return "amount"
    somebody = one.kind in ADDRESSES or (one.kind in _NAMES and one.frame == "dest")
    return "somebody" if somebody else "something"
