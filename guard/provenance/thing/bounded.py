"""How much, of when and in what state a request says that its things are: "under 50 euros".

Read from a person's words, and held against what only the system writes: the state of a record, its
one amount, in the currency that was said, and the day of which they speak ("due before 5 May
2026"). Where a record does not tell, nobody knows. It decides nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from guard.model.late import late
from guard.provenance.quantity.days import dates
from guard.provenance.result.records import Record, plainly
from guard.provenance.result.select import LATER, TOUCHED, beyond, is_amount
from guard.provenance.typed.money import decimal_of
from guard.provenance.vocabulary.conditional_words import COMPARES
from guard.provenance.vocabulary.currencies import currency_of
from guard.provenance.vocabulary.lexicon import stem

_WORD = (
    r"[\"'\u2018\u201c]?(?!(?:not|no|never)\b)[^\W\d_]+(?:[\s_-][^\W\d_]+){0,2}?[\"'\u2019\u201d]?"
)
_STANDS = re.compile(
    r"\s+(?:(?:that|which|who)(?:['\u2019]s|\s+(?:is|are))\s+(?:(?:still|currently|already|now)\s+)*"
    r"|(?P<still>still\s+(?=in\s)))"
    rf"(?P<in>(?:in|on)\s+)?(?P<one>{_WORD})(?P<or>\s+or\s+(?:in\s+|on\s+)?(?P<two>{_WORD}))?"
    r"(?=(?:,?\s+please)?\s*[.!]?\s*\Z)",
    re.IGNORECASE,
)
"""How things stand, at the end of what is said of them: "that are in Review or Blocked"."""
_SINCE = re.compile(
    r"\s+(?:(?:that|which|who)\s+(?:(?:is|are|was|were|(?:has|have)\s+been)\s+)?)?"
    r"(?:(?P<age>older|newer)\s+than"
    r"|(?P<of>from|due|[a-z]{2,}(?:ed|ing)|sent|made|(?<=that\s)[a-z]{3,}s?)\s+"
    r"(?P<how>before|prior\s+to|after|since))\s+"
    r"(?P<day>(?:[^,;:!?]|,(?=\s\d{4})){5,24}?)(?=(?:,?\s+please)?\s*[.!]?\s*\Z)",
    re.IGNORECASE,
)
"""From when things are, at the end of what is said of them. "Before 5 May" alone may be a date by
which something is to be done."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_HOW = {"older": "lt", "newer": "gt", "before": "lt", "prior": "lt", "after": "gt", "since": "ge"}
_PLAIN = frozenset(map(stem, ("from", "dated")))
_SIGN = re.compile(r"[\u20ac$\u00a3]")
_QUALITY = re.compile(
    r"\b(?:all|every|each|both|the|my|our|his|her|their|any|of|two|three)\s+"
    r"(?=([^\W\d_]+)\s+[^\W\d_])",
    re.IGNORECASE,
)
"""What stands before a thing, behind how many of them: "every new ticket"."""
_LATER = frozenset(map(stem, LATER | TOUCHED))
_BORN = frozenset(
    map(stem, ("created", "made", "sent", "posted", "opened", "received", "added", "date"))
)
"""Fields that say since when something is there, by themselves: no review, and no departure."""
_WHEN = _BORN | {"at", "on", stem("time")}
_NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,]*(?![\w-])")


class Bounds(NamedTuple):
    """What all things that are meant have in common, beside words of theirs.

    Args:
        states: one of them is how they stand, in plain small letters; empty: it does not say.
        sides: the spellings of each of them, where it says two.
        how: how their amount is to the limit: lt, gt, le, ge, eq; empty: it does not say.
        limit: of their amount.
        currency: of the limit; empty: it does not say.
        of: the stem of the field that holds their day; empty: the only one.
        since: how that day is to the one that was said: lt, gt, ge; empty: it does not say.
        day: that one, as YYYY-MM-DD.
    """

    states: frozenset[str] = frozenset()
    how: str = ""
    limit: Decimal = Decimal(0)
    currency: str = ""
    of: str = ""
    since: str = ""
    day: str = ""
    sides: tuple[frozenset[str], ...] = ()


ANY = Bounds()
"""Nothing at all."""


