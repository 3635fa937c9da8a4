"""What a tool's amounts are of: their currency, and whether cents are counted as whole numbers.

Read from the catalogue, from the argument that names the currency, from the names and texts of the
schema. What none of them says is not known, and then no unit speaks against a number.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import ArgSpec, Json, ToolSpec
from guard.provenance.currencies import CODES, PLACES, USUAL_PLACES, currencies_in, currency_of
from guard.provenance.money import Unit
from guard.provenance.shown import UNTYPED, Held, default_at, names_beside, parts_at, types_in

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CURRENCIES = frozenset({"currency", "currencies", "ccy"})
_CODE = frozenset({"code", "iso", "of", "unit", "name", "from", "source", "base"})
_SOURCE = frozenset({"from", "source", "base"})
_MINOR = frozenset({"minor", "cents", "cent", "pence", "subunits"})
_SAYS_MINOR = re.compile(
    r"\b(?:minor|smallest|sub)[ -]?(?:currency[ -]?)?units?\b"
    r"|\bin (?:whole |us |euro )?(?:cents|pence)\b",
    re.IGNORECASE,
)

_WEIGHED = re.compile(r"\bpounds?\b(?! sterling)", re.IGNORECASE)


class _Amount(NamedTuple):
    """What schema and catalogue say of one amount; `by` names the argument for its currency."""

    currency: str
    by: tuple[str, ...]
    minor: bool
    whole: bool
    scale: int | None


def unit_of(spec: ToolSpec, path: str, beside: Mapping[str, Json]) -> Unit:
    """Return what a number at a path of a call is of.

    Args:
        spec: the tool.
        path: of the argument.
        beside: the object of the call that holds it.
    """
    found = _amount(Held(spec.input_schema), path, spec.args.get(path))
    currency, chosen = found.currency, False
    for name in found.by:
        at = f"{path.rpartition('.')[0]}.{name}".lstrip(".")
        usual = default_at(spec, at)
        said = beside.get(name, usual)
        if isinstance(said, str) and said.strip():
            currency = currency_of(said) or said.strip().upper()
            chosen = said != usual and currency != found.currency
    places = 0
    if found.minor or (currency and found.scale and not found.whole):
        usual_places = PLACES.get(currency, USUAL_PLACES)
        places = usual_places if found.scale is None else found.scale
    return Unit(
        currency=currency,
        places=places,
        chosen=chosen,
        whole=not places and found.whole,
        counted=path in spec.args and not currency and not places,
    )


def is_minor(path: str) -> bool:
    """Return whether the name of a field says cents: `amount_minor`, `priceCents`."""
    return not _MINOR.isdisjoint(_words(path.rpartition(".")[2]))


@lru_cache(maxsize=4096)
def _amount(held: Held, path: str, entry: ArgSpec | None) -> _Amount:
    parts = parts_at(held, path)
    kinds = types_in(held, path)
    text = " ".join(str(one.get(key, "")) for one in parts for key in ("title", "description"))
    major = entry is not None and entry.kind == "major"
    return _Amount(
        currency=entry.currency.upper() if entry and entry.currency else _said(path, text),
        by=tuple(_naming(names_beside(held, path))),
        minor=not major and (is_minor(path) or _SAYS_MINOR.search(text) is not None),
        whole=major or bool(kinds and kinds.isdisjoint({"integer", UNTYPED})),
        scale=entry.scale if entry is not None else None,
    )


def _said(path: str, text: str) -> str:
    """Return the currency that the name of an argument or its text says; two are none."""
    words = _words(path.rpartition(".")[2])
    found = {code for one in words if (code := currency_of(one)) in CODES}
    found |= currencies_in(_WEIGHED.sub("", text))
    return next(iter(found)) if len(found) == 1 else ""


def _naming(names: tuple[str, ...]) -> Iterator[str]:
    """Yield the argument beside an amount that names its currency; of two, the one it is from."""
    found = [one for one in names if _is_currency(_words(one))]
    own = [one for one in found if not _SOURCE.isdisjoint(_words(one))]
    yield from found if len(found) == 1 else own[:1]


def _is_currency(words: list[str]) -> bool:
    last = [one for one in words if one not in _CODE]
    return bool(last) and last[-1] in _CURRENCIES


def _words(name: str) -> list[str]:
    return [one.casefold() for one in _WORDS.findall(name)]
