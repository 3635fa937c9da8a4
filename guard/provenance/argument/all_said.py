"""Whether one request of the person's holds all of a call that makes something by its path.

What is new has no level, for nothing of that name is there yet; but where that cannot be undone it
may stand in the place of another one, and then the rest has to be the person's as well. It decides
nothing.
"""

from collections.abc import Sequence

from guard.model.origin import PROMPT
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.vocabulary.lexicon import Capability


def all_said(task: Task, able: Capability, values: Sequence[tuple[Value, Worth]]) -> bool:
    """Return whether a request for a tool names the path of a call and all that it holds besides.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    own = [value for value, one in values if one.why != "exempt"]
    paths = [one for one in own if one.role == "path"]
    if len(paths) != 1 or any(one.source is not PROMPT for _, one in values):
        return False
    if task.receivers.isdisjoint(paths[0].kinds):
        return False  # only spoken of
    return any(_holds(piece, own) for piece in asking(task.pieces, able))


def _holds(piece: Piece, own: Sequence[Value]) -> bool:
    """Return whether a request names some values side by side, with nothing else between."""
    keys = [frozenset(keys_of(one)) for one in piece.held]
    places = [[at for at, its in enumerate(keys) if its & {*one.kinds}] for one in own]
    if not all(places):
        return False
    first = [min(one) for one in places]
    return max(first) - min(first) < len(own)
