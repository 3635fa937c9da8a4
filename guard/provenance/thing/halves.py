"""A name of two parts that a call takes apart: "close #3 in mill/web" for owner mill and repo web.

Both parts of one name, and in its order: the first is whose the second is. It decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from guard.model.call import Held
from guard.model.origin import LINKED
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import asking, halves_of
from guard.provenance.request.task import Task
from guard.provenance.schema.shown import order_of
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability

_HOLDERS = frozenset(
    {"owner", "org", "organization", "organisation", "namespace", "workspace", "account", "user"}
    | {"username", "group", "team", "registry", "bucket", "vendor"}
)
"""Names of arguments for whose something is."""


def halved(
    held: Held,
    task: Task,
    able: Capability,
    values: Sequence[tuple[Value, Worth]],
    slots: Mapping[str, Slot],
) -> Iterator[int]:
    """Yield the places of the arguments of a call that are together one name of the person's.

    Args:
        held: the tool.
        task: what the person said.
        able: what the tool does.
        values: the arguments, each with what it is worth so far.
        slots: what is known of each argument.
    """
    weak = {
        value.path: at
        for at, (value, one) in enumerate(values)
        if one.source < LINKED and slots[value.path].named
    }
    if len(weak) < 2:  # noqa: PLR2004
        return
    own = [one for piece in asking(task.pieces, able) for one in piece.held if halves_of(one)]
    for one in own or [one for one in task.entities if one.frame not in SILENT]:
        found = _both(held, one, values, weak)
        if found:
            yield from found


def _both(
    held: Held, one: Entity, values: Sequence[tuple[Value, Worth]], weak: Mapping[str, int]
) -> tuple[int, int] | None:
    """Return the places at which the parts of a name stand; None: they do not."""
    parts = halves_of(one)
    if not parts:
        return None
    paths = sorted(weak, key=lambda path: order_of(held, path))
    for first in paths:
        for last in paths:
            said = values[weak[first]][0].text, values[weak[last]][0].text
            if first != last and said == parts and _belongs(held, first, last):
                return weak[first], weak[last]
    return None


def _belongs(held: Held, first: str, last: str) -> bool:
    """Return whether one argument is for whose the other one is, by their names or their order."""
    if first.rpartition(".")[0] != last.rpartition(".")[0]:
        return False
    holds = [not _HOLDERS.isdisjoint(words_in(path.rpartition(".")[2])) for path in (first, last)]
    if holds[0] is not holds[1]:
        return holds[0]
    return order_of(held, first) < order_of(held, last)