@lru_cache(maxsize=1024)  # a request is read for each id that a call may hold
def bounds_in(text: str) -> tuple[Bounds, str]:
    """Return what a request says so of its things, and the request without it."""
    dated, text = _dated(text)
    stands = _STANDS.search(text)
    sides = list[frozenset[str]]()
    if stands and (stands["in"] or stands["or"] or len(stands["one"].split()) > 1):
        lead = stands["in"] or ""
        said = [one for one in (stands["one"], stands["two"]) if one]
        sides = [frozenset({plainly(one), plainly(f"{lead}{one}")}) for one in said]
        text = text[: stands.start()] + text[stands.end() :]
    states = frozenset[str]().union(*sides)
    both = tuple(sides) if len(sides) > 1 else ()
    return _limited(text, dated._replace(states=states, sides=both))


_KNOWN = frozenset(
    map(
        stem,
        (
            *("open", "new", "pending", "draft", "placed", "queued", "waiting", "unpaid", "paid"),
            *("active", "inactive", "closed", "done", "completed", "delivered", "shipped"),
            *("cancelled", "canceled", "processing", "approved", "rejected", "confirmed"),
            *("scheduled", "blocked", "resolved", "archived", "overdue", "expired", "failed"),
            *("running", "stopped", "paused", "returned", "refunded", "published", "review"),
            *("progress", "transit", "hold", "preparation", "production", "unshipped"),
        ),
    )
)
"""Words that say how a thing stands, whatever it is."""
_IN = r"in\s+(?:review|progress|transit|preparation|production|processing)|on\s+hold"
_STATE = late(
    r"(?:(?:,?\s+(?:that|which)(?:['\u2019]s|\s+is)|\s+with\s+(?:the\s+)?(?:status|state)"
    r"|\s+marked(?:\s+as)?|\s+still(?=\s+in\s))\s+(?:(?:still|currently|already|now)\s+)?(?:(?:in|on)\s+)?"
    rf"(?!(?:the|an?|my|our|at|by|for|from|with|of)\b)(?P<one>{_WORD})"
    rf"(?:\s+(?:or|and)\s+(?:(?:in|on)\s+)?(?P<two>{_WORD}))?|\s+\(?(?P<in>{_IN})\)?)"
    r"(?=(?:,?\s+(?:please|and|then|now))?\s*[.!,]?\s*\Z)",
    re.IGNORECASE,
)
"""How one thing stands, at the end of what is said of it: "that is in review"."""
_BEFORE = re.compile(
    r"\b(?:the|my|our|his|her|their)\s+(?P<one>in-(?:review|progress|transit)|on-hold|pending|unpaid"
    r"|overdue|open|closed|delivered|shipped|cancell?ed|rejected|approved|expired|failed|archived"
    r"|resolved|unshipped)\s+[^\W\d_]",
    re.IGNORECASE,
)
"""The same, before the thing: "the pending jacket order"."""


@lru_cache(maxsize=1024)
def states_in(text: str, borne: frozenset[str]) -> frozenset[str]:
    """Return how a request says that its one thing stands; empty: it does not, or in other words.

    Args:
        text: of the request.
        borne: the states of all that are compared, in plain small letters.
    """
    found = _STATE.search(text) or _BEFORE.search(text)
    plain = [plainly(one) for one in found.groupdict().values() if one] if found else []
    known = (one in borne or not _KNOWN.isdisjoint(map(stem, one.split())) for one in plain)
    return frozenset(plain) if any(known) else frozenset()


def _dated(text: str) -> tuple[Bounds, str]:
    found = _SINCE.search(text)
    if found is None:
        return ANY, text
    days = {one.canonical for one in dates(found["day"])} | {*_ISO.findall(found["day"])}
    if len(days) != 1 or not _ISO.fullmatch(day := days.pop()):
        return ANY, text  # of a year that nobody said
    of = stem(found["of"].casefold()) if found["of"] else ""
    how = _HOW[(found["age"] or found["how"]).casefold().split()[0]]
    kept = f"{text[: found.start()]}{text[found.end() :]}"
    return Bounds(of="" if of in _PLAIN else of, since=how, day=day), kept


