"""What a tool's amounts are of: their currency, and whether cents are counted as whole numbers.

Read from the catalogue, from the argument that names the currency, from the names and texts of the
schema. What none of them says is not known, and then no unit speaks against a number.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import Held, Json, ToolSpec
from guard.provenance.quantity.counts import is_counted, things_at
from guard.provenance.quantity.scales import is_scaled
from guard.provenance.schema.shown import UNTYPED, default_at, names_beside, parts_at, types_in
from guard.provenance.typed.money import Unit
from guard.provenance.vocabulary.currencies import (
    CODES,
    PLACES,
    SOURCE,
    USUAL_PLACES,
    WEIGHED,
    code_of,
    currencies_in,
    currency_of,
    names_currency,
    words_in,
)

_TARGET = frozenset({"to", "target", "quote", "destination"})
_HOLDING = frozenset({"unit", "asset", "coin"})
"""Names of arguments that hold a currency, or something else."""
_HELD = _HOLDING | {"token", "symbol", "money", "crypto"}
_CALENDAR = frozenset({"min", "week", "month", "quarter", "year", "night"})
"""Words of names that say which one, and not how many, or the least."""
_MEASURES = ("unit", "units", "uom", "unit_of_measure", "scale")
"""Names of arguments that hold the unit of a number of things."""
_OF_IT = ("type", "unit", "kind", "mode")
"""Last words of an argument that says of what sort another one is: `discount_type`."""
_SHARES = frozenset({"percent", "percentage", "pct", "%"})
_SUMS = frozenset({"fixed", "fixed_amount", "absolute", "flat", "amount", "currency", "money"})
_SAYS_UNIT = _HOLDING | frozenset(_MEASURES)
_MINOR = frozenset({"minor", "cents", "cent", "pence", "subunits"})
_SAYS_MINOR = re.compile(
    r"\b(?:minor|smallest|sub)[ -]?(?:currency[ -]?)?units?\b"
    r"|\bin (?:whole |us |euro )?(?:cents|pence)\b",
    re.IGNORECASE,
)


class _Amount(NamedTuple):
    """What schema and catalogue say of one amount."""

    currency: str
    minor: bool
    whole: bool
    scale: int | None


_COUNTS = frozenset({"quantity", "qty", "count", "number"})
"""Words of names for how many, which no sum is."""
PERCENT, FIXED = "percent", "fixed"
"""The unit of a share of a whole, and what is said of a sum that is none."""
_IN_UNITS = re.compile(r"\b[Ii]n ([A-Za-z]{2,16})\b")


def unit_of(spec: ToolSpec, path: str, *around: Mapping[str, Json]) -> Unit:
    """Return what a number at a path of a call is of.

    Args:
        spec: the tool.
        path: of the argument.
        around: the objects of the call that hold it, the nearest first.
    """
    held = spec.held
    if not around or _is_alone(held, path, tuple([frozenset(one) for one in around])):
        return _alone(held, path)
    return _unit(held, path, around)


@lru_cache(maxsize=4096)
def _is_alone(held: Held, path: str, beside: tuple[frozenset[str], ...]) -> bool:
    """Return whether none of the arguments around an amount can say what it is of."""
    where = path
    for names in beside:
        inner, where = where, where.rpartition(".")[0]
        _, naming, targets = _beside(held, inner)
        if naming or targets or any(one in _SAYS_UNIT or names_currency(one) for one in names):
            return False
        if not names.isdisjoint(_sorts(inner)):
            return False
    return True


@lru_cache(maxsize=4096)
def _alone(held: Held, path: str) -> Unit:
    """Return what a number is of where nothing around it says more."""
    return _unit(held, path, ())


def _unit(held: Held, path: str, around: Sequence[Mapping[str, Json]]) -> Unit:
    found = _amount(held, path)
    said, into = _said_around(held.spec, path, around)
    chosen = any(not usual and code != found.currency for code, usual in said)
    currency = said[0][0] if len(said) == 1 and said[0][0] else found.currency
    counted = not found.currency and is_counted(held, path)
    places = 0
    if found.minor or (currency and found.scale and not found.whole):
        usual_places = PLACES.get(currency, USUAL_PLACES)
        places = usual_places if found.scale is None else found.scale
    return Unit(
        currency=currency,
        places=places,
        chosen=chosen,
        whole=not places and found.whole,
        counted=counted and not (currency or places or chosen),
        things=things_at(path) if counted else frozenset(),
        several=frozenset(code for code, usual in said if code and not usual)
        if chosen and len(said) > 1
        else frozenset(),
        into=into,
        measure=_measure(path, around) or _measured(held, path),
    )


def _measure(path: str, around: Sequence[Mapping[str, Json]]) -> str:
    """Return the unit of things that stands beside a number, or that it is a share of a whole."""
    if not around:
        return ""
    sorts = [str(around[0].get(name, "")).casefold() for name in _sorts(path)]
    if not _SHARES.isdisjoint(sorts):
        return PERCENT
    if not _SUMS.isdisjoint(sorts) and _COUNTS.isdisjoint(words_in(path.rpartition(".")[2])):
        return FIXED
    said = (around[0].get(name) for name in _MEASURES)
    return next((one for one in said if isinstance(one, str)), "")


@lru_cache(maxsize=4096)
def _sorts(path: str) -> frozenset[str]:
    """Return the names of arguments that say of what sort one is, as names are written."""
    own = path.rpartition(".")[2]
    return frozenset(
        f"{own}{one}" for word in _OF_IT for one in (f"_{word}", f"-{word}", word.capitalize())
    )


@lru_cache(maxsize=4096)
def _measured(held: Held, path: str) -> str:
    """Return the unit of things that an argument's name or its text says: `delay_ms`."""
    words = words_in(path.rpartition(".")[2])
    text = " ".join(str(one.get("description", "")) for one in parts_at(held, path))
    named = [one for one in words if len(one) > 1 and one not in _CALENDAR]
    told = [*named, *_IN_UNITS.findall(text)]
    found = frozenset(one for one in told if is_scaled(one))
    if words[-1:] == ("ttl",) and not any(map(is_scaled, (*named, *words_in(text)))):
        return "second"  # RFC 1035, RFC 9111: whoever counts it otherwise says so
    return next(iter(found)) if len(found) == 1 else ""


