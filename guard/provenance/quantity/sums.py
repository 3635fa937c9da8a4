"""Which amounts a person names for which payee: "5 EUR to Ann and 9 EUR to Bob" crosses nothing.

A sentence is cut where another amount or another payee begins, and where it goes on to do something
else. A limit or a balance, of which nothing is paid, is for nobody. It decides nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, cased, is_base, sentences
from guard.provenance.typed.money import Money, Unit, means, money_of
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes, verbal_classes

PAYEES = frozenset({"iban", "email", "phone"})
"""Kinds of values that are somebody, whatever the sentence says."""
_NAMES = frozenset({"name", "quoted"})

_PAYING = frozenset({"pay", "buy", "send", "share", "post", "schedule", "create", "change"})
"""Classes of verbs that may put an amount to use."""
_SAME = frozenset({"it", "them", "this", "that", "these", "es", "sie", "das", "dies", "diese"})
_HANDED = re.compile(
    r"[\s,]*(?:please |then |bitte |and )*(?:pay|send|transfer|wire|give|überweise?|zahle?|sende?) "
    r"(?:it|this|that|them|es|sie|das)\b",
    re.IGNORECASE,
)
"""How a sentence goes on with the amount of the one before: "The rent is 800 EUR. Pay it"."""
_TOLD = re.compile(
    r"\s*(?:and )?(?:it|that|this|es|das|(?:the|der|die) (?:amount|sum|total|betrag|summe))\s+"
    r"(?:is|are|costs?|comes|ist|sind|beträgt|kostet)\b",
    re.IGNORECASE,
)
"""How a sentence says of how much the one before it spoke: "Pay Ann. It is 50 EUR"."""

RESPECTIVELY = re.compile(
    r"\b(?:respectively|in\s+(?:that|this)\s+order|jeweils|respectivement|respectivamente)\b",
    re.IGNORECASE,
)
"""That of two lists each goes with its like."""
_JOINED = re.compile(r"\b(?:and|und|plus)\s+$", re.IGNORECASE)
_ANOTHER = re.compile(r"\b(?:and|then|und|dann)\s+([^\W\d_]+)\s+$", re.IGNORECASE)
"""A word between "and" and a payee: "raise it to 500 and gift Bob a card"."""
_FILLING = frozenset({"also", "even", "maybe", "finally", "auch", "mr", "mrs", "ms", "dr"})


@dataclass(frozen=True, slots=True)
class Sum:
    """The amounts of one part of a sentence, and what that part names beside them.

    Args:
        numbers: the amounts.
        named: the other values, as (kind, canonical); names are kind `text`.
        pays: whether the amounts are for anybody, where the part names no payee.
    """

    numbers: frozenset[Money]
    named: frozenset[tuple[str, str]]
    pays: bool = True


def sums_of(text: str, found: Sequence[Entity]) -> tuple[Sum, ...]:
    """Return the parts of a text in which amounts or payees are named.

    Args:
        text: what the person wrote.
        found: the typed values in it that are asked for, in the order of the text.
    """
    own = [one for one in found if one.kind == "amount" or _is_payee(one)]
    sums = list[Sum]()
    for start, end in sentences(text):
        inside = own[_at(own, start) : _at(own, end)]
        if RESPECTIVELY.search(text, start, end) and (pairs := _paired(found, start, end)):
            sums += [_sum(pair, pays=True) for pair in pairs]
            continue
        for part, stop in _parts(text, inside, end):
            sums.append(_sum(part, pays=_is_paid(text, start, stop)))
    return tuple(sums)


def _paired(found: Sequence[Entity], start: int, end: int) -> list[tuple[Entity, Entity]]:
    """Return each payee of a list with the amount that stands at its place in the other list."""
    inside = [one for one in found if start <= one.start < end]
    amounts = [one for one in inside if one.kind == "amount"]
    whole = [one for one in inside if one.kind in PAYEES | _NAMES and not _is_part(one, inside)]
    return list(zip(whole, amounts, strict=True)) if len(whole) == len(amounts) > 1 else []


def _is_part(one: Entity, others: Sequence[Entity]) -> bool:
    """Return whether a name is a part of another one: the Oak of Ann Oak."""
    return any(
        two is not one and two.start <= one.start and one.end <= two.end and two.kind in _NAMES
        for two in others
    )


def priced_by(text: str, found: Sequence[Entity]) -> tuple[Sum, ...]:
    """Return the parts of a text in which amounts or ids are named: "ORD-5 (20 EUR), ORD-6 (5)".

    Args:
        text: what the person wrote.
        found: the typed values in it that are asked for, in the order of the text.
    """
    own = [one for one in found if one.kind in {"amount", "object_id"}]
    return tuple(
        _sum(part, pays=False)
        for start, end in sentences(text)
        for part, _ in _parts(text, own[_at(own, start) : _at(own, end)], end)
        if len(part) > 1
    )


def _at(found: Sequence[Entity], place: int) -> int:
    """Return how many values begin before a place."""
    return bisect_left(found, place, key=attrgetter("start"))


def strays(sums: Sequence[Sum], money: Money, unit: Unit, target: frozenset[str]) -> bool:
    """Return whether an amount was named beside another id, and another one beside this.

    Args:
        sums: what `priced_by` found.
        money: the amount.
        unit: of the argument that holds it.
        target: the spellings of the id.
    """
    own = [one for one in sums if any(id_ in target for _, id_ in one.named)]
    if not any(one.numbers for one in own) or any(means(one.numbers, money, unit) for one in own):
        return False
    return any(means(one.numbers, money, unit) and one.named for one in sums if one not in own)


def fits(sums: Sequence[Sum], money: Money, unit: Unit, payee: frozenset[tuple[str, str]]) -> bool:
    """Return whether an amount of the text may be for a payee.

    Args:
        sums: the parts of the text.
        money: the amount.
        unit: of the argument that holds it.
        payee: every kind that the payee can be, and every name that it bears.
    """
    own = [one for one in sums if not one.named.isdisjoint(payee)]
    if any(one.numbers for one in own):
        return any(means(one.numbers, money, unit) for one in own)
    kinds = {kind for kind, _ in payee} & PAYEES
    return any(
        one.pays
        and means(one.numbers, money, unit)
        and kinds.isdisjoint(kind for kind, _ in one.named)
        for one in sums
    )


def _is_payee(one: Entity) -> bool:
    return one.kind in PAYEES or (one.kind in _NAMES and one.frame == "dest")


def _parts(text: str, found: Sequence[Entity], end: int) -> Iterator[tuple[list[Entity], int]]:
    """Yield the parts of a sentence, each with the place where what it says ends."""
    part: list[Entity] = []
    for at, one in enumerate(found):
        if part and _begins(text, part, one, found[at + 1 :]):
            turn = _turn(text, part[-1].end, one.start)
            yield part, one.start if turn is None else turn
            part = []
        part.append(one)
    if part:
        yield part, end


def _begins(text: str, part: list[Entity], one: Entity, later: Sequence[Entity]) -> bool:
    """Return whether a value begins another part than the one before it."""
    paid = any(before.kind == "amount" for before in part)
    if one.kind == "amount":
        going = any(before.kind != "amount" for before in part)
        between = text[part[-1].end : one.start]
        # "Pay the rent and 5 EUR to Ann": what is joined to a payee is for the next one.
        joined = bool(_JOINED.search(between)) and bool(later) and later[0].kind != "amount"
        return (paid and (going or _acts(between))) or joined
    known = one.kind != "object_id"  # the word before an id is what it is of: "of order F-17"
    if known and paid and part[-1].kind == "amount" and _turns(text, part[-1].end, one.start):
        return True  # "over 900 EUR, pay Ann": what is done after the amount is not done with it
    # "Ann 5 EUR, Bob 9 EUR": Bob begins his own; "Ann 5 EUR and Bob, too" shares.
    return paid and part[0].kind != "amount" and any(after.kind == "amount" for after in later)


def _turns(text: str, start: int, end: int) -> bool:
    """Return whether something else is done after an amount, by a verb that is known or not."""
    another = _ANOTHER.search(text, start, end)
    if another and not is_stop(another[1]) and another[1].casefold() not in _FILLING:
        return True
    return _turn(text, start, end) is not None


def _turn(text: str, start: int, end: int) -> int | None:
    """Return where something else is done between an amount and a payee; None: nothing is.

    "Take 5 EUR and send it to Ann" goes on with the amount.
    """
    words = list(WORD.finditer(text, start, end))
    return next(
        (
            one.start()
            for at, one in enumerate(words)
            if verb_classes(stem(one[0])) and not is_stop(one[0])
            if is_base(one[0].casefold()) and cased(words, at + 1) not in _SAME
        ),
        None,
    )


def _is_paid(text: str, start: int, stop: int) -> bool:
    """Return whether a sentence pays what it names up to a place, or goes on with what does."""
    if _TOLD.match(text, start) or _HANDED.match(text, stop):
        return True
    return any(_pays(one[0]) for one in WORD.finditer(text, start, stop))


def _pays(word: str) -> bool:
    one = stem(word)
    return not is_stop(word) and not _PAYING.isdisjoint(verb_classes(one) | verbal_classes(one))


def _acts(text: str) -> bool:
    words = [one[0].casefold() for one in WORD.finditer(text)]
    return any(verb_classes(stem(one)) and not is_stop(one) for one in words)


def _sum(part: Sequence[Entity], *, pays: bool) -> Sum:
    numbers = frozenset(
        money
        for one in part
        if one.kind == "amount" and (money := money_of(one.canonical)) is not None
    )
    return Sum(numbers, frozenset(_key(one) for one in part if one.kind != "amount"), pays)


def _key(one: Entity) -> tuple[str, str]:
    if one.kind in _NAMES:
        return "text", one.literal.lstrip("@#").casefold()
    return one.kind, one.canonical
