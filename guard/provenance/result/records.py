"""One object of a result, by what names it: made of the typed values that the result showed.

It knows no session, and judges nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from guard.model.origin import TRUSTED, UNTRUSTED
from guard.provenance.result.numbered import numbers_in
from guard.provenance.result.prose import OWN, bears_name, free_in, is_prose, noted_in
from guard.provenance.result.segment import Seen
from guard.provenance.result.titled import people_in
from guard.provenance.schema.switches import as_said
from guard.provenance.typed.canonical import name_of
from guard.provenance.vocabulary.currencies import codes_in, words_in
from guard.provenance.vocabulary.titles import titled
from guard.provenance.vocabulary.words import set_of

_WORDS = re.compile(r"[^\W_]+")
_NONE: frozenset[str] = frozenset()
"""All that are empty are this one: a session has thousands, and each would take 216 bytes."""
TITLE, _LONGEST = 60, 64  # characters: of a text by which a record is named, of a key

_IDENTIFIERS = frozenset({"email", "iban", "url"})
_NAMELESS = frozenset(
    {
        *("status", "state", "read", "recurring", "permission", "role", "owner", "type", "kind"),
        *("currency", "size", "length", "count", "date", "time", "timestamp", "created"),
        *("updated", "modified", "start", "end", "due"),
    }
)
_SORTS = frozenset({"object", "entity", "resource"})  # "page" is no name of one
_STATES = set_of("status state stage phase condition checks tests pipeline conclusion")
_IDS, _KEYS = frozenset({"id", "iid", "uid", "uuid"}), frozenset({"key", "iban", "email"})
_NUMBERS = frozenset({"number", "no", "nr", "ref", "reference"})
_SOMEBODYS = frozenset({"account", "card", "phone", "mobile", "fax", "routing", "tax", "house"})
_BEING = frozenset({"is", "has", "can", "was"})
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")  # of a moment that is at another one than UTC
KEYS = (
    _IDS | _KEYS | _NUMBERS | OWN | {"guid", "code", "slug", "handle", "phone", "mail", "address"}
) | {"path", "file", "url"}
"""Words of fields for what one thing is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object of a result, by what names it.

    Args:
        identity: its own ids; equal ones are the same object, none are not told apart.
        numbers: by which people call it beside those.
        links: identifiers in trusted fields, `kind:canonical`.
        titles: short texts in trusted fields, casefolded.
        called: those of them that are its own name, and not that of somebody it refers to.
        people: those of several words, where it is somebody; `names`: short texts in any field but
            strangers' prose: enough to be asked for, no more.
        noted: short texts of strangers' prose: a search may find it by them.
        own: those in which it bears its own name; where one is trusted, those that are.
        told: short texts of all fields but prose, its state and its kind as well; the same.
        sure: those of them in trusted fields.
        named: whether its own name is trusted.
        keys: what may be a key in any field, its own or that of another thing, by path.
        days: the days of its moments, trusted or not.
        moments: where a day and its time stand in one field, trusted or not: its name, and them.
        measures: trusted numbers and moments, by field, by which a list can be sorted.
        states: trusted fields that say how it stands, as its status.
        pointers: what may be the id of another thing, in trusted fields.
        currencies: codes of the currencies that its trusted fields name; `claimed`: the others.
    """

    identity: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    own: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    named: bool = False
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    days: tuple[str, ...] = ()
    moments: tuple[tuple[str, str], ...] = ()
    measures: Mapping[str, Decimal | str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    pointers: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()


def grouped(seen: Iterable[Seen]) -> dict[int, list[Seen]]:
    """Return the whole fields of a result by their record."""
    groups: dict[int, list[Seen]] = {}
    for one in seen:
        if one.record and one.whole:
            groups.setdefault(one.record, []).append(one)
    return groups


def record_of(found: Iterable[Seen], tool: str = "") -> Record:
    """Return the record of which these are the fields, and which a tool showed."""
    identity, links, titles = set[str](), set[str](), set[str]()
    called, names = set[str](), set[str]()
    measures: dict[str, Decimal | str] = {}
    said: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    every = list(found)
    fields = [one for one in every if one.kind != "flag"]
    # What bears a trusted name of its own is not called by what others could write into it.
    sure = [one for one in every if one.source is not UNTRUSTED]
    bears = any(map(bears_name, sure))
    telling = sure if bears else every
    listed = any(not one.path.endswith("*") for one in fields)
    free = free_in(every)
    # Who stands in a list of an object, is no name of it.
    nameless = free.union(one.path for one in fields if listed and one.path.endswith(".*"))
    for one in fields:
        own = one.path.rpartition(".")[2]
        last, marks = own.casefold().strip("_"), _identifies(own)
        if marks:
            identity.add(f"{last}:{one.canonical}")
        if one.kind == "text":
            said[one.source is not UNTRUSTED].append((own, one.canonical))
        if one.kind == "text" and one.path not in nameless and _is_name(last, one.canonical):
            names.add(name_of(one.canonical))
            if one.source is not UNTRUSTED:
                titles.add(name_of(one.canonical))
                if last in OWN or last.endswith("_name"):
                    called.add(name_of(one.canonical))
        elif one.source is UNTRUSTED:
            continue
        elif one.kind in {"number", "date"} and not marks:
            name, number = field_name(one.path), one.kind == "number"
            measures[name] = Decimal(one.canonical) if number else one.canonical
        elif one.kind in _IDENTIFIERS and not (listed and _is_crowd(last)):
            links.add(f"{one.kind}:{one.canonical}")
    return Record(
        identity=frozenset(identity) or _NONE,
        numbers=numbers_in(fields, tool),
        links=frozenset(links) or _NONE,
        titles=frozenset(titles) or _NONE,
        called=frozenset(called) or _NONE,
        people=frozenset(people_in(called, tool)) or _NONE,
        names=frozenset(names) or _NONE,
        noted=noted_in(fields, free, TITLE) or _NONE,
        own=tuple(_short(telling, free, named=True)),
        told=(*_short(telling, free), *_flags(telling)),
        sure=(*_short(sure, free), *_flags(sure)),
        named=bears,
        keys=_keys_in(fields),
        days=tuple(
            one.canonical for one in fields if one.kind == "date" and not is_prose(one.path)
        ),
        moments=tuple(_moments(fields)),
        measures=measures | _timed(fields, measures),
        states=_states(fields),
        pointers=frozenset(
            one.canonical
            for one in fields
            if one.kind == "text" and one.source is TRUSTED
            if " " not in one.canonical and len(one.canonical) <= _LONGEST
        )
        or _NONE,
        currencies=codes_in(said[True]) or _NONE,
        claimed=codes_in(said[False]) or _NONE,
    )


def _states(fields: Iterable[Seen]) -> dict[str, str]:
    """Return the trusted fields that say how an object stands."""
    named = ((field_name(one.path), one) for one in fields)
    return {
        name: one.canonical
        for name, one in named
        if one.kind == "text" and one.source is TRUSTED
        if not _STATES.isdisjoint(name.split("_"))
    }


@lru_cache(maxsize=8192)  # the same fields come back in every result
def field_name(path: str) -> str:
    """Return what a field is called, whatever the case of its words: lease_end for leaseEnd."""
    return "_".join(words_in(path.rpartition(".")[2]))


def _timed(
    fields: Iterable[Seen], measures: Mapping[str, Decimal | str]
) -> dict[str, Decimal | str]:
    """Return the moments of an object with their time of day, where all are in one zone."""
    zoned = {one.path for one in fields if one.kind == "text" and _OFFSET.search(one.canonical)}
    return {
        name: f"{day}T{one.canonical}"
        for one in fields
        if one.kind == "time" and one.source is not UNTRUSTED and one.path not in zoned
        if isinstance(day := measures.get(name := field_name(one.path)), str)
    }


def _moments(fields: Iterable[Seen]) -> Iterator[tuple[str, str]]:
    """Yield the days with a time of an object, as they are written; of a list one by one."""
    days: dict[str, list[str]] = {}
    for one in fields:
        if one.kind == "date":
            days.setdefault(one.path, []).append(one.canonical)
        elif one.kind == "time" and days.get(one.path):
            yield field_name(one.path.rstrip(".*")), f"{days[one.path].pop(0)}T{one.canonical}"


def _flags(fields: Iterable[Seen]) -> Iterator[str]:
    """Yield what each switch says: `is_free` that it is free, or unfree."""
    for one in fields:
        if one.kind == "flag":
            name = one.path.rpartition(".")[2]
            yield as_said(name, _BEING, on=one.canonical == "yes")


def _short(fields: Iterable[Seen], free: frozenset[str], *, named: bool = False) -> Iterator[str]:
    """Yield the short texts of fields that are no prose; `named`: its own names only."""
    for one in fields:
        own = one.path.rpartition(".")[2]
        last = own.casefold().strip("_")
        if one.kind != "text" or len(one.canonical) > TITLE or _identifies(own):
            continue
        if one.path in free or is_prose(one.path):
            continue
        if not named or last in OWN or last.endswith("_name"):
            yield one.canonical


@lru_cache(maxsize=8192)  # names come back in every result
def plainly(text: str) -> str:
    """Return the words of a text in small letters, with one blank between them."""
    return " ".join(_WORDS.findall(text.casefold()))


@lru_cache(maxsize=4096)  # the same fields come back in every result
def is_id(path: str) -> bool:
    """Return whether a field holds the id of something: `id`, `orderId`, the `number` of an issue.

    By the number of an account, a card or a phone somebody is known, and no thing.
    """
    *before, last = ("", *words_in(path.rpartition(".")[2]))
    if last in _NUMBERS:
        return _SOMEBODYS.isdisjoint(before)
    return last in _IDS or (last == "key" and not any(before))


@lru_cache(maxsize=4096)
def _identifies(name: str) -> bool:
    """Return whether two objects are one where both hold the same here."""
    return is_id(name) or name.casefold() in _KEYS or words_in(name)[1:][-1:] == ("key",)


def _keys_in(fields: Iterable[Seen]) -> dict[str, str]:
    """Return what may be a key of a record, or of what it points to, by path."""
    found: dict[str, str] = {}
    for one in fields:
        own = one.path.rpartition(".")[2]
        key = " " not in one.canonical or own.casefold() in OWN or _identifies(own)
        if key and len(one.canonical) <= _LONGEST:
            found.setdefault(one.path, one.canonical)
    return found


def _is_crowd(name: str) -> bool:
    """Return whether a field tells who else is there, and not which one it is."""
    return name == "*" or not _NAMELESS.isdisjoint(name.split("_"))


def names_of(record: Record, *, sure: bool = False) -> frozenset[str]:
    """Return a record's names and every two neighbouring words of them; `sure`: trusted ones."""
    return with_pairs(record.titles if sure else record.names)


def with_pairs(names: frozenset[str]) -> frozenset[str]:
    """Return names and every two neighbouring words of them."""
    return names.union(*(map(" ".join, titled(one)) for one in names))


def _is_name(name: str, text: str) -> bool:
    if len(text) > TITLE or _NAMELESS.intersection(name.split("_")):
        return False
    sort = name in _SORTS and text.islower() and " " not in text
    return not sort and any(map(str.isalpha, text))
