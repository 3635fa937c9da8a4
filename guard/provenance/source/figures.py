"""Which number of a record is meant where nobody says one: its deposit, and not its fee.

Told by the names of the fields: that of the argument first, then what the person speaks of, then
what the tool does. It decides nothing.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import lru_cache

from guard.provenance.quantity.counts import MONEY, things_at
from guard.provenance.result.records import Record
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import stem

_PLAIN = frozenset(
    map(stem, ("amount", "total", "sum", "value", "price", "cost", "due", "balance", "money"))
) | frozenset(map(stem, ("owed", "open", "outstanding", "net", "gross", "number", "eur", "usd")))
"""Words of fields that say only that it is an amount."""


def meant_fields(value: Value, record: Record, said: Collection[str]) -> frozenset[str] | None:
    """Return the fields of a record in which an amount may stand; None: it has no two numbers.

    Args:
        value: the amount.
        record: the record.
        said: the stems of what the person asks for.
    """
    every = tuple(name for name, one in record.measures.items() if isinstance(one, Decimal))
    if len(every) < 2:  # noqa: PLR2004  one is no choice
        return None
    return _meant(value.path, value.kin, every, frozenset(said), counted=value.unit.counted)


@lru_cache(maxsize=1024)
def _meant(
    path: str, kin: frozenset[str], every: tuple[str, ...], said: frozenset[str], *, counted: bool
) -> frozenset[str]:
    named = _nearest(every, things_at(path) - _PLAIN)
    if named:
        return named
    pool = every if counted else tuple(one for one in every if _is_money(one))
    for words in (said - _PLAIN, kin - _PLAIN):
        if found := _nearest(pool, words) or (_nearest(every, words) if not pool else None):
            return found
    if counted:
        return frozenset()
    plain = frozenset(one for one in pool if not things_at(one).isdisjoint(_PLAIN))
    return plain or frozenset(pool if len(pool) == 1 else ())


def _nearest(fields: Iterable[str], words: frozenset[str]) -> frozenset[str]:
    """Return the fields that share the most words with these; none: no field shares any."""
    near = {one: len(things_at(one) & words) for one in fields}
    most = max(near.values(), default=0)
    return frozenset(one for one, many in near.items() if many == most and most)


def _is_money(field: str) -> bool:
    return not things_at(field).isdisjoint(_PLAIN | MONEY)