def _said_around(
    spec: ToolSpec, path: str, around: Sequence[Mapping[str, Json]]
) -> tuple[list[tuple[str, bool]], str]:
    """Return the currencies that a call names for an amount, and what it is converted into.

    With each, whether it is the usual one. The nearest object that names any says it. What no
    schema has may be read by the server, too. An argument that is left out has no code.
    """
    where = path
    for beside in around:
        inner, where = where, where.rpartition(".")[0]
        listed, naming, targets = _beside(spec.held, inner)
        more = [one for one in beside if one not in listed and names_currency(one)]
        held = [one for one in beside if one in _HOLDING]
        own = _said_by(spec, where, (*naming, *more, *held), beside)
        others = _said_by(spec, where, targets, beside)
        if any(code for code, _ in own):
            # The usual one is nobody's choice.
            return own, next((code for code, usual in others if not usual), "")
        if any(code for code, _ in others):
            return others, ""  # the only one there is says what the amount is in
    return [], ""


def _said_by(
    spec: ToolSpec, where: str, names: Sequence[str], beside: Mapping[str, Json]
) -> list[tuple[str, bool]]:
    """Return the currencies that these arguments say, each with whether it is the usual one."""
    found = (_said(spec, where, one, beside) for one in names)
    return [one for one in found if one is not None]


def _said(
    spec: ToolSpec, where: str, name: str, beside: Mapping[str, Json]
) -> tuple[str, bool] | None:
    """Return which currency an argument says, and whether it is the usual one; None: it is none."""
    usual = default_at(spec, f"{where}.{name}".lstrip("."))
    said = beside.get(name, usual)
    said = said if isinstance(said, str) else ""
    if not names_currency(name) and not _is_money(said):
        return None
    return code_of(said), not said.strip() or said == usual


def _is_money(said: str) -> bool:
    return bool(currency_of(said)) and WEIGHED.search(said) is None


def is_minor(path: str) -> bool:
    """Return whether the name of a field says cents: `amount_minor`, `priceCents`."""
    return not _MINOR.isdisjoint(words_in(path.rpartition(".")[2]))


@lru_cache(maxsize=4096)
def _amount(held: Held, path: str) -> _Amount:
    entry = held.spec.args.get(path)
    parts = parts_at(held, path)
    kinds = types_in(held, path)
    text = " ".join(str(one.get(key, "")) for one in parts for key in ("title", "description"))
    major = entry is not None and entry.kind == "major"
    return _Amount(
        currency=entry.currency.upper() if entry and entry.currency else _told(path, text),
        minor=not major and (is_minor(path) or _SAYS_MINOR.search(text) is not None),
        whole=major or bool(kinds and kinds.isdisjoint({"integer", UNTYPED})),
        scale=entry.scale if entry is not None else None,
    )


def _told(path: str, text: str) -> str:
    """Return the currency that the name of an argument or its text says; two are none."""
    words = words_in(path.rpartition(".")[2])
    found = {code for one in words if (code := currency_of(one)) in CODES}
    found |= currencies_in(WEIGHED.sub("", text))
    return next(iter(found)) if len(found) == 1 else ""


def _is_side(name: str) -> bool:
    """Return whether an argument may hold one of two between which is converted."""
    words = words_in(name)
    sided = not (_TARGET | SOURCE).isdisjoint(words)
    return sided and (len(words) == 1 or words[-1] in _HELD)


@lru_cache(maxsize=4096)
def _beside(held: Held, path: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the arguments beside an amount, those that name its currency, and those of another.

    Of two between which is converted the amount is in the one that it is from.
    """
    names = names_beside(held, path)
    found = [one for one in names if names_currency(one)]
    bare = [one for one in names if one not in found and _is_side(one)]
    own = [one for one in (*found, *bare) if not SOURCE.isdisjoint(words_in(one))]
    targets = [one for one in (*found, *bare) if not _TARGET.isdisjoint(words_in(one))]
    naming = [one for one in found if one not in {*own[1:], *targets}] or own[:1]
    if not naming:  # the only one there is says what the amount is in
        return names, tuple(found), ()
    return names, tuple(naming), tuple(targets)