def _limited(text: str, bounds: Bounds) -> tuple[Bounds, str]:
    found = COMPARES.search(text)
    if found is None:
        return bounds, text
    how = next(name for name in ("lt", "gt", "le", "ge", "eq") if found[name])
    limit = decimal_of(found["number"].replace(",", ""))
    sign = _SIGN.search(text, found.end(how), found.start("number"))
    unit = found["unit"] or ""
    currency = currency_of(sign[0] if sign else unit)
    if limit is None or (sign and unit) or not currency:
        return bounds, text  # of something else than money
    bounds = bounds._replace(how=how, limit=limit, currency=currency)
    return bounds, f"{text[: found.start(how)]} {text[found.end() :]}"


def numbers_in(text: str) -> frozenset[str]:
    """Return the numbers of a text that are no part of a word: "between 10 and 20"."""
    return frozenset(one[0].rstrip(".,").replace(",", "") for one in _NUMBER.finditer(text))


def stands_otherwise(phrase: str, record: Record, listed: Iterable[Record]) -> bool:
    """Return whether a request says how its things stand, and a record stands in another way.

    "All new tickets": where any of a list is new, it is no little word.

    Args:
        phrase: what the request says of them.
        record: the record.
        listed: all that are compared with it.
    """
    said = {one[1].casefold() for one in _QUALITY.finditer(phrase)}
    borne = said.intersection(one for each in listed if said for one in _short(each))
    return bool(borne) and borne.isdisjoint(_short(record))


def _short(record: Record) -> Iterator[str]:
    """Yield the short texts of a record, trusted or not, in plain small letters."""
    return map(plainly, (*record.told, *record.states.values()))


def lies_within(record: Record, bounds: Bounds, listed: Iterable[Record]) -> bool | None:
    """Return whether a record is one of those that a request means; None: nobody knows.

    Args:
        record: the record.
        bounds: what the request says of them.
        listed: all that are compared with it: an amount with decimals in one is of whole units,
            and of "neither open or paid" none stands as the first says.
    """
    found = list[bool | None]()
    if bounds.states:
        states = {plainly(one) for one in record.states.values()}
        found.append(not states.isdisjoint(bounds.states) if states else None)
    if bounds.sides:
        held = {plainly(state) for one in listed for state in one.states.values()}
        found.append(None if any(map(held.isdisjoint, bounds.sides)) else True)
    if bounds.how:
        found.append(_is_limited(record, bounds, listed))
    if bounds.since:
        found.append(_is_since(record, bounds))
    return False if False in found else None if None in found else True


def _is_since(record: Record, bounds: Bounds) -> bool | None:
    """Return whether the day of a record is before or after one, wherever its clock stands."""
    days = {name: one for name, one in record.measures.items() if isinstance(one, str)}
    names = {name: frozenset(map(stem, name.split("_"))) for name in days}
    held = [
        name
        for name, words in names.items()
        if (bounds.of in words if bounds.of else words.isdisjoint(_LATER))
    ]
    if len(held) != 1:
        return None
    if not bounds.of and (names[held[0]].isdisjoint(_BORN) or not names[held[0]] <= _WHEN):
        return None  # how old something is does not follow from any day of it
    own = days[held[0]]
    near = abs((date.fromisoformat(own[:10]) - date.fromisoformat(bounds.day)).days)
    if near <= 1 and len(own) > len(bounds.day):
        return None  # it may be another day here
    day = own[:10]
    return (
        day < bounds.day
        if bounds.since == "lt"
        else (day > bounds.day or (bounds.since == "ge" and day == bounds.day))
    )


def _is_limited(record: Record, bounds: Bounds, listed: Iterable[Record]) -> bool | None:
    held = [(name, one) for name, one in record.measures.items() if is_amount(name)]
    if len(held) != 1 or record.currencies != {bounds.currency}:
        return None
    name, own = held[0]
    if not isinstance(own, Decimal) or own < 0:
        return None
    if bounds.how in {"lt", "le"}:  # in cents it would be more, and be left out
        return beyond(bounds.how, own, bounds.limit)
    every = (one.measures.get(name) for one in listed)
    whole = any(isinstance(one, Decimal) and one != one.to_integral_value() for one in every)
    return beyond(bounds.how, own, bounds.limit) if whole else None
