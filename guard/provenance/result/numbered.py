"""The numbers by which people call a thing beside its id: `"name": "#1047"`, `order_number`.

It reads what a field is called, and decides nothing.
"""

from collections.abc import Sequence

from guard.provenance.result.prose import is_own_name
from guard.provenance.result.segment import Seen
from guard.provenance.schema.kin import kin_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import stem

_NUMBERS = frozenset({"number", "no", "nr"})
_LONGEST = 12


def numbers_in(fields: Sequence[Seen], tool: str) -> frozenset[str]:
    """Return the numbers that an object bears itself, and not one that lies in it.

    Args:
        fields: of the object.
        tool: that showed it: the `order_number` of an order is its own, that of a page is not.
    """
    found = [(one.path, one.canonical.strip("# ")) for one in fields if one.kind == "text"]
    found = [(path, text) for path, text in found if text.isdecimal() and len(text) <= _LONGEST]
    if not found:  # nearly always
        return frozenset()
    outer = min((one.path.rpartition(".")[0] for one in fields), key=len)
    return frozenset(
        text for path, text in found if path.rpartition(".")[0] == outer and _is_its(path, tool)
    )


def _is_its(path: str, tool: str) -> bool:
    *before, last = ("", *words_in(path.rpartition(".")[2]))
    its = {stem(one) for one in before if one}
    return is_own_name(path) or (last in _NUMBERS and its <= kin_of(tool))
