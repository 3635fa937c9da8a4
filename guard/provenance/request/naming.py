"""By what a person names the thing that they mean, and whether a record is that thing.

Made for a whole text and for each of its requests. Who asks for what is not looked at in here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from guard.provenance.quantity.counts import numbered
from guard.provenance.result.records import Record, names_of, plainly
from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import classify, name_of, text_of
from guard.provenance.vocabulary.lexicon import (
    is_other,
    is_plain,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.titles import content_words, pairs, titled
from guard.provenance.vocabulary.words import GENERIC

NAMED = frozenset({"name", "quoted", "filename", "literal"})
"""Kinds of values that are names."""
LINKING = frozenset({"email", "iban", "url", "phone"})
"""Kinds of values by which a record is the one that is meant."""
_LEADS = re.compile(r"(?:^|[.!?:\n]\s*|\b(?:and|then|please)\s+)[^\W\d_]+\s+#?$", re.IGNORECASE)
"""A word with which a request begins, before a number: "ship #12"."""
_MARKS = frozenset(map(stem, ("number", "no", "nr", "nummer", "id")))
SILENT = frozenset({"unasked", "told"})
"""Frames of what authorises nothing: left out, or passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What names a thing.

    Args:
        links: identifiers by which a record is the one that the person means.
        names: the names, titles and quotes by which it is, casefolded.
        pairs: neighbouring words, one of them of content.
        content: the words of content, stemmed.
        said: all its words, in small letters, a blank around each.
        called: the names, and neighbouring words that may be one.
        spelled: the words of each name.
        first: names of one word that stand by themselves: somebody's first one, perhaps.
        numbers: each with the stem of the noun before it: "order 1047"; empty: it bears a mark.
    """

    links: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    content: frozenset[str] = frozenset()
    said: str = ""
    first: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()
    # Made once, because every value of every call is held against them.
    called: frozenset[str] = field(init=False, repr=False)
    spelled: tuple[frozenset[str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        spelled = tuple(frozenset(one.split()) for one in self.names if one.strip())
        object.__setattr__(self, "called", self.names | frozenset(map(" ".join, self.pairs)))
        object.__setattr__(self, "spelled", spelled)

    def links_to(self, record: Record) -> bool:
        """Return whether a trusted field of the record is what the person named."""
        if not self.links.isdisjoint(record.links) or not self.names.isdisjoint(record.titles):
            return True
        return any(self._titled(title) for title in record.titles) or bool(
            self.said_whole(record) & record.titles
        )

    def calls(self, record: Record) -> bool:
        """Return whether the person used a trusted name of the record, rather than an address."""
        addresses = {one.partition(":")[2].casefold() for one in record.links}
        return any(
            title in self.names or self._titled(title) for title in record.titles - addresses
        )

    def spells(self, record: Record) -> frozenset[str]:
        """Return the trusted names of a record of which the person used the words that tell it."""
        return frozenset(title for title in record.titles if self._titled(title))

    def asks_for(self, record: Record) -> frozenset[str]:
        """Return the names by which the person asked for this record, trusted or not."""
        return self.called & names_of(record) | self.said_whole(record)

    def said_whole(self, record: Record) -> frozenset[str]:
        """Return the names of a record that were said whole, whatever case they are in."""
        return _whole(self.said, record.names)

    def begins(self, record: Record) -> frozenset[str]:
        """Return the trusted names of somebody whose first name stands by itself."""
        if not self.first:
            return frozenset()
        return frozenset(one for one in record.people if one.partition(" ")[0] in self.first)

    def means(self, record: Record) -> bool:
        """Return whether the record is named in any of these ways."""
        if record.numbers and any(one in record.numbers for _, one in self.numbers):
            return True
        return self.links_to(record) or bool(self.asks_for(record) or self.begins(record))

    def speaks_of(self, record: Record) -> bool:
        """Return whether a name that the person used is among the words of the record's names."""
        return any(
            words <= told
            for told in map(frozenset, map(str.split, record.names))
            for words in self.spelled
        )

    def _titled(self, title: str) -> bool:
        """Return whether a title shares two neighbouring words, or its only word of content."""
        if "@" in title:  # an address is itself, and shares its provider with others
            return False
        content = content_words(title)
        # A bare number tells nothing: "a score of 3" is no `kf_3`.
        number = title.strip("# ") not in content and all(map(str.isdigit, content))
        if not content.isdisjoint(self.content) and len(content) == 1 and not number:
            words = _telling(title)  # an oak hall and an elm hall are two
            if len(words) <= 1 or all(f" {one} " in self.said for one in words):
                return True
        return not titled(title).isdisjoint(self.pairs)


