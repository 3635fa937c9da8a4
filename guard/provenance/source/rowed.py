"""The rows of a call: each object of an array is what a call of its own would be.

Elements of arrays stand under one path, so that what belongs together is told by its place among
them. It groups values and decides nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth

Values = Sequence[tuple[Value, Worth]]


def rows_of(values: Values) -> Iterator[Values]:
    """Yield the values of each row of a call, with those that stand once; without any, all."""
    many, places = _repeated(values)
    if not many:  # nearly always
        yield values
        return
    for row in range(many):
        yield [one for at, one in enumerate(values) if places.get(at, row) == row]


def doubles(values: Values) -> bool:
    """Return whether a call has the same row twice: each of them counts."""
    if not [1 for value, _ in values if "." in value.path]:  # nearly always
        return False
    many, places = _repeated(values)
    rows = [
        tuple((value.path, value.text) for at, (value, _) in enumerate(values) if at in mine)
        for row in range(many)
        if (mine := {at for at, its in places.items() if its == row})
    ]
    acted = any(values[at][0].level for at in places)
    return acted and len({*rows}) < len(rows)


def _repeated(values: Values) -> tuple[int, dict[int, int]]:
    """Return how many rows a call has, and in which of them its values stand."""
    paths = [value.path for value, _ in values]
    if len({*paths}) == len(paths):
        return 0, {}
    counts = Counter(paths)
    around: dict[str, set[int]] = {}
    for path, often in counts.items():
        around.setdefault(path.rpartition(".")[0], set()).add(often)
    listed = {name: many for name, found in around.items() if name and len(found) == 1
              for many in found if many > 1}  # fmt: skip
    if len({*listed.values()}) != 1:
        return 0, {}  # an array beside an array: nobody can tell what belongs to what
    seen: Counter[str] = Counter()
    places: dict[int, int] = {}
    for at, path in enumerate(paths):
        if path.rpartition(".")[0] in listed:
            places[at] = seen[path]
            seen[path] += 1
    return next(iter(listed.values())), places
