"""Whether a number of a call counts things, or is an amount of money: 3 nights, or 3 EUR.

Told by the name of the argument, and by what its tool does. What may be either is money where
something is paid, so that a number of followers pays nobody.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from guard.model.call import Held
from guard.provenance.schema.shown import is_list, names_beside
from guard.provenance.speech.frames import Entity
from guard.provenance.typed.money import decimal_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import EACH, is_plural
from guard.provenance.vocabulary.lexicon import capability, is_stop, noun_classes, stem
from guard.provenance.vocabulary.words import MONTH_NAMES

_PLURAL = re.compile(rf"\b(?:{'|'.join(sorted(EACH))})\b", re.IGNORECASE)


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_PAYING = frozenset({"pay"})
MONEY = _stems(
    "price cost fee payment balance budget salary deposit rent tip refund charge credit debit cash "
    "bid wage income fund invoice bill fine premium donation coin token spend spending payout fare "
    "tax discount"
)
"""Words of a name, each of which says money."""
_PRICES = _stems("price cost rate")
_EITHER = _stems("amount value limit total sum rate maximum minimum max min")
"""Words that say how much, and not of what."""
_COUNTS = _stems("quantity qty count copies pieces size times")
"""Words that say how many, whatever the tool does."""
_HOW_MANY = _stems("number num no")
"""Words that say it of what follows them, and alone or behind it are what it is called."""
_PHYSICAL = _stems(
    "kg kilogram gram lb pound ounce weight height width length depth km kilometer mile meter"
    " duration minute hour second day night week month temperature degree celsius fahrenheit volume"
    " liter area age calorie person people guest passenger adult child seat ticket party"
)
"""Words that say what is measured or counted, and it is no money."""
_DEGREES = frozenset({"rating", "stars", "score", "grade", "level", "priority"})
"""Last words of a name for how good, high or urgent something is."""
_CALLED = _stems("number num no code key ref reference index port card serial zip pin id")
"""Last words of a name under which a number is what something is called."""
_SINGULAR = _stems("status bonus address")
SINGLE = _stems("quantity qty copies")
"""Words of a name where one stands when nobody says how many."""
_MEASURES = _stems("unit uom")
_NUMBERED = re.compile(
    r"\b([^\W\d_]{3,})\s+(?:(?:no|nr|number|nummer)\b\.?\s*)?#?(\d{1,18})"
    r"(?![\w.,:/-]*\d|\s*[%€$£])(?:\s+([^\W\d_]+))?",
    re.IGNORECASE,
)
"""A word, the number right behind it, and the word after that."""
_WORD = re.compile(r"[^\W\d_]+|(?<![\w.,/:-])\d{1,9}(?:\.\d{1,4})?(?![\w/:%-]|[.,]\d)|[^\s\w]")
_BETWEEN = frozenset(
    {"to", "of", "at", "is", "it", "them", "with", ":", "=", "a", "auf", "zu", "à"}
)
"""What may stand between a number and what it is of: "rate it 4"."""


_ONE = re.compile(
    r"(?<![\w-])(?:(?P<no>no|zero|without(?: any)?|kein\w*|sans)|one|1|an?(?: single)?|eine?|une?)"
    r"[ -]"
    r"(?P<of>(?:[^\W\d_]+(?:-[^\W\d_]+)? ){0,2}?[^\W\d_]+)"
    r"(?=\s*(?:$|[.,;:!?)]|(?:in|on|from|for|to|at|with|and|please|starting|only|total)\b))",
    re.IGNORECASE,
)
"""One of something, or none: "one checked bag", "no bags"."""
_FAR_OFF = re.compile(r"before|after|earlier|later|ago|advance|prior|notice|more|less|other")
_ALONE = re.compile(
    r"\b(?:only|just)\s+(?:for\s+)?(?:me|myself)\b|\b(?:for|by)\s+(?:just\s+|only\s+)?myself\b"
    r"|\bon\s+my\s+own\b|\bI(?:['\u2019]m|\s+am|['\u2019]ll\s+be)\s+(?:coming\s+|going\s+)?alone\b"
    r"|\bnur\s+(?:ich|für\s+mich)\b",
    re.IGNORECASE,
)
"""How people say that they come alone."""
PEOPLE = _stems("person people guest passenger adult party pax cover traveler traveller attendee")
"""Words for how many come."""


def numbers(entities: Iterable[Entity], kind: str) -> frozenset[Decimal]:
    """Return the numbers of one kind that a person named."""
    found = (decimal_of(one.canonical) for one in entities if one.kind == kind)
    return frozenset(one for one in found if one is not None)


def quantities(found: Iterable[Entity]) -> list[tuple[Decimal, str]]:
    """Return the numbers of things that a person named, each with the last word of its unit."""
    return [
        (number, one.literal.split()[-1])
        for one in found
        if one.kind == "quantity" and (number := decimal_of(one.canonical)) is not None
    ]


def numbered(text: str) -> list[tuple[int, str, str]]:
    """Return what a text names by a number: where it stands, the stem, and the digits of "note 4".

    Not what is counted there: "order 3 pizzas" names no order. Nor a year: May 2026.
    """
    return [
        (one.start(2), stem(one[1]), one[2])
        for one in _NUMBERED.finditer(text)
        if not (one[3] and _is_many(one[3])) and one[1].casefold() not in MONTH_NAMES
    ]


@lru_cache(maxsize=256)
def few_in(text: str) -> frozenset[tuple[str, int]]:
    """Return of what a text says that there is one, or none, by its stem: "no bags"."""
    found = {
        (stem(words[-1]), 0 if one["no"] else 1)
        for one in _ONE.finditer(text)
        if not _FAR_OFF.search(text, one.start(), one.end())
        if (words := one["of"].split()) and not is_stop(words[-1])
    }
    return frozenset(found | ({(one, 1) for one in PEOPLE} if _ALONE.search(text) else set()))


def behind_words(text: str) -> Iterator[tuple[str, Decimal]]:
    """Yield the numbers that stand behind what they are of, with its stem: "brightness 60"."""
    before = ""
    for one in _WORD.finditer(text):
        number = decimal_of(one[0]) if one[0][0].isdigit() else None
        if number is not None and before:
            yield stem(before), number
        if one[0].casefold() not in _BETWEEN:
            before = one[0] if one[0].isalpha() and not is_stop(one[0]) else ""


@lru_cache(maxsize=4096)
def things_at(path: str) -> frozenset[str]:
    """Return the stems of a name that counts things: guest of `guest_count`."""
    return frozenset(map(stem, words_in(path.rpartition(".")[2])))


@lru_cache(maxsize=4096)
def is_counted(held: Held, path: str) -> bool:
    """Return whether an argument counts things: what a person counts may stand there."""
    words = words_in(path.rpartition(".")[2])
    stems = [stem(one) for one in words]
    if words and words[-1] in _DEGREES:
        return not _pays(held)
    if not stems or not MONEY.isdisjoint(stems) or is_list(held, path):
        return False  # a list of numbers is one of what they stand for
    if not _PHYSICAL.isdisjoint(stems) and stems[-1] not in _CALLED:
        return True
    if _EITHER.issuperset(stems):
        beside = frozenset(stem(part) for one in names_beside(held, path) for part in words_in(one))
        # Beside a price it is of what has that price, and beside a unit it is in that unit.
        return not _pays(held) and not (_PRICES | _MEASURES).isdisjoint(beside)
    if not _COUNTS.isdisjoint(stems) or not _HOW_MANY.isdisjoint(stems[:-1]) or _is_many(path):
        return True
    # What bears a number, as a chat or an account, is called so.
    last = stems[-1]
    named = last in _CALLED or (last not in _EITHER and bool(noun_classes(last)))
    return not named and not _pays(held)


def _pays(held: Held) -> bool:
    """Return whether a tool moves money, or sends a number to somebody."""
    able = capability(held.spec.named, held.spec.intent)
    if not able.verbs.isdisjoint(_PAYING) or "money" in able.nouns:
        return True
    return any(one.role == "recipient" for one in held.spec.args.values())


def _is_many(path: str) -> bool:
    """Return whether a name ends in things: guests, nights, replicas."""
    last = words_in(path.rpartition(".")[2])[-1]
    return is_plural(last) and stem(last) not in _EITHER | _CALLED | _SINGULAR


def plural(text: str) -> bool:
    """Return whether a text says each, every or all: how often, only its list can tell."""
    return _PLURAL.search(text) is not None