@lru_cache(maxsize=8192)  # titles come back in every result
def _telling(title: str) -> tuple[str, ...]:
    """Return the words of a title that tell something, short ones as well, but no initials."""
    words = (one for one in plainly(title).split() if len(one) > 1)
    return tuple(one for one in words if not (is_plain(one) or one in GENERIC))


@lru_cache(maxsize=4096)  # the same few records are held against the same words
def _whole(said: str, names: frozenset[str]) -> frozenset[str]:
    """Return the names that stand whole in a text, by a word that is no plain one: no addresses."""
    return frozenset(
        one
        for one in names
        if f" {plainly(one)} " in said
        if all(kind == "text" for kind, _ in classify(one))
        if any(not is_plain(word) and word not in GENERIC for word in plainly(one).split())
    )


def naming_of(text: str, found: Iterable[Entity]) -> Naming:
    """Return what a text names.

    Args:
        text: what is asked for; blanks where nothing is.
        found: the typed values in it.
    """
    named = [one for one in found if one.frame not in SILENT]
    for one in named:
        if one.kind == "email":  # the words of an address name nothing
            text = text.replace(one.literal, " | ")
    return Naming(
        links=frozenset(f"{one.kind}:{one.canonical}" for one in named if one.kind in LINKING),
        names=frozenset(_name(one) for one in named if one.kind in NAMED),
        pairs=pairs(text),
        content=content_words(text),
        said=f" {plainly(text)} ",
        first=frozenset(_first(named)),
        numbers=frozenset(_numbers(text, named)),
    )


def _numbers(text: str, named: Sequence[Entity]) -> Iterator[tuple[str, str]]:
    """Yield the numbers by which a text names things, each with what it says that it is of."""
    of = dict[str, str]()
    for at, noun, digits in numbered(text):
        known = bool(noun_classes(noun))
        if noun not in _MARKS and (known or not (_acts(noun) or _LEADS.search(text, 0, at))):
            of[digits] = noun
            yield noun, digits
    for one in named:
        if one.kind == "object_id" and one.canonical.isdecimal() and one.canonical not in of:
            yield "", one.canonical


def _acts(noun: str) -> bool:
    return is_stop(noun) or is_other(noun) or bool(verb_classes(noun))


def _first(named: Sequence[Entity]) -> Iterator[str]:
    """Yield the names of one word that are no part of a longer one: no Keller of "Mia Keller"."""
    names = [one for one in named if one.kind == "name"]
    longer = [(one.start, one.end) for one in names if not one.literal.isalpha()]
    for one in names:
        part = any(start <= one.start and one.end <= end for start, end in longer)
        if not part and one.literal[0].isupper() and one.literal.isalpha():
            yield _name(one)


def keys_of(one: Entity) -> Iterator[tuple[str, str]]:
    """Yield everything as which a value of a text is found again: (kind, canonical)."""
    yield one.kind, one.canonical
    if one.kind in NAMED:
        yield "text", text_of(one.literal.lstrip("@#"))
        yield from classify(one.literal)
    if one.kind == "object_id":
        yield "text", one.literal
        yield "number", one.canonical


def _name(one: Entity) -> str:
    return name_of(one.literal.lstrip("@#"))
